"""The pages of lessons: what is read, ticked and answered."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import DomainError
from course.base.markdown import TooLong, to_html
from course.base.web import after_page, own_transactions, wants_json
from course.base.words import _
from course.groups.access import (
    Archived,
    acting_enrolment,
    course_named,
    let_act,
    may_plan,
    member,
    page_enrolment,
    place_in_address,
)
from course.groups.models import Enrolment
from course.users.reading import settings_here
from lessons import access
from lessons.addresses import back_to, prompt_in_address
from lessons.checks.forms import just_checked
from lessons.discussion.forms import EditForm, PostForm, asked_of_talk, asked_to_quote, asked_to_write
from lessons.discussion.marks import mark_read
from lessons.discussion.threads import Thread
from lessons.drafts import Kept
from lessons.forms import (
    CopyForm,
    EntryForm,
    TickForm,
    WritingForm,
    begins_anew,
    came_from,
    remember_version,
    versions_seen,
    wanted_part,
)
from lessons.frames.words import ASKED
from lessons.journal import keep_draft, throw_away, write_entry
from lessons.models import Lesson, Prompt
from lessons.notes.forms import opened_notes
from lessons.pack import reading_pack
from lessons.page import document_page, lesson_page
from lessons.prompt_page import prompt_page
from lessons.readings import tick_lesson, tick_reading
from lessons.text_parts import led_on

bp = Blueprint("lessons", __name__)

LESSON = "/courses/<course>/lessons/<lesson>"
PROMPT = f"{LESSON}/prompts/<ident>"

#: A prompt that a study group gave itself.
OWN_PROMPT = "/groups/<group>/prompts/<ident>"
OF_NO_LESSON = {"course": None, "lesson": None}


class BadTick(DomainError):
    """A tick that says neither done nor not done."""

    title = _("That was no tick")
    hint = _("Go back to the lesson and press the button there.")


@bp.get(LESSON)
def lesson(course: str, lesson: str) -> str:
    """Show a lesson: objectives, work, notes, readings, prompts, timeline and who is who."""
    its_course = course_named(db_session, course)
    enrolment = page_enrolment(db_session, its_course)
    page = lesson_page(db_session, its_course, lesson, enrolment, settings_here().pace, opened_notes())
    way = {"back": back_to(came_from()), "just_checked": just_checked(), "seen": versions_seen()}
    return render_template("lessons/lesson.html", page=page, form=TickForm(), **way)


@bp.post(f"{LESSON}/seen")
def seen_lesson(course: str, lesson: str) -> ResponseReturnValue:
    """Put away what changed in the notes of a lesson."""
    found = access.lesson_named(db_session, course, lesson)
    enrolment = page_enrolment(db_session, found.activity.course)
    remember_version(found.text)
    place = place_in_address(enrolment) if enrolment else None
    return redirect(url_for(".lesson", course=course, lesson=lesson, group=place), code=303)


@bp.post("/courses/<course>/texts/<text>/seen")
def seen_text(course: str, text: str) -> ResponseReturnValue:
    """Put away what changed in a document."""
    its_course = course_named(db_session, course)
    enrolment = page_enrolment(db_session, its_course)
    remember_version(access.document_named(db_session, its_course, text, enrolment).text)
    place = place_in_address(enrolment) if enrolment else None
    return redirect(url_for(".text", course=course, text=text, group=place), code=303)


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


def prompt_address(
    lesson: Lesson | None, prompt: Prompt, enrolment: Enrolment, anchor: str | None = None, **asked: Any
) -> str:
    """Return the address of the page of PROMPT in the place of ENROLMENT, ASKED to open a place to write."""
    activity = prompt.activity
    where = prompt_in_address(activity.course.ident, lesson.activity.ident if lesson else None, activity.ident)
    return url_for("lessons.prompt", **where, group=place_in_address(enrolment), _anchor=anchor, **asked)


class Found(NamedTuple):
    """The prompt that an address names: in its lesson; or, in the place of a member there, a study group's own."""

    lesson: Lesson | None
    prompt: Prompt
    place: Enrolment | None = None

    def shown_in(self) -> Enrolment | None:
        """Return the enrolment that the page of it belongs to."""
        return self.place or page_enrolment(db_session, self.prompt.activity.course)

    def acted_in(self, now: datetime) -> Enrolment:
        """Return the enrolment that an act at it belongs to, as `acting_enrolment` does."""
        if self.place is None:
            return acting_enrolment(db_session, self.prompt.activity.course, now=now)
        let_act(self.place, now)
        return self.place


