"""Zooming into time: everything is in exactly one part of what holds it, and nothing is lost on the way down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.chronology import days_of_month
from lessons.explore.spans import ALL, LEVELS, Bar, Lasting, Span, chart_of, neighbours, span_named, span_of


@st.composite
def days(draw):
    year = draw(st.integers(1, 9999) | st.integers(1895, 1925))
    month = draw(st.integers(1, 12))
    return year, month, draw(st.integers(1, days_of_month(year, month)))


lastings = st.tuples(days(), days()).map(lambda pair: Lasting(min(pair), max(pair)))
#: Single days, months, years, decades, and spans of any length.
single = days().map(lambda day: Lasting(day, day))
months = days().map(lambda day: Lasting((*day[:2], 1), (*day[:2], days_of_month(*day[:2]))))
years = days().map(lambda day: Lasting((day[0], 1, 1), (day[0], 12, 31)))
happened = st.lists(single | months | years | lastings, max_size=30)
spans = st.builds(span_of, days(), st.integers(0, len(LEVELS) - 1))


@given(lasting=happened, span=spans)
def test_what_is_in_a_span_is_in_exactly_one_of_its_parts_or_not_known_so_exactly(lasting, span):
    inside = [one for one in lasting if one.is_in(span)]
    chart = chart_of(span, lasting)
    if span.kind != "day":
        assert sum(bar.count for bar in chart.bars) + chart.vague == len(inside)
    assert len({bar.span for bar in chart.bars}) == len(chart.bars)


@given(lasting=happened, span=spans)
def test_a_bar_counts_what_its_own_span_holds(lasting, span):
    for bar in chart_of(span, lasting).bars:
        assert bar.count == sum(one.is_in(bar.span) for one in lasting)


@given(lasting=happened)
def test_zooming_from_all_of_time_down_never_loses_anything(lasting):
    def reached(span):
        chart = chart_of(span, lasting)
        if span.kind == "day":
            return sum(one.is_in(span) for one in lasting)
        return chart.vague + sum(reached(bar.span) for bar in chart.bars if bar.count)

    assert reached(ALL) == len(lasting)


@given(one=lastings)
def test_its_home_is_the_deepest_span_that_holds_it(one):
    assert one.is_in(one.home)
    assert one.home.kind == "day" or one.part_of(one.home) is None
    assert all(one.is_in(span) for span in one.home.above)


@given(span=spans)
def test_a_span_is_found_again_by_its_name(span):
    assert span_named(span.name) == span


@given(day=days(), level=st.integers(0, 4))
def test_the_spans_above_one_are_those_of_its_days(day, level):
    assert list(span_of(day, level).above) == [span_of(day, above) for above in range(level)]


@given(lasting=happened, span=spans)
def test_neighbours_are_of_the_same_level_with_something_in_them_and_nothing_between(lasting, span):
    before, after = neighbours(span, lasting)
    for one in filter(None, (before, after)):
        assert one.level == span.level
        assert any(each.is_in(one) for each in lasting)
    between = [each.home.above[span.level] for each in lasting if each.home.level > span.level]
    assert all(one == span or one <= before or one >= after for one in between if before and after)


@given(one=lastings, span=spans)
def test_what_reaches_over_a_span_is_not_in_it(one, span):
    assert not (one.is_in(span) and one.reaches_over(span))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("", "all"), ("1910s", "decade"), ("1917", "year"), ("1917-10", "month"), ("1917-10-25", "day")],
)
def test_every_level_has_its_names(name, kind):
    assert span_named(name).kind == kind


@pytest.mark.parametrize("name", ["1917-13", "1917-02-30", "0000", "191", "1911s", "1917-10-25-1", "x", "١٩١٧"])
def test_what_is_no_span_has_no_name(name):
    assert span_named(name) is None


def test_a_year_has_twelve_months_whatever_happened_in_it():
    chart = chart_of(Span(2, (1917,)), [Lasting((1917, 11, 7), (1917, 11, 7)), Lasting((1917, 1, 1), (1917, 12, 31))])
    assert [bar.count for bar in chart.bars] == [0] * 10 + [1, 0]
    assert chart.vague == 1


def test_decades_in_which_nothing_happened_stand_between_others():
    chart = chart_of(ALL, [Lasting((year, 1, 1), (year, 1, 1)) for year in (1883, 1917)])
    assert [(bar.span.name, bar.count) for bar in chart.bars] == [
        ("1880s", 1),
        ("1890s", 0),
        ("1900s", 0),
        ("1910s", 1),
    ]


def test_a_war_of_several_years_is_in_its_decade_and_reaches_over_its_years():
    war = Lasting((1914, 8, 1), (1918, 11, 11))
    assert war.home == span_named("1910s")
    assert war.reaches_over(span_named("1917"))
    assert not war.reaches_over(span_named("1919"))


def test_a_month_of_the_old_style_has_a_day_that_the_new_style_lacks():
    february = span_named("1900-02")
    leap = Lasting((1900, 2, 29), (1900, 2, 29))
    assert chart_of(february, [leap], old_style=True).bars[-1] == Bar(span_named("1900-02-29"), 1)
