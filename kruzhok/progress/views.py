"""The pages of progress: a tutor's table and what one student did; everyone's own record of each of their places."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.base.csv_files import MEDIA_TYPE, csv_of
from course.base.db import db_session
from course.base.forms import EmptyForm
from course.base.web import after_page, attachment
from course.base.words import _
from course.completion.looks import looks_at, note_look
from course.completion.records import standings_of
from course.groups import access as groups
from course.groups.enrolments import ALONE, former_places_of, has_tutor, live_places_of
from course.groups.models import Enrolment, Subgroup
from course.syllabus.giving import named_subgroups
from course.users.access import somebody
from kruzhok.progress import access
from kruzhok.progress.drawing import drawn
from kruzhok.progress.export import heads_of, lines
from kruzhok.progress.forms import DOWN_FIRST, Asked, RulesForm, asked_students
from kruzhok.progress.help import change_rules
from kruzhok.progress.own import MOST_AGAIN, MOST_MORE, own_progress
from kruzhok.progress.pages import Links, TutorLinks
from kruzhok.progress.record import record_of
from kruzhok.progress.students import Wanted
from kruzhok.progress.study import NO_CERTIFICATE, Say, Study, study_of
from kruzhok.progress.study_file import as_markdown
from kruzhok.progress.table import WORDS, Table
from kruzhok.progress.tutorial import MOST_NAMED, tutorial_of
from kruzhok.today.addresses import address_of
from kruzhok.words import day, is_elsewhere, minutes
from quizzes.attempts.results import Answered, Looker, answers_of
from quizzes.attempts.wording import amount, of_points
from quizzes.explaining import correcting
from quizzes.explaining.explaining import explain
from quizzes.explaining.forms import AcceptForm, OverrideForm
from quizzes.marking.queue import waiting_for
from quizzes.models import Attempt
from quizzes.policy import THINGS

bp = Blueprint("progress", __name__)

GROUP = "/groups/<slug>/progress"
STUDENT = f"{GROUP}/<int:enrolment_id>"
SCORE = "/groups/<slug>/members/<int:enrolment_id>/attempts/<int:attempt_id>/questions/<int:number>/score"

#: How many looks of tutors a record names.
MOST_LOOKS = 50


@bp.get(GROUP)
def table(slug: str) -> ResponseReturnValue:
    """Show a tutor who in the study group has done what: a page of those asked for, in the order asked for."""
    mine, found, asked, subgroups = _asked(slug)
    page = found.page(asked.wanted, asked.page) if not asked.problems else found.nobody()
    answer = render_template(
        "kruzhok/progress/table.html",
        mine=mine,
        table=found,
        page=page,
        asked=asked,
        subgroups=subgroups,
        words=WORDS,
        drawn=drawn,
        down_first=DOWN_FIRST,
        members_url=url_for(".table", slug=slug),
        to_mark=waiting_for(db_session, mine),
    )
    return answer, 422 if asked.problems else 200


@bp.get(f"{GROUP}.csv")
def csv_file(slug: str) -> ResponseReturnValue:
    """Hand the table out as a file: all students asked for, with the figures of the page."""
    mine, found, asked, _subgroups = _asked(slug)
    if asked.problems:
        return redirect(url_for(".table", slug=slug, **asked.query), 303)
    assert mine.group is not None
    name = f"progress-{mine.group.slug}-{found.now.astimezone(found.zone):%Y-%m-%d}.csv"
    headers = {"Content-Type": MEDIA_TYPE, "Content-Disposition": f'attachment; filename="{name}"'}
    return csv_of(heads_of(found), lines(found, asked.wanted)), headers


def _asked(slug: str) -> tuple[Enrolment, Table, Asked, Sequence[Subgroup]]:
    """Return the place of a tutor who asks, the table of the group, whom of it they ask for, and its subgroups."""
    mine = groups.tutor(db_session, slug)
    assert mine.group is not None
    subgroups = named_subgroups(db_session, mine.group.id)
    found = Table(db_session, mine.group, datetime.now(UTC))
    return mine, found, asked_students(found.columns, subgroups), subgroups


@bp.get(f"{GROUP}/parts")
def parts(slug: str) -> str:
    """Show a tutor how many of all students have done each part."""
    mine = groups.tutor(db_session, slug)
    assert mine.group is not None
    table = Table(db_session, mine.group, datetime.now(UTC))
    return render_template("kruzhok/progress/parts.html", mine=mine, table=table, done=table.done())


@bp.get(f"{GROUP}/help")
def help_page(slug: str) -> ResponseReturnValue:
    """Show a tutor who may need a hand, and by which rules."""
    return _help_page(slug)


@bp.post(f"{GROUP}/help")
def change_help(slug: str) -> ResponseReturnValue:
    """Change the rules by which somebody may need a hand."""
    mine = groups.tutor(db_session, slug)
    assert mine.group is not None
    groups.refuse_archived(mine.group)
    form = RulesForm()
    if not form.validate_on_submit():
        return _help_page(slug, form, status=422)
    change_rules(db_session, mine.group.id, form.rules)
    flash(_("The rules are changed."))
    return redirect(url_for(".help_page", slug=slug), 303)


def _help_page(slug: str, refused: RulesForm | None = None, *, status: int = 200) -> ResponseReturnValue:
    mine, found, asked, _subgroups = _asked(slug)
    rules = found.rules
    named = found.page(Wanted(needs_hand=True), asked.page)
    page = render_template(
        "kruzhok/progress/help.html",
        mine=mine,
        table=found,
        page=named,
        rules=rules,
        form=refused or RulesForm(obj=rules),
    )
    return page, status


@bp.get(STUDENT)
def member(slug: str, enrolment_id: int) -> str:
    """Show a tutor what one student did in the study group. That the tutor looked is noted."""
    student = access.student_of(db_session, slug, enrolment_id)
    _leave_a_trace(student)
    record = record_of(db_session, student, datetime.now(UTC), own=False)
    say = current_app.jinja_env.filters["moment"]
    return render_template(
        "kruzhok/progress/member.html",
        student=student,
        record=record,
        tutorial=tutorial_of(db_session, record, looker_id=somebody(db_session).id, say=say),
        most_named=MOST_NAMED,
        links=TutorLinks(student, slug),
        writes=student.group is not None and student.group.archived_at is None,
    )


@bp.get(f"{STUDENT}/attempts/<int:attempt_id>")
def attempt(slug: str, enrolment_id: int, attempt_id: int) -> str:
    """Show a tutor what a student answered in an attempt; of one that is open nothing but that it is."""
    student = access.student_of(db_session, slug, enrolment_id)
    found = access.attempt_in(db_session, student, attempt_id)
    _leave_a_trace(student)
    return render_template(
        "kruzhok/progress/attempt.html",
        student=student,
        attempt=found,
        quiz=found.activity,
        answers=_answers(student, found, slug) if found.submitted_at is not None else None,
        points=(amount(found.points or 0), of_points(found.max_points)),
    )


def _answers(student: Enrolment, submitted: Attempt, slug: str) -> list[Answered]:
    return answers_of(
        db_session,
        submitted,
        course_id=student.course_id,
        course=student.course.ident,
        root=request.script_root,
        looker=Looker(somebody(db_session).id, slug),
    )


@bp.get(SCORE)
def score(slug: str, enrolment_id: int, attempt_id: int, number: int) -> ResponseReturnValue:
    """Show a tutor how the score of one question came about, and offer what may be changed of it."""
    asked = access.question_of(db_session, slug, enrolment_id, attempt_id, number)
    _leave_a_trace(asked.student)
    return _score_page(asked)


@bp.post(SCORE)
def override(slug: str, enrolment_id: int, attempt_id: int, number: int) -> ResponseReturnValue:
    """Put another number in the place of a score."""
    asked = access.question_of(db_session, slug, enrolment_id, attempt_id, number, writing=True)
    form = OverrideForm(asked.item.version.data.get("points", 1), sent=True)
    if not form.validate_on_submit():
        return _score_page(asked, form, status=422)
    by, now = somebody(db_session).id, datetime.now(UTC)
    correcting.override(db_session, asked.attempt, asked.item, form.result, form.reason.data or "", by=by, now=now)
    flash(_("The score is set."))
    return redirect(url_for(".score", **asked.address), 303)


@bp.post(f"{SCORE}/accept")
def accept(slug: str, enrolment_id: int, attempt_id: int, number: int) -> ResponseReturnValue:
    """Let an answer count that came late."""
    asked = access.question_of(db_session, slug, enrolment_id, attempt_id, number, writing=True)
    by, now = somebody(db_session).id, datetime.now(UTC)
    correcting.accept(db_session, asked.attempt, asked.item, AcceptForm().step, by=by, now=now)
    flash(_("This answer counts now."))
    return redirect(url_for(".score", **asked.address), 303)


def _score_page(asked: access.Asked, refused: OverrideForm | None = None, *, status: int = 200) -> ResponseReturnValue:
    explained = explain(
        db_session,
        asked.attempt,
        asked.item,
        seen=THINGS,
        looker_id=somebody(db_session).id,
        say=current_app.jinja_env.filters["moment"],
    )
    page = render_template(
        "kruzhok/progress/score.html",
        student=asked.student,
        attempt=asked.attempt,
        quiz=asked.attempt.activity,
        explained=explained,
        address=asked.address,
        item_id=asked.item.version.item_id,
        form=refused or OverrideForm(explained.most, sent=False),
        button=EmptyForm(),
    )
    return page, status


def _leave_a_trace(student: Enrolment) -> None:
    enrolment_id, by_id, now = student.id, somebody(db_session).id, datetime.now(UTC)
    after_page(lambda session: note_look(session, enrolment_id, by_id, now=now))


@bp.get("/me/places")
def places() -> str:
    """List the places that whoever asks has or had, alone and in study groups, with how far they are in each."""
    user = somebody(db_session)
    live, former = live_places_of(db_session, user), former_places_of(db_session, user)
    return render_template(
        "kruzhok/progress/places.html",
        live=live,
        former=former,
        standings=standings_of(db_session, [*live, *former]),
    )


@bp.get("/me/places/<int:enrolment_id>")
def mine(enrolment_id: int) -> str:
    """Show whoever asks how far they are in one of their places and what is next, with their journal and who looked."""
    place, now = access.own_place(db_session, enrolment_id), datetime.now(UTC)
    record = record_of(db_session, place, now, own=True, pace=place.user.pace)
    return render_template(
        "kruzhok/progress/mine.html",
        enrolment=place,  # not `place`: that is what the head says
        page=own_progress(db_session, record, now),
        looks=looks_at(db_session, place, most=MOST_LOOKS),
        has_tutor=has_tutor(db_session, place.group_id),
        links=Links(place, place.group.slug if place.group else ALONE),
        address_of=address_of,
        elsewhere=is_elsewhere(place.group, now),
        most_again=MOST_AGAIN,
        most_more=MOST_MORE,
        button=EmptyForm(),
    )


@bp.get("/me/places/<int:enrolment_id>/record")
def record(enrolment_id: int) -> str:
    """Show whoever asks what they did in one of their places on paper, to keep or to show: no certificate."""
    return render_template("kruzhok/progress/study.html", study=_study(enrolment_id), no_certificate=NO_CERTIFICATE)


@bp.get("/me/places/<int:enrolment_id>/record.md")
def record_file(enrolment_id: int) -> ResponseReturnValue:
    """Give whoever asks the same as a file of Markdown."""
    study = _study(enrolment_id)
    name = f"record-{study.place.course.ident}-{study.made_on:%Y-%m-%d}.md"
    return attachment(as_markdown(study, minutes).encode(), "text/markdown; charset=utf-8", name)


def _study(enrolment_id: int) -> Study:
    place, now = access.own_place(db_session, enrolment_id), datetime.now(UTC)
    made = record_of(db_session, place, now, own=True)
    site = current_app.config["SITE_URL"] or request.host_url
    return study_of(db_session, made, now, Say(day, minutes), site=site.rstrip("/"))
