"""Historical dates in both calendars."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.chronology import (
    BadDate,
    Written,
    days_in,
    days_of_month,
    gregorian_to_julian,
    in_words,
    julian_to_gregorian,
    old_style_in_words,
    parse_date,
    point_in_words,
    sort_key,
    span_in_words,
)

DAYS = st.dates(min_value=date(1, 1, 1))

BOTH = [
    ((1917, 10, 25), date(1917, 11, 7)),
    ((1905, 1, 9), date(1905, 1, 22)),
    ((1861, 2, 19), date(1861, 3, 3)),
    ((1899, 12, 31), date(1900, 1, 12)),
    ((1900, 2, 28), date(1900, 3, 12)),
    ((1900, 2, 29), date(1900, 3, 13)),  # a leap year of the Old Style only
    ((1900, 3, 1), date(1900, 3, 14)),
    ((1582, 10, 4), date(1582, 10, 14)),
    ((1, 1, 3), date(1, 1, 1)),
]


@pytest.mark.parametrize(("old", "new"), BOTH)
def test_a_day_has_its_other_calendars_name(old: tuple[int, int, int], new: date) -> None:
    assert julian_to_gregorian(*old) == new
    assert gregorian_to_julian(new) == old


def test_russia_went_to_bed_on_31_january_1918_and_rose_on_14_february() -> None:
    assert julian_to_gregorian(1918, 1, 31) + timedelta(days=1) == date(1918, 2, 14)


@given(DAYS)
def test_there_and_back_is_the_same_day(day: date) -> None:
    assert julian_to_gregorian(*gregorian_to_julian(day)) == day


@given(st.dates(min_value=date(1900, 3, 14), max_value=date(2100, 3, 13)))
def test_the_gap_is_thirteen_days_in_the_20th_century(day: date) -> None:
    assert day.toordinal() - date(*gregorian_to_julian(day)).toordinal() == 13 or gregorian_to_julian(day)[1:] == (
        2,
        29,
    )


@pytest.mark.parametrize(
    "old",
    [
        (1917, 2, 29),
        (1916, 2, 30),
        (1917, 13, 1),
        (1917, 0, 1),
        (1917, 4, 31),
        (0, 1, 1),
        (-4, 1, 1),
        (1, 1, 2),
        (9999, 12, 31),
    ],
)
def test_days_outside_the_calendars_are_refused(old: tuple[int, int, int]) -> None:
    with pytest.raises(BadDate):
        julian_to_gregorian(*old)


RANGES = [
    ("1917-04-16", date(1917, 4, 16), date(1917, 4, 16), "day", "16 April 1917"),
    ("1917-04", date(1917, 4, 1), date(1917, 4, 30), "month", "April 1917"),
    ("1916-02", date(1916, 2, 1), date(1916, 2, 29), "month", "February 1916"),
    ("9999-12", date(9999, 12, 1), date(9999, 12, 31), "month", "December 9999"),
    ("1917", date(1917, 1, 1), date(1917, 12, 31), "year", "1917"),
    ("0988", date(988, 1, 1), date(988, 12, 31), "year", "988"),
    ("c. 1917", date(1917, 1, 1), date(1917, 12, 31), "year", "c. 1917"),
    ("c. 1917-04", date(1917, 4, 1), date(1917, 4, 30), "month", "c. April 1917"),
    ("1640s", date(1640, 1, 1), date(1649, 12, 31), "decade", "1640s"),
    ("c. 1640s", date(1640, 1, 1), date(1649, 12, 31), "decade", "c. 1640s"),
    ("17th century", date(1601, 1, 1), date(1700, 12, 31), "century", "17th century"),
    ("1st century", date(1, 1, 1), date(100, 12, 31), "century", "1st century"),
    ("12th century", date(1101, 1, 1), date(1200, 12, 31), "century", "12th century"),
    ("1914..1918", date(1914, 1, 1), date(1918, 12, 31), "year", "1914–1918"),
    ("c. 1914..1918", date(1914, 1, 1), date(1918, 12, 31), "year", "c. 1914–1918"),
    ("1914..c. 1918", date(1914, 1, 1), date(1918, 12, 31), "year", "1914 – c. 1918"),
    ("1917-03-08..1917-03-12", date(1917, 3, 8), date(1917, 3, 12), "day", "8–12 March 1917"),
    ("1917-02-28..1917-03-03", date(1917, 2, 28), date(1917, 3, 3), "day", "28 February – 3 March 1917"),
    ("1914-08-01..1918-11-11", date(1914, 8, 1), date(1918, 11, 11), "day", "1 August 1914 – 11 November 1918"),
    ("1917-04..1917-05", date(1917, 4, 1), date(1917, 5, 31), "month", "April–May 1917"),
    ("1917-12..1918-01", date(1917, 12, 1), date(1918, 1, 31), "month", "December 1917 – January 1918"),
    ("1914-08..1918", date(1914, 8, 1), date(1918, 12, 31), "year", "August 1914 – 1918"),
    ("1914..1918-11-11", date(1914, 1, 1), date(1918, 11, 11), "year", "1914 – 11 November 1918"),
    ("1640s..1660s", date(1640, 1, 1), date(1669, 12, 31), "decade", "1640s–1660s"),
    ("16th century..1789", date(1501, 1, 1), date(1789, 12, 31), "century", "16th century – 1789"),
]


@pytest.mark.parametrize(("text", "earliest", "latest", "precision", "words"), RANGES)
def test_a_date_is_as_exact_as_it_is_written(
    text: str, earliest: date, latest: date, precision: str, words: str
) -> None:
    when = parse_date(text)
    assert (when.earliest, when.latest, when.precision) == (earliest, latest, precision)
    assert when.circa == ("c." in text)
    assert in_words(when) == words
    assert old_style_in_words(when) is None


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "yesterday", "1917-02-30", "1917-02-29", "1917-13", "1917-00", "1917-4-3", "17", "0000", "0000s",
        "0000-01-01", "-0044", "44 BC", "1645s",
        "17st century", "11st century", "0th century", "100th century", "17th Century",
        "1918..1914", "1917..1917", "1917..1917-04", "1914..", "..1918", "1914..1916..1918", "1914-1918", "c 1917",
        "١٩١٧", "１９１７", "1917-04-16\n", " 1917", "1917 ", "circa 1917", "c.  1917", "c. c. 1917",
        "19170", "1917/04",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadDate):
        parse_date(text)


def test_dates_sort_by_their_first_day_and_the_longer_before_its_parts() -> None:
    mixed = ["1917-01-02", "1917-01-01", "1917", "1910s", "1914-08-01", "1917-01", "1914..1918", "16th century..1789"]
    order = ["16th century..1789", "1910s", "1914..1918", "1914-08-01", "1917", "1917-01", "1917-01-01", "1917-01-02"]
    assert sorted(mixed, key=lambda text: sort_key(parse_date(text))) == order


def test_the_old_style_day_is_kept_and_read_after_the_new() -> None:
    when = parse_date("1917-04-16", old_style="1917-04-03")
    assert when.old_style == (1917, 4, 3)
    assert old_style_in_words(when) == "3 April"


def test_the_old_style_year_is_said_where_it_differs() -> None:
    assert old_style_in_words(parse_date("1900-01-12", old_style="1899-12-31")) == "31 December 1899"


def test_a_wrong_old_style_day_is_told_the_right_one() -> None:
    with pytest.raises(BadDate, match="1917-04-03"):
        parse_date("1917-04-16", old_style="1917-04-04")


@pytest.mark.parametrize(
    ("text", "old_style"),
    [
        ("1917-04", "1917-03"),
        ("1917-04", "1917-03-19"),
        ("1917-03-08..1917-03-12", "1917-02-23"),
        ("1917-04-16", "3 April"),
        ("1917-04-16", "1917-02-30"),
        ("1917-04-16", ""),
        ("1917-04-16", "0000-01-01"),
    ],
)
def test_an_old_style_that_is_no_day_or_stands_beside_none_is_refused(text: str, old_style: str) -> None:
    with pytest.raises(BadDate):
        parse_date(text, old_style=old_style)


@given(DAYS)
def test_every_day_parses_with_its_own_old_style(day: date) -> None:
    when = parse_date(day.isoformat(), old_style="{:04}-{:02}-{:02}".format(*gregorian_to_julian(day)))
    assert when.earliest == when.latest == day


@given(DAYS, DAYS)
def test_a_span_reaches_from_its_first_to_its_last_day(one: date, other: date) -> None:
    text = f"{one.isoformat()}..{other.isoformat()}"
    if one < other:
        when = parse_date(text)
        assert (when.earliest, when.latest) == (one, other)
        assert in_words(when).endswith(f" {other.year}")
    else:
        with pytest.raises(BadDate):
            parse_date(text)


@given(st.text(alphabet="0123456789-.cst h", max_size=14))
def test_nothing_but_a_date_or_its_refusal_comes_back(text: str) -> None:
    try:
        when = parse_date(text)
    except BadDate:
        return
    assert when.earliest <= when.latest
    assert in_words(when)


@pytest.mark.parametrize(
    ("when", "new", "old"),
    [
        (Written("day", 1917, 10, 25), ("1917-10-25", "1917-10-25"), ("1917-11-07", "1917-11-07")),
        (Written("month", 1917, 10), ("1917-10-01", "1917-10-31"), ("1917-10-14", "1917-11-13")),
        (Written("month", 1900, 2), ("1900-02-01", "1900-02-28"), ("1900-02-13", "1900-03-13")),
        (Written("year", 1917), ("1917-01-01", "1917-12-31"), ("1917-01-01", "1917-12-31")),
        (Written("decade", 1640), ("1640-01-01", "1649-12-31"), ("1640-01-01", "1649-12-31")),
        (Written("century", 9901), ("9901-01-01", "9999-12-31"), ("9901-01-01", "9999-12-31")),
    ],
)
def test_what_is_written_is_read_in_either_calendar_and_years_alike(when: Written, new: object, old: object) -> None:
    assert tuple(day.isoformat() for day in days_in(when)) == new
    assert tuple(day.isoformat() for day in days_in(when, old_style=True)) == old


@pytest.mark.parametrize(
    ("when", "old_style", "message"),
    [
        (Written("day", 1917, 6, 31), False, "There was no 31 June 1917: June had 30 days."),
        (Written("day", 1917, 6, 31, circa=True), True, "There was no 31 June 1917: June had 30 days."),
        (Written("day", 1900, 2, 29), False, "There was no 29 February 1900 in the New Style: February had 28 days."),
        (Written("day", 1900, 2, 30), True, "There was no 30 February 1900 in the Old Style: February had 29 days."),
        (Written("day", 1, 1, 1), True, "outside the years 1 to 9999"),
        (Written("month", 9999, 12), True, "outside the years 1 to 9999"),
    ],
)
def test_a_day_that_never_was_is_refused_by_its_name(when: Written, old_style: bool, message: str) -> None:
    with pytest.raises(BadDate, match=message):
        days_in(when, old_style=old_style)


def test_february_1900_has_a_leap_day_in_the_old_style_only() -> None:
    assert days_of_month(1900, 2) == 28
    assert days_of_month(1900, 2, old_style=True) == 29
    assert days_of_month(1917, 12, old_style=True) == 31


def test_a_year_before_100_is_not_to_be_taken_for_a_day() -> None:
    assert point_in_words(Written("day", 14, 8, 19)) == "19 August AD 14"
    assert span_in_words(Written("year", 14), Written("year", 14)) == "AD 14 – AD 14"
    assert span_in_words(Written("month", 14, 8), Written("month", 14, 9)) == "August–September AD 14"
    assert in_words(parse_date("0014..0117")) == "AD 14 – 117"
