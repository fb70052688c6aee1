"""The one place that turns errors into pages (or, for the page's script, into data)."""

import logging

from flask import Flask, current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException

from course.base.db import current_database, request_transaction
from course.base.errors import Conflict, DomainError, Forbidden, NotFound, TooMany
from course.base.faults import Fault, fault_of
from course.base.web import SAFE, wants_json
from course.base.words import _
from course.users.access import ProofFirst
from kruzhok.operations.logs import REFERENCE, code_of

log = logging.getLogger(__name__)

#: What a page never gives back, although it was typed.
SECRET_FIELDS = frozenset({"csrf_token", "once", "group", "old", "code"})


class StaleForm(DomainError):
    """A form from before a sign-in or sign-out in another tab."""

    status = 400
    title = _("This page was too old to be sent")
    hint = _("You may have signed in or out elsewhere. Go back, load the page again and send it once more.")


class TooLarge(DomainError):
    """A body over the limit of the site."""

    status = 413
    title = _("That was too much at once")
    hint = _("Nothing of it was taken. Go back: what you typed still stands there. Send less, or in parts.")


class Unavailable(DomainError):
    """The database did not answer in time."""

    status = 503
    retry_after = 5
    title = _("The site is busy at this moment")
    hint = _("Try again in a minute.")


class Full(DomainError):
    """The disk takes nothing more."""

    status = 503
    title = _("Nothing can be saved at this moment")
    retry_after = 60
    hint = _("The disk of the site is full. What was saved before is safe. Try again later.")


class ReadOnly(DomainError):
    """The database can be read and not written."""

    status = 503
    title = _("This site can only be read at this moment")
    retry_after = 60
    hint = _("What was saved before is safe. Try again later.")


class Unreadable(DomainError):
    """The database is damaged."""

    status = 503
    title = _("The site cannot read what it has stored")
    hint = _("Whoever runs it must put a backup in its place.")


class Broken(DomainError):
    """A mistake of ours."""

    status = 500
    title = _("Something broke on our side")
    hint = _("It has been noted.")


#: What is wrong with the database -> what is said of it.
OF_FAULT: dict[Fault, type[DomainError]] = {
    Fault.full: Full,
    Fault.read_only: ReadOnly,
    Fault.damaged: Unreadable,
    Fault.away: Unavailable,
}

#: A body above this is cut off instead, in bytes: more than any page takes, and little enough to be read.
MOST_THROWN_AWAY = 64 * 1024 * 1024

OF_STATUS: dict[int, type[DomainError]] = {403: Forbidden, 404: NotFound, 409: Conflict, 413: TooLarge, 429: TooMany}
#: What the errors of HTTP are called for which the subject has no word.
TITLES = {
    400: _("This could not be understood"),
    405: _("This address does not do that"),
    416: _("There is no such part of the file"),
}


def init_errors(app: Flask) -> None:
    """Let APP answer every error with a page in the house's words."""
    app.register_error_handler(DomainError, error_page)
    app.register_error_handler(CSRFError, lambda _error: error_page(StaleForm()))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(NoConnection, _database_error)
    app.register_error_handler(DBAPIError, _data_error)
    app.register_error_handler(Exception, _unexpected)


def error_page(error: DomainError) -> ResponseReturnValue:
    """Return the answer for ERROR. The view's transaction is rolled back by now; the page has one of its own."""
    if error.status == TooLarge.status:
        _throw_away_the_body()
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    if wants_json():
        return {"problem": error.message or error.title, "url": request.path}, error.status, headers
    if isinstance(error, ProofFirst) and request.method in SAFE:
        return redirect(error.url, 303)
    for gone in ("_login_user", "page_enrolment"):  # they hang on the session that is gone
        g.pop(gone, None)
    told = {"error": error, "typed": _typed(), "reference": REFERENCE.get()}
    try:
        with request_transaction(current_database(), writing=False):
            page = render_template("errors/domain.html", **told)
    except SQLAlchemyError as failure:
        # Nobody can say who looks; the page is drawn without that, and what was typed is on it all the same.
        log.error("An error page was drawn without the database (%s)", code_of(failure) or type(failure).__name__)
        page = current_app.jinja_env.get_template("errors/domain.html").render(**told, alone=True)
    return page, error.status, headers


def _throw_away_the_body() -> None:
    """Read what is still being sent: a browser or proxy that is cut off in the midst of sending shows no answer."""
    left = request.content_length or 0
    while 0 < left <= MOST_THROWN_AWAY and (piece := request.environ["wsgi.input"].read(min(left, 65_536))):
        left -= len(piece)


def _typed() -> dict[str, str] | None:
    if request.method in SAFE or request.content_length is None or request.content_length > 1_000_000:
        return None
    try:
        form = request.form
    except HTTPException:  # too much of it, or nothing that can be told apart
        return None
    typed = {
        name: "\n".join(form.getlist(name))
        for name in form
        if name not in SECRET_FIELDS and "password" not in name and len(form[name]) > 20
    }
    return typed or None


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error  # a redirect
    kind = OF_STATUS.get(error.code)
    if kind is None:
        title = TITLES.get(error.code, DomainError.title)
        kind = type("HttpError", (DomainError,), {"status": error.code, "title": title})
    answer = current_app.make_response(error_page(kind()))
    for name in ("Allow", "Content-Range", "Retry-After"):  # what else the address would take, and when
        if (said := dict(error.get_headers()).get(name)) is not None:
            answer.headers[name] = said
    return answer


def _database_error(error: SQLAlchemyError) -> ResponseReturnValue:
    log.error("The database did not answer (%s)", code_of(error) or type(error).__name__)
    return error_page(_what_is_wrong(error)())


def _what_is_wrong(error: SQLAlchemyError) -> type[DomainError]:
    fault = fault_of(error) if isinstance(error, DBAPIError) else None
    if fault is Fault.read_only and request.method in SAFE:
        # What only looks tried to write; or SQLite found no file it may open.
        return Unavailable if code_of(error) == "SQLITE_CANTOPEN" else Broken
    return OF_FAULT.get(fault or Fault.away, Unavailable)


def _data_error(error: DBAPIError) -> ResponseReturnValue:
    if isinstance(error.orig, UnicodeError) or type(error.orig).__name__ == "DataError":
        return error_page(DomainError(_("Something in it is no text the database can keep.")))
    if fault_of(error) is not None:
        return _database_error(error)
    return _unexpected(error)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("A request to %s failed", request.endpoint, exc_info=error)
    return error_page(Broken())
