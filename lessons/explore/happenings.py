"""What happened: how it is dated where one or the other calendar leads, and where the course tells of it."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.chronology import Written, gregorian_to_julian, point_in_words
from course.outline.models import Course
from course.reference.models import Event
from lessons.explore.naming import Naming, Reading, namings_of, read_in
from lessons.explore.spans import Day, Lasting
from lessons.markup import unlinked


class Calendar(enum.Enum):
    """Which calendar leads: the New Style with the Old beside it, the New alone, or the Old where it was in use."""

    both = "both"
    new = "new"
    old = "old"


class Dated(NamedTuple):
    """How a date is read: in words, and `beside` them the same in the other calendar. Where one could take it for the
    other, `style` says in which it stands first: "old" or "new"."""

    words: str
    beside: str | None = None
    style: str | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """An event. `first` and `last` are its days at the widest, New Style; `named` is where its course names it.

    Its title has no links, since it is one wherever it stands."""

    ident: str
    title: Markup
    first: date
    last: date
    when: str
    old_style: str | None
    note_html: str
    disputed_html: str | None
    place: str | None
    turning_point: bool
    named: Sequence[Naming]

    @property
    def iso(self) -> str | None:
        """Its day, for machines; None where it is not known to the day."""
        return self.first.isoformat() if self.first == self.last else None

    @property
    def read(self) -> Sequence[Reading]:
        """The lessons and texts that tell of it, with the passages."""
        return read_in(self.named)

    @property
    def lessons(self) -> frozenset[str]:
        """The slugs of the lessons that tell of it."""
        return frozenset(naming.slug for naming in self.named if naming.place == "lesson")

    def lasting(self, calendar: Calendar) -> Lasting:
        """Return from when to when it lasted, in the calendar by which it is dated where CALENDAR leads."""
        if calendar is Calendar.old and self.old_style:
            day = gregorian_to_julian(self.first)
            return Lasting(day, day)
        return Lasting(_day(self.first), _day(self.last))

    def dated(self, calendar: Calendar) -> Dated:
        """Return how its date is read where CALENDAR leads."""
        if calendar is not Calendar.old:
            return Dated(self.when, self.old_style if calendar is Calendar.both else None)
        if not self.old_style:
            return Dated(self.when, style="new" if self.iso else None)
        year, month, day = gregorian_to_julian(self.first)
        return Dated(point_in_words(Written("day", year, month, day)), self.when, "old")


def _day(at: date) -> Day:
    return at.year, at.month, at.day


def happenings_of(session: Session, course: Course) -> list[Happening]:
    """Return the events of COURSE in order of time; of those that begin on one day, the longer first."""
    named = namings_of(session, course, "event")
    events = session.scalars(select(Event).where(Event.course_id == course.id)).all()
    ordered = sorted(events, key=lambda event: (event.earliest, -event.latest.toordinal(), event.ident))
    return [_happening(event, named) for event in ordered]


def _happening(event: Event, named: Mapping[str, Sequence[Naming]]) -> Happening:
    return Happening(
        event.ident,
        unlinked(event.title_html),
        event.earliest,
        event.latest,
        event.in_words,
        event.old_style_in_words,
        event.note_html,
        event.disputed_html,
        event.place,
        event.turning_point,
        named.get(event.ident, ()),
    )
