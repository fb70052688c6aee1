"""Taking turns: fair over a season, and nobody is asked twice before all have been."""

from hypothesis import given
from hypothesis import strategies as st

from course.turns import after, in_turn, take_turns

members = st.integers(1, 12).map(lambda count: list(range(1, count + 1)))


@given(members, st.integers(0, 60))
def test_over_a_season_nobody_leads_more_than_once_more_than_another(members: list[int], meetings: int) -> None:
    season = take_turns(members, [None] * meetings)
    counts = [season.count(member) for member in members]
    assert None not in season
    assert max(counts) - min(counts) <= 1


@given(members, st.integers(0, 12), st.integers(0, 12))
def test_laying_out_turns_in_two_goes_is_laying_them_out_in_one(members: list[int], first: int, then: int) -> None:
    begun = take_turns(members, [None] * first)
    assert take_turns(members, [*begun, *[None] * then], first) == take_turns(members, [None] * (first + then))


@given(members.filter(lambda some: len(some) > 1), st.lists(st.none() | st.integers(1, 14), max_size=20), st.data())
def test_who_was_chosen_stays_and_what_was_before_is_left_alone(
    members: list[int], season: list[int | None], data: st.DataObject
) -> None:
    begin = data.draw(st.integers(0, len(season)))
    filled = take_turns(members, season, begin)
    assert filled[:begin] == season[:begin]
    assert all(now == then for then, now in zip(season, filled, strict=True) if then is not None)
    assert None not in filled[begin:]


def test_next_is_who_led_least_then_longest_ago_then_who_joined_first() -> None:
    assert in_turn([1, 2, 3], [], 0) == [1, 2, 3]
    assert in_turn([1, 2, 3], [1, 2, None], 2)[0] == 3
    assert in_turn([1, 2, 3], [3, 2, 1, None], 3) == [3, 2, 1]


def test_who_joins_late_catches_up_without_leading_twice_running() -> None:
    assert take_turns([1, 2, 3], [1, 2, 1, 2, 1, None, None, None, None], 5)[5:] == [3, 2, 3, 1]


def test_nobody_leads_beside_their_own_turn_while_there_is_somebody_else() -> None:
    assert take_turns([1, 2], [None, 1, None]) == [2, 1, 2]


def test_who_is_alone_leads_every_time() -> None:
    assert take_turns([7], [None, None]) == [7, 7]


def test_without_members_nobody_leads() -> None:
    assert take_turns([], [None]) == [None]
    assert after([], [None], 0) is None


@given(members.filter(lambda some: len(some) > 1), st.lists(st.none() | st.integers(1, 12), min_size=1, max_size=9))
def test_declining_goes_round_to_everybody_before_it_comes_back(members: list[int], season: list[int | None]) -> None:
    asked: list[int] = []
    here = len(season) - 1
    for _time in members:
        following = after(members, season, here)
        assert following is not None
        season = [*season[:here], following]
        asked.append(following)
    assert sorted(asked) == members


def test_who_is_alone_has_nobody_to_hand_on_to() -> None:
    assert after([7], [7], 0) is None
