"""The pages of what one remembers. They are for oneself alone: nobody else has an address for them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template

from course.base.db import db_session
from course.users.access import somebody, whoever
from kruzhok.memory.foretold import LEAST, foretold_of
from kruzhok.memory.forms import PAGE, course_asked_for, page_asked_for
from kruzhok.memory.page import WEAKEST, memory_page, mine_of, passage_lines
from kruzhok.memory.strength import PERSON, TERM, by_name, by_passage
from quizzes.checks.calibration import calibration, in_words

bp = Blueprint("memory", __name__)


@bp.get("/me/memory")
def mine() -> str:
    """Show whoever asks what they remember, what goes next and what it will take; a visitor, what will stand here."""
    if whoever() is None:
        return render_template("kruzhok/memory/memory.html", page=None)
    user, now = somebody(db_session), datetime.now(UTC)
    found = mine_of(db_session, user, now, course_asked_for())
    return render_template(
        "kruzhok/memory/memory.html",
        page=memory_page(db_session, user, found, now),
        retention=user.retention,
        weakest=WEAKEST,
        calibration=calibration(db_session, user.id),
        in_words=in_words,
    )


@bp.get("/me/memory/people")
def people() -> str:
    """Show whoever asks how well they know each person of history."""
    return _of_names(PERSON)


@bp.get("/me/memory/terms")
def terms() -> str:
    """Show whoever asks how well they know each term."""
    return _of_names(TERM)


def _of_names(kind: str) -> str:
    user = somebody(db_session)
    found = mine_of(db_session, user, datetime.now(UTC), course_asked_for())
    lines = by_name(db_session, found.courses, found.known)[kind]
    return render_template("kruzhok/memory/all.html", kind=kind, mine=found, **_page_of(lines))


@bp.get("/me/memory/passages")
def passages() -> str:
    """Show whoever asks how well they know each passage."""
    user = somebody(db_session)
    found = mine_of(db_session, user, datetime.now(UTC), course_asked_for())
    shown = _page_of(by_passage(found.known))
    shown["lines"] = passage_lines(db_session, shown["lines"])
    return render_template("kruzhok/memory/all.html", kind="passage", mine=found, **shown)


def _page_of(lines: Sequence[Any]) -> dict[str, Any]:
    page = page_asked_for(len(lines))
    first = (page - 1) * PAGE
    return {"lines": lines[first : first + PAGE], "page": page, "first": first + 1, "count": len(lines)}


@bp.get("/me/memory/estimate")
def estimate() -> str:
    """Show whoever asks how far the estimate of what they remember can be trusted."""
    user = somebody(db_session)
    found = mine_of(db_session, user, datetime.now(UTC), None)
    return render_template(
        "kruzhok/memory/estimate.html", foretold=foretold_of(db_session, user.id, found.known), least=LEAST
    )
