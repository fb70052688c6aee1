"""What an author may write of a date, what a student may send, and how both are said."""

import pytest
from pydantic import ValidationError

from quizzes.items import BadResponse, parse_data
from quizzes.items import date as kind
from tests.quizzes.items.make import item


def date(key, **fields):
    return item("date", key=key, **fields)


def parse(data, text, calendar=""):
    return kind.parse(data, {"": [text], "calendar": [calendar]}, [])


OCTOBER = date("1917-11-07", old_style="1917-10-25")
BIRTH = date("c. 1642")
GERMANY = date("1914-08-04")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (OCTOBER, "7 November 1917 in the New Style, 25 October in the Old Style"),
        (
            date("1900-01-12", old_style="1899-12-31"),
            "12 January 1900 in the New Style, 31 December 1899 in the Old Style",
        ),
        (date("1917-11-07", ask_calendar=True), "7 November 1917 (New Style)"),
        (BIRTH, "c. 1642"),
        (date("1914..1918"), "1914–1918"),
        (date("1640..1650", between=True), "between 1640 and 1650"),
        (date("17th century"), "17th century"),
    ],
)  # fmt: skip
def test_the_key_is_said_in_both_calendars_where_both_are_known(data, words):
    assert kind.key_says(data) == [words]


def test_an_answer_is_said_as_it_was_read():
    assert kind.says(OCTOBER, parse(OCTOBER, "Oct. 25, 1917", "old")) == ["25 October 1917 (Old Style)"]
    assert kind.says(BIRTH, parse(BIRTH, "about 1640")) == ["c. 1640"]


# What is typed


def test_the_response_is_the_date_in_one_form_with_the_calendar_if_said():
    assert parse(OCTOBER, "Oct. 25, 1917") == {"text": "25 October 1917"}
    assert parse(OCTOBER, "Oct. 25, 1917 (O.S.)") == {"text": "25 October 1917", "calendar": "old"}
    assert parse(OCTOBER, "1917", "new") == {"text": "1917", "calendar": "new"}
    assert parse(OCTOBER, "", "old") is None


@pytest.mark.parametrize(
    ("data", "text", "calendar", "message"),
    [
        (OCTOBER, "31 June 1917", "", "There was no 31 June 1917: June had 30 days."),
        (GERMANY, "29 February 1900", "", "There was no 29 February 1900 in the New Style: February had 28 days."),
        (OCTOBER, "29 February 1900", "new", "There was no 29 February 1900 in the New Style"),
        (OCTOBER, "30 February 1900", "old", "There was no 30 February 1900 in the Old Style: February had 29 days."),
        (OCTOBER, "0 October 1917", "", "There was no 0 October 1917: October had 31 days."),
        (OCTOBER, "1918–1914", "", "The end comes before the beginning."),
        (OCTOBER, "7 November to 25 October 1917", "", "The end comes before the beginning."),
        (OCTOBER, "25 October 1917 (Old Style)", "new", "The date says one calendar"),
        (OCTOBER, "10/11/1917", "", "Which is the month?"),
        (OCTOBER, "1 January 0001 OS", "", "outside the years 1 to 9999 of the New Style"),
        (OCTOBER, "1917", "julian", "not among those of this question"),
        (OCTOBER, "1917\0", "", "not text"),
        (OCTOBER, "1917\ud800", "", "not text"),
        (OCTOBER, "1917" * 2_500_000, "", "too long"),
        (OCTOBER, "1917 - " * 60, "", "not understood"),
    ],
)  # fmt: skip
def test_what_was_never_a_date_or_is_no_text_is_refused_by_name(data, text, calendar, message):
    with pytest.raises(BadResponse, match=message.replace("?", r"\?")):
        parse(data, text, calendar)


def test_two_dates_in_one_answer_are_refused():
    with pytest.raises(BadResponse, match="Only one answer"):
        kind.parse(OCTOBER, {"": ["1917", "1918"]}, [])


@pytest.mark.parametrize(("data", "calendar"), [(OCTOBER, ""), (OCTOBER, "old"), (GERMANY, "old")])
def test_the_leap_day_of_1900_is_there_in_the_old_style(data, calendar):
    assert parse(data, "29 February 1900", calendar)["text"] == "29 February 1900"
    born = date("1900-03-13", old_style="1900-02-29")
    assert kind.score(born, parse(born, "29 February 1900")).score == 1


# What an author may write


@pytest.mark.parametrize(
    ("fields", "place", "message"),
    [
        ({"key": "yesterday"}, "key", "“yesterday” is not a date: write '1917-11-07', '1917-11', '1917'"),
        ({"key": "1917-02-29"}, "key", "“1917-02-29” is not in the calendar: write"),
        ({"key": "17st century"}, "key", "“17st century” is not a date: write “17th century”."),
        ({"key": "1918..1914"}, "key", "the end does not come after the beginning"),
        ({"key": "1900s"}, "key", "A decade “1900s” is taken for a century: write its years"),
        ({"old_style": "1917-10-26"}, "old_style", "is 1917-10-25 in the Old Style"),
        ({"old_style": "25 October"}, "old_style", "write the Old Style as '1917-04-03'"),
        ({"key": "1917-11", "old_style": "1917-10-25"}, "old_style", "write `old_style_place: true`"),
        ({"between": True}, "date", "Between what and what: write the key as '1640..1650'"),
        ({"key": "c. 1640..1650", "between": True}, "date", "take 'c.' out of the key"),
        ({"key": "1917-04..1917-06", "between": True}, "date", "name the days"),
        ({"key": "c. 1914..1918"}, "date", "A span has two known ends"),
        ({"circa": 10}, "date", "The key is not uncertain, so `circa` does nothing"),
        ({"key": "1914..1918", "tolerance": 1}, "date", "A span has no tolerance"),
        ({"key": "1917", "ask_calendar": True}, "date", "A year is the same in both calendars"),
        ({"tolerance": -1}, "tolerance", "greater than or equal to 0"),
        ({"tolerance": 0.5}, "tolerance", "valid integer"),
        ({"key": "c. 1642", "circa": 0}, "circa", "greater than or equal to 1"),
        ({"coarse": 1.5}, "coarse", "less than or equal to 1"),
        ({"key": 1917}, "key", "valid string"),
    ],
)
def test_a_key_that_says_nothing_sensible_is_refused_with_how_to_mend_it(fields, place, message):
    with pytest.raises(ValidationError) as caught:
        date(**({"key": "1917-11-07"} | fields))
    [error] = caught.value.errors()
    assert error["loc"][-1] == place
    assert message in error["msg"]


def test_both_ways_of_saying_where_the_old_style_was_in_use_may_stand_together():
    assert date("1917-11-07", old_style="1917-10-25", old_style_place=True).offers_calendar
    assert not GERMANY.offers_calendar
    assert date("1914-08-04", ask_calendar=True).offers_calendar


@pytest.mark.parametrize(
    "data", [OCTOBER, BIRTH, GERMANY, date("1914..1918"), date("1640..1650", between=True), date("1917-11", coarse=0)]
)
def test_an_item_kept_with_all_that_was_left_out_is_the_same_item(data):
    assert parse_data(data.model_dump(mode="json")) == data
