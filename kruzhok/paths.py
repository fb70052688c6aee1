"""The paths of a course: ways through it, week by week. What one names that is no lesson (any more) is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from markupsafe import Markup

from course.groups.models import Enrolment
from course.outline.models import Course

Lesson = TypeVar("Lesson")


@dataclass(frozen=True, slots=True)
class Week(Generic[Lesson]):
    """A week of a path: its number, what it is about if that is said, its lessons in order."""

    number: int
    title: str | None
    lessons: Sequence[Lesson]


@dataclass(frozen=True, slots=True)
class Path(Generic[Lesson]):
    """A way through a course; `note` says for whom it is, as safe HTML."""

    ident: str
    title: str
    note: Markup
    weeks: Sequence[Week[Lesson]]

    @property
    def lessons(self) -> list[Lesson]:
        """All its lessons, in order."""
        return [lesson for week in self.weeks for lesson in week.lessons]


def paths_of(course: Course, lessons: Mapping[str, Lesson]) -> list[Path[Lesson]]:
    """Return the paths of COURSE that lead anywhere, with what stands in LESSONS (slug -> lesson) for their slugs.

    A week without any lesson is none, and the others are numbered without it."""
    paths = []
    for path in course.paths:
        weeks = [
            (week.get("title"), [lessons[slug] for slug in week["lessons"] if slug in lessons])
            for week in path["weeks"]
        ]
        there = [(title, its) for title, its in weeks if its]
        if there:
            numbered = [Week(number, title, its) for number, (title, its) in enumerate(there, 1)]
            paths.append(Path(path["ident"], path["title"], Markup(path["note"]), numbered))  # noqa: S704 (made safe when it was loaded)
    return paths


def path_of(enrolment: Enrolment | None, lessons: Mapping[str, Lesson]) -> Path[Lesson] | None:
    """Return the path that is followed in ENROLMENT, of LESSONS as `paths_of`; none in a group, or where none is."""
    if enrolment is None or enrolment.path is None or enrolment.group_id is not None:
        return None
    return next((path for path in paths_of(enrolment.course, lessons) if path.ident == enrolment.path), None)


def followed(enrolment: Enrolment | None) -> list[str]:
    """Return the slugs of the path that is followed in ENROLMENT, in order; none in a group, or where none is."""
    slugs = {slug: slug for path in (enrolment.course.paths if enrolment else ()) for slug in _slugs(path)}
    path = path_of(enrolment, slugs)
    return path.lessons if path else []


def _slugs(path: Mapping[str, Any]) -> list[str]:
    return [slug for week in path["weeks"] for slug in week["lessons"]]
