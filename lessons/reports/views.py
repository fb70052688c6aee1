"""The pages on which readers say that something is wrong, and are answered."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import NotFound
from course.base.limits import count_try
from course.base.words import _
from course.groups.access import course_named, page_enrolment
from course.users.access import somebody
from course.users.guests import acting_user
from lessons.reports import access
from lessons.reports.forms import AnswerForm, ReportForm, asked_id, way_back
from lessons.reports.reports import MOST_TRIES, close_report, make_report, place_of, reports_for

bp = Blueprint("reports", __name__)


@bp.route("/courses/<course>/wrong", methods=["GET", "POST"])
def wrong(course: str) -> ResponseReturnValue:
    """Ask what is wrong with a passage (`?passage=`) or an item (`?item=`), and pass it on."""
    on, now = course_named(db_session, course), datetime.now(UTC)
    enrolment = page_enrolment(db_session, on)
    meant = access.meant(db_session, on, enrolment, passage=asked_id("passage"), item=asked_id("item"))
    form = ReportForm(back=way_back())
    if not form.validate_on_submit():
        page = render_template("lessons/reports/wrong.html", course=on, meant=meant, form=form)
        return page, 422 if form.is_submitted() else 200
    count_try(db_session, "report from", request.remote_addr or "", most=MOST_TRIES, now=now)
    made = make_report(db_session, on, acting_user(db_session, now=now), enrolment, meant, form.words.data, now=now)
    told = _("the tutors of your group and who runs this site") if made.group_id else _("who runs this site")
    flash(_("Thank you. It was passed on to {whom}; the answer will stand under Notices.").format(whom=told))
    return redirect(way_back() or url_for(".report", report_id=made.id), 303)


@bp.get("/reports")
def reports() -> str:
    """List what one reported, and what is one's own to answer."""
    user = somebody(db_session)
    return render_template("lessons/reports/reports.html", reports=reports_for(db_session, user), user=user)


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
            place=place_of(db_session, found),
            answers=mine_to_answer,
            form=form,
        )
        return page, 422 if form.is_submitted() else 200
    close_report(db_session, found, outcome=form.chosen, answer=form.answer.data, by_id=user.id, now=datetime.now(UTC))
    flash(_("Who reported it is told."))
    return redirect(url_for(".report", report_id=report_id), 303)
