"""What the rules of a quiz come to in words, and how what a tutor types is understood."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wtforms.validators import ValidationError

from course.rules import Accommodation, Layer, Level, Value
from quizzes.limits import Limits
from quizzes.rules.forms import parse, typed
from quizzes.rules.making import FIELDS
from quizzes.rules.telling import Rule, Sitting, Voice, length_in_words, rules_of, sitting_of

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 11, 22, 11, tzinfo=UTC)


def say(moment: datetime) -> str:
    return f"{moment.astimezone(BERLIN):%d.%m. %H:%M}"


def limits(*said: tuple[Level, str, Value], factor: int | str = 1, days: int = 0) -> Limits:
    layers = tuple(Layer(level, field, value, level.name, f"why {level.name}") for level, field, value in said)
    return Limits(layers, Accommodation(Fraction(factor), days), BERLIN)


def told(found: Limits, field: str, voice: Voice = Voice.student) -> Rule:
    return next(rule for rule in rules_of(found, say, voice) if rule.field == field)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


HOUR = (Level.quiz, "time_limit", minutes(60))
CLOSE = (Level.quiz, "close", SUNDAY)


def test_where_nobody_says_anything_it_is_the_quiz_that_leaves_it_open() -> None:
    rules = rules_of(limits(), say, Voice.student)
    assert [(rule.field, rule.words, rule.whose) for rule in rules] == [
        ("open", "Open from the beginning", "The quiz"),
        ("due", "On no day: it is never late", ""),
        ("close", "It does not close", "The quiz"),
        ("time_limit", "No time limit", "The quiz"),
        ("attempts", "As many as one likes", "The quiz"),
    ]
    assert not any(rule.is_own or rule.effect or rule.why for rule in rules)


@pytest.mark.parametrize(
    ("voice", "words"), [(Voice.student, "An exception for you"), (Voice.tutor, "An exception for them")]
)
def test_each_value_says_whose_rule_it_is_and_why(voice: Voice, words: str) -> None:
    rule = told(limits(CLOSE, (Level.user_exception, "close", SUNDAY + timedelta(days=1))), "close", voice)
    assert (rule.words, rule.whose, rule.why) == ("23.11. 12:00", words, "why user_exception")
    assert rule.is_own


def test_extra_time_says_what_becomes_of_the_limit() -> None:
    rule = told(limits(HOUR, factor=2), "time_limit")
    assert (rule.words, rule.effect) == ("120 minutes", "With your extra time: 60 becomes 120 minutes.")
    assert rule.is_own


def test_extra_days_say_what_becomes_of_the_day() -> None:
    rule = told(limits(CLOSE, days=3), "close", Voice.tutor)
    assert (rule.words, rule.effect) == (
        "25.11. 12:00",
        "With their extra days: 22.11. 12:00 becomes 25.11. 12:00.",
    )


def test_an_accommodation_says_that_it_leaves_alone_what_was_set_for_one() -> None:
    found = limits(
        (Level.user_exception, "time_limit", minutes(90)), (Level.user_exception, "due", SUNDAY), factor=2, days=1
    )
    assert told(found, "time_limit").words == "90 minutes"
    assert told(found, "time_limit").effect == "Your extra time does not change what was set for you alone."
    assert told(found, "due").effect == "Your extra days do not move what was set for you alone."


def test_an_accommodation_is_not_spoken_of_where_there_is_nothing_for_it_to_do() -> None:
    assert [rule.effect for rule in rules_of(limits(factor=2, days=3), say, Voice.student)] == [None] * len(FIELDS)


def test_what_is_assigned_to_the_whole_group_is_nobody_s_own() -> None:
    assert not told(limits((Level.group_assignment, "due", SUNDAY)), "due").is_own
    assert told(limits((Level.subgroup_assignment, "due", SUNDAY)), "due").is_own


@pytest.mark.parametrize(
    ("found", "full_until", "ends_at"),
    [
        (limits(HOUR, CLOSE), -60, 0),
        (limits(HOUR, CLOSE, factor=2), -60, 60),
        (limits(HOUR, CLOSE, (Level.user_exception, "time_limit", minutes(90))), -60, 30),
        (limits(HOUR, CLOSE, (Level.user_exception, "time_limit", minutes(30))), -30, 0),
    ],
)
def test_the_last_start_with_the_whole_time_and_when_that_ends(found: Limits, full_until: int, ends_at: int) -> None:
    sitting = sitting_of(found)
    assert (sitting.full_until, sitting.ends_at) == (SUNDAY + minutes(full_until), SUNDAY + minutes(ends_at))


def test_without_a_close_or_a_limit_there_is_no_last_start() -> None:
    assert sitting_of(limits(HOUR)) == Sitting(None, None, "60 minutes", None, None)
    assert sitting_of(limits(CLOSE)) == Sitting(None, SUNDAY, None, None, SUNDAY)


times = st.integers(60, 10_000).map(lambda n: timedelta(minutes=n))


@given(limit=times, own=times | st.none(), factor=st.fractions(1, 10), back=times)
def test_until_the_last_start_one_has_the_whole_time_and_after_it_less(
    limit: timedelta, own: timedelta | None, factor: Fraction, back: timedelta
) -> None:
    nearest = (Level.user_exception, "time_limit", own) if own else (Level.quiz, "time_limit", limit)
    found = limits((Level.quiz, "time_limit", limit), nearest, CLOSE, factor=str(factor))
    full_until = sitting_of(found).full_until
    assert full_until is not None
    assert found.own_limit is not None
    early, late = full_until - back, full_until + minutes(1)
    assert found.deadline(full_until) == full_until + found.own_limit
    assert found.deadline(early) == early + found.own_limit
    assert found.deadline(late) == sitting_of(found).ends_at


@pytest.mark.parametrize(
    ("length", "words"), [(60, "one minute"), (90, "one minute and 30 seconds"), (5400, "90 minutes")]
)
def test_a_length_is_said_in_minutes(length: int, words: str) -> None:
    assert length_in_words(timedelta(seconds=length)) == words


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("attempts", "3", 3),
        ("time_limit", "90", minutes(90)),
        ("close", "2026-11-22T12:00", SUNDAY),
        ("close", "2026-11-22 12:00", SUNDAY),
        ("due", "2026-11-22T12:00:00", SUNDAY),
        # 23:59 is the end of that day, of an opening it is 23:59
        ("due", "2026-11-22T23:59", datetime(2026, 11, 22, 22, 59, 59, 999999, tzinfo=UTC)),
        ("close", "2026-11-22T23:59", datetime(2026, 11, 22, 22, 59, 59, 999999, tzinfo=UTC)),
        ("open", "2026-11-22T23:59", datetime(2026, 11, 22, 22, 59, tzinfo=UTC)),
        # the night in which clocks show half past two twice, and that in which they never do
        ("close", "2026-10-25T02:30", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("open", "2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("close", "2026-03-29T02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_what_a_tutor_types_is_understood_in_the_zone_of_the_group(field: str, text: str, value: Value) -> None:
    assert parse(field, text, BERLIN) == value


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "text",
    ["", "soon", "0", "-1", "1.5", "10081", "٣", "2026-13-01T10:00", "1917-11-07T10:00", "9" * 30, "9999-12-31T23:59"],
)
def test_what_cannot_be_is_refused_with_a_sentence(field: str, text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parse(field, text, BERLIN)
    assert str(refused.value).endswith(".")


@given(st.text())
def test_nothing_that_is_typed_fails_otherwise(text: str) -> None:
    for field in FIELDS:
        try:
            value = parse(field, text, BERLIN)
        except ValidationError:
            continue
        assert parse(field, typed(value, BERLIN), BERLIN) == value
