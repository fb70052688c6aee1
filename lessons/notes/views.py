"""The pages of notes: making one on words of a text, changing, sharing, deleting it, replying; all of one's own."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field

from course.base.db import db_session
from course.base.errors import Conflict, DomainError
from course.base.forms import EmptyForm
from course.base.markdown import TooLong, to_html
from course.base.web import wants_json
from course.base.words import _
from course.groups.access import Archived, acting_enrolment, let_act, place_in_address
from course.groups.models import Enrolment
from course.users.access import somebody
from lessons.checks.access import Place
from lessons.drafts import forget_draft
from lessons.forms import CopyForm, WritingForm
from lessons.notes import access, noting
from lessons.notes.access import NoteRead
from lessons.notes.choosing import Ambiguous, Chosen, NotThere, chosen_at, find, said_of
from lessons.notes.forms import ChangeForm, Filter, NoteForm, NoteReplyForm, ShareForm, chosen_in_address, filter_asked
from lessons.notes.mine import MOST_LISTED, as_markdown, my_notes
from lessons.notes.models import Note
from lessons.notes.noting import blocks_of, passages_now
from lessons.notes.pages import note_page, write_page
from lessons.notes.places import TextPlace
from lessons.notes.unfinished import Unfinished, unfinished
from lessons.views import said_of_draft

bp = Blueprint("notes", __name__)

NOTES = "/courses/<course>/<any(lessons, texts):kind>/<slug>/notes"
NOTE = "/notes/<int:note_id>"
DRAFT = f"{NOTE}/<any(change, reply):doing>/draft"

AMBIGUOUS = _("These words stand here more than once. Add a few of the words before or after them.")
NOT_THERE = _("These words do not stand here. Copy them from the passage, or leave this empty and mean all of it.")


class WordsGone(Conflict):
    """A note on passages that are not in the text."""

    title = _("These words are no longer in the text")
    hint = _("It was changed since you loaded the page. Go back, load it again, and choose the words once more.")


@bp.get(f"{NOTES}/new")
def write(course: str, kind: str, slug: str) -> ResponseReturnValue:
    """Show the place to write a note, on a passage or on the words of it that the address names."""
    place, reader = access.text_named(db_session, course, kind, slug)
    blocks = blocks_of(passages_now(db_session, place.text))
    return _write(place, reader, chosen_at(blocks, chosen_in_address()), NoteForm())


@bp.post(NOTES)
def make(course: str, kind: str, slug: str) -> ResponseReturnValue:
    """Make a note or a highlight, and go back to where it stands; or lead to the place to write one."""
    form, now = NoteForm(), datetime.now(UTC)
    place, reader = access.text_named(db_session, course, kind, slug)
    chosen = form.chosen
    try:
        if form.wants_to_write:
            return redirect(_to_write(place, reader, chosen), code=303)
        if not form.validate_on_submit() or form.wants_preview:
            return _write(place, reader, chosen, form, typed=True)
        enrolment = acting_enrolment(db_session, place.course, now=now)
        told: dict[str, Any] = {"shared": form.shared.data, "once": form.press, "base": form.base_number, "now": now}
        note = noting.make_note(db_session, enrolment, place.text, chosen, form.said, **told)
    except NotThere as error:
        form.exact.errors = [AMBIGUOUS if isinstance(error, Ambiguous) else NOT_THERE]
        return _write(place, reader, chosen, form, typed=True)
    except (TooLong, Archived, noting.NotesFull, noting.NobodyToShareWith) as error:
        return _write(place, reader, chosen, form, typed=True, error=error)
    return redirect(_back_to(note, enrolment), code=303)


def _to_write(place: Place, reader: Enrolment | None, chosen: list[Chosen]) -> str:
    """Return the address of the place to write on the words CHOSEN; raise NotThere."""
    blocks = blocks_of(passages_now(db_session, place.text))
    return _address(place, reader, ".write", at=said_of(blocks, find(blocks, chosen)))


def _address(place: Place, reader: Enrolment | None, endpoint: str, **more: Any) -> str:
    kind, slug = ("lessons", place.lesson.ident) if place.lesson else ("texts", place.text.ident)
    group = place_in_address(reader) if reader is not None else None
    return url_for(endpoint, course=place.course.ident, kind=kind, slug=slug, group=group, **more)


def _write(
    place: Place,
    reader: Enrolment | None,
    chosen: list[Chosen],
    form: NoteForm,
    *,
    typed: bool = False,
    error: TooLong | DomainError | None = None,
) -> ResponseReturnValue:
    """Draw the place to write, with what was TYPED in it: as a preview, or with why it was refused."""
    page = write_page(db_session, place, reader, chosen, form if typed else None)
    if page is None:
        raise WordsGone
    html, status = tried(form, error) if typed else (None, 200)
    return render_template("lessons/notes/write.html", page=page, form=form, preview_html=html), status


def tried(form: WritingForm, error: TooLong | DomainError | None) -> tuple[str | None, int]:
    """Return what the words of FORM look like and the status of its page; where they are refused its field says why."""
    if error is not None:
        form.text.errors = [f"{error.title}. {error.hint}" if isinstance(error, DomainError) else str(error)]
        return None, error.status if isinstance(error, DomainError) else 422
    if form.errors:
        return None, 422
    try:
        return str(to_html(form.text.data)), 200
    except TooLong as too_long:
        form.text.errors = [str(too_long)]
        return None, 422


def _back_to(note: Note, enrolment: Enrolment) -> str:
    """Return the address of NOTE in its text, where it is said what became of it."""
    page = note_page(db_session, NoteRead(note, enrolment))
    said = _("Highlighted.") if not note.words else _("Your note is kept, private to you.")
    if note.shared_at is not None and enrolment.group is not None:
        said = _("Shared with {group}.").format(group=page.company.everybody if page.company else enrolment.group.name)
    flash(said, f"at {page.ident}")
    return text_address(page.text, enrolment, page.ident, f"note-{note.id}" if note.words else f"words-{note.id}")


def text_address(text: TextPlace, enrolment: Enrolment, ident: str | None, anchor: str | None = None) -> str:
    """Return the address of TEXT in the place of ENROLMENT, at ANCHOR in its passage of that IDENT, else at that."""
    group = place_in_address(enrolment) if enrolment.left_at is None else None
    where: dict[str, Any] = {"course": enrolment.course.ident, "group": group, "_anchor": anchor or ident}
    if text.kind == "lessons":
        return url_for("lessons.lesson", lesson=text.slug, **where)
    return url_for("lessons.text", text=text.slug, at=ident if text.imported else None, **where)


@bp.post(f"{NOTES}/draft")
def draft(course: str, kind: str, slug: str) -> ResponseReturnValue:
    """Keep a draft of a new note: of the page's script, or of the button."""
    form, now = NoteForm(), datetime.now(UTC)
    place, reader = access.text_named(db_session, course, kind, slug)
    blocks = blocks_of(passages_now(db_session, place.text))
    chosen = chosen_at(blocks, chosen_in_address()) or form.chosen
    if not form.validate_on_submit():
        if wants_json():
            return {"problem": " ".join(form.text.errors)}, 422
        return _write(place, reader, chosen, form, typed=True)
    enrolment = acting_enrolment(db_session, place.course, now=now)
    if not chosen:
        raise WordsGone
    ident, base = chosen[0].ident, form.base_number
    kept = noting.keep_new_draft(db_session, enrolment, place.text, ident, form.text.data, base=base, now=now)
    return said_of_draft(kept) or redirect(_address(place, enrolment, ".write", at=chosen_in_address()), code=303)


