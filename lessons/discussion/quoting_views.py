"""From a passage to the discussion in which it is to be quoted."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import NotFound
from course.groups.access import member
from lessons.addresses import activity_address
from lessons.discussion.forms import asked_to_quote
from lessons.discussion.quoting import Asked, prompts_on, words_at

bp = Blueprint("quoting", __name__)


@bp.get("/groups/<slug>/quote")
def choose(slug: str) -> ResponseReturnValue:
    """Lead to the prompt on whose discussion a passage is to be quoted; let one choose where there are several."""
    mine, quoting = member(db_session, slug), asked_to_quote()
    words = words_at(db_session, mine, quoting.source, quoting.words) if quoting else None
    if quoting is None or words is None:
        raise NotFound

    def address(asked: Asked) -> str:
        told = {"quote": ":".join(quoting.source), "words": quoting.words or None, "_anchor": "write"}
        return activity_address(asked.prompt, slug, **told)

    prompts = prompts_on(db_session, mine, quoting.source.text)
    if len(prompts) == 1:
        return redirect(address(prompts[0]))
    choices = [(asked, address(asked)) for asked in prompts]
    return render_template("lessons/discussion/quote.html", mine=mine, words=words, choices=choices)
