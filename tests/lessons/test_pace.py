"""Minutes at a reader's own pace."""

from hypothesis import given
from hypothesis import strategies as st

from lessons.pace import USUAL, at_pace, minutes_left, minutes_of

paces = st.integers(50, 1000)


def test_half_the_pace_takes_twice_the_minutes() -> None:
    assert (at_pace(15, 100), at_pace(15, 400), at_pace(15, None)) == (30, 8, 15)


@given(minutes=st.integers(0, 600), pace=paces)
def test_something_to_read_takes_a_minute_at_least_and_nothing_takes_none(minutes: int, pace: int) -> None:
    assert (at_pace(minutes, pace) >= 1) == (minutes > 0)


@given(minutes=st.integers(0, 600), slow=paces, quick=paces)
def test_who_reads_quicker_is_never_told_more(minutes: int, slow: int, quick: int) -> None:
    slow, quick = sorted((slow, quick))
    assert at_pace(minutes, quick) <= at_pace(minutes, slow)


def test_without_an_author_the_words_are_counted() -> None:
    assert (minutes_of(1000, None), minutes_of(1000, 100), minutes_of(1, 1000)) == (1000 // USUAL, 10, 1)


def test_what_is_left_is_counted_from_each_passage_to_the_end() -> None:
    assert minutes_left([100, 100, 200], 8) == [8, 6, 4]


@given(words=st.lists(st.integers(0, 3000), max_size=40), minutes=st.integers(0, 300))
def test_what_is_left_begins_with_all_and_never_grows(words: list[int], minutes: int) -> None:
    left = minutes_left(words, minutes)
    assert len(left) == len(words)
    assert left == sorted(left, reverse=True)
    assert not sum(words) or left[0] == minutes
