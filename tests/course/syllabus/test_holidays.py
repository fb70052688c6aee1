"""Holidays are read as people write them; what cannot be read is said of its line, and the others stand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.pacing import Break
from course.syllabus.holidays import LONGEST_NAME, MOST_BREAKS, as_lines, in_words, read_breaks

START = date(2026, 9, 3)
EVE, EPIPHANY = date(2026, 12, 24), date(2027, 1, 6)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("24 December 2026 - 6 January 2027 Christmas", Break(EVE, EPIPHANY, "Christmas")),
        ("24 December 2026 – 6 January 2027: Christmas", Break(EVE, EPIPHANY, "Christmas")),
        ("24 Dec - 6 Jan 2027, Christmas break", Break(EVE, EPIPHANY, "Christmas break")),
        ("24 December to 6 January", Break(EVE, EPIPHANY)),
        ("Thursday 24th of December 2026 until Wed. 6th January, 2027", Break(EVE, EPIPHANY)),
        ("December 24, 2026 - January 6, 2027 Christmas", Break(EVE, EPIPHANY, "Christmas")),
        ("2026-12-24 - 2027-01-06 Christmas", Break(EVE, EPIPHANY, "Christmas")),
        ("2026-12-24–2027-01-06", Break(EVE, EPIPHANY)),
        ("24.12.2026-6.1.2027 Christmas", Break(EVE, EPIPHANY, "Christmas")),
        ("24. 12. - 6. 1. 2027", Break(EVE, EPIPHANY)),
        ("24/12/2026 - 1/6/2027", None),
        ("24/12/2026 - 1/13/2027", Break(EVE, date(2027, 1, 13))),
        ("24-31 December 2026 Christmas", Break(EVE, date(2026, 12, 31), "Christmas")),
        ("24 – 31 Dec", Break(EVE, date(2026, 12, 31))),
        ("1 May 2027 Labour Day", Break(date(2027, 5, 1), date(2027, 5, 1), "Labour Day")),
        ("1 May", Break(date(2027, 5, 1), date(2027, 5, 1))),
        ("7 November - Revolution Day", Break(date(2026, 11, 7), date(2026, 11, 7), "Revolution Day")),
        ("Sept 7 Labor Day", Break(date(2026, 9, 7), date(2026, 9, 7), "Labor Day")),
        ("29 February", Break(date(2028, 2, 29), date(2028, 2, 29))),
        ("1 May 2027 - 1 May 2027 8 March moved", Break(date(2027, 5, 1), date(2027, 5, 1), "8 March moved")),
    ],
)
def test_a_break_is_read_as_people_write_it(line: str, found: Break | None):
    breaks, problems = read_breaks(line, START)
    assert (breaks, bool(problems)) == ([found] if found else [], not found)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Christmas", "no day in “Christmas”"),
        ("24", "no day in “24”"),
        ("24 - Christmas", "no day in"),
        ("24 - 26", "no day in"),
        ("31 February 2027", "There is no 31 February 2027"),
        ("30.13.2026", "There is no 30 month 13 2026"),
        ("24 Decembre 2026", "There is no month “Decembre”"),
        ("10/11/2026", "can be read in two ways"),
        ("6 January 2027 - 24 December 2026", "before it begins, on 6 January 2027"),
        ("24 December 2026 - 6 January 2028", "is the year right?"),
        ("24 December 1926", "Choose a day between 2000 and 2100"),
        ("24 December 2026 - 41 January", "There is no 41 January."),
        (f"1 May 2027 {'x' * (LONGEST_NAME + 1)}", "has 81 characters"),
        ("24 December 20266", "no day in"),
    ],
)
def test_what_cannot_be_read_is_said_of_its_line(line: str, said: str):
    breaks, problems = read_breaks(f"\n1 May 2027\n\n{line}\n", START)
    assert [one.first for one in breaks] == [date(2027, 5, 1)]
    (words,) = in_words(problems)
    assert words.startswith("Line 4: ")
    assert said in words


def test_too_many_lines_are_told_once():
    breaks, problems = read_breaks("\n".join(["1 May 2027"] * 10_000), START)
    assert len(breaks) == MOST_BREAKS
    assert in_words(problems) == [f"Line {MOST_BREAKS + 1}: At most {MOST_BREAKS} lines fit."]


NAMES = st.text("abcdefg ABCДЖ'", max_size=20).map(str.strip)
SPANS = st.tuples(st.dates(date(2000, 1, 1), date(2099, 1, 1)), st.integers(0, 199), NAMES)


@given(st.lists(SPANS.map(lambda one: Break(one[0], one[0] + timedelta(days=one[1]), one[2])), max_size=20))
def test_what_is_shown_is_read_again(breaks: list[Break]):
    assert read_breaks(as_lines(breaks), START) == (sorted(breaks), [])


@given(st.text(max_size=60))
def test_nothing_that_is_typed_is_a_fault(text: str):
    breaks, problems = read_breaks(text, START)
    assert len(breaks) + len(problems) <= len(text.splitlines())


@given(st.text("0123456789 -–./,:thDecJan", max_size=40))
def test_nothing_like_a_day_is_a_fault(text: str):
    for one in read_breaks(text, START)[0]:
        assert one.first <= one.last
