"""The page of a study group."""

from datetime import UTC, datetime

from flask import Blueprint, render_template

from course.base.db import db_session
from course.groups import access
from course.groups.companies import companies
from course.groups.dividing import subgroups_of
from course.groups.enrolments import members_of
from course.syllabus.chairing import chairs_of
from kruzhok.today.addresses import address_of
from kruzhok.today.plan import for_the_meeting
from kruzhok.today.week import weeks_of
from kruzhok.words import is_elsewhere
from quizzes.marking.queue import waiting_for

bp = Blueprint("group_page", __name__)


@bp.get("/groups/<slug>")
def group(slug: str) -> str:
    """Show a study group to its members: what this week asks of who looks, the meetings to come, who is in it."""
    mine = access.member(db_session, slug)
    now = datetime.now(UTC)
    weeks, _progress = weeks_of(db_session, mine, now)
    week = weeks.this_week
    return render_template(
        "kruzhok/groups/group.html",
        mine=mine,
        weeks=weeks,
        week=week,
        chair=chairs_of(db_session, week.meeting.group_id).get(week.meeting.id) if week else None,
        go_on=for_the_meeting(week),
        prompts=[task for one in (week.lessons if week else ()) for task in one.parts if task.kind == "prompt"],
        members=members_of(db_session, mine.group_id),
        companies=companies(db_session, subgroups_of(db_session, mine)),
        plans=access.may_plan(mine),
        to_mark=waiting_for(db_session, mine),
        elsewhere=is_elsewhere(mine.group, now),
        address_of=address_of,
    )
