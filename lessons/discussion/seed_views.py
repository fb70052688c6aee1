"""The page on which a tutor writes what stands before a discussion in all their study groups."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import DomainError
from course.base.markdown import TooLong, to_html
from course.base.web import wants_json
from course.base.words import _
from course.groups.access import Archived, let_act
from lessons.discussion.access import Asked, prompt_of_tutor
from lessons.discussion.forms import SeedForm
from lessons.discussion.seeds import SeedChanged, SeedWithdrawn, put_seed, seed_of, seed_place, withdraw_seed
from lessons.drafts import base_of, drafts_at, forget_draft, save_draft
from lessons.forms import CopyForm, WritingForm
from lessons.views import prompt_address, said_of_draft

bp = Blueprint("seeds", __name__)

SEED = "/groups/<slug>/lessons/<lesson>/prompts/<ident>/seed"
OWN = "/groups/<slug>/prompts/<ident>/seed"


@bp.get(SEED)
@bp.get(OWN, defaults={"lesson": None})
def seed(slug: str, lesson: str | None, ident: str) -> ResponseReturnValue:
    """Show what the tutor puts before the discussion, to be written or changed."""
    return _page(prompt_of_tutor(db_session, slug, lesson, ident), None)


@bp.post(SEED)
@bp.post(OWN, defaults={"lesson": None})
def put(slug: str, lesson: str | None, ident: str) -> ResponseReturnValue:
    """Put it there; or, where that button was pressed, show what it will look like."""
    form, now = SeedForm(), datetime.now(UTC)
    asked = prompt_of_tutor(db_session, slug, lesson, ident)
    if not form.validate_on_submit():
        return _page(asked, form, 422)
    if form.wants_preview:
        return _previewed(asked, form)
    try:
        let_act(asked.enrolment, now)
        number, base = form.version_number, form.base_number
        put_seed(db_session, asked.enrolment, asked.prompt.activity, form.text.data, number=number, draft=base, now=now)
    except (TooLong, Archived, SeedChanged, SeedWithdrawn) as error:
        return _refused(asked, form, error)
    flash(_("It stands before the discussion in all study groups whose tutor you are."))
    return redirect(prompt_address(asked.lesson, asked.prompt, asked.enrolment, "seeds"), 303)


def _previewed(asked: Asked, form: SeedForm) -> ResponseReturnValue:
    try:
        return _page(asked, form, preview_html=str(to_html(form.text.data)))
    except TooLong as error:
        return _refused(asked, form, error)


def _refused(asked: Asked, form: SeedForm, error: TooLong | DomainError) -> ResponseReturnValue:
    form.text.errors = [f"{error.title}. {error.hint}" if isinstance(error, DomainError) else str(error)]
    return _page(asked, form, error.status if isinstance(error, DomainError) else 422)


@bp.post(f"{SEED}/draft")
@bp.post(f"{OWN}/draft", defaults={"lesson": None})
def draft(slug: str, lesson: str | None, ident: str) -> ResponseReturnValue:
    """Keep a draft of it: of the page's script, or of the button."""
    form, now = SeedForm(), datetime.now(UTC)
    asked = prompt_of_tutor(db_session, slug, lesson, ident)
    too_much = WritingForm()
    if not too_much.validate_on_submit():
        if wants_json():
            return {"problem": " ".join(too_much.text.errors)}, 422
        form.text.errors = too_much.text.errors
        return _page(asked, form, 422)
    try:
        let_act(asked.enrolment, now)
    except Archived as error:
        if wants_json():
            raise
        return _refused(asked, form, error)
    place = seed_place(asked.prompt.activity)
    kept = save_draft(db_session, asked.enrolment, place, form.text.data, base=form.base_number, now=now)
    return said_of_draft(kept) or redirect(request.path.removesuffix("/draft"), 303)


@bp.post(f"{SEED}/draft/discard")
@bp.post(f"{OWN}/draft/discard", defaults={"lesson": None})
def discard(slug: str, lesson: str | None, ident: str) -> ResponseReturnValue:
    """Throw away one copy of a draft."""
    form = CopyForm()
    asked = prompt_of_tutor(db_session, slug, lesson, ident)
    forget_draft(db_session, asked.enrolment, seed_place(asked.prompt.activity), form.copy_number)
    flash(_("The draft is thrown away."))
    return redirect(request.path.removesuffix("/draft/discard"), 303)


@bp.post(f"{SEED}/withdraw")
@bp.post(f"{OWN}/withdraw", defaults={"lesson": None})
def withdraw(slug: str, lesson: str | None, ident: str) -> ResponseReturnValue:
    """Take it away from all study groups."""
    now = datetime.now(UTC)
    asked = prompt_of_tutor(db_session, slug, lesson, ident)
    let_act(asked.enrolment, now)
    withdraw_seed(db_session, asked.enrolment, asked.prompt.activity, now=now)
    flash(_("It no longer stands before the discussion."))
    return redirect(prompt_address(asked.lesson, asked.prompt, asked.enrolment), 303)


def _page(
    asked: Asked, form: SeedForm | None, status: int = 200, preview_html: str | None = None
) -> ResponseReturnValue:
    """Draw the page: with what FORM was sent with in it, else the draft, else what the seed says."""
    place = seed_place(asked.prompt.activity)
    seed = seed_of(db_session, asked.enrolment.user_id, asked.prompt.activity)
    drafts = drafts_at(db_session, asked.enrolment, place)
    first = next(iter(drafts), None)
    text = form.text.data if form else first.text if first else seed.words if seed else ""
    base = form.base_number if form else base_of(first)
    html = render_template(
        "lessons/discussion/seed.html",
        asked=asked,
        mine=asked.enrolment,
        form=form or SeedForm(),
        seed=seed,
        drafts=drafts,
        text=text,
        base=base,
        differs=bool(seed and text != seed.words),
        preview_html=preview_html,
    )
    return html, status
