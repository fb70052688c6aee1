"""The pages of lessons: what is read, ticked and answered."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import DomainError
from course.base.forms import EmptyForm
from course.base.markdown import TooLong, to_html
from course.base.web import own_transactions, wants_json
from course.base.words import _
from course.groups.access import acting_enrolment, course_named, page_enrolment, place_in_address
from course.groups.models import Enrolment
from lessons import access
from lessons.drafts import base_of, drafts_at, prompt_place
from lessons.forms import CopyForm, EntryForm, TickForm, WritingForm, begins_anew, came_from
from lessons.journal import entries_of, keep_draft, throw_away, write_entry
from lessons.models import Lesson, Prompt
from lessons.page import document_page, lesson_page
from lessons.readings import tick_lesson, tick_reading
from lessons.reference import reference_of

bp = Blueprint("lessons", __name__)

LESSON = "/courses/<course>/lessons/<lesson>"
PROMPT = f"{LESSON}/prompts/<ident>"


class BadTick(DomainError):
    """A tick that says neither done nor not done."""

    title = _("That was no tick")
    hint = _("Go back to the lesson and press the button there.")


@bp.get(LESSON)
def lesson(course: str, lesson: str) -> str:
    """Show a lesson: objectives, work, notes, readings, prompts, timeline and who is who."""
    found = access.lesson_named(db_session, course, lesson)
    enrolment = page_enrolment(db_session, found.activity.course)
    page = lesson_page(db_session, found, enrolment)
    return render_template("lessons/lesson.html", page=page, form=TickForm(), came_from=came_from())


@bp.post(f"{LESSON}/tick")
def tick(course: str, lesson: str) -> ResponseReturnValue:
    """Tick a lesson that has no required parts."""
    form, now = _tick_form(), datetime.now(UTC)
    found = access.lesson_named(db_session, course, lesson)
    enrolment = acting_enrolment(db_session, found.activity.course, now=now)
    access.refuse_retired(db_session, found.activity, enrolment)
    tick_lesson(db_session, enrolment, found.activity, done=form.done.data == "1", now=now)
    return redirect(form.way_back or _lesson_address(found, enrolment, "work"), code=303)


@bp.post(f"{LESSON}/readings/<ident>/tick")
def tick_one(course: str, lesson: str, ident: str) -> ResponseReturnValue:
    """Tick a reading, or take the tick back."""
    form, now = _tick_form(), datetime.now(UTC)
    found = access.lesson_named(db_session, course, lesson)
    reading = access.reading_of(db_session, found, ident)
    enrolment = acting_enrolment(db_session, found.activity.course, now=now)
    access.refuse_retired(db_session, reading.activity, enrolment)
    tick_reading(db_session, enrolment, reading.activity, done=form.done.data == "1", now=now)
    return redirect(form.way_back or _lesson_address(found, enrolment, f"reading-{ident}"), code=303)


def _tick_form() -> TickForm:
    form = TickForm()
    if not form.validate_on_submit():
        raise BadTick(" ".join(form.done.errors))
    return form


def _lesson_address(lesson: Lesson, enrolment: Enrolment, anchor: str | None = None) -> str:
    activity, place = lesson.activity, place_in_address(enrolment)
    return url_for(".lesson", course=activity.course.ident, lesson=activity.ident, group=place, _anchor=anchor)


def _prompt_address(lesson: Lesson, prompt: Prompt, enrolment: Enrolment, anchor: str | None = None) -> str:
    activity = lesson.activity
    return url_for(
        ".prompt",
        course=activity.course.ident,
        lesson=activity.ident,
        ident=prompt.activity.ident,
        group=place_in_address(enrolment),
        _anchor=anchor,
    )


@bp.get(PROMPT)
def prompt(course: str, lesson: str, ident: str) -> str:
    """Show a prompt, what one wrote to it, and where to write."""
    found = access.lesson_named(db_session, course, lesson)
    asked = access.prompt_of(db_session, found, ident)
    enrolment = page_enrolment(db_session, found.activity.course)
    access.refuse_retired(db_session, asked.activity, enrolment)
    return _prompt_page(found, asked, enrolment, EntryForm())


@bp.post(PROMPT)
def answer(course: str, lesson: str, ident: str) -> ResponseReturnValue:
    """Hand an answer over to the journal; or, where that button was pressed, show what it will look like."""
    now, form = datetime.now(UTC), EntryForm()
    found = access.lesson_named(db_session, course, lesson)
    asked = access.prompt_of(db_session, found, ident)
    good = form.validate_on_submit()
    if not good or form.wants_preview:
        enrolment = page_enrolment(db_session, found.activity.course)
        html = _previewed(form) if good else None
        return _prompt_page(found, asked, enrolment, form, preview_html=html), 422 if form.errors else 200
    enrolment = acting_enrolment(db_session, found.activity.course, now=now)
    access.refuse_retired(db_session, asked.activity, enrolment)
    try:
        write_entry(db_session, enrolment, asked, form.text.data, base=form.base_number, now=now)
    except TooLong as error:
        form.text.errors = [str(error)]
        return _prompt_page(found, asked, enrolment, form), 422
    return redirect(_prompt_address(found, asked, enrolment, "written"), code=303)


@bp.post(f"{PROMPT}/draft")
def draft(course: str, lesson: str, ident: str) -> ResponseReturnValue:
    """Keep a draft: of the page's script, which is answered with data, or of the button "Keep as draft"."""
    now, form = datetime.now(UTC), WritingForm()
    found = access.lesson_named(db_session, course, lesson)
    asked = access.prompt_of(db_session, found, ident)
    if not form.validate_on_submit():
        if wants_json():
            return {"problem": " ".join(form.text.errors)}, 422
        return _prompt_page(found, asked, page_enrolment(db_session, found.activity.course), form), 422
    enrolment = acting_enrolment(db_session, found.activity.course, now=now)
    access.refuse_retired(db_session, asked.activity, enrolment)
    kept = keep_draft(db_session, enrolment, asked, form.text.data, base=form.base_number, now=now)
    if wants_json():
        clock = current_app.jinja_env.filters["clock"]
        return {"step": kept.base, "saved": clock(kept.saved_at), "notice": kept.notice}
    flash(kept.notice or _("The draft is kept. Only you can see it."))
    return redirect(_prompt_address(found, asked, enrolment, "write"), code=303)


