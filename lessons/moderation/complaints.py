"""What members ask to have looked at: whose it is to settle, and what became of it.

It goes to the tutors of the group, or to its organisers where it has none. Nobody settles what is said of their own
words: of a tutor's the other tutors and the organisers are asked, and where nobody is left, who runs the site."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from course.base.errors import Conflict
from course.base.words import _
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.records import COMPLAINED, SETTLED, mark_seen, tell
from course.users.models import User
from lessons.moderation.models import Complaint
from lessons.moderation.things import KINDS, Shown, Thing, kind_of, loaded, ref_of, shown

log = logging.getLogger(__name__)

#: What a complaint may hold, in characters.
LONGEST = 1000
#: More of one person in a quarter of an hour are a mistake, or worse.
MOST_OF_ONE = 20
#: How many a list shows, open ones first.
MOST_LISTED = 200

#: What may become of a complaint: what it is about was hidden, or stays as it is.
HID, LEFT = "hidden", "left"

_COLUMNS = {"posts": Complaint.post_id, "notes": Complaint.note_id, "replies": Complaint.note_reply_id}


class SettledAlready(Conflict):
    """Somebody else settled it first."""

    title = _("This was settled already")


class Complained(NamedTuple):
    """A complaint with what it is about."""

    complaint: Complaint
    group: StudyGroup
    shown: Shown


def complain(session: Session, member: Enrolment, thing: Thing, why: str, *, now: datetime) -> Complaint:
    """Return the complaint of MEMBER about THING, words of somebody else in the group: one that is open stays the one.

    Whose it is to settle is told, and neither them nor the writer who it was that complained."""
    column = _COLUMNS[kind_of(thing)]
    mine = select(Complaint).where(Complaint.enrolment_id == member.id, column == thing.id)
    complaint = Complaint(enrolment_id=member.id, why=why, at=now, **{column.key: thing.id})
    try:
        with session.begin_nested():
            session.add(complaint)
    except IntegrityError:  # a double click, or asked before
        return session.scalars(mine.where(Complaint.settled_at.is_(None))).one()
    writer = session.get_one(Enrolment, thing.enrolment_id)
    assert member.group_id is not None
    told = settlers(session, [member.group_id])[member.group_id].of(writer.user_id)
    tell(session, told - {member.user_id}, COMPLAINED, f"complaint:{complaint.id}", now=now)
    log.info("Complaint %d was made of %s", complaint.id, ref_of(thing))
    return complaint


class Settlers(NamedTuple):
    """Who may settle what is complained of in a group, as users: its tutors, its organisers, who runs the site."""

    tutors: frozenset[int]
    organisers: frozenset[int]
    administrators: frozenset[int]

    def of(self, writer: int) -> frozenset[int]:
        """Return whose it is to settle what is complained of the words of the user WRITER."""
        if self.tutors and writer not in self.tutors:
            return self.tutors
        return (self.tutors | self.organisers) - {writer} or self.administrators - {writer}


def settlers(session: Session, group_ids: Iterable[int]) -> Mapping[int, Settlers]:
    """Return group -> who settles complaints there. Two queries."""
    leaders = select(Enrolment).where(Enrolment.group_id.in_(set(group_ids)), Enrolment.left_at.is_(None))
    found = session.scalars(leaders.where(or_(Enrolment.role == Role.tutor, Enrolment.organiser))).all()
    administrators = select(User.id).where(User.administrator, User.erased_at.is_(None))
    running = frozenset(session.scalars(administrators))
    tutors: dict[int | None, set[int]] = defaultdict(set)
    organisers: dict[int | None, set[int]] = defaultdict(set)
    for one in found:
        if one.role is Role.tutor:
            tutors[one.group_id].add(one.user_id)
        if one.organiser:
            organisers[one.group_id].add(one.user_id)
    return {
        group_id: Settlers(frozenset(tutors[group_id]), frozenset(organisers[group_id]), running)
        for group_id in set(group_ids)
    }


def complaints_for(session: Session, user: User, group_id: int | None = None) -> list[Complained]:
    """Return the complaints that are USER's to settle, in the group of that id or in all: open ones first, then the
    newest. Nine queries at the most."""
    asked = select(Complaint).join(Complaint.enrolment)
    if group_id is not None:
        asked = asked.where(Enrolment.group_id == group_id)
    elif not user.administrator:
        return []
    newest = asked.order_by(Complaint.settled_at.is_not(None), Complaint.id.desc()).limit(MOST_LISTED)
    found = complained(session, session.scalars(newest).all())
    theirs = settlers(session, [one.group.id for one in found]) if found else {}
    return [one for one in found if user.id in theirs[one.group.id].of(one.shown.writer.user_id)]


def complained(session: Session, complaints: Sequence[Complaint]) -> list[Complained]:
    """Return COMPLAINTS with what they are about. Six queries at the most."""
    places = select(Enrolment).where(Enrolment.id.in_([one.enrolment_id for one in complaints]))
    found = session.scalars(places.options(joinedload(Enrolment.group), joinedload(Enrolment.user)))
    groups = {place.id: place.group for place in found if place.group is not None}
    things: list[Thing] = []
    for kind, table in KINDS.items():
        ids = [row_id for one in complaints if (row_id := getattr(one, _COLUMNS[kind].key)) is not None]
        if ids:
            rows = session.scalars(select(table).where(table.id.in_(ids)).options(*loaded(kind)))
            things += [row for row in rows if isinstance(row, Thing)]
    pages = shown(session, things)
    return [Complained(one, groups[one.enrolment_id], pages[_ref(one)]) for one in complaints]


def _ref(complaint: Complaint) -> str:
    """Return how notices name what COMPLAINT is about."""
    return next(
        f"{KINDS[kind].__tablename__}:{row_id}"
        for kind, column in _COLUMNS.items()
        if (row_id := getattr(complaint, column.key)) is not None
    )


def leave(session: Session, complaint: Complaint, thing: Thing, *, by_id: int, now: datetime) -> None:
    """Leave THING as it stands: all that is open about it is settled so. Raise SettledAlready where COMPLAINT is."""
    session.refresh(complaint, with_for_update={"of": Complaint})
    if complaint.settled_at is not None:
        raise SettledAlready(_("Somebody else was quicker. What they decided stands."))
    settle_all(session, thing, LEFT, by_id=by_id, now=now)


def settle_all(session: Session, thing: Thing, outcome: str, *, by_id: int, now: datetime) -> None:
    """Settle what is open about THING; who complained is told, and who settles has seen it."""
    about = select(Complaint).where(_COLUMNS[kind_of(thing)] == thing.id, Complaint.settled_at.is_(None))
    open_ones = session.scalars(about.options(joinedload(Complaint.enrolment))).all()
    if not open_ones:
        return
    settled = update(Complaint).where(Complaint.id.in_([one.id for one in open_ones]))
    session.execute(settled.values(settled_at=now, settled_by_id=by_id, outcome=outcome))
    mark_seen(session, by_id, now=now, refs=[f"complaint:{one.id}" for one in open_ones])
    for one in open_ones:
        if one.enrolment.left_at is None and one.enrolment.user_id != by_id:
            tell(session, [one.enrolment.user_id], SETTLED, f"complaint:{one.id}", now=now)
        log.info("Complaint %d was settled by user %d: %s", one.id, by_id, outcome)


def is_open_of(session: Session, member: Enrolment, thing: Thing) -> bool:
    """Say whether MEMBER has asked to have THING looked at, and nobody has yet."""
    mine = select(Complaint.id).where(Complaint.enrolment_id == member.id, _COLUMNS[kind_of(thing)] == thing.id)
    return session.scalar(mine.where(Complaint.settled_at.is_(None))) is not None