@bp.post(f"{NOTES}/draft/discard")
def discard_new(course: str, kind: str, slug: str) -> ResponseReturnValue:
    """Throw away one copy of a draft of a new note."""
    form = CopyForm()
    place, reader = access.text_named(db_session, course, kind, slug)
    blocks = blocks_of(passages_now(db_session, place.text))
    chosen = chosen_at(blocks, chosen_in_address())
    if reader is not None and chosen:
        forget_draft(db_session, reader, noting.new_place(place.text, chosen[0].ident), form.copy_number)
    flash(_("The draft is thrown away."))
    return redirect(_address(place, reader, ".write", at=chosen_in_address()), code=303)


@bp.get(NOTE)
def note(note_id: int) -> ResponseReturnValue:
    """Show a note with its replies, to its writer and to who sees it; its writer can change it here."""
    return _show(access.note_named(db_session, note_id))


def _show(
    read: NoteRead, form: WritingForm | None = None, error: TooLong | DomainError | None = None
) -> ResponseReturnValue:
    """Draw the page of a note, with what was typed in FORM: as a preview, or with why it was refused."""
    html, status = tried(form, error) if form is not None else (None, 200)
    html_page = render_template(
        "lessons/notes/note.html",
        page=note_page(db_session, read, typed=form),
        form=form or EmptyForm(),
        changing=isinstance(form, ChangeForm),
        preview_html=html,
        newer=isinstance(error, noting.NoteChanged),
    )
    return html_page, status


