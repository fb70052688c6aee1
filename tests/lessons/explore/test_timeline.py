"""The timeline: what is listed of a span, what choosing leaves out, and what the calendar that leads changes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from course.chronology import in_words, old_style_in_words, parse_date
from lessons.explore.happenings import Calendar, Happening
from lessons.explore.naming import Naming
from lessons.explore.spans import ALL, span_named
from lessons.explore.timeline import MOST_LISTED, Asked, around, short, span_in_words, timeline_page


def event(when, title="It happens", *, old_style=None, key=False, place=None, lessons=()):
    """Return an event of WHEN, as a curriculum writes it, told in LESSONS (number, slug)."""
    at = parse_date(when, old_style=old_style)
    told = [Naming("lesson", slug, slug, number, None, None, "", None) for number, slug in lessons]
    dates = (at.earliest, at.latest, in_words(at), old_style_in_words(at))
    return Happening(f"{title}-{when}".lower(), Markup(title), *dates, "", None, place, key, told)


RISING = event("1917-11-07", "rising", old_style="1917-10-25", key=True, place="Petrograd", lessons=[(9, "october")])
CAPORETTO = event("1917-10-24", "caporetto", place="Caporetto")
WAR = event("1914..1918", "war", lessons=[(1, "war"), (9, "october")])
HUNGER = event("1917", "hunger", place="Petrograd")
ALL_FOUR = [WAR, HUNGER, CAPORETTO, RISING]


def page(happenings, at="", **asked):
    return timeline_page(happenings, Asked(span_named(at), **asked))


def titles(shown):
    return [str(one.title) for heap in shown.listed for one in heap.events]


# What is listed


def test_a_span_lists_what_happened_in_it_for_certain_and_names_apart_what_reaches_beyond_it():
    shown = page(ALL_FOUR, "1917")
    assert titles(shown) == ["hunger", "caporetto", "rising"]
    assert [str(one.title) for one in shown.beyond] == ["war"]
    assert shown.total == 3


def test_what_is_not_known_to_a_month_can_be_looked_at_alone():
    assert titles(page(ALL_FOUR, "1917", vague=True)) == ["hunger"]
    assert titles(page(ALL_FOUR, "1910s", vague=True)) == ["war"]


def test_several_years_are_listed_year_by_year():
    assert [(heap.year, len(heap.events)) for heap in page(ALL_FOUR).listed] == [(1914, 1), (1917, 3)]
    assert [heap.year for heap in page(ALL_FOUR, "1917").listed] == [None]


def test_of_a_great_many_events_the_turning_points_stand_for_all_until_one_looks_closer():
    many = [RISING, *[event(f"1917-07-{day:02}") for day in range(1, 32)] * 2]
    assert len(many) > MOST_LISTED
    assert titles(page(many, "1917")) == ["rising"]
    assert page(many, "1917").abridged
    assert page(many, "1917").total == len(many)
    assert page(many, "1917", as_list=True).shown == len(many)
    assert page(many, "1917-07").shown == len(many) - 1


def test_a_great_many_events_without_a_turning_point_are_listed_all():
    many = [event("1917-07-01")] * (MOST_LISTED + 1)
    assert page(many).shown == len(many)


def test_a_day_shows_the_bars_of_its_month():
    shown = page(ALL_FOUR, "1917-11-07")
    assert shown.charted == span_named("1917-11")
    assert len(shown.chart.bars) == 30
    assert titles(shown) == ["rising"]


def test_a_course_without_events_has_an_empty_timeline():
    shown = page([])
    assert (shown.everything, shown.shown, list(shown.chart.bars), shown.before, shown.after) == (0, 0, [], None, None)


# Choosing


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"place": "Petrograd"}, ["hunger", "rising"]),
        ({"lesson": "october"}, ["war", "rising"]),
        ({"turning_points": True}, ["rising"]),
        ({"place": "Petrograd", "lesson": "war"}, []),
        ({"place": "Nowhere"}, []),
    ],
)
def test_choosing_leaves_out_the_others_from_list_and_bars(asked, left):
    shown = page(ALL_FOUR, **asked)
    assert titles(shown) == left
    assert sum(bar.count for bar in shown.chart.bars) + shown.chart.vague == len(left)


def test_there_are_as_many_events_to_choose_as_each_choice_says():
    shown = page(ALL_FOUR)
    assert [(one.value, one.count) for one in shown.places] == [("Caporetto", 1), ("Petrograd", 2)]
    assert [(one.words, one.count) for one in shown.lessons] == [("1. war", 1), ("9. october", 2)]
    assert shown.turning_points == 1


# Which calendar leads


def test_where_the_old_style_leads_october_has_its_days():
    shown = page(ALL_FOUR, "1917-10", calendar=Calendar.old)
    assert titles(shown) == ["caporetto", "rising"]
    assert {bar.span.name for bar in shown.chart.bars if bar.count} == {"1917-10-24", "1917-10-25"}


def test_dates_say_which_calendar_they_are_of():
    assert RISING.dated(Calendar.both) == ("7 November 1917", "25 October", None)
    assert RISING.dated(Calendar.new) == ("7 November 1917", None, None)
    assert RISING.dated(Calendar.old) == ("25 October 1917", "7 November 1917", "old")
    assert CAPORETTO.dated(Calendar.old) == ("24 October 1917", None, "new")
    assert WAR.dated(Calendar.old) == ("1914–1918", None, None)


def test_changing_the_calendar_goes_on_with_what_one_looks_at():
    assert page([RISING], "1917-11-07").switched[Calendar.old] == span_named("1917-10-25")
    assert page([RISING], "1917-10", calendar=Calendar.old).switched[Calendar.both] == span_named("1917-11")
    assert page([RISING], "1917").switched[Calendar.old] == span_named("1917")
    assert page([RISING], "1917-01").switched[Calendar.old] == span_named("1917-01")


def test_a_course_that_knows_one_calendar_has_none_to_choose():
    assert page(ALL_FOUR).has_old_style
    assert not page([CAPORETTO]).has_old_style


# Where an event is found


whens = st.sampled_from(
    ["1917-11-07", "1917-11", "1917", "1910s", "20th century", "1914..1918", "1905..1917", "1917-03-08..1917-03-12"]
)


@given(st.lists(whens, min_size=1, max_size=8))
def test_every_event_is_listed_where_its_own_page_leads_to(all_whens):
    happenings = sorted((event(when) for when in all_whens), key=lambda one: one.first)
    for one in happenings:
        shown = timeline_page(happenings, around(one))
        assert one in [each for heap in shown.listed for each in heap.events]


@pytest.mark.parametrize("calendar", list(Calendar))
def test_what_one_asks_is_what_the_address_says(calendar):
    asked = Asked(span_named("1917"), vague=True, calendar=calendar, place="Petrograd")
    assert asked.arguments["at"] == "1917"
    assert asked.arguments["place"] == "Petrograd"
    assert (asked.arguments["calendar"] is None) == (calendar is Calendar.both)
    assert not any(Asked(ALL).arguments.values())


@pytest.mark.parametrize(
    ("name", "words", "below_a_bar"),
    [
        ("1910s", "1910s", "1910s"),
        ("1917", "1917", "1917"),
        ("1917-10", "October 1917", "Oct"),
        ("1917-10-25", "25 October 1917", "25"),
        ("", "", ""),
    ],
)
def test_spans_are_read_as_words(name, words, below_a_bar):
    assert span_in_words(span_named(name)) == words
    assert short(span_named(name)) == below_a_bar


def test_a_day_of_the_old_style_that_the_new_one_lacks_can_be_read():
    leap = event("1900-03-13", old_style="1900-02-29")
    assert leap.first == date(1900, 3, 13)
    assert titles(page([leap], "1900-02-29", calendar=Calendar.old)) == ["It happens"]
    assert leap.dated(Calendar.old).words == "29 February 1900"
