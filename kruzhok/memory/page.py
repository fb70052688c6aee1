"""All that the pages of memory show of one user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.outline.models import Course
from course.users.models import User
from kruzhok.memory.fading import Ahead, ahead_of
from kruzhok.memory.known import At, Known, known_of, passages_at
from kruzhok.memory.load import Load, load_ahead
from kruzhok.memory.strength import Line, Strength, by_lesson, by_name, by_passage, strength_of
from quizzes.review.cards import cards_of
from quizzes.review.withheld import sat_by, withheld_of
from quizzes.scheduling import study_day

#: So many of the weakest persons, terms and passages stand on the page; all of them on pages of their own.
WEAKEST = 5


class Mine(NamedTuple):
    """What a user remembers, of all courses or of the one they asked for; COURSES are those it is of in all, and CLOSED
    is what is withheld from them."""

    known: Sequence[Known]
    courses: Sequence[Course]
    course: Course | None
    closed: frozenset[int]

    @property
    def strength(self) -> Strength:
        """How well all of it is known."""
        return strength_of(self.known)


class PassageLine(NamedTuple):
    """How well a passage is known, and where it stands."""

    at: At
    strength: Strength


@dataclass(frozen=True, slots=True)
class MemoryPage:
    """The page of memory: `lines` says of PERSON and TERM who and what is known how well, the weakest first."""

    mine: Mine
    ahead: Ahead
    load: Load
    lessons: Sequence[Line]
    lines: Mapping[str, Sequence[Line]]
    passages: Sequence[PassageLine]
    passages_in_all: int


def mine_of(session: Session, user: User, now: datetime, course: str | None) -> Mine:
    """Return what USER remembers NOW: in the COURSE of that ident, where it is one of theirs.

    Three queries; more where an attempt may not show its key at all times."""
    today = study_day(now, ZoneInfo(user.zone))
    cards = cards_of(session, user, today)
    closed = withheld_of(session, user.id, now, sat_by(session, user.id), cards.not_theirs)
    known = known_of(cards, today, closed)
    ids = {one.course_id for one in known}
    courses = session.scalars(select(Course).where(Course.id.in_(ids)).order_by(Course.title, Course.id)).all()
    only = next((one for one in courses if one.ident == course), None)
    return Mine([one for one in known if only is None or one.course_id == only.id], courses, only, closed)


def memory_page(session: Session, user: User, mine: Mine, now: datetime) -> MemoryPage:
    """Return the page of what USER remembers: seven queries, and what the calendar and the plan of the days take."""
    today = study_day(now, ZoneInfo(user.zone))
    passages = by_passage(mine.known)
    return MemoryPage(
        mine,
        ahead_of(session, mine.known, today, user.retention),
        load_ahead(session, user, now, mine.closed),
        by_lesson(session, mine.known),
        by_name(session, mine.courses, mine.known),
        passage_lines(session, passages[:WEAKEST]),
        len(passages),
    )


def passage_lines(session: Session, passages: Sequence[tuple[int, Strength]]) -> list[PassageLine]:
    """Return where each of PASSAGES, no more than a page of them, stands. One query."""
    at = passages_at(session, [passage_id for passage_id, _strength in passages])
    return [PassageLine(at[passage_id], strength) for passage_id, strength in passages if passage_id in at]
