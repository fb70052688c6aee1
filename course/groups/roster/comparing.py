"""What taking a roster over would change, row by row. It never tells whether an address has an account on the site:
asked is only who is, or was, a member of this study group, and who is invited to it."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from course.base.words import _
from course.groups.models import Enrolment, Invitation, Role, StudyGroup, Subgroup, SubgroupMember
from course.groups.roster.reading import Entry
from course.users.models import User

#: Is invited; was a member, left, and is invited again; has an open invitation; is a member and something of theirs
#: changes; is a member, or was invited a moment ago, and nothing does; stands in the roster before; cannot be read.
Kind = Literal["invite", "former", "again", "change", "same", "duplicate", "broken"]
KINDS: tuple[Kind, ...] = ("invite", "former", "again", "change", "same", "duplicate", "broken")

#: A letter that went so short a time ago is not sent again.
A_MOMENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A row and what becomes of it.

    `put_in` is the subgroup that a member is put in, `taken_from` those of the roster's that they leave; `role` what
    a member becomes. `invitation` is one made before, open or expired; `first` the line that counts of a double."""

    entry: Entry
    kind: Kind
    place: Enrolment | None = None
    put_in: str | None = None
    taken_from: tuple[str, ...] = ()
    role: Role | None = None
    invitation: Invitation | None = None
    first: int | None = None

    @property
    def is_invited(self) -> bool:
        """Whether a letter goes to them in any case."""
        return self.kind in {"invite", "former"}


class Preview(NamedTuple):
    """The rows in their order, and what they come to. `made` are subgroups that there are not yet, `untouched` how many
    members stand in no row; `mark` changes with anything of it that changes."""

    rows: Sequence[Planned]
    counts: Mapping[Kind, int]
    made: Sequence[str]
    untouched: int
    tutors: int
    roles: int
    moves: int
    mark: str

    @property
    def usable(self) -> int:
        """How many rows something comes of, if all that is offered is wanted."""
        return sum(self.counts.get(kind, 0) for kind in ("invite", "former", "again", "change"))


class _Known(NamedTuple):
    """What is known of a study group: by folded e-mail who is or was in it and who is invited, and its subgroups."""

    places: Mapping[str, Enrolment]
    invited: Mapping[str, Invitation]
    subgroups: Mapping[str, Subgroup]
    standing: Mapping[int, frozenset[int]]


def compare(session: Session, group: StudyGroup, entries: Sequence[Entry], *, now: datetime) -> Preview:
    """Return what taking ENTRIES over into GROUP would change. Four queries, however many there are."""
    known = _known(session, group)
    alternatives = {_folded(entry.subgroup) for entry in entries if entry.subgroup and not entry.problem}
    first: dict[str, int] = {}
    rows = []
    for entry in entries:
        if entry.problem is None and entry.email in first:
            rows.append(Planned(entry, "duplicate", first=first[entry.email]))
            continue
        planned = _plan(entry, known, alternatives, now)
        if planned.kind != "broken":
            first[entry.email] = entry.line
        rows.append(planned)
    live = {email for email, place in known.places.items() if place.left_at is None}
    made: dict[str, str] = {}
    for row in rows:
        name = row.entry.subgroup if row.is_invited or row.kind == "again" else row.put_in
        if name and _folded(name) not in known.subgroups:
            made.setdefault(_folded(name), name)  # as it is written first
    return Preview(
        rows,
        Counter(row.kind for row in rows),
        list(made.values()),
        len(live - first.keys()),
        sum((row.is_invited or row.kind == "again") and row.entry.role == "tutor" for row in rows),
        sum(row.role is not None for row in rows),
        sum(row.put_in is not None for row in rows),
        _mark(rows),
    )


def _plan(entry: Entry, known: _Known, alternatives: set[str], now: datetime) -> Planned:
    if entry.problem is not None:
        return Planned(entry, "broken")
    there = known.subgroups.get(_folded(entry.subgroup)) if entry.subgroup else None
    if there is not None and there.division_id is not None:
        problem = _("“{name}” is part of a division that mixes people anew: name another subgroup.")
        return Planned(entry._replace(problem=problem.format(name=entry.subgroup)), "broken")
    place, invitation = known.places.get(entry.email), known.invited.get(entry.email)
    if place is not None and place.left_at is None:
        return _of_member(entry, place, there, known, alternatives)
    if invitation is not None and not is_expired(invitation, now):
        is_new = invitation.created_at > now - A_MOMENT
        return Planned(entry, "same" if is_new else "again", place=place, invitation=invitation)
    return Planned(entry, "invite" if place is None else "former", place=place, invitation=invitation)


def _of_member(
    entry: Entry, place: Enrolment, there: Subgroup | None, known: _Known, alternatives: set[str]
) -> Planned:
    """Return what becomes of a member: of subgroups only those are left that the roster names for others."""
    now_in = known.standing.get(place.id, frozenset())
    role = Role(entry.role) if entry.role and Role(entry.role) is not place.role else None
    put_in = entry.subgroup if entry.subgroup and (there is None or there.id not in now_in) else None
    left = [
        one.name or ""
        for folded, one in known.subgroups.items()
        if put_in and one.id in now_in and folded in alternatives and one is not there
    ]
    kind: Kind = "change" if role or put_in else "same"
    return Planned(entry, kind, place=place, put_in=put_in, taken_from=tuple(sorted(left)), role=role)


def is_expired(invitation: Invitation, now: datetime) -> bool:
    """Return whether INVITATION lets nobody in any longer because its time is over."""
    return invitation.expires_at is not None and invitation.expires_at <= now


def open_by_mail(session: Session, group_id: int) -> Sequence[Invitation]:
    """Return the invitations sent to somebody that were neither used nor taken back, the newest first; expired too."""
    theirs = select(Invitation).where(
        Invitation.group_id == group_id,
        Invitation.email.is_not(None),
        Invitation.revoked_at.is_(None),
        Invitation.uses == 0,
    )
    return session.scalars(theirs.order_by(Invitation.id.desc())).all()


def _known(session: Session, group: StudyGroup) -> _Known:
    members = (
        select(Enrolment)
        .join(Enrolment.user)
        .where(Enrolment.group_id == group.id, User.email.is_not(None))
        .options(joinedload(Enrolment.user))
        .order_by(Enrolment.left_at.is_(None), Enrolment.id)  # a live place after those that were left
    )
    places = {place.user.email or "": place for place in session.scalars(members)}
    invited = {one.email or "": one for one in open_by_mail(session, group.id)}
    named = session.scalars(select(Subgroup).where(Subgroup.group_id == group.id, Subgroup.name.is_not(None)))
    subgroups = {_folded(one.name): one for one in named}
    standing: dict[int, set[int]] = {}
    ids = {one.id for one in subgroups.values() if one.division_id is None}
    rows = select(SubgroupMember.enrolment_id, SubgroupMember.subgroup_id).where(SubgroupMember.group_id == group.id)
    for enrolment_id, subgroup_id in session.execute(rows):
        if subgroup_id in ids:
            standing.setdefault(enrolment_id, set()).add(subgroup_id)
    return _Known(places, invited, subgroups, {one: frozenset(which) for one, which in standing.items()})


def _folded(name: str | None) -> str:
    return (name or "").casefold()


def _mark(rows: Sequence[Planned]) -> str:
    """Return what tells this plan from any other."""
    said = []
    for row in rows:
        known = row.place.id if row.place else None, row.invitation.id if row.invitation else None
        role = row.role.value if row.role else None
        said.append((row.entry.line, row.entry.email, row.kind, row.put_in, row.taken_from, role, row.first, known))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]
