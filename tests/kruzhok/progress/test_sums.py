"""What may be said of several members: nothing of fewer than five, and nothing from which one can be read off."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from kruzhok.progress.sums import FEWEST, Share, first_fives, in_fives, share_of

flags = st.lists(st.booleans(), max_size=60)


def said(missed: list[bool]) -> Share | None:
    some = first_fives(missed)
    return share_of(sum(some), len(some), members=len(some))


def test_of_fewer_than_five_nothing_is_said() -> None:
    assert [said([True] * count) is None for count in range(7)] == [True] * 5 + [False] * 2
    assert share_of(3, 4, members=4) is None
    assert share_of(0, 0, members=5) is None


@given(flags, st.booleans())
def test_whoever_comes_next_changes_nothing_but_with_four_others(missed: list[bool], new: bool) -> None:
    if (len(missed) + 1) % FEWEST:
        assert said([*missed, new]) is said(missed)


def test_nothing_said_means_nobody_or_everybody() -> None:
    """Of no single member it follows that they are, or are not, among those meant."""
    for members in range(FEWEST, 101, FEWEST):
        meant: dict[Share | None, set[int]] = {}
        for part in range(members + 1):
            meant.setdefault(share_of(part, members, members=members), set()).add(part)
        assert all(counts - {0} and counts - {members} for counts in meant.values())


@given(st.integers(1, 200), st.integers(1, 12))
def test_the_words_are_about_right(whole: int, fives: int) -> None:
    middles = {Share.few: 1 / 8, Share.third: 7 / 20, Share.half: 1 / 2, Share.most: 13 / 20, Share.nearly: 7 / 8}
    for part in range(whole + 1):
        share = share_of(part, whole, members=FEWEST * fives)
        assert share is not None
        assert abs(Fraction(part, whole) - Fraction(middles[share])) <= Fraction(1, 8)


@given(st.integers(0, 1000))
def test_figures_go_by_fives(count: int) -> None:
    assert in_fives(count) % FEWEST == 0
    assert 0 <= count - in_fives(count) < FEWEST