def _prompt_at(course: str | None, lesson: str | None, ident: str, group: str | None) -> Found:
    if course is None or lesson is None:
        mine = member(db_session, group or "")
        return Found(None, access.own_prompt(db_session, mine, ident), mine)
    return Found(*access.prompt_in_lesson(db_session, course, lesson, ident))


@bp.get(PROMPT)
@bp.get(OWN_PROMPT, defaults=OF_NO_LESSON)
def prompt(course: str | None, lesson: str | None, ident: str, group: str | None = None) -> ResponseReturnValue:
    """Show a prompt, what one wrote to it, where to write, and in a study group the talk on it."""
    found, asked, _place = at = _prompt_at(course, lesson, ident, group)
    enrolment = at.shown_in()
    access.refuse_retired(db_session, asked.activity, enrolment)
    doing, on = asked_to_write()
    form = EditForm() if doing == "edit" else PostForm()
    return show_prompt(found, asked, enrolment, form, doing=doing, on=on, anew=begins_anew())


@bp.post(PROMPT)
@bp.post(f"{OWN_PROMPT}/journal", defaults=OF_NO_LESSON)
def answer(course: str | None, lesson: str | None, ident: str, group: str | None = None) -> ResponseReturnValue:
    """Hand an answer over to the journal; or, where that button was pressed, show what it will look like."""
    now, form = datetime.now(UTC), EntryForm()
    found, asked, _place = at = _prompt_at(course, lesson, ident, group)
    if not form.validate_on_submit() or form.wants_preview:
        return show_typed(found, asked, at.shown_in(), form)
    try:
        enrolment = at.acted_in(now)
        access.refuse_retired(db_session, asked.activity, enrolment)
        write_entry(db_session, enrolment, asked, form.text.data, base=form.base_number, now=now)
    except (TooLong, Archived) as error:
        return show_typed(found, asked, at.shown_in(), form, error)
    return redirect(prompt_address(found, asked, enrolment, "written"), code=303)


@bp.post(f"{PROMPT}/draft")
@bp.post(f"{OWN_PROMPT}/draft", defaults=OF_NO_LESSON)
def draft(course: str | None, lesson: str | None, ident: str, group: str | None = None) -> ResponseReturnValue:
    """Keep a draft: of the page's script, which is answered with data, or of the button "Keep as draft"."""
    now, form = datetime.now(UTC), WritingForm()
    found, asked, _place = at = _prompt_at(course, lesson, ident, group)
    if not form.validate_on_submit():
        if wants_json():
            return {"problem": " ".join(form.text.errors)}, 422
        return show_typed(found, asked, at.shown_in(), form)
    try:
        enrolment = at.acted_in(now)
    except Archived as error:
        if wants_json():
            raise
        return show_typed(found, asked, at.shown_in(), form, error)
    access.refuse_retired(db_session, asked.activity, enrolment)
    kept = keep_draft(db_session, enrolment, asked, form.text.data, base=form.base_number, now=now)
    return said_of_draft(kept) or redirect(prompt_address(found, asked, enrolment, "write"), code=303)


def said_of_draft(kept: Kept) -> ResponseReturnValue | None:
    """Return the answer to the page's script that kept a draft; None for the button, which leads back to the page."""
    if wants_json():
        clock = current_app.jinja_env.filters["clock"]
        return {"step": kept.base, "saved": clock(kept.saved_at), "notice": kept.notice}
    flash(kept.notice or _("The draft is kept. Only you can see it."))
    return None


