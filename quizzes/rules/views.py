"""The pages of rules: what holds for oneself; for a tutor what holds for all and for each, and exceptions from it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import NotFound
from course.base.forms import EmptyForm
from course.base.words import _, plural
from course.groups.access import course_named, page_enrolment
from course.groups.models import Enrolment, Subgroup
from course.syllabus.excepting import (
    Made,
    Refused,
    live_accommodation,
    live_exceptions,
    set_accommodation,
)
from course.syllabus.exceptions import value_of
from quizzes.attempts.access import quiz_named
from quizzes.attempts.starting import attempts_at, count_used
from quizzes.limits import Limits, limits_at
from quizzes.models import Quiz
from quizzes.rules import access, making, telling
from quizzes.rules.forms import AccommodationForm, ExceptionForm, ReasonForm, field_sent
from quizzes.rules.members import members_rules, names_in, subgroups_of
from quizzes.rules.telling import Say, Voice

bp = Blueprint("quiz_rules", __name__)

GROUP = "/groups/<slug>/quizzes/<ident>/rules"
MEMBER = f"{GROUP}/<int:enrolment_id>"
SUBGROUP = f"{GROUP}/subgroups/<int:subgroup_id>"


def _say(zone: ZoneInfo | None = None) -> Say:
    """Return how a moment is said: by the clocks of ZONE, else by those of whoever reads."""
    words = current_app.jinja_env.filters["moment"]
    return partial(words, zone=zone) if zone else words


@bp.get("/courses/<course>/quizzes/<ident>/rules")
def mine(course: str, ident: str) -> str:
    """Show whoever asks what holds for them at a quiz, and why."""
    place = course_named(db_session, course)
    enrolment = page_enrolment(db_session, place)
    quiz = quiz_named(db_session, place, ident, enrolment)
    attempts = attempts_at(db_session, enrolment, quiz.activity) if enrolment is not None else []
    if quiz.activity.retired_at is not None and not attempts:
        raise NotFound
    limits = limits_at(db_session, quiz, enrolment)
    return render_template(
        "quizzes/rules/mine.html",
        course=place,
        quiz=quiz,
        rules=telling.rules_of(limits, _say(), Voice.student),
        sitting=telling.sitting_of(limits),
        used=count_used(attempts, enrolment),
        given=live_accommodation(db_session, enrolment) if enrolment is not None else None,
        factor_in_words=telling.factor_in_words,
        say=_say(),
    )


# What a tutor sees of all


@bp.get(GROUP)
def group(slug: str, ident: str) -> str:
    """Show a tutor what holds at a quiz for the whole study group, and for whom something else does."""
    asking = access.tutoring(db_session, slug)
    quiz, say = access.quiz_in(db_session, asking, ident), _say(ZoneInfo(asking.group.zone))
    limits = making.limits_for_all(db_session, quiz, asking.group)
    return render_template(
        "quizzes/rules/group.html",
        mine=asking.mine,
        quiz=quiz,
        rules=telling.rules_of(limits, say, Voice.tutor),
        sitting=telling.sitting_of(limits),
        members=members_rules(db_session, quiz, asking.group, say),
        subgroups=subgroups_of(db_session, asking.group),
        say=say,
    )


# One student, or one subgroup


@bp.get(MEMBER)
def member(slug: str, ident: str, enrolment_id: int) -> ResponseReturnValue:
    """Show a tutor what holds at a quiz for one student, and offer exceptions."""
    asking = access.tutoring(db_session, slug)
    quiz = access.quiz_in(db_session, asking, ident)
    return _member_page(asking, quiz, access.student_in(db_session, asking.group, enrolment_id))


@bp.post(MEMBER)
def except_member(slug: str, ident: str, enrolment_id: int) -> ResponseReturnValue:
    """Make an exception for one student."""
    asking = access.tutoring(db_session, slug, writing=True)
    quiz = access.quiz_in(db_session, asking, ident)
    student = access.student_in(db_session, asking.group, enrolment_id)
    if (refused := _excepted(asking, quiz, student)) is not None:
        return _member_page(asking, quiz, student, refused, status=422)
    flash(_("The exception holds from now on."))
    return redirect(url_for(".member", slug=slug, ident=ident, enrolment_id=enrolment_id), 303)


@bp.post(f"{MEMBER}/attempt")
def one_more(slug: str, ident: str, enrolment_id: int) -> ResponseReturnValue:
    """Give one student one more attempt."""
    asking = access.tutoring(db_session, slug, writing=True)
    quiz = access.quiz_in(db_session, asking, ident)
    student = access.student_in(db_session, asking.group, enrolment_id)
    form = ReasonForm()
    if not form.validate_on_submit():
        return _member_page(asking, quiz, student, more=form, status=422)
    told: dict[str, Any] = {"reason": form.reason.data or "", "by_id": asking.mine.user_id, "now": datetime.now(UTC)}
    try:
        allowed = making.give_one_more(db_session, quiz, student, **told)
    except Refused as error:
        form.refuse(error)
        return _member_page(asking, quiz, student, more=form, status=error.status)
    if allowed is None:
        flash(_("{name} has an attempt left, so nothing was changed.").format(name=student.user.name))
    else:
        attempts = plural("one attempt", "{n} attempts", allowed)
        flash(_("{name} may make {attempts} in all.").format(name=student.user.name, attempts=attempts))
    return redirect(url_for(".member", slug=slug, ident=ident, enrolment_id=enrolment_id), 303)


@bp.get(SUBGROUP)
def subgroup(slug: str, ident: str, subgroup_id: int) -> ResponseReturnValue:
    """Show a tutor what holds at a quiz for one subgroup, and offer exceptions."""
    asking = access.tutoring(db_session, slug)
    quiz = access.quiz_in(db_session, asking, ident)
    return _subgroup_page(asking, quiz, access.subgroup_in(db_session, asking.group, subgroup_id))


@bp.post(SUBGROUP)
def except_subgroup(slug: str, ident: str, subgroup_id: int) -> ResponseReturnValue:
    """Make an exception for one subgroup."""
    asking = access.tutoring(db_session, slug, writing=True)
    quiz = access.quiz_in(db_session, asking, ident)
    some = access.subgroup_in(db_session, asking.group, subgroup_id)
    if (refused := _excepted(asking, quiz, some)) is not None:
        return _subgroup_page(asking, quiz, some, refused, status=422)
    flash(_("The exception holds from now on."))
    return redirect(url_for(".subgroup", slug=slug, ident=ident, subgroup_id=subgroup_id), 303)


@bp.post(f"{GROUP}/exceptions/<int:exception_id>/revoke")
def revoke(slug: str, ident: str, exception_id: int) -> ResponseReturnValue:
    """Take an exception back."""
    asking = access.tutoring(db_session, slug, writing=True)
    quiz = access.quiz_in(db_session, asking, ident)
    exception, audience = access.exception_in(db_session, asking.group, quiz, exception_id)
    making.take_back(db_session, exception, audience, by_id=asking.mine.user_id, now=datetime.now(UTC))
    flash(_("The exception is taken back."))
    if isinstance(audience, Enrolment):
        return redirect(url_for(".member", slug=slug, ident=ident, enrolment_id=audience.id), 303)
    return redirect(url_for(".subgroup", slug=slug, ident=ident, subgroup_id=audience.id), 303)


def _excepted(asking: access.Tutoring, quiz: Quiz, audience: Enrolment | Subgroup) -> ExceptionForm | None:
    """Make the exception for AUDIENCE that was sent; return its form where it is refused."""
    field = field_sent()
    form = ExceptionForm(field, ZoneInfo(asking.group.zone), sent=True)
    if not form.validate_on_submit():
        return form
    told: dict[str, Any] = {"reason": form.reason.data or "", "by_id": asking.mine.user_id, "now": datetime.now(UTC)}
    try:
        making.except_quiz(db_session, quiz, asking.group, audience, field, form.result, **told)
    except Refused as error:
        form.refuse(error)
        return form
    return None


def _member_page(
    asking: access.Tutoring,
    quiz: Quiz,
    student: Enrolment,
    refused: ExceptionForm | None = None,
    *,
    more: ReasonForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    limits = limits_at(db_session, quiz, student)
    used = count_used(attempts_at(db_session, student, quiz.activity), student)
    page = render_template(
        "quizzes/rules/member.html",
        student=student,
        used=used,
        used_up=limits.attempts is not None and used >= limits.attempts,
        is_closed=limits.closes_at is not None and limits.closes_at < datetime.now(UTC),
        given=live_accommodation(db_session, student),
        factor_in_words=telling.factor_in_words,
        more=more or ReasonForm(formdata=None),
        **_told(asking, quiz, student, limits, refused),
    )
    return page, status


def _subgroup_page(
    asking: access.Tutoring, quiz: Quiz, some: Subgroup, refused: ExceptionForm | None = None, *, status: int = 200
) -> ResponseReturnValue:
    limits = making.limits_for_all(db_session, quiz, asking.group, some)
    page = render_template(
        "quizzes/rules/subgroup.html",
        subgroup=some,
        names=names_in(db_session, some),
        **_told(asking, quiz, some, limits, refused),
    )
    return page, status


def _told(
    asking: access.Tutoring,
    quiz: Quiz,
    audience: Enrolment | Subgroup,
    limits: Limits,
    refused: ExceptionForm | None,
) -> Mapping[str, Any]:
    """Return what the pages of one student and of one subgroup have in common."""
    zone = ZoneInfo(asking.group.zone)
    say = _say(zone)
    forms = [ExceptionForm(field, zone, telling.value_of(limits, field)) for field in making.FIELDS]
    return {
        "mine": asking.mine,
        "quiz": quiz,
        "rules": telling.rules_of(limits, say, Voice.tutor),
        "sitting": telling.sitting_of(limits),
        "exceptions": [
            (one, telling.NAMES.get(one.row.field), telling.in_words(one.row.field, value_of(one.row), say))
            for one in live_exceptions(db_session, quiz.activity, audience)
            if one.row.field in telling.NAMES
        ],
        "forms": [refused if refused and refused.excepted == form.excepted else form for form in forms],
        "refused": refused,
        "field_names": telling.NAMES,
        "button": EmptyForm(),
        "say": say,
    }


# What one student is always given


def _holds(given: Made | None) -> dict[str, str]:
    """Return what the form shows of what is GIVEN."""
    if given is None:
        return {"factor": "1", "days": "0"}
    return {
        "factor": telling.factor_in_words(given.row.factor),
        "days": str(given.row.days),
        "reason": given.row.reason,
    }


@bp.route("/groups/<slug>/members/<int:enrolment_id>/accommodation", methods=["GET", "POST"])
def accommodation(slug: str, enrolment_id: int) -> ResponseReturnValue:
    """Give one student more time, or later days, at everything from now on."""
    asking = access.tutoring(db_session, slug)
    student = access.student_in(db_session, asking.group, enrolment_id)
    given = live_accommodation(db_session, student)
    form = AccommodationForm(data=_holds(given) if request.method == "GET" else None)
    if not form.validate_on_submit():
        page = render_template(
            "quizzes/rules/accommodation.html",
            mine=asking.mine,
            student=student,
            given=given,
            form=form,
            factor_in_words=telling.factor_in_words,
        )
        return page, 422 if form.is_submitted() else 200
    access.tutoring(db_session, slug, writing=True)
    told: dict[str, Any] = {"reason": form.reason.data or "", "by_id": asking.mine.user_id, "now": datetime.now(UTC)}
    made = set_accommodation(db_session, student, form.times, form.days_later, **told)
    words = _("{name} has this from now on.") if made else _("{name} has the time and the days that everybody has.")
    flash(words.format(name=student.user.name))
    return redirect(url_for(".accommodation", slug=slug, enrolment_id=enrolment_id), 303)
