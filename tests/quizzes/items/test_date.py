"""Historical dates: the golden rows of RULES section 11, and the edges between them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.chronology import gregorian_to_julian
from quizzes.items import BadResponse
from quizzes.items import date as kind
from tests.quizzes.items.make import item


def date(key, **fields):
    return item("date", key=key, **fields)


def parse(data, text, calendar=""):
    return kind.parse(data, {"": [text], "calendar": [calendar]}, [])


def fields_of(response):
    return {} if response is None else {"": [response["text"]], "calendar": [response.get("calendar", "")]}


def scored(data, text, calendar=""):
    return kind.score(data, parse(data, text, calendar))


def score(data, text, calendar=""):
    return scored(data, text, calendar).score


OCTOBER = date("1917-11-07", old_style="1917-10-25")
BIRTH = date("c. 1642")
WAR = date("1914..1918")
GERMANY = date("1914-08-04")


# The golden rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25 October 1917", 1),
        ("7 November 1917", 1),
        ("October 1917", Fraction(1, 2)),
        ("November 1917", Fraction(1, 2)),
        ("1917", Fraction(1, 2)),
        ("c. 1917", Fraction(1, 2)),
        ("20th century", 0),
        ("8 November 1917", 0),
    ],
)
def test_a_day_of_an_old_style_place_scores_as_the_golden_rows_say(text, expected):
    assert score(OCTOBER, text) == expected
    assert score(date("1917-11-07", old_style_place=True), text) == expected


def test_a_tolerance_makes_near_days_count():
    data = date("1917-11-07", old_style="1917-10-25", tolerance=3)
    assert score(data, "8 November 1917") == Fraction(3, 4)
    assert score(data, "26 October 1917") == Fraction(3, 4)
    assert [score(data, f"{day} November 1917") for day in (9, 10, 11)] == [Fraction(1, 2), Fraction(1, 4), 0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1644", 1),
        ("c. 1640", 1),
        ("1640s", 1),
        ("17th century", Fraction(1, 2)),
        ("1630s", Fraction(3, 18)),
        ("1650s", 0),
        ("before 1700", 0),
    ],
)
def test_an_uncertain_year_scores_as_the_golden_rows_say(text, expected):
    assert score(BIRTH, text) == expected
    assert score(date("1637..1647", between=True), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("1914-1918", 1), ("1914-1917", Fraction(4, 5)), ("1915", Fraction(1, 5)), ("1920", 0)]
)
def test_a_span_scores_as_the_golden_rows_say(text, expected):
    assert score(WAR, text) == expected


def test_a_day_of_a_new_style_place_is_not_read_in_the_old():
    assert score(GERMANY, "22 July 1914") == 0
    assert score(GERMANY, "4 August 1914") == 1


# Which calendar


def test_the_calendar_that_counted_is_explained_if_it_is_the_old_and_was_not_said():
    told = "Read as Old Style: 25 October 1917 is 7 November in the New Style."
    assert scored(OCTOBER, "25 October 1917").note == told
    assert scored(OCTOBER, "7 November 1917").note is None
    assert scored(OCTOBER, "25 October 1917", "old").note is None
    assert scored(OCTOBER, "8 November 1917").note is None
    assert scored(OCTOBER, "October 1917").note == (
        "Read as Old Style: October 1917 is 14 October – 13 November 1917 in the New Style. "
        "Right, but not as exact as asked."
    )
    assert scored(date("1900-01-12", old_style_place=True), "31 December 1899").note == (
        "Read as Old Style: 31 December 1899 is 12 January 1900 in the New Style."
    )


@pytest.mark.parametrize(
    ("data", "text", "calendar", "expected"),
    [
        (OCTOBER, "25 October 1917", "old", 1),
        (OCTOBER, "25 October 1917", "new", 0),
        (OCTOBER, "25 October 1917 (Old Style)", "", 1),
        (OCTOBER, "7 November 1917 N.S.", "", 1),
        (OCTOBER, "7 November 1917", "old", 0),
        (GERMANY, "22 July 1914 OS", "", 1),
        (GERMANY, "22 July 1914", "old", 1),
    ],
)
def test_a_calendar_that_is_said_is_believed(data, text, calendar, expected):
    assert score(data, text, calendar) == expected


@pytest.mark.parametrize(
    ("text", "calendar", "expected"),
    [
        ("25 October 1917", "old", 1),
        ("7 November 1917", "new", 1),
        ("25 October 1917", "new", 0),
        ("25 October 1917", "", 0),
        ("October 1917", "", 0),
        ("7 November 1917", "", 1),  # a date without a calendar is one of the New Style, here as everywhere
    ],
)
def test_where_the_calendar_is_asked_for_only_that_which_is_said_is_read(text, calendar, expected):
    data = date("1917-11-07", old_style="1917-10-25", ask_calendar=True)
    assert score(data, text, calendar) == expected
    assert kind.is_complete(data, parse(data, text, calendar)) == bool(calendar)


def test_years_are_the_same_in_both_calendars():
    data = date("1917", old_style_place=True)
    assert score(data, "1917", "old") == 1
    assert score(data, "25 December 1916") == 1  # which is January 1917
    assert score(data, "25 December 1916", "new") == 0


def test_a_month_of_an_old_style_place_may_be_named_by_its_days_in_either_calendar():
    data = date("1917-11", old_style_place=True)
    assert score(data, "25 October 1917") == score(data, "7 November 1917") == score(data, "November 1917") == 1
    assert score(data, "October 1917") == Fraction(1, 2)  # by the Old Style it reaches into October and November


# Points


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("1917-04", "16 April 1917", 1),
        ("1917-04", "March–May 1917", Fraction(1, 2)),
        ("1917-04", "1917", Fraction(1, 2)),
        ("1917-04", "1917–1918", 0),
        ("1917-04", "April 1917 to March 1918", Fraction(1, 2)),
        ("1917-04", "April 1917 to April 1918", 0),
        ("1917-04", "c. April 1917", 1),
        ("1917-11-07", "1 November 1916 – 8 November 1917", 0),
        ("1916-11-07", "1916", Fraction(1, 2)),
        ("1917", "25 October 1917", 1),
        ("1917", "1910s", Fraction(1, 2)),
        ("1917", "1914–1918", Fraction(1, 2)),
        ("1917", "1907–1917", 0),
        ("1917", "20th century", 0),
        ("1640s", "1640s", 1),
        ("1640s", "1644", 1),
        ("1640s", "between 1642 and 1645", 1),
        ("1640s", "17th century", Fraction(1, 2)),
        ("1640s", "1645–1655", Fraction(5, 16)),
        ("1640s", "1650", 0),
        ("17th century", "1601", 1),
        ("17th century", "1600", 0),
        ("17th century", "1700", 1),
        ("17th century", "17th century", 1),
        ("17th century", "1600–1700", 0),
        ("17th century", "16th–17th century", 0),
        ("17th century", "1651–1750", Fraction(50, 150)),
        ("1917-11-07", "5–7 November 1917", Fraction(1, 2)),
        ("1917-11-07", "between 1 and 9 November 1917", Fraction(1, 2)),
    ],
)
def test_a_point_is_compared_in_its_own_unit(key, text, expected):
    assert score(date(key), text) == expected


def test_what_is_coarse_is_worth_what_the_item_says():
    assert score(date("1917-11-07", coarse=0.3), "1917") == Fraction(3, 10)
    assert score(date("1917-11-07", coarse=0), "1917") == 0
    assert score(date("1914..1918", coarse=1), "1914–1918") == 1


@pytest.mark.parametrize("text", ["before 1700", "after 1900", "until 1917", "since 1917", "after 1917", "before 1917"])
@pytest.mark.parametrize("data", [date("1917", tolerance=100), date("1914..1918"), date("c. 1917", tolerance=100)])
def test_an_open_end_is_no_date(data, text):
    assert score(data, text) == 0


def test_a_tolerance_is_counted_in_the_unit_of_the_key():
    assert score(date("1917-04", tolerance=1), "May 1917") == Fraction(1, 2)
    assert score(date("1917", tolerance=1), "31 December 1916") == Fraction(1, 2)
    assert score(date("1640s", tolerance=4), "1652") == Fraction(2, 5)


# Uncertain keys


@pytest.mark.parametrize(
    ("fields", "text", "expected"),
    [
        ({"key": "c. 1642", "circa": 2}, "1644", 1),
        ({"key": "c. 1642", "circa": 2}, "1645", 0),
        ({"key": "c. 1642", "circa": 2}, "1640s", Fraction(1, 2)),
        ({"key": "c. 1642"}, "25 October 1647", 1),
        ({"key": "c. 1642"}, "c. 1647", 1),
        ({"key": "c. 1642"}, "c. 1648", Fraction(5, 17)),
        ({"key": "c. 1642", "tolerance": 3}, "1650s", Fraction(1, 4)),
        ({"key": "c. 1640s"}, "1635", 1),
        ({"key": "c. 1640s"}, "1655", 0),
        ({"key": "c. 1917-04"}, "1920", 1),
        ({"key": "c. 1917-11-07", "circa": 1}, "7 November 1918", 1),
        ({"key": "c. 1917-11-07", "circa": 1}, "8 November 1918", 0),
        ({"key": "c. 1916-02-29", "circa": 1}, "28 February 1917", 1),
        ({"key": "1640..1650", "between": True}, "1640", 1),
        ({"key": "1640..1650", "between": True}, "1651", 0),
        ({"key": "1640..1650", "between": True}, "between 1640 and 1650", 1),
        ({"key": "1640..1650", "between": True}, "1640–1650", 1),
        ({"key": "1640..1650", "between": True}, "c. 1645", 1),
        ({"key": "1917-03-08..1917-03-12", "between": True}, "10 March 1917", 1),
        ({"key": "1917-03-08..1917-03-12", "between": True}, "13 March 1917", 0),
        ({"key": "1917-03-08..1917-03-12", "between": True}, "20th century", Fraction(1, 2)),
        ({"key": "c. 9999"}, "9999", 1),
        ({"key": "c. 0003"}, "AD 1", 1),
    ],
)
def test_an_uncertain_key_is_right_at_any_moment_in_it(fields, text, expected):
    assert score(date(**fields), text) == expected


# Spans


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("1914..1918", "August 1914 to November 1918", 1),
        ("1914-08-01..1918-11-11", "1914–1918", Fraction(1, 2)),
        ("1914-08..1918-11", "August 1914 – November 1918", 1),
        ("1914-08..1918-11", "1 August 1914 – 11 November 1918", 1),
        ("1914-08..1918-11", "1914–1917", Fraction(2, 5)),
        ("1917-03-08..1917-03-12", "March 8–11, 1917", Fraction(4, 5)),
        ("1917-03-08..1917-03-12", "March 1917", Fraction(1, 2)),
        ("1914..1918", "1910s", Fraction(1, 2)),
        ("1914..1918", "c. 1914–1918", 1),
        ("1914..1918", "between 1914 and 1918", 1),
        ("1914..1918", "since 1914", 0),
    ],
)
def test_a_span_is_worth_what_both_have_in_common_in_the_coarser_unit(key, text, expected):
    assert score(date(key), text) == expected


# What is said of an answer


def test_a_word_tells_what_was_less_exact_and_what_was_left_aside():
    coarse, circa = "Right, but not as exact as asked.", "“Circa” was left aside"
    assert scored(OCTOBER, "1917").note == coarse
    assert scored(OCTOBER, "c. 1917").note.startswith(f"{coarse} {circa}")
    assert scored(WAR, "1914 – c. 1918").note.startswith(circa)
    assert scored(BIRTH, "c. 1640").note is None
    assert scored(date("1914-08..1918-11"), "1914–1918").note == coarse
    assert scored(date("1914-08..1918-11"), "1914–1917").note == "Not as exact as asked."
    assert scored(OCTOBER, "20th century").note is None


def test_the_items_own_feedback_is_for_what_is_not_fully_right():
    data = date("1917", feedback="Think of the war.")
    assert scored(data, "1917").feedback == ()
    assert scored(data, "1916").feedback == scored(data, "1910s").feedback == ("Think of the war.",)


# Whatever is typed


KEYS = st.sampled_from(
    [
        OCTOBER, BIRTH, WAR, GERMANY,
        date("1917-11", old_style_place=True, tolerance=2),
        date("1917", tolerance=10, coarse=0.7),
        date("1640s"),
        date("17th century"),
        date("c. 1917-11-07", circa=2, old_style_place=True),
        date("1640..1650", between=True, circa=1),
        date("1914-08-01..1918-11-11", old_style_place=True),
        date("1917-11-07", old_style="1917-10-25", ask_calendar=True),
    ]
)  # fmt: skip
DAYS = st.dates().map(lambda day: f"{day.year:04}-{day.month:02}-{day.day:02}")
ANSWERS = st.one_of(
    DAYS,
    st.integers(1900, 1930).map(str),
    st.tuples(st.integers(1, 31), st.sampled_from(["October", "November"]), st.integers(1914, 1918)).map(
        lambda day: "{} {} {}".format(*day)
    ),
    st.tuples(st.integers(1600, 1920), st.integers(0, 99)).map(lambda two: f"between {two[0]} and {sum(two)}"),
    st.tuples(st.integers(1600, 1920), st.integers(0, 99)).map(lambda two: f"{two[0]}–{sum(two)}"),
    st.integers(1590, 1930).map(lambda year: f"c. {year}"),
    st.text(st.characters(codec=None), max_size=12),
)


@given(KEYS, ANSWERS, st.sampled_from(["", "new", "old"]))
def test_any_answer_is_worth_something_from_0_to_1_and_always_the_same(data, text, calendar):
    try:
        response = parse(data, text, calendar)
    except BadResponse:
        return
    first = kind.score(data, response)
    assert first == kind.score(data, response)
    assert isinstance(first.score, Fraction)
    assert 0 <= first.score <= 1
    assert kind.parse(data, fields_of(response), []) == response


@given(DAYS)
def test_every_day_as_a_key_is_right_in_both_calendars(day):
    data = date(day, old_style_place=True)
    assert score(data, kind.key_text(data)) == 1
    when = data.when.earliest
    assert score(data, "{:04}-{:02}-{:02}".format(*gregorian_to_julian(when)), "old") == 1


@given(st.integers(1800, 2000), st.integers(0, 50), st.integers(0, 50))
def test_a_wider_tolerance_never_takes_anything_away(year, tolerance, more):
    narrow, wide = date("1917", tolerance=tolerance), date("1917", tolerance=tolerance + more)
    assert score(narrow, str(year)) <= score(wide, str(year))


@given(st.integers(1900, 1940), st.integers(1900, 1940))
def test_a_year_further_from_the_key_is_never_worth_more(one, other):
    data = date("1917", tolerance=10)
    near, far = sorted((one, other), key=lambda year: abs(year - 1917))
    assert score(data, str(near)) >= score(data, str(far))
