"""The pages of imported texts: bringing one, looking at what was understood, keeping, telling of it, deleting."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from course.base.archives import MIB, BadArchive
from course.base.db import current_database, db_session, request_transaction
from course.base.errors import NotFound
from course.base.forms import EmptyForm
from course.base.web import own_transactions, takes_uploads
from course.base.words import _
from course.groups.access import acting_enrolment, course_named, may_plan, place_in_address
from course.groups.models import Enrolment
from course.outline.models import Course
from course.users.access import account
from lessons.importing.imported import Imported, Unreadable, one_line
from lessons.imports import access, keeping
from lessons.imports.forms import MOST_BODY, MOST_FILE, AboutForm, BringForm, CopyForm
from lessons.imports.shown import preview_of
from lessons.models import TextImport

bp = Blueprint("imports", __name__)

IMPORTS = "/courses/<course>/imports"
TEXT = "/courses/<course>/texts/<text>"

TOO_LARGE = _("The file has more than {most} MiB: bring it without its pictures, or in parts.")


@contextmanager
def _transaction(*, writing: bool = False) -> Iterator[Session]:
    """Give the session of one step of a view whose slow work lies between two."""
    with request_transaction(current_database(), writing=writing) as session:
        yield session


@bp.get(IMPORTS)
def imports(course: str) -> str:
    """List what the reader imported: what waits, what is kept in this place, what is elsewhere."""
    its_course = course_named(db_session, course)
    mine = access.reader(db_session, its_course)
    return render_template(
        "lessons/imports/imports.html",
        course=its_course,
        mine=mine,
        waiting=access.waiting_of(db_session, mine),
        kept=access.own_documents(db_session, account().id, mine),
        plans=mine is not None and mine.group is not None and may_plan(mine),
        form=CopyForm(),
    )


@bp.route(f"{IMPORTS}/new", methods=["GET", "POST"])
@own_transactions
@takes_uploads(MOST_BODY)
def new(course: str) -> ResponseReturnValue:
    """Take a file, or words that were pasted; what cannot be read is refused with why, the words still there."""
    now, form = datetime.now(UTC), BringForm()
    with _transaction() as session:
        its_course = course_named(session, course)
        access.reader(session, its_course)
    if not form.validate_on_submit():
        return _bring_page(its_course, form, 422 if form.is_submitted() else 200)
    with _transaction(writing=True) as session:
        keeping.count_import(session, account().id, now=now)
    name, content = form.brought()
    name = one_line(name, 200)
    try:
        if len(content) > MOST_FILE:
            raise Unreadable(TOO_LARGE.format(most=MOST_FILE // MIB))
        keeping.read_file(name, content)
    except (Unreadable, BadArchive) as error:
        form.refuse(error.message)
        return _bring_page(its_course, form, 422)
    with _transaction(writing=True) as session:
        mine = acting_enrolment(session, course_named(session, course), now=now)
        brought = keeping.bring(session, mine, name, content, now=now)
        address = url_for(".preview", course=course, number=brought.id, group=place_in_address(mine))
    return redirect(address, 303)


def _bring_page(course: Course, form: BringForm, status: int) -> ResponseReturnValue:
    with _transaction() as session:
        access.reader(session, course)
        return render_template("lessons/imports/new.html", course=course, form=form), status


@bp.get(f"{IMPORTS}/<int:number>")
@own_transactions
def preview(course: str, number: int) -> ResponseReturnValue:
    """Show how a file was understood and what was left out, before it becomes a text."""
    with _transaction() as session:
        brought, content = _brought(session, course, number)
        if brought.text is not None:
            place = access.reader(session, course_named(session, course))
            return redirect(_text_address(course, brought.text.ident, place), 303)
    text = _read_again(brought.name, content)
    told = keeping.about_of(text)
    form = AboutForm(data=told._asdict() | {"direction": told.direction or "ltr"})
    return _preview_page(course, number, text, form, 200)


def _brought(session: Session, course: str, number: int) -> tuple[TextImport, bytes]:
    """Return what the reader brought under that number, with its bytes, which are only asked for while it waits."""
    mine = access.reader(session, course_named(session, course))
    brought = access.waiting(session, mine, number)
    return brought, b"" if brought.text is not None else brought.file.content


def _read_again(name: str, content: bytes) -> Imported:
    """Return the text in a file that was read before; raise NotFound where a stricter reader no longer takes it."""
    try:
        return keeping.read_file(name, content)
    except (Unreadable, BadArchive):
        raise NotFound from None


def _preview_page(course: str, number: int, text: Imported, form: AboutForm, status: int) -> ResponseReturnValue:
    with _transaction() as session:
        its_course = course_named(session, course)
        mine = access.reader(session, its_course)
        brought = access.waiting(session, mine, number)
        page = preview_of(brought, text, account().pace)
        return render_template("lessons/imports/preview.html", course=its_course, page=page, form=form), status


@bp.post(f"{IMPORTS}/<int:number>")
@own_transactions
def keep(course: str, number: int) -> ResponseReturnValue:
    """Make a text of a file that waits; pressed twice it is one."""
    now, form = datetime.now(UTC), AboutForm()
    with _transaction() as session:
        brought, content = _brought(session, course, number)
        place = access.reader(session, course_named(session, course))
        if brought.text is not None:
            return redirect(_text_address(course, brought.text.ident, place), 303)
    text = _read_again(brought.name, content)
    if not form.validate_on_submit():
        return _preview_page(course, number, text, form, 422)
    with _transaction(writing=True) as session:
        mine = acting_enrolment(session, course_named(session, course), now=now)
        kept = keeping.keep(session, mine, access.waiting(session, mine, number), text, form.about(), now=now)
        address = _text_address(course, kept.ident, mine)
    flash(_("The text is kept. Only you can see it."))
    return redirect(address, 303)


def _text_address(course: str, ident: str, place: Enrolment | None) -> str:
    group = place_in_address(place) if place is not None else None
    return url_for("lessons.text", course=course, text=ident, group=group)


@bp.post(f"{IMPORTS}/<int:number>/throw-away")
def throw_away(course: str, number: int) -> ResponseReturnValue:
    """Delete a file that waits."""
    its_course = course_named(db_session, course)
    mine = access.reader(db_session, its_course)
    brought = access.waiting(db_session, mine, number)
    if brought.text_id is not None:
        raise NotFound
    keeping.throw_away(db_session, brought)
    flash(_("The file is thrown away."))
    group = place_in_address(mine) if mine is not None else None
    return redirect(url_for(".imports", course=course, group=group), 303)


@bp.post(f"{IMPORTS}/copies")
def copy(course: str) -> ResponseReturnValue:
    """Copy a text that the reader imported elsewhere to this place."""
    now, form = datetime.now(UTC), CopyForm()
    its_course = course_named(db_session, course)
    access.reader(db_session, its_course)
    origin = access.own_import(db_session, account().id, form.text_id)
    mine = acting_enrolment(db_session, its_course, now=now)
    text = keeping.copy(db_session, mine, origin, now=now)
    flash(_("Here is a copy of its own. Only you can see it."))
    return redirect(_text_address(course, text.ident, mine), 303)


@bp.route(f"{TEXT}/about", methods=["GET", "POST"])
def about(course: str, text: str) -> ResponseReturnValue:
    """Tell otherwise of a text that the reader imported: its title, its author, where it is from."""
    its_course = course_named(db_session, course)
    mine = access.reader(db_session, its_course)
    document = access.own_document(db_session, mine, text)
    told = {**document.about, "title": document.text.title, "direction": document.about.get("direction") or "ltr"}
    form = AboutForm(data=told)
    if not form.validate_on_submit():
        shown = {"course": its_course, "document": document, "form": form}
        return render_template("lessons/imports/about.html", **shown), 422 if form.is_submitted() else 200
    mine = acting_enrolment(db_session, its_course, now=datetime.now(UTC))
    keeping.retell(db_session, document, form.about())
    flash(_("That is what is told of the text now."))
    return redirect(_text_address(course, text, mine), 303)


@bp.get(f"{TEXT}/file")
def file(course: str, text: str) -> Response:
    """Give who imported a text the file that they brought, byte for byte."""
    mine = access.reader(db_session, course_named(db_session, course))
    brought = access.file_of(db_session, access.own_document(db_session, mine, text))
    name = brought.name or _("text")
    return send_file(BytesIO(brought.file.content), "application/octet-stream", as_attachment=True, download_name=name)


@bp.route(f"{TEXT}/delete", methods=["GET", "POST"])
def delete(course: str, text: str) -> ResponseReturnValue:
    """Ask before a text is deleted, saying what goes with it; then delete it."""
    its_course = course_named(db_session, course)
    mine = access.reader(db_session, its_course)
    document = access.own_document(db_session, mine, text)
    form = EmptyForm()
    if not form.is_submitted():
        notes = keeping.notes_on(db_session, document.text)
        return render_template(
            "lessons/imports/delete.html", course=its_course, document=document, notes=notes, form=form
        )
    mine = acting_enrolment(db_session, its_course, now=datetime.now(UTC))
    keeping.remove(db_session, document.text)
    flash(_("The text is deleted."))
    return redirect(url_for(".imports", course=course, group=place_in_address(mine)), 303)
