"""How far a member has read a talk: one mark, which stops short of what was not shown."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from course.base.db import insert_into
from course.groups.models import Enrolment
from course.notices.records import mark_seen
from lessons.discussion.models import Discussion, ReadMark


class Shown(NamedTuple):
    """What a member was shown of a talk on the way to the page at hand: these pages, as they were at the post NEWEST.

    The links from page to page carry it, so that who has gone through all of them has read it all."""

    enrolment_id: int
    newest: int
    pages: frozenset[int]

    def __str__(self) -> str:
        """As an address says it."""
        return f"{self.enrolment_id}-{self.newest}-{'.'.join(map(str, sorted(self.pages)))}"


_SHOWN = re.compile(r"([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,5}(?:\.[0-9]{1,5}){0,99})", re.ASCII)


def shown_before(said: str) -> Shown | None:
    """Return what an address says that was shown; None where it says nothing that can be."""
    found = _SHOWN.fullmatch(said)
    if found is None:
        return None
    return Shown(int(found[1]), int(found[2]), frozenset(map(int, found[3].split("."))))


def mark_of(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that a ReadMark is that of ENROLMENT in the Discussion of the query."""
    return and_(ReadMark.discussion_id == Discussion.id, ReadMark.enrolment_id == enrolment.id)


def read_up_to(post_ids: Iterable[int], elsewhere: int, mark: int) -> int:
    """Return up to which of these posts all has been shown, 0 where that is not beyond MARK.

    ELSEWHERE is the oldest new one on another page, 0 where there is none: the mark is one number, and stops short of
    what was not shown."""
    reached = max((one for one in post_ids if not elsewhere or one < elsewhere), default=0)
    return reached if reached > mark else 0


def mark_read(
    session: Session,
    *,
    enrolment_id: int,
    user_id: int,
    up_to: Mapping[int, int],
    seen: Iterable[int],
    now: datetime,
) -> None:
    """Remember that the enrolment has been shown all of each talk UP TO a post, and that the user has met SEEN.

    What they were told of those is seen with them. The mark never goes back, whichever of two windows is slower."""
    if up_to:
        own = {"enrolment_id": enrolment_id, "at": now}
        said = [{**own, "discussion_id": talk, "post_id": reached} for talk, reached in sorted(up_to.items())]
        mark = insert_into(session, ReadMark).values(said)
        session.execute(
            mark.on_conflict_do_update(
                index_elements=["enrolment_id", "discussion_id"],
                set_={"post_id": mark.excluded.post_id, "at": mark.excluded.at},
                where=ReadMark.post_id < mark.excluded.post_id,
            )
        )
    refs = [f"post:{post_id}" for post_id in seen]
    if refs:
        mark_seen(session, user_id, now=now, refs=refs)