@bp.post(f"{PROMPT}/draft/discard")
@bp.post(f"{OWN_PROMPT}/draft/discard", defaults=OF_NO_LESSON)
def discard(course: str | None, lesson: str | None, ident: str, group: str | None = None) -> ResponseReturnValue:
    """Throw away one copy of a draft."""
    now, form = datetime.now(UTC), CopyForm()
    found, asked, _place = at = _prompt_at(course, lesson, ident, group)
    enrolment = at.acted_in(now)
    throw_away(db_session, enrolment, asked, form.copy_number, now=now)
    return redirect(prompt_address(found, asked, enrolment, "write"), code=303)


def show_typed(
    lesson: Lesson | None,
    prompt: Prompt,
    enrolment: Enrolment | None,
    form: WritingForm,
    error: TooLong | DomainError | None = None,
    **where: Any,
) -> ResponseReturnValue:
    """Draw the page of a prompt with what was typed in it: as a preview, or with why it was refused."""
    html, status = None, 422
    if error is not None:
        status = error.status if isinstance(error, DomainError) else status
        form.text.errors = [f"{error.title}. {error.hint}" if isinstance(error, DomainError) else str(error)]
    elif not form.errors:
        html = _previewed(form)
        status = 422 if form.errors else 200
    return show_prompt(lesson, prompt, enrolment, form, status, typed=True, preview_html=html, **where)


def show_prompt(
    lesson: Lesson | None,
    prompt: Prompt,
    enrolment: Enrolment | None,
    form: WritingForm,
    status: int = 200,
    *,
    preview_html: str | None = None,
    newer: bool = False,
    **where: Any,
) -> ResponseReturnValue:
    """Draw the page of a prompt, and remember that the posts on it have been shown. NEWER: its words were edited."""
    asked = {"talk": asked_of_talk(), "quoting": asked_to_quote(), **where}
    page = prompt_page(db_session, lesson, prompt, enrolment, form, **asked)
    if page.thread is not None and page.thread.new and enrolment is not None:
        remember_read(page.thread, enrolment)
    shown = {"preview_html": preview_html, "newer": newer, "now": datetime.now(UTC)}
    html = render_template("lessons/prompt.html", page=page, form=form, **shown)
    return html, status


def remember_read(thread: Thread, enrolment: Enrolment) -> None:
    """Let the posts of THREAD be no longer new to ENROLMENT once this page is made."""
    after_page(
        partial(
            mark_read,
            enrolment_id=enrolment.id,
            user_id=enrolment.user_id,
            up_to=thread.read_up_to,
            seen=[shown.id for shown in thread.new],
            now=datetime.now(UTC),
        )
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
    enrolment = page_enrolment(db_session, its_course)
    framed = access.document_framed(db_session, its_course, text, enrolment)
    page = document_page(db_session, its_course, framed, enrolment, settings_here().pace, wanted_part(), opened_notes())
    if page.part is not None:
        group = place_in_address(enrolment) if enrolment else None
        lead = partial(url_for, "lessons.text", course=course, text=text, group=group)
        page = replace(page, passages=led_on(page.passages, lambda ident: lead(at=ident, _anchor=ident)))
    is_own = enrolment is not None and access.imported_it(enrolment, page.document.text)
    way = {
        "back": back_to(came_from()),
        "just_checked": just_checked(),
        "is_own": is_own,
        "asked": ASKED,
        "seen": versions_seen(),
    }
    may_give = enrolment is not None and enrolment.group is not None and may_plan(enrolment)
    return render_template("lessons/text.html", page=page, form=TickForm(), may_give=may_give, **way)


@bp.get("/courses/<course>/units/<unit>/pack")
def pack(course: str, unit: str) -> str:
    """Show all there is to read in the house for a unit, as one would print it."""
    its_course = course_named(db_session, course)
    page_enrolment(db_session, its_course)
    found = reading_pack(db_session, its_course, unit)
    return render_template("lessons/pack.html", pack=found, today=datetime.now(UTC))
