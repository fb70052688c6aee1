"""The paths of a course: what of them is there, and the meetings of a group along one."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from hypothesis import assume, given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from course.groups.models import Enrolment
from course.outline.models import Course
from kruzhok.paths import followed, paths_of
from kruzhok.syllabus.plan_forms import Draft, plan_draft
from lessons.outline import LessonLine

SLUGS = st.lists(st.sampled_from([f"lesson-{n}" for n in range(1, 25)]), unique=True, min_size=1)

app = Flask(__name__)
app.config.update(SECRET_KEY="for tests", WTF_CSRF_ENABLED=False)


@st.composite
def weeks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return the weeks of a path, each with one to four lessons, none of them twice."""
    slugs, path = draw(SLUGS), []
    while slugs:
        size = draw(st.integers(1, 4))
        path.append({"title": None, "lessons": slugs[:size]})
        slugs = slugs[size:]
    return path


def course_with(its: list[dict[str, Any]]) -> Course:
    return Course(ident="c", paths=[{"ident": "short", "title": "The short path", "note": "", "weeks": its}])


def lines(*numbers: int) -> list[LessonLine]:
    return [LessonLine(n, f"lesson-{n}", n, f"Lesson {n}", "spring", "Spring") for n in numbers]


@given(weeks(), st.sets(st.integers(1, 24)))
def test_every_lesson_that_is_there_is_on_the_path_once_and_in_order(
    its: list[dict[str, Any]], there: set[int]
) -> None:
    named = [slug for week in its for slug in week["lessons"]]
    paths = paths_of(course_with(its), {line.ident: line for line in lines(*there)})
    found = [line.ident for path in paths for line in path.lessons]
    assert found == [slug for slug in named if int(slug.removeprefix("lesson-")) in there]
    for path in paths:
        assert [week.number for week in path.weeks] == list(range(1, len(path.weeks) + 1))
        assert all(week.lessons for week in path.weeks)


def drafted(its: list[dict[str, Any]], there: list[LessonLine], **more: Any) -> Draft:
    """Return what laying out meetings on Thursdays along the path of ITS weeks comes to."""
    sent = {"start": "2026-12-01", "weekdays": "3", "pace": "path-short", "do": "preview"} | more
    paths = paths_of(course_with(its), {line.ident: line for line in there})
    with app.test_request_context(method="POST", data=MultiDict(sent)):
        minutes = {line.activity_id: 60 for line in there}
        return plan_draft(there, minutes, ZoneInfo("Europe/Warsaw"), 7, date(2026, 12, 3), paths)


@given(weeks(), st.sets(st.integers(1, 24)), st.sampled_from(["3", "0", "6"]))
def test_along_a_path_each_week_is_a_meeting_and_no_holiday_has_one(
    its: list[dict[str, Any]], there: set[int], weekday: str
) -> None:
    outline = lines(*sorted(there))
    named = [int(slug.removeprefix("lesson-")) for week in its for slug in week["lessons"]]
    assume(there & set(named))
    draft = drafted(its, outline, weekdays=weekday, breaks="21 December 2026 - 6 January 2027 Christmas")
    assert draft.outcome is not None
    assert [key for at_it in draft.at_each for key in at_it] == [n for n in named if n in there]
    assert len(draft.outcome.rows) == sum(
        any(int(slug.removeprefix("lesson-")) in there for slug in week["lessons"]) for week in its
    )
    days = [row.day for row in draft.outcome.rows]
    assert days == sorted(set(days))
    assert all(day.weekday() == int(weekday) for day in days)
    assert not any(date(2026, 12, 21) <= day <= date(2027, 1, 6) for day in days)
    assert {line.activity_id for line in draft.outcome.left_out} == there - set(named)


def test_another_path_of_the_same_length_fills_the_rows_anew() -> None:
    one, other = ([{"title": None, "lessons": [f"lesson-{n}"]}] for n in (1, 2))
    paths = [
        {"ident": ident, "title": ident, "note": "", "weeks": its} for ident, its in (("one", one), ("other", other))
    ]
    there = lines(1, 2)
    along = paths_of(Course(ident="c", paths=paths), {line.ident: line for line in there})
    sent = {"start": "2026-12-01", "weekdays": "3", "pace": "path-other", "rows": "1x1 path-one", "lesson-1": "1"}
    with app.test_request_context(method="POST", data=MultiDict(sent)):
        draft = plan_draft(there, {}, ZoneInfo("UTC"), 7, date(2026, 12, 3), along)
    assert draft.at_each == [(2,)]
    assert not draft.was_seen


def test_a_course_without_paths_offers_none() -> None:
    with app.test_request_context():
        draft = plan_draft(lines(1), {1: 60}, ZoneInfo("UTC"), 7, date(2026, 12, 3))
    assert [choice.value for choice in draft.form.pace.choices][:2] == ["course", "1/1"]


def test_a_path_is_followed_alone_and_where_it_is_there() -> None:
    course = course_with([{"title": None, "lessons": ["b", "a"]}, {"title": None, "lessons": ["c"]}])
    assert followed(None) == []
    assert followed(Enrolment(course=course)) == []
    assert followed(Enrolment(course=course, path="short")) == ["b", "a", "c"]
    assert followed(Enrolment(course=course, path="gone")) == []
    assert followed(Enrolment(course=course, path="short", group_id=1)) == []
