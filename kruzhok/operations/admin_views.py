"""How the site runs, for its administrators: versions, jobs, what is stored, the last backup."""

from datetime import UTC, datetime
from importlib.metadata import version

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.forms import EmptyForm
from course.base.words import _
from kruzhok.admin.access import administrator
from kruzhok.backup.trace import last_backup
from kruzhok.operations import jobs
from kruzhok.operations.storage import storage_of

bp = Blueprint("running", __name__)


@bp.get("/admin/running")
def running() -> str:
    """Show how the site runs."""
    administrator()
    return render_template(
        "kruzhok/operations/running.html",
        version=version("kruzhok"),
        counts=jobs.job_counts(db_session, now=datetime.now(UTC)),
        failed=jobs.failed_jobs(db_session),
        storage=storage_of(db_session),
        backup=last_backup(current_app.extensions["config"].instance),
        form=EmptyForm(),
    )


@bp.post("/admin/jobs/<int:job_id>/again")
def again(job_id: int) -> ResponseReturnValue:
    """Let a job that was given up be tried again."""
    jobs.try_again(db_session, job_id, administrator().id, now=datetime.now(UTC))
    flash(_("The worker tries it again."))
    return redirect(url_for(".running", _anchor="jobs"), 303)


@bp.post("/admin/jobs/<int:job_id>/drop")
def drop(job_id: int) -> ResponseReturnValue:
    """Drop a job that was given up."""
    jobs.drop(db_session, job_id, administrator().id, now=datetime.now(UTC))
    flash(_("The job was dropped."))
    return redirect(url_for(".running", _anchor="jobs"), 303)
