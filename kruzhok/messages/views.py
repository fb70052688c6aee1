"""The pages of messages: writing one to those chosen, what was sent, reading one."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from course.base.db import db_session
from course.base.errors import TooMany
from course.base.limits import count_try
from course.base.markdown import TooLong, to_html
from course.base.web import say_when_again
from course.base.words import _, plural
from course.groups.access import acting_planner, planner
from course.groups.models import Enrolment
from course.users.access import somebody
from kruzhok.messages import access
from kruzhok.messages.forms import MessageForm, before, ids_chosen, wants
from kruzhok.messages.writing import (
    Recipient,
    names_written_to,
    recipients_in,
    send_message,
    sent_by_press,
    sent_messages,
)
from kruzhok.progress.finding import students_found

bp = Blueprint("messages", __name__)

MESSAGES = "/groups/<slug>/messages"

#: How many messages one may write in a quarter of an hour, and how many stand on a page of those sent.
MOST_MESSAGES = 20
PAGE = 50


@bp.get(f"{MESSAGES}/new")
def new(slug: str) -> ResponseReturnValue:
    """Show where one writes to those chosen in the table, to all that were found there, or to everybody."""
    mine = acting_planner(db_session, slug)
    if wants("everybody"):
        ids = None
    elif wants("all"):
        ids = students_found(db_session, slug, datetime.now(UTC))
    else:
        ids = ids_chosen()
    recipients = recipients_in(db_session, mine.group_id or 0, ids, but=mine.id)
    form = MessageForm()
    form.name_press()
    return _page(mine, form, recipients, 200 if recipients else 422)


@bp.post(f"{MESSAGES}/new")
def send(slug: str) -> ResponseReturnValue:
    """Send a message to those whom the page named."""
    mine, form, now = acting_planner(db_session, slug), MessageForm(), datetime.now(UTC)
    form.name_press()
    recipients = recipients_in(db_session, mine.group_id or 0, ids_chosen(), but=mine.id)
    valid = form.validate_on_submit()
    if form.wants_preview:
        return _page(mine, form, recipients, 200, previewed=True)
    if not valid or not recipients:
        return _page(mine, form, recipients, 422)
    once = str(form.once.data)
    try:
        if sent_by_press(db_session, mine, once) is None:
            count_try(db_session, "message", str(mine.user_id), most=MOST_MESSAGES, now=now)
        message = send_message(
            db_session,
            mine,
            recipients,
            subject=form.subject.data or "",
            words=form.text.data or "",
            once=once,
            now=now,
        )
    except TooMany as error:
        form.form_errors.append(_("You have written many messages just now. {hint}").format(hint=error))
        say_when_again(error)
        return _page(mine, form, recipients, error.status)
    except TooLong as error:
        form.text.errors = [*form.text.errors, str(error)]
        return _page(mine, form, recipients, 422)
    flash(plural("It is sent to {n} member.", "It is sent to {n} members.", len(recipients)))
    return redirect(url_for(".message", message_id=message.id), 303)


def _page(
    mine: Enrolment, form: MessageForm, recipients: Sequence[Recipient], status: int, *, previewed: bool = False
) -> ResponseReturnValue:
    html = None
    if previewed:
        try:
            html = Markup(to_html(form.text.data or ""))  # noqa: S704 (sanitised there)
        except TooLong as error:
            form.text.errors = [*form.text.errors, str(error)]
            status = 422
    page = render_template("kruzhok/messages/new.html", mine=mine, form=form, recipients=recipients, preview_html=html)
    return page, status


@bp.get(MESSAGES)
def sent(slug: str) -> str:
    """List what whoever asks wrote to members of the study group."""
    mine = planner(db_session, slug)
    found = sent_messages(db_session, mine, most=PAGE + 1, before=before())
    return render_template("kruzhok/messages/sent.html", mine=mine, sent=found[:PAGE], more=len(found) > PAGE)


@bp.get("/messages/<int:message_id>")
def message(message_id: int) -> str:
    """Show a message to who was sent it, and to who wrote it; only the writer sees to whom it went."""
    found, user = access.message_of(db_session, message_id), somebody(db_session)
    wrote = found.by_id == user.id
    return render_template(
        "kruzhok/messages/message.html",
        message=found,
        wrote=wrote,
        names=names_written_to(db_session, found) if wrote else (),
    )