@bp.post(NOTE)
def change(note_id: int) -> ResponseReturnValue:
    """Give a note of one's own new words and tags."""
    form, now = ChangeForm(), datetime.now(UTC)
    own = access.own_note(db_session, note_id)
    read = NoteRead(own, own.enrolment)
    if not form.validate_on_submit() or form.wants_preview:
        return _show(read, form)
    try:
        let_write(own.enrolment, now)
        noting.change_note(db_session, own, form.said, number=form.edited, base=form.base_number, now=now)
    except (TooLong, Archived, noting.NoteChanged) as error:
        return _show(read, form, error)
    flash(_("Changed."))
    return redirect(url_for(".note", note_id=note_id), code=303)


@bp.post(f"{NOTE}/share")
def share(note_id: int) -> ResponseReturnValue:
    """Share a note with the study group, or take it back."""
    form, now = ShareForm(), datetime.now(UTC)
    own = access.own_note(db_session, note_id)
    if form.validate_on_submit():
        let_write(own.enrolment, now)
        noting.share_note(db_session, own, shared=form.wants_shared, now=now)
        flash(_("Shared.") if form.wants_shared else _("Taken back: only you see it now."))
    return redirect(url_for(".note", note_id=note_id), code=303)


@bp.post(f"{NOTE}/delete")
def remove(note_id: int) -> ResponseReturnValue:
    """Delete a note of one's own, and go back to its text. In a group that is over it is one's own to delete, too."""
    own = access.own_note(db_session, note_id)
    page = note_page(db_session, NoteRead(own, own.enrolment))
    noting.delete_note(db_session, own, now=datetime.now(UTC))
    flash(_("Deleted."))
    if own.enrolment.left_at is not None:
        return redirect(url_for(".mine"), code=303)
    return redirect(text_address(page.text, own.enrolment, page.ident), code=303)


@bp.post(f"{NOTE}/reply")
def reply(note_id: int) -> ResponseReturnValue:
    """Reply to a note that is shared."""
    form, now = NoteReplyForm(), datetime.now(UTC)
    read = access.note_named(db_session, note_id)
    if not form.validate_on_submit() or form.wants_preview:
        return _show(read, form)
    try:
        let_write(read.reader, now)
        told: dict[str, Any] = {"once": form.press, "base": form.base_number, "now": now}
        made = noting.reply_to(db_session, read.reader, read.note, form.text.data, **told)
    except (TooLong, Archived, noting.NotShared) as error:
        return _show(read, form, error)
    return redirect(url_for(".note", note_id=note_id, _anchor=f"reply-{made.id}"), code=303)


