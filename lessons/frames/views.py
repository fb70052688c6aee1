"""The pages on which a text is read as a source: one's own answers, and those of the group side by side."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import DomainError
from course.base.forms import EmptyForm
from course.base.web import wants_json
from course.base.words import _
from course.groups.access import Archived, acting_enrolment, course_named, member, page_enrolment, place_in_address
from course.groups.models import Enrolment
from course.outline.models import Course
from lessons.access import document_named
from lessons.drafts import forget_draft
from lessons.forms import CopyForm
from lessons.frames.forms import ON_A_PAGE, FrameForm, SharingForm, page_asked
from lessons.frames.frames import NothingSaid, comparison, keep_frame_draft, share_last, write_frame
from lessons.frames.pages import compared, frame_page
from lessons.frames.places import frame_place
from lessons.frames.words import ASKED
from lessons.models import Document
from lessons.views import said_of_draft

bp = Blueprint("frames", __name__)

FRAME = "/courses/<course>/texts/<text>/frame"


@bp.get(FRAME)
def frame(course: str, text: str) -> ResponseReturnValue:
    """Show the five questions, what one said to them, and then how the author of the course reads the text."""
    its_course = course_named(db_session, course)
    enrolment = page_enrolment(db_session, its_course)
    document = document_named(db_session, its_course, text, enrolment)
    return _page(its_course, document, enrolment, FrameForm())


@bp.post(FRAME)
def write(course: str, text: str) -> ResponseReturnValue:
    """Keep what was answered, to oneself or shared with the group, as the button says."""
    now, form = datetime.now(UTC), FrameForm()
    its_course, document = _named(course, text)
    if not form.validate_on_submit():
        return _typed(its_course, document, form)
    try:
        mine = acting_enrolment(db_session, its_course, now=now)
        base, seen = form.base_number, form.seen_number
        written = write_frame(db_session, mine, document.text, form.answers, base=base, share=form.shares, now=now)
    except (NothingSaid, Archived) as error:
        return _typed(its_course, document, form, error)
    if written.number > seen + 1:
        flash(_("You wrote this in another window too. Both are kept: the other one stands under “Before that”."))
    return redirect(_address(its_course, document, mine, "written"), code=303)


@bp.post(f"{FRAME}/draft")
def draft(course: str, text: str) -> ResponseReturnValue:
    """Keep a draft: of the page's script, which is answered with data, or of the button "Keep as draft"."""
    now, form = datetime.now(UTC), FrameForm()
    its_course, document = _named(course, text)
    if not form.validate_on_submit():
        if wants_json():
            return {"problem": " ".join(error for field in form for error in field.errors)}, 422
        return _typed(its_course, document, form)
    try:
        mine = acting_enrolment(db_session, its_course, now=now)
    except Archived as error:
        if wants_json():
            raise
        return _typed(its_course, document, form, error)
    kept = keep_frame_draft(db_session, mine, document.text, form.answers, base=form.base_number, now=now)
    return said_of_draft(kept) or redirect(_address(its_course, document, mine, "write"), code=303)


@bp.post(f"{FRAME}/draft/discard")
def discard(course: str, text: str) -> ResponseReturnValue:
    """Throw away one copy of a draft."""
    now, form = datetime.now(UTC), CopyForm()
    its_course, document = _named(course, text)
    mine = acting_enrolment(db_session, its_course, now=now)
    forget_draft(db_session, mine, frame_place(document.text), form.copy_number)
    flash(_("The draft is thrown away."))
    return redirect(_address(its_course, document, mine, "write"), code=303)


@bp.post(f"{FRAME}/sharing")
def share(course: str, text: str) -> ResponseReturnValue:
    """Share what one said last with the group, or take it back."""
    now, form = datetime.now(UTC), SharingForm()
    its_course, document = _named(course, text)
    mine = acting_enrolment(db_session, its_course, now=now)
    share_last(db_session, mine, document.text, shared=form.wants_shared, now=now)
    return redirect(_address(its_course, document, mine, "written"), code=303)


@bp.get("/groups/<slug>/texts/<text>/frames")
def compare(slug: str, text: str) -> str:
    """Show what the members of a study group say of a text as a source, side by side, one's own first."""
    mine = member(db_session, slug)
    document = document_named(db_session, mine.course, text, mine)
    found = compared(comparison(db_session, mine, document.text), page_asked(), ON_A_PAGE)
    return render_template(
        "lessons/frames/compare.html", mine=mine, document=document, found=found, asked=ASKED, form=EmptyForm()
    )


def _named(course: str, text: str) -> tuple[Course, Document]:
    its_course = course_named(db_session, course)
    return its_course, document_named(db_session, its_course, text, page_enrolment(db_session, its_course))


def _address(course: Course, document: Document, enrolment: Enrolment, anchor: str) -> str:
    place = place_in_address(enrolment)
    return url_for(".frame", course=course.ident, text=document.text.ident, group=place, _anchor=anchor)


def _typed(
    course: Course, document: Document, form: FrameForm, error: DomainError | None = None
) -> ResponseReturnValue:
    """Draw the page with what was typed in it, and why that was refused."""
    if error is not None:
        form.form_errors.append(f"{error.title}. {error.hint}")
    status = error.status if error is not None else 422
    return _page(course, document, page_enrolment(db_session, course), form, status, typed=True)


def _page(
    course: Course,
    document: Document,
    enrolment: Enrolment | None,
    form: FrameForm,
    status: int = 200,
    *,
    typed: bool = False,
) -> ResponseReturnValue:
    page = frame_page(db_session, course, document, enrolment, form.answers if typed else None)
    base = form.base_number if typed else page.base
    seen = form.seen_number if typed else page.last.number if page.last else 0
    html = render_template("lessons/frames/frame.html", page=page, form=form, base=base, seen=seen, asked=ASKED)
    return html, status
