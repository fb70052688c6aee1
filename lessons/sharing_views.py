"""The button that shares an entry of one's journal with the tutors, or takes it back."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.words import _
from course.groups.access import let_act
from lessons.discussion.access import prompt_in
from lessons.forms import SharingForm
from lessons.sharing import entry_numbered, share, take_back
from lessons.views import prompt_address

bp = Blueprint("journal", __name__)


@bp.post("/groups/<slug>/lessons/<lesson>/prompts/<ident>/entries/<int:number>/sharing")
@bp.post("/groups/<slug>/prompts/<ident>/entries/<int:number>/sharing", defaults={"lesson": None})
def sharing(slug: str, lesson: str | None, ident: str, number: int) -> ResponseReturnValue:
    """Share one writing of a journal entry with the tutors of the group, or take it back."""
    asked, form, now = prompt_in(db_session, slug, lesson, ident), SharingForm(), datetime.now(UTC)
    entry = entry_numbered(db_session, asked.enrolment, asked.prompt, number)
    if form.shared.data == "1":
        let_act(asked.enrolment, now)
        share(db_session, asked.enrolment, entry, now=now)
        flash(_("The tutors can read it now. You can take it back at any time."))
    else:  # what is one's own can be taken back whatever became of the group
        take_back(db_session, entry)
        flash(_("It is private again."))
    return redirect(prompt_address(asked.lesson, asked.prompt, asked.enrolment, "written"), code=303)