@bp.post(f"{PROMPT}/draft/discard")
def discard(course: str, lesson: str, ident: str) -> ResponseReturnValue:
    """Throw away one copy of a draft."""
    now, form = datetime.now(UTC), CopyForm()
    found = access.lesson_named(db_session, course, lesson)
    asked = access.prompt_of(db_session, found, ident)
    enrolment = acting_enrolment(db_session, found.activity.course, now=now)
    throw_away(db_session, enrolment, asked, form.copy_number, now=now)
    return redirect(_prompt_address(found, asked, enrolment, "write"), code=303)


def _prompt_page(lesson: Lesson, prompt: Prompt, enrolment: Enrolment | None, form: WritingForm, **more: Any) -> str:
    """Draw the page of a prompt: with what was typed where a form came back, else with the draft."""
    drafts = list(drafts_at(db_session, enrolment, prompt_place(prompt.activity))) if enrolment else []
    entries = entries_of(db_session, enrolment, prompt) if enrolment else []
    anew = bool(entries) and (bool(drafts) or request.method == "POST" or begins_anew())
    own = drafts[0] if drafts else None
    typed = request.method == "POST"
    return render_template(
        "lessons/prompt.html",
        lesson=lesson,
        course=lesson.activity.course,
        prompt=prompt,
        form=form,
        text=form.text.data if typed else own.text if own else entries[0].text if entries else "",
        base=form.base_number if typed else base_of(own),
        draft=own,
        other_drafts=drafts[1:],
        entries=entries,
        writing=not entries or anew,
        **more,
    )


def _previewed(form: WritingForm) -> str | None:
    try:
        return str(to_html(form.text.data))
    except TooLong as error:
        form.text.errors = [str(error)]
        return None


@bp.post("/preview")
@own_transactions
def preview() -> ResponseReturnValue:
    """Answer with the HTML of some Markdown, as a fragment; it is kept nowhere."""
    form = WritingForm()
    if not form.validate_on_submit():
        return {"problem": " ".join(form.text.errors)}, 422
    html = _previewed(form)
    return (html, 200) if html is not None else ({"problem": " ".join(form.text.errors)}, 422)


@bp.get("/courses/<course>/texts/<text>")
def text(course: str, text: str) -> str:
    """Show a document in the house."""
    its_course = course_named(db_session, course)
    document = access.document_named(db_session, its_course, text)
    enrolment = page_enrolment(db_session, its_course)
    page = document_page(db_session, its_course, document, enrolment)
    return render_template("lessons/text.html", page=page, form=TickForm(), came_from=came_from())


@bp.get("/courses/<course>/reference")
def reference(course: str) -> str:
    """Show all persons, terms, events and sources of a course."""
    its_course = course_named(db_session, course)
    page_enrolment(db_session, its_course)
    shown = reference_of(db_session, its_course)
    return render_template("lessons/reference.html", course=its_course, reference=shown, form=EmptyForm())
