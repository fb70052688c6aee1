"""The pages of marking: what waits, one essay after another, and the release of all that is ready."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.forms import EmptyForm
from course.base.words import _, plural
from quizzes.items import BadResponse
from quizzes.marking import access
from quizzes.marking.drafting import Mark, save_draft, sheet_of
from quizzes.marking.forms import MarkForm, WhichForm
from quizzes.marking.pages import EssayPage, page_of
from quizzes.marking.queue import Line, answers_to, missing, questions_in
from quizzes.marking.releasing import release
from quizzes.models import AttemptItem, Item

bp = Blueprint("marking", __name__)

GROUP = "/groups/<slug>/marking"
QUESTION = f"{GROUP}/<int:item_id>"


@bp.get(GROUP)
def queue(slug: str) -> str:
    """Show a tutor the questions with essays to be marked."""
    asking = access.tutoring(db_session, slug)
    asked = questions_in(db_session, asking.group.id)
    return render_template("quizzes/marking/queue.html", mine=asking.mine, group=asking.group, asked=asked)


@bp.get(QUESTION)
def answer(slug: str, item_id: int) -> ResponseReturnValue:
    """Show a tutor one essay on a question: that of the number asked for, else the first that is still to do."""
    asking = access.tutoring(db_session, slug)
    item = access.question_in(db_session, asking.group, item_id)
    lines = answers_to(db_session, asking.group.id, item.id)
    if not lines:
        return render_template("quizzes/marking/nothing.html", mine=asking.mine, group=asking.group)
    line = _asked_for(lines, WhichForm().number)
    essay = access.answer_in(db_session, asking.group, item, line.id)
    return _page(asking, _essay_page(asking, essay, lines))


def _asked_for(lines: Sequence[Line], number: int | None) -> Line:
    if number is None:
        return _to_do(lines, 0) or lines[0]
    return lines[min(max(number, 1), len(lines)) - 1]


def _to_do(lines: Sequence[Line], after: int) -> Line | None:
    """Return the next essay that still asks something, after that NUMBER and round to the beginning."""
    return next((line for line in (*lines[after:], *lines[:after]) if line.is_to_do), None)


def _essay_page(asking: access.Tutoring, essay: AttemptItem, lines: Sequence[Line]) -> EssayPage:
    return page_of(db_session, asking.group, sheet_of(db_session, essay), lines, asking.mine.user_id)


def _page(asking: access.Tutoring, page: EssayPage, status: int = 200) -> ResponseReturnValue:
    return (
        render_template(
            "quizzes/marking/answer.html", mine=asking.mine, group=asking.group, page=page, form=EmptyForm()
        ),
        status,
    )


@bp.post(QUESTION)
def mark(slug: str, item_id: int) -> ResponseReturnValue:
    """Keep what a tutor says of an essay as a draft, and do what the button says that was pressed."""
    asking = access.tutoring(db_session, slug, writing=True)
    item, form, now = access.question_in(db_session, asking.group, item_id), MarkForm(), datetime.now(UTC)
    essay, by = access.answer_in(db_session, asking.group, item, form.answer_id), asking.mine.user_id
    said = form.mark
    try:
        outcome = save_draft(db_session, essay, said, form.seen, by=by, now=now)
    except BadResponse as problem:
        return _come_back(asking, item, essay, said, problem=str(problem), status=422)
    if outcome == "overtaken":
        return _come_back(asking, item, essay, said, overtaken=True, status=409)
    if form.act == "release":
        if lacks := missing(sheet_of(db_session, essay).essay, said.levels):
            return _come_back(asking, item, essay, said, lacks=[one.ident for one in lacks], status=422)
        release(db_session, [essay.id], by=by, now=now)
    return redirect(_onwards(asking, item, essay, form.act), 303)


def _come_back(
    asking: access.Tutoring,
    item: Item,
    essay: AttemptItem,
    said: Mark,
    *,
    status: int,
    problem: str | None = None,
    lacks: Sequence[str] = (),
    overtaken: bool = False,
) -> ResponseReturnValue:
    """Show the page again with what was SAID, as it was typed, and why nothing came of it."""
    page = _essay_page(asking, essay, answers_to(db_session, asking.group.id, item.id))
    page.mark, page.problem, page.lacks, page.overtaken = said, problem, lacks, overtaken
    return _page(asking, page, status)


def _onwards(asking: access.Tutoring, item: Item, essay: AttemptItem, act: str) -> str:
    """Return where the page leads that was just kept, and say there what became of it."""
    lines, slug = answers_to(db_session, asking.group.id, item.id), asking.group.slug
    here = next(line for line in lines if line.id == essay.id)
    if here.state != "waits":
        words = _("Answer {n} is released.") if here.state == "released" else _("The draft of answer {n} is kept.")
        flash(words.format(n=here.number))
    if act not in {"next", "release"}:
        return url_for(".answer", slug=slug, item_id=item.id, n=here.number, _anchor="answer")
    following = _to_do(lines, here.number)
    if following is not None:
        return url_for(".answer", slug=slug, item_id=item.id, n=following.number, _anchor="answer")
    if any(line.is_ready for line in lines):
        return url_for(".confirm", slug=slug, item_id=item.id)
    return url_for(".queue", slug=slug)


@bp.get(f"{QUESTION}/release")
def confirm(slug: str, item_id: int) -> str:
    """Say what will happen when all drafts of a question that are ready are released."""
    asking = access.tutoring(db_session, slug)
    item = access.question_in(db_session, asking.group, item_id)
    lines = answers_to(db_session, asking.group.id, item.id)
    return render_template(
        "quizzes/marking/release.html",
        mine=asking.mine,
        group=asking.group,
        item=item,
        lines=lines,
        form=EmptyForm(),
    )


@bp.post(f"{QUESTION}/release")
def release_all(slug: str, item_id: int) -> ResponseReturnValue:
    """Release all drafts of a question that are ready."""
    asking = access.tutoring(db_session, slug, writing=True)
    item = access.question_in(db_session, asking.group, item_id)
    ready = [line.id for line in answers_to(db_session, asking.group.id, item.id) if line.is_ready]
    given = release(db_session, ready, by=asking.mine.user_id, now=datetime.now(UTC))
    if given:
        flash(
            plural(
                "One mark is released, and its student told.", "{n} marks are released, and their students told.", given
            )
        )
    else:
        flash(_("No draft was ready, so nothing was released."))
    return redirect(url_for(".queue", slug=slug), 303)
