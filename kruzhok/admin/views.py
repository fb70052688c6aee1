"""The pages of whoever runs the site."""

import smtplib
from datetime import UTC, datetime

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.archives import BadArchive
from course.base.db import current_database, db_session
from course.base.forms import EmptyForm
from course.base.mail import MailServer, send_mail
from course.base.web import own_transactions, takes_uploads
from course.base.words import _
from course.outline.models import Course
from course.users.audit import WORDS, in_words, record
from course.users.models import Act
from kruzhok.admin import access
from kruzhok.admin.audit import book_page
from kruzhok.admin.forms import UploadForm, page_number, wanted_act, wanted_words
from kruzhok.admin.overview import groups_page, overview, users_page
from kruzhok.admin.uploads import MOST_BYTES, check_report, files_in, keep_upload
from kruzhok.completions import rebuild_course
from kruzhok.curriculum.export import course_called, exported_files
from kruzhok.curriculum.findings import BadCurriculum
from kruzhok.curriculum.loading import load_course
from kruzhok.worker import mail_server

bp = Blueprint("admin", __name__)

LETTER = _(
    """This is a test.

Somebody who runs Kruzhok at {address} asked for it. That you read this means that letters arrive.
"""
)


@bp.get("/admin")
def admin() -> str:
    """Show what there is on the site, and what waits for somebody."""
    user = access.administrator()
    has_server = current_app.config["SENDS_LETTERS"]
    return render_template(
        "kruzhok/admin/admin.html", seen=overview(db_session), user=user, has_server=has_server, form=EmptyForm()
    )


@bp.get("/admin/users")
def users() -> str:
    """List the accounts."""
    access.administrator()
    words = wanted_words()
    return render_template("kruzhok/admin/users.html", page=users_page(db_session, words, page_number()), words=words)


@bp.get("/admin/groups")
def groups() -> str:
    """List the study groups: who runs the site sees that they are there, not what is said in them."""
    access.administrator()
    return render_template("kruzhok/admin/groups.html", page=groups_page(db_session, page_number()))


@bp.get("/admin/audit")
def audit() -> str:
    """List privileged acts: who did what, to whom, when."""
    access.administrator()
    act = wanted_act()
    page = book_page(db_session, act, page_number())
    return render_template("kruzhok/admin/audit.html", page=page, wanted=act, acts=WORDS, in_words=in_words)


@bp.get("/admin/courses/<course>")
@own_transactions
def course(course: str) -> str:
    """Show what `check` says of a course as it was loaded."""
    access.administrator()
    with current_database().transaction(writing=False) as session:
        found = course_called(session, course)
        files = exported_files(session, found)
    return render_template("kruzhok/admin/course.html", course=found, report=check_report(files))


@bp.route("/admin/upload", methods=["GET", "POST"])
@own_transactions
@takes_uploads(MOST_BYTES)
def upload() -> ResponseReturnValue:
    """Take a curriculum as a zip; it is looked at first, and loaded by a button of the next page."""
    user = access.administrator()
    form = UploadForm()
    if not form.validate_on_submit():
        return render_template("kruzhok/admin/upload.html", form=form), 422 if form.is_submitted() else 200
    archive = form.archive.data.read()
    try:
        files_in(archive)
    except BadArchive as error:
        form.archive.errors = [str(error)]
        return render_template("kruzhok/admin/upload.html", form=form), 422
    with current_database().transaction() as session:
        now = datetime.now(UTC)
        sha256 = keep_upload(session, archive, now=now).sha256
        record(session, Act.course_uploaded, by=user.id, detail=sha256[:12], now=now)
    return redirect(url_for(".uploaded", sha256=sha256), 303)


@bp.get("/admin/uploads/<sha256>")
@own_transactions
def uploaded(sha256: str) -> str:
    """Show what `check` says of a curriculum that was uploaded, and what loading it would replace."""
    access.administrator()
    return _upload_page(sha256)


def _upload_page(sha256: str) -> str:
    with current_database().transaction(writing=False) as session:
        archive = access.upload_named(session, sha256).content
    report = check_report(files_in(archive))
    with current_database().transaction(writing=False) as session:
        there = session.scalar(select(Course).where(Course.ident == report.ident))
    return render_template("kruzhok/admin/uploaded.html", report=report, there=there, sha256=sha256, form=EmptyForm())


@bp.post("/admin/uploads/<sha256>")
@own_transactions
def load(sha256: str) -> ResponseReturnValue:
    """Load a curriculum that was uploaded."""
    user = access.administrator()
    with current_database().transaction(writing=False) as session:
        archive = access.upload_named(session, sha256).content
    files = files_in(archive)

    def written_down(session: Session, course: Course, now: datetime) -> None:
        record(session, Act.course_loaded, by=user.id, detail=course.ident, now=now)
        rebuild_course(session, course, now)

    try:
        changes = load_course(current_database(), files, now=datetime.now(UTC), uploaded=True, after=written_down)
    except BadCurriculum:
        return _upload_page(sha256), 422
    flash(_("Loaded: {changes}.").format(changes=changes))
    return redirect(url_for(".admin"), 303)


@bp.post("/admin/test-mail")
@own_transactions
def test_mail() -> ResponseReturnValue:
    """Send a letter to whoever asks, and say at once whether the server took it."""
    user = access.administrator()
    server = mail_server(current_app.extensions["config"])
    assert user.email is not None  # an administrator has an account
    address = current_app.config["SITE_URL"] or url_for("courses.front", _external=True)
    try:
        send_mail(server, user.email, _("A test from Kruzhok"), LETTER.format(address=address))
    except (OSError, smtplib.SMTPException) as error:
        flash(_("The mail server did not take the letter: {error}").format(error=error), "error")
    else:
        told = _("The mail server took a letter to {to}.")
        if not isinstance(server, MailServer):
            told = _("No mail server: the letter lies in the folder {folder}.")
        flash(told.format(to=user.email, folder=server))
    return redirect(url_for(".admin", _anchor="mail"), 303)