@bp.post(DRAFT)
def keep_draft(note_id: int, doing: str) -> ResponseReturnValue:
    """Keep a draft of new words or of a reply: of the page's script, or of the button."""
    form, now = ChangeForm() if doing == "change" else NoteReplyDraft(), datetime.now(UTC)
    read = _to_write_on(note_id, doing)
    if not form.validate_on_submit():
        return ({"problem": " ".join(form.text.errors)}, 422) if wants_json() else _show(read, form)
    let_write(read.reader, now)
    words, base = form.text.data, form.base_number
    if doing == "change":
        kept = noting.keep_change_draft(db_session, read.note, words, base=base, now=now)
    else:
        kept = noting.keep_reply_draft(db_session, read.reader, read.note, words, base=base, now=now)
    return said_of_draft(kept) or redirect(url_for(".note", note_id=note_id, _anchor="write"), code=303)


class NoteReplyDraft(NoteReplyForm):
    """A reply that is not done yet: it may be empty."""

    def validate_text(self, field: Field) -> None:
        """Within the limits."""
        WritingForm.validate_text(self, field)


@bp.post(f"{DRAFT}/discard")
def discard(note_id: int, doing: str) -> ResponseReturnValue:
    """Throw away one copy of a draft of new words or of a reply."""
    form = CopyForm()
    read = _to_write_on(note_id, doing)
    place = noting.change_place(read.note) if doing == "change" else noting.reply_place(read.note)
    forget_draft(db_session, read.reader, place, form.copy_number)
    flash(_("The draft is thrown away."))
    return redirect(url_for(".note", note_id=note_id), code=303)


def _to_write_on(note_id: int, doing: str) -> NoteRead:
    """Return the note of that id for who may write on it: its writer changes it, others reply."""
    if doing == "change":
        own = access.own_note(db_session, note_id)
        return NoteRead(own, own.enrolment)
    return access.note_named(db_session, note_id)


@bp.get("/me/notes")
def mine() -> str:
    """List all notes and highlights of whoever asks, the newest first, or those that a filter leaves."""
    user, asked = somebody(db_session), filter_asked()
    found = my_notes(db_session, user, asked, most=MOST_LISTED)
    drafts = unfinished(db_session, user) if asked == Filter() else []
    told = {"address": text_address, "drafts": drafts, "draft_address": draft_address}
    return render_template("lessons/notes/mine.html", page=found, asked=asked, **told)


def draft_address(one: Unfinished) -> str | None:
    """Return where a draft is gone on with, None where it cannot be."""
    if not one.is_open or one.text is None:
        return None
    if one.meant.reply_id is not None:
        return url_for("note_replies.reply", reply_id=one.meant.reply_id)
    if one.meant.note_id is not None:
        return url_for(".note", note_id=one.meant.note_id, _anchor="write" if one.meant.is_reply else "change")
    where: dict[str, Any] = {"kind": one.text.kind, "slug": one.text.slug, "at": one.meant.ident, "_anchor": "write"}
    return url_for(".write", course=one.enrolment.course.ident, group=place_in_address(one.enrolment), **where)


@bp.get("/me/notes.md")
def download() -> ResponseReturnValue:
    """Give the notes of whoever asks as a file of Markdown; the same filter leaves the same out."""
    user, asked = somebody(db_session), filter_asked()
    found = my_notes(db_session, user, asked._replace(before=None), most=None)

    def address(note: Note, text: TextPlace, ident: str | None) -> str:
        root = current_app.config["SITE_URL"] or request.host_url
        return root.rstrip("/") + text_address(text, note.enrolment, ident)

    headers = {"Content-Disposition": 'attachment; filename="notes.md"'}
    return as_markdown(found, address), 200, {"Content-Type": "text/markdown; charset=utf-8", **headers}


def let_write(enrolment: Enrolment, now: datetime) -> None:
    """Note that something is done in ENROLMENT; raise Archived or Forbidden where nothing is written there."""
    access.refuse_former(enrolment)
    let_act(enrolment, now)
