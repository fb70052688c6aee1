"""The minutes of a meeting. Each time they are saved is a version of its own: none is ever changed, nothing is lost."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.markdown import to_html
from course.base.words import _
from course.groups.models import Enrolment
from course.syllabus.models import Meeting
from course.users.models import User
from lessons.agenda.models import Minutes
from lessons.drafts import forget_handed_over


class MinutesChanged(Conflict):
    """New minutes that were written on an older version of them."""

    title = _("The minutes were changed in the meantime")
    hint = _(
        "What they say now stands above. What you typed is still here; "
        "if you save it, the others stay as earlier words."
    )


class Version(NamedTuple):
    """The minutes as they were once saved, and by whom."""

    minutes: Minutes
    by: str


def minutes_place(meeting: Meeting) -> str:
    """Return the place of a draft of the minutes of MEETING."""
    return f"minutes:{meeting.id}"


def minutes_of(session: Session, meeting: Meeting) -> Version | None:
    """Return the minutes of MEETING as they are, None where there are none yet. One query."""
    return next(iter(_versions(session, meeting, most=1)), None)


def versions_of(session: Session, meeting: Meeting) -> list[Version]:
    """Return the minutes of MEETING as they were each time they were saved, the newest first. One query."""
    return _versions(session, meeting)


def _versions(session: Session, meeting: Meeting, most: int | None = None) -> list[Version]:
    rows: Sequence[tuple[Minutes, str | None]] = session.execute(
        select(Minutes, User.name)
        .outerjoin(User, User.id == Minutes.by_id)
        .where(Minutes.meeting_id == meeting.id)
        .order_by(Minutes.number.desc())
        .limit(most)
    ).all()
    return [Version(minutes, name or _("a former user")) for minutes, name in rows]


def write_minutes(
    session: Session, meeting: Meeting, enrolment: Enrolment, words: str, *, number: int, base: int, now: datetime
) -> None:
    """Let the minutes of MEETING say WORDS, in Markdown, as ENROLMENT writes them.

    NUMBER is that of the version they were written on, 0 for none; raise MinutesChanged where there is a newer one.
    BASE is that of the draft that is done with. Raise TooLong (course.base.markdown) for Markdown nested too deep."""
    html = str(to_html(words))
    # Two who save at once wait for each other here, so that the second sees what the first wrote.
    session.execute(select(Meeting.id).where(Meeting.id == meeting.id).with_for_update())
    last = session.scalar(
        select(Minutes).where(Minutes.meeting_id == meeting.id).order_by(Minutes.number.desc()).limit(1)
    )
    if last is None or last.words != words:
        newest = last.number if last else 0
        if newest != number:
            raise MinutesChanged
        said = {"words": words, "html": html, "by_id": enrolment.user_id, "at": now}
        session.add(Minutes(meeting_id=meeting.id, number=newest + 1, **said))
        session.flush()
    forget_handed_over(session, enrolment, minutes_place(meeting), words, base)
