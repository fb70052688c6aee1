"""The page on which a reply of one's own to a note is changed or deleted."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import DomainError
from course.base.forms import EmptyForm
from course.base.markdown import TooLong
from course.base.web import wants_json
from course.base.words import _
from course.groups.access import Archived, refuse_archived
from lessons.drafts import forget_draft
from lessons.forms import CopyForm, WritingForm
from lessons.notes import access, replies
from lessons.notes.access import ReplyRead
from lessons.notes.forms import ReplyChangeDraft, ReplyChangeForm
from lessons.notes.pages import reply_page
from lessons.notes.views import let_write, tried
from lessons.views import said_of_draft

bp = Blueprint("note_replies", __name__)

REPLY = "/notes/replies/<int:reply_id>"


@bp.get(REPLY)
def reply(reply_id: int) -> ResponseReturnValue:
    """Show a reply of one's own, to be changed or deleted."""
    read = access.own_reply(db_session, reply_id)
    if read.reader.group is not None:
        refuse_archived(read.reader.group)
    replies.refuse_hidden(read.reply)
    return _show(read)


def _show(
    read: ReplyRead, form: WritingForm | None = None, error: TooLong | DomainError | None = None
) -> ResponseReturnValue:
    """Draw the page of a reply, with what was typed in FORM: as a preview, or with why it was refused."""
    html, status = tried(form, error) if form is not None else (None, 200)
    html_page = render_template(
        "lessons/notes/reply.html",
        page=reply_page(db_session, read, typed=form),
        form=form or EmptyForm(),
        preview_html=html,
        newer=isinstance(error, replies.ReplyChanged),
    )
    return html_page, status


@bp.post(REPLY)
def change(reply_id: int) -> ResponseReturnValue:
    """Give a reply of one's own new words."""
    form, now = ReplyChangeForm(), datetime.now(UTC)
    read = access.own_reply(db_session, reply_id)
    if not form.validate_on_submit() or form.wants_preview:
        return _show(read, form)
    try:
        let_write(read.reader, now)
        replies.change_reply(db_session, read.reply, form.text.data, state=form.edited, base=form.base_number)
    except (TooLong, Archived, replies.ReplyChanged, replies.ReplyHidden) as error:
        return _show(read, form, error)
    flash(_("Changed."))
    return redirect(_address(read), code=303)


def _address(read: ReplyRead) -> str:
    return url_for("notes.note", note_id=read.reply.note_id, _anchor=f"reply-{read.reply.id}")


@bp.post(f"{REPLY}/delete")
def remove(reply_id: int) -> ResponseReturnValue:
    """Delete a reply of one's own, and go back to the note."""
    read = access.own_reply(db_session, reply_id)
    let_write(read.reader, datetime.now(UTC))
    back = url_for("notes.note", note_id=read.reply.note_id, _anchor="replies")
    replies.delete_reply(db_session, read.reply)
    flash(_("Deleted."))
    return redirect(back, code=303)


@bp.post(f"{REPLY}/draft")
def draft(reply_id: int) -> ResponseReturnValue:
    """Keep a draft of new words: of the page's script, or of the button."""
    form, now = ReplyChangeDraft(), datetime.now(UTC)
    read = access.own_reply(db_session, reply_id)
    if not form.validate_on_submit():
        return ({"problem": " ".join(form.text.errors)}, 422) if wants_json() else _show(read, form)
    let_write(read.reader, now)
    kept = replies.keep_new_words(db_session, read.reply, form.text.data, base=form.base_number, now=now)
    return said_of_draft(kept) or redirect(url_for(".reply", reply_id=reply_id), code=303)


@bp.post(f"{REPLY}/draft/discard")
def discard(reply_id: int) -> ResponseReturnValue:
    """Throw away one copy of a draft of new words."""
    form = CopyForm()
    read = access.own_reply(db_session, reply_id)
    forget_draft(db_session, read.reader, replies.new_words_place(read.reply), form.copy_number)
    flash(_("The draft is thrown away."))
    return redirect(url_for(".reply", reply_id=reply_id), code=303)
