"""A roster taken over: all of it in one transaction, or nothing. Letters leave after the commit."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.errors import Conflict, TooMany
from course.base.files import File, keep_file
from course.base.jobs import Job
from course.base.web import hash_of_secret, new_secret
from course.base.words import _
from course.groups.models import Enrolment, Invitation, Role, Roster, StudyGroup, Subgroup, SubgroupMember
from course.groups.roster.comparing import A_MOMENT, Planned, Preview, compare, open_by_mail
from course.groups.roster.reading import Entry
from course.users.audit import record
from course.users.models import Act

log = logging.getLogger(__name__)

#: A roster is kept so long, taken over or not; what tells of an invitation so long after it let nobody in any more.
KEEP_ROSTERS = timedelta(days=1)
KEEP_INVITATIONS = timedelta(days=30)

#: For so long an invitation by mail lets somebody in.
LASTS = timedelta(days=30)

#: So many people may one organiser invite in a day: this is no place to send letters from to the whole world.
MOST_A_DAY = 20_000

#: Letters leave in pieces, so that a new password asked for meanwhile does not wait behind ten thousand of them.
PIECE = 50
BETWEEN_PIECES = timedelta(seconds=5)

ROSTER = "text/csv; roster"

SUBJECT = _("You are invited to {group}")
LETTER = _(
    """{hello}

{who} invites you to the study group “{group}”, on {course}. See what it is, and join, here:

{address}

