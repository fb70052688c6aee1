"""The pages on which readers say that something is wrong, and are answered."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import NotFound
from course.base.limits import count_try
from course.base.web import network_here
from course.base.words import _
from course.groups.access import course_named, page_enrolment
from course.users.access import somebody, whoever
from course.users.guests import acting_user
from lessons.reports import access
from lessons.reports.forms import AnswerForm, ReportForm, asked_id, way_back
from lessons.reports.reports import (
    MOST_OF_ADDRESS,
    MOST_OF_ONE,
    OUTCOMES,
    close_report,
    make_report,
    reports_for,
    tutors_of,
)
from lessons.reports.shown import as_seen, hides_answer, shown

bp = Blueprint("reports", __name__)


@bp.route("/courses/<course>/wrong", methods=["GET", "POST"])
def wrong(course: str) -> ResponseReturnValue:
    """Ask what is wrong with a passage (`?passage=`) or an item (`?item=`), and pass it on."""
    on, now = course_named(db_session, course), datetime.now(UTC)
    enrolment = page_enrolment(db_session, on)
    meant = access.meant(db_session, on, enrolment, passage=asked_id("passage"), item=asked_id("item"))
    form = ReportForm(back=way_back())
    if not form.validate_on_submit():
        page = render_template("lessons/reports/wrong.html", course=on, meant=meant, shown=as_seen(meant), form=form)
        return page, 422 if form.is_submitted() else 200
    _count_try(now)
    made = make_report(db_session, on, acting_user(db_session, now=now), enrolment, meant, form.words.data, now=now)
    back = way_back()
    thanks = _("Thank you. Who runs this site was told; look for the answer in Notices.")
    if any(tutor.user_id != made.user_id for tutor in tutors_of(db_session, made.group_id)):
        thanks = _("Thank you. The tutors of your group were told; look for the answer in Notices.")
    flash(thanks, f"at {urlsplit(back).fragment}" if back else "message")
    return redirect(back or url_for(".report", report_id=made.id), 303)


def _count_try(now: datetime) -> None:
    """Count a report of whoever sends it; a visitor is known by their address only, for each makes a new guest."""
    if (who := whoever()) is not None:
        count_try(db_session, "report by", str(who.id), most=MOST_OF_ONE, now=now)
    else:
        count_try(db_session, "report from", network_here(), most=MOST_OF_ADDRESS, now=now)


@bp.get("/reports")
def reports() -> str:
    """List what one reported, and what is one's own to answer."""
    user = somebody(db_session)
    return render_template(
        "lessons/reports/reports.html", reports=reports_for(db_session, user), outcomes=OUTCOMES, user=user
    )


@bp.route("/reports/<int:report_id>", methods=["GET", "POST"])
def report(report_id: int) -> ResponseReturnValue:
    """Show a report, what it means, and what became of it; whose it is to answer does so here."""
    user = somebody(db_session)
    found, mine_to_answer = access.report_for(db_session, user, report_id)
    form = AnswerForm()
    if request.method == "POST" and not mine_to_answer:
        raise NotFound
    if not form.validate_on_submit():
        page = render_template(
            "lessons/reports/report.html",
            report=found,
            outcomes=OUTCOMES,
            meant=shown(db_session, found, user.id, with_key=mine_to_answer),
            hides_answer=hides_answer(db_session, found, user.id),
            answers=mine_to_answer,
            form=form,
        )
        return page, 422 if form.is_submitted() else 200
    close_report(db_session, found, outcome=form.chosen, answer=form.answer.data, by_id=user.id, now=datetime.now(UTC))
    flash(_("Who reported it is told."))
    return redirect(url_for(".report", report_id=report_id), 303)
