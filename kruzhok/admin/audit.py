"""The book of privileged acts, for who runs the site: who did what to whom, and nobody's words."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from course.users.models import Act, AuditEntry, User
from kruzhok.admin.overview import ON_A_PAGE


class Line(NamedTuple):
    """An entry with the names of who did it and whom it is about; None where there is none, or no longer."""

    entry: AuditEntry
    actor: str | None
    about: str | None


class Book(NamedTuple):
    """One page of the book: its lines, its number from 1, and whether another follows."""

    lines: Sequence[Line]
    number: int
    more: bool


def book_page(session: Session, act: Act | None, number: int) -> Book:
    """Return one page of the entries, of ACT alone where one is said, the newest first. One query."""
    actor, about = aliased(User), aliased(User)
    entries = (
        select(AuditEntry, actor.name, about.name)
        .outerjoin(actor, actor.id == AuditEntry.actor_id)
        .outerjoin(about, about.id == AuditEntry.about_id)
        .order_by(AuditEntry.id.desc())
    )
    if act is not None:
        entries = entries.where(AuditEntry.act == act)
    found = [Line(*row) for row in session.execute(entries.offset((number - 1) * ON_A_PAGE).limit(ON_A_PAGE + 1))]
    return Book(found[:ON_A_PAGE], number, len(found) > ON_A_PAGE)