The link works once, until {day}. If you do not know what this is about, do nothing.
"""
)


class Changed(Conflict):
    """What was shown is no longer what would be done."""

    title = _("The study group changed in the meantime")


class Wanted(NamedTuple):
    """What of a roster is wanted: letters again to who was invited before; other roles; other subgroups."""

    again: bool = False
    roles: bool = False
    subgroups: bool = False


class Link(NamedTuple):
    """An invitation just made: for whom, its whole address, until when."""

    email: str
    name: str
    address: str
    until: datetime


class Taken(NamedTuple):
    """What came of it."""

    links: Sequence[Link]
    changed: int


class Sender(NamedTuple):
    """How invitations reach people: ADDRESS makes the whole address of a token; with LETTERS they are sent."""

    address: Callable[[str], str]
    letters: bool


def bring(session: Session, mine: Enrolment, name: str, content: bytes, *, now: datetime) -> Roster:
    """Return CONTENT kept as a roster for the group of MINE."""
    file = keep_file(session, content, ROSTER, now=now)
    assert mine.group_id is not None
    roster = Roster(group_id=mine.group_id, by_id=mine.user_id, file_id=file.id, name=name, at=now)
    session.add(roster)
    session.flush()
    return roster


def rosters_of(session: Session, group_id: int) -> Sequence[Roster]:
    """Return the rosters of a group that wait to be taken over, the newest first."""
    waiting = select(Roster).where(Roster.group_id == group_id, Roster.taken_at.is_(None))
    return session.scalars(waiting.order_by(Roster.id.desc())).all()


def take_over(
    session: Session,
    mine: Enrolment,
    roster: Roster,
    entries: Sequence[Entry],
    wanted: Wanted,
    sender: Sender,
    *,
    mark: str,
    now: datetime,
) -> Taken | None:
    """Do what the preview of MARK showed of ENTRIES, what stands in ROSTER; None where that was done already.

    Raise Changed where it is no longer what would be done. Some dozen queries, and one for each role that changes."""
    group = _lock(session, mine)
    session.refresh(roster, with_for_update={"of": Roster})
    if roster.taken_at is not None:
        return None
    preview = compare(session, group, entries, now=now)
    if preview.mark != mark:
        raise Changed(_("Look at the list once more: what would change is another thing now than what you saw."))
    invited = [row for row in preview.rows if row.is_invited or (row.kind == "again" and wanted.again)]
    subgroups = _subgroups(session, group, preview, invited, wanted, now)
    links = _invite(session, mine, invited, subgroups, sender, now)
    changed = _change(session, mine, preview, wanted, subgroups, now)
    roster.taken_at = now
    session.flush()
    log.info("Roster %d taken over into group %d: %d invited, %d changed", roster.id, group.id, len(links), changed)
    return Taken(links, changed)


def send_again(
    session: Session, mine: Enrolment, invitations: Collection[Invitation], sender: Sender, *, now: datetime
) -> Sequence[Link]:
    """Return new links in the place of those of INVITATIONS, which do no longer work; none for one that went a moment
    ago, was used or was taken back, so that twice is once. Five queries."""
    _lock(session, mine)
    ids = [one.id for one in invitations]
    waiting = {one.id: one for one in open_by_mail(session, mine.group_id or 0)}
    rows = [
        Planned(Entry(0, one.email or "", role=one.role.value), "again", invitation=one)
        for one in (waiting[key] for key in ids if key in waiting)
        if one.created_at <= now - A_MOMENT
    ]
    kept = {row.entry.email: row.invitation.subgroup_id for row in rows if row.invitation}
    return _invite(session, mine, rows, {}, sender, now, kept=kept)


def _lock(session: Session, mine: Enrolment) -> StudyGroup:
    """Return the group of MINE; whoever else takes a roster over into it waits until this transaction is over."""
    return session.scalars(select(StudyGroup).where(StudyGroup.id == mine.group_id).with_for_update()).one()


def _subgroups(
    session: Session,
    group: StudyGroup,
    preview: Preview,
    invited: Sequence[Planned],
    wanted: Wanted,
    now: datetime,
) -> dict[str, int]:
    """Return folded name -> id of all named subgroups of GROUP; those that are needed and not there are made."""
    needed = [row.entry.subgroup for row in invited]
    needed += [row.put_in for row in preview.rows] if wanted.subgroups else []
    folded = {name.casefold() for name in needed if name}
    rows = [
        {"group_id": group.id, "name": name, "created_at": now} for name in preview.made if name.casefold() in folded
    ]
    if rows:
        session.execute(insert(Subgroup), rows)
    named = select(Subgroup.name, Subgroup.id).where(Subgroup.group_id == group.id, Subgroup.name.is_not(None))
    return {(name or "").casefold(): subgroup_id for name, subgroup_id in session.execute(named)}


def _invite(
    session: Session,
    mine: Enrolment,
    rows: Sequence[Planned],
    subgroups: Mapping[str, int],
    sender: Sender,
    now: datetime,
    *,
    kept: Mapping[str, int | None] | None = None,
) -> list[Link]:
    """Return a new link for each of ROWS; what was sent to them before lets nobody in any more."""
    if not rows:
        return []
    _refuse_too_many(session, mine, len(rows), now)
    before = [row.invitation.id for row in rows if row.invitation is not None]
    for at in range(0, len(before), 5000):
        gone = update(Invitation).where(Invitation.id.in_(before[at : at + 5000]), Invitation.revoked_at.is_(None))
        session.execute(gone.values(revoked_at=now), execution_options={"synchronize_session": False})
    links, invitations = [], []
    for row in rows:
        token, entry = new_secret(), row.entry
        links.append(Link(entry.email, entry.name, sender.address(token), now + LASTS))
        subgroup = (kept or {}).get(entry.email) or subgroups.get((entry.subgroup or "").casefold())
        invitations.append(
            {
                "group_id": mine.group_id,
                "role": Role(entry.role or "student"),
                "by_approval": False,
                "token_hash": hash_of_secret(token),
                "made_by_id": mine.user_id,
                "created_at": now,
                "expires_at": now + LASTS,
                "uses_allowed": 1,
                "email": entry.email,
                "subgroup_id": subgroup,
            }
        )
    session.execute(insert(Invitation), invitations, execution_options={"render_nulls": True})
    if sender.letters:
        session.execute(insert(Job), _letters(mine, links, now), execution_options={"render_nulls": True})
    return links


def _refuse_too_many(session: Session, mine: Enrolment, more: int, now: datetime) -> None:
    today = select(func.count(Invitation.id)).where(
        Invitation.made_by_id == mine.user_id,
        Invitation.email.is_not(None),
        Invitation.created_at > now - timedelta(days=1),
    )
    if (session.scalar(today) or 0) + more > MOST_A_DAY:
        message = _("One person may invite {most} others in a day. Go on tomorrow.")
        raise TooMany(message.format(most=f"{MOST_A_DAY:,}"))


def _letters(mine: Enrolment, links: Sequence[Link], now: datetime) -> list[dict[str, object]]:
    group = mine.group
    assert group is not None
    told = {"who": mine.user.name, "group": group.name, "course": mine.course.title}
    jobs: list[dict[str, object]] = []
    for at, link in enumerate(links):
        until = link.until.astimezone(ZoneInfo(group.zone))
        body = LETTER.format(
            hello=_("Hello {name},").format(name=link.name) if link.name else _("Hello,"),
            address=link.address,
            day=f"{until.day} {until:%B %Y}",
            **told,
        )
        payload = {"to": link.email, "subject": SUBJECT.format(group=group.name), "body": body}
        jobs.append({"kind": "mail", "payload": payload, "run_at": now + at // PIECE * BETWEEN_PIECES})
    return jobs


def _change(
    session: Session, mine: Enrolment, preview: Preview, wanted: Wanted, subgroups: Mapping[str, int], now: datetime
) -> int:
    """Change what of members is WANTED to be changed; return of how many anything did."""
    group = mine.group
    assert group is not None
    moved = [row for row in preview.rows if row.put_in and wanted.subgroups]
    changed = {row.entry.line for row in moved}
    for row in preview.rows:
        if row.role is not None and row.place is not None and wanted.roles:
            row.place.role = row.role
            changed.add(row.entry.line)
            detail = f"{group.slug}, roster, {row.role.value}"
            record(session, Act.role_changed, by=mine.user_id, about=row.place.user_id, detail=detail, now=now)
    left: dict[int, list[int]] = {}
    for row in moved:
        for name in row.taken_from:
            left.setdefault(subgroups[name.casefold()], []).append(row.place.id if row.place else 0)
    for subgroup_id, ids in left.items():
        gone = delete(SubgroupMember).where(
            SubgroupMember.subgroup_id == subgroup_id, SubgroupMember.enrolment_id.in_(ids)
        )
        session.execute(gone, execution_options={"synchronize_session": False})
    put = [
        {
            "subgroup_id": subgroups[(row.put_in or "").casefold()],
            "enrolment_id": row.place.id if row.place else 0,
            "group_id": group.id,
        }
        for row in moved
    ]
    if put:
        session.execute(insert(SubgroupMember), put)
    session.flush()
    return len(changed)


# Forgotten


def forget_roster(session: Session, roster: Roster) -> None:
    """Delete ROSTER, and its file if nothing else needs it."""
    file_id = roster.file_id
    session.delete(roster)
    session.flush()
    _forget_files(session, File.id == file_id)


def _forget_files(session: Session, which: ColumnElement[bool]) -> None:
    """Delete those files of rosters that no roster needs any more, also of an organiser who was erased."""
    needed = exists().where(Roster.file_id == File.id)
    for file_id in session.scalars(select(File.id).where(which, File.media_type == ROSTER, ~needed)).all():
        try:
            with session.begin_nested():
                gone = delete(File).where(File.id == file_id)
                session.execute(gone, execution_options={"synchronize_session": False})
        except IntegrityError:  # the same bytes were brought elsewhere in the house, and are needed there
            continue


def forget_rosters(session: Session, *, now: datetime) -> None:
    """Delete the rosters that were brought a day ago, and invitations by mail that let nobody in since a month."""
    for roster in session.scalars(select(Roster).where(Roster.at < now - KEEP_ROSTERS)).all():
        forget_roster(session, roster)
    _forget_files(session, File.kept_at < now - KEEP_ROSTERS)
    old = delete(Invitation).where(Invitation.email.is_not(None), Invitation.expires_at < now - KEEP_INVITATIONS)
    session.execute(old, execution_options={"synchronize_session": False})
