"""The page on which the next run of a study group begins."""

from datetime import UTC, datetime
from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from course.base.db import db_session
from course.base.errors import Conflict
from course.base.words import _
from course.groups.access import organiser
from course.groups.joining import live_place
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Activity, ActivityKind
from course.pacing import WEEK
from course.syllabus.days import rhythm_of
from course.syllabus.meetings import meetings_of, today_of
from course.syllabus.models import Meeting
from course.syllabus.planning import DoesNotFit
from kruzhok.next_run.copying import begin_next_run, next_run_of
from kruzhok.next_run.forms import NextRunForm
from lessons.articles.models import Article

bp = Blueprint("next_run", __name__)


class BegunAlready(Conflict):
    """A next run that another organiser began, and that whoever asks is not in."""

    title = _("The next run has begun already")
    hint = _("Another organiser began it. Ask them for a link to join it.")


class Goes(NamedTuple):
    """How much goes along."""

    meetings: int
    readings: int
    prompts: int
    articles: int


@bp.route("/groups/<slug>/next-run", methods=["GET", "POST"])
def begin(slug: str) -> ResponseReturnValue:
    """Begin the next run of a group, whether it is over or not; begun twice it is one."""
    mine, now = organiser(db_session, slug), datetime.now(UTC)
    assert mine.group is not None
    if (there := next_run_of(db_session, mine.group)) is not None:
        return _lead_to(mine, there)
    held = [one for one in meetings_of(db_session, mine.group.id) if one.cancelled_at is None]
    form = NextRunForm(data={"name": mine.group.name, "start": _day_to_begin(mine.group, held, now)})
    if not form.validate_on_submit():
        return _page(mine, held, form, 422 if form.is_submitted() else 200)
    assert form.start.data is not None
    try:
        with db_session.begin_nested():
            begun = begin_next_run(
                db_session, mine, name=form.name.data or "", start=form.start.data, breaks=form.read, now=now
            )
    except DoesNotFit as error:
        form.refuse(error)
        return _page(mine, held, form, error.status)
    return _lead_to(mine, begun)


def _day_to_begin(group: StudyGroup, held: list[Meeting], now: datetime) -> object:
    """Return the first day to meet on that is a week from now, and from the last meeting, or later."""
    last = max([today_of(group, now), *(one.day for one in held)])
    return next(rhythm_of(db_session, group, held).days(last + WEEK), last + WEEK)


def _lead_to(mine: Enrolment, begun: StudyGroup) -> ResponseReturnValue:
    if live_place(db_session, mine.user, begun.id) is None:
        raise BegunAlready
    flash(_("This is the next run. Look at the syllabus, then invite people."))
    return redirect(url_for("syllabus.syllabus", slug=begun.slug), 303)


def _page(mine: Enrolment, held: list[Meeting], form: NextRunForm, status: int) -> ResponseReturnValue:
    assert mine.group is not None
    own = select(Activity.kind, func.count()).where(Activity.group_id == mine.group_id, Activity.retired_at.is_(None))
    kinds = {kind: count for kind, count in db_session.execute(own.group_by(Activity.kind))}  # noqa: C416
    listed = select(func.count(Article.id)).where(Article.group_id == mine.group_id, Article.removed_at.is_(None))
    goes = Goes(
        len(held),
        kinds.get(ActivityKind.reading, 0),
        kinds.get(ActivityKind.prompt, 0),
        db_session.scalars(listed).one(),
    )
    return render_template("kruzhok/next_run/begin.html", mine=mine, form=form, goes=goes), status
