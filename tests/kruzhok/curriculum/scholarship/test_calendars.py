"""Days that prose gives in both calendars."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.chronology import MONTHS, gregorian_to_julian
from kruzhok.curriculum.scholarship.calendars import mismatches
from tests.kruzhok.curriculum.small import LESSON, TEXT, changed, messages, small


def wrong(text: str) -> list[tuple[int, str, tuple[int, int]]]:
    """Return where each wrong pair in TEXT begins, how it is written, and the right month and day."""
    return [(one.start, one.written, one.right[1:] if one.right else (0, 0)) for one in mismatches(text)]


@pytest.mark.parametrize(
    "text",
    [
        "7 November 1917 (25 October)",
        "7 November 1917 (25 October 1917)",
        "7 November 1917 (25 October, Old Style)",
        "7 November 1917 (25 October, [Old Style](term:old-style))",
        "7 November 1917 (25 October in the Old Style)",
        "20 March 1917 (7 March)",
        "3 and 4 May (20 and 21 April)",
        "7 to 12 May (24 to 29 April)",
        "7–12 May 1917 (24–29 April)",
        "from 31 October to 2 November 1917 (18 to 20 October)",
        "1 May (18 April)",
        "8 March (23 February)",
        "13 March 1904 (29 February)",
        "13 March (29 February)",
        "13 March 1881 (1 March)",
        "13 March (1 March)",
        "6 January 1918 (24 December 1917)",
        "14 January 1918 (1 January)",
        "13 January 1800 (2 January)",
    ],
)
def test_pairs_that_agree_are_left_alone(text: str):
    assert wrong(f"It was on {text} that they met.") == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("7 November 1917 (26 October)", [(10, 25)]),
        ("7 November 1917\n  (24 October, Old Style)", [(10, 25)]),
        ("13 March 1881 (28 February)", [(3, 1)]),
        ("14 March (28 February)", [(3, 1)]),
        ("[7 November 1917](event:the-rising) (24 October)", [(10, 25)]),
        ("3 and 4 May (20 and 22 April)", [(4, 21)]),
        ("7 to 12 May (25 to 30 April)", [(4, 24), (4, 29)]),
        ("6 January 1918 (24 December 1918)", [(12, 24)]),
        ("31 November 1917 (18 November)", [(0, 0)]),
    ],
)
def test_pairs_that_differ_are_found_with_the_right_day(text: str, right: list[tuple[int, int]]):
    assert [day for _start, _written, day in wrong(f"It was in 1917, on {text}, that they met.")] == right


def test_without_a_year_a_pair_is_of_the_century_that_was_spoken_of():
    assert wrong("3 May (21 April)") == []
    assert wrong("In 1878, on 3 May (21 April)") == []
    assert wrong("In 1917, on 3 May (21 April)") == [(12, "3 May (21 April)", (4, 20))]


@pytest.mark.parametrize("text", ["25 October 1917 (7 November)", "25 October (7 November, New Style)"])
def test_the_old_style_may_stand_first(text: str):
    assert wrong(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "5 May 1917 (6 April in the first edition)",
        "on 5 May (pp. 3 to 4)",
        "the laws of 5 May (see 9 June 1905 below)",
        "19 October 1917 (and again on 23 October)",
        "born 7 November 1879 (died 21 August 1940)",
        "1 to 3 May (18 April)",
        "in 1917 (25 October was a Wednesday)",
    ],
)
def test_other_days_in_brackets_are_no_pairs(text: str):
    assert wrong(text) == []


def test_a_pair_is_found_where_it_stands():
    assert [start for start, _written, _right in wrong("So, on 7 November 1917 (24 October), it fell.")] == [7]


MODERN = st.dates(min_value=date(1582, 11, 1), max_value=date(2099, 12, 31))


def in_words(year: int | None, month: int, day: int) -> str:
    return f"{day} {MONTHS[month - 1]}" + (f" {year}" if year else "")


@given(MODERN)
def test_the_same_day_always_agrees(day: date):
    _year, month, old = gregorian_to_julian(day)
    assert wrong(f"{in_words(day.year, day.month, day.day)} ({in_words(None, month, old)})") == []


@given(MODERN, st.dates(min_value=date(1900, 3, 14), max_value=date(1999, 12, 31)))
def test_a_day_that_is_not_the_same_is_told_the_right_one(day: date, other: date):
    _year, month, old = gregorian_to_julian(day)
    said = f"{in_words(day.year, day.month, day.day)} ({in_words(None, other.month, other.day)})"
    assert [right for _start, _written, right in wrong(said)] in ([], [(month, old)])
    if wrong(said) == []:
        assert (other.month, other.day) == (month, old) or wrong(
            f"{in_words(None, other.month, other.day)} ({in_words(day.year, day.month, day.day)})"
        ) == []


@given(st.text(alphabet="0123456789 ()MayJune–,toandOldStyle.\n", max_size=80))
def test_whatever_is_written_raises_nothing(text: str):
    list(mismatches(text))


PAIR = "7 November 1917 (25 October, [Old Style]"


def test_a_wrong_pair_in_the_notes_is_a_warning():
    said = messages(changed(small(), LESSON, PAIR, PAIR.replace("25", "24")))
    assert [message for message in said if "calendars" in message] == [
        "The two calendars do not agree in “7 November 1917 (24 October, [Old Style](term:old-style))”."
    ]


def test_a_wrong_pair_in_a_document_is_not_ours():
    files = changed(small(), TEXT, "To the citizens of Russia! {", "It is 7 November 1917 (24 October). {")
    assert messages(files) == []


def test_a_wrong_pair_in_an_introduction_is():
    files = changed(small(), TEXT, "A few sentences of yours", "It is 7 November 1917 (24 October). A few")
    assert len(messages(files)) == 1
