"""Seeds: what a tutor puts before the talk on a prompt. It stands there in all study groups whose tutor they are."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, select
from sqlalchemy.orm import Session, aliased, contains_eager

from course.base.errors import Conflict
from course.base.markdown import to_html
from course.base.words import _
from course.groups.kinds import ANYBODY, ids_of, someone
from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from course.users.models import User
from lessons.discussion.models import Seed
from lessons.drafts import forget_handed_over


class SeedChanged(Conflict):
    """New words for a seed whose words are no longer those that the page showed."""

    title = _("This seed was changed in the meantime")
    hint = _("What it says now stands above. What you typed is still here; if you save it, it takes that place.")


class SeedWithdrawn(Conflict):
    """New words for a seed that is no longer there."""

    title = _("This seed was withdrawn in the meantime")
    hint = _("What you typed is still here; if you save it, it is put before the discussion anew.")


def seed_place(activity: Activity) -> str:
    """Return the place of a draft of a seed for the prompt ACTIVITY."""
    return f"seed:{activity.id}"


def seeds_on(session: Session, enrolment: Enrolment, activity: Activity) -> Sequence[Seed]:
    """Return the seeds that stand before the talk on ACTIVITY in the group of ENROLMENT, with tutors. One query."""
    asked = {**ids_of(enrolment), "activity_id": activity.id}
    return session.scalars(_STANDING, asked).all()


def stands_before(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that a Seed stands before a talk in the group of ENROLMENT: it is of who is a tutor there
    now, and not withdrawn."""
    tutor = aliased(Enrolment)
    tutors = select(tutor.user_id).where(
        tutor.group_id == enrolment.group_id, tutor.role == Role.tutor, tutor.left_at.is_(None)
    )
    return and_(Seed.withdrawn_at.is_(None), Seed.by_id.in_(tutors))


_STANDING = (
    select(Seed)
    .join(Seed.by)
    .where(Seed.activity_id == bindparam("activity_id"), stands_before(someone(ANYBODY._replace(in_group=True))))
    .order_by(Seed.made_at, Seed.id)
    .options(contains_eager(Seed.by))
)


def seed_of(session: Session, by_id: int, activity: Activity) -> Seed | None:
    """Return the seed of that user before the talk on ACTIVITY; None where there is none (any longer)."""
    its = select(Seed).where(Seed.activity_id == activity.id, Seed.by_id == by_id, Seed.withdrawn_at.is_(None))
    return session.scalar(its.order_by(Seed.id.desc()).limit(1))


def put_seed(
    session: Session, enrolment: Enrolment, activity: Activity, text: str, *, number: int, draft: int, now: datetime
) -> Seed:
    """Return the seed of ENROLMENT, a tutor, that says TEXT before the talk on ACTIVITY: changed, or made.

    NUMBER is that of the words that were edited, 0 where there were none; raise SeedChanged or SeedWithdrawn where they
    are others by now. DRAFT is the base of the draft that is done with. Raise TooLong for Markdown nested too deep."""
    html = str(to_html(text))
    # Two windows that hand over at once wait for each other here, so that the second sees what the first did.
    session.execute(select(User.id).where(User.id == enrolment.user_id).with_for_update())
    seed = seed_of(session, enrolment.user_id, activity)
    if seed is None:
        if number:
            raise SeedWithdrawn
        seed = Seed(
            activity_id=activity.id, by_id=enrolment.user_id, words=text, html=html, made_at=now, changed_at=now
        )
        session.add(seed)
    elif seed.words != text:
        if seed.number != number:
            raise SeedChanged
        seed.words, seed.html, seed.number, seed.changed_at = text, html, seed.number + 1, now
    session.flush()
    forget_handed_over(session, enrolment, seed_place(activity), text, draft)
    return seed


def withdraw_seed(session: Session, enrolment: Enrolment, activity: Activity, *, now: datetime) -> None:
    """Take the seed of ENROLMENT, a tutor, away from before the talk on ACTIVITY."""
    seed = seed_of(session, enrolment.user_id, activity)
    if seed is not None:
        seed.withdrawn_at = now
        session.flush()
