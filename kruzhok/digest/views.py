"""What the next letter would say, and how one gets no more of them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.forms import EmptyForm
from course.base.web import site_keys
from course.users.access import account
from course.users.accounts import change_digest
from course.users.models import DigestKind
from kruzhok.digest import words
from kruzhok.digest.access import reader_of
from kruzhok.digest.contents import digest_of
from kruzhok.digest.mornings import next_morning
from kruzhok.today.addresses import address_of, dated_address
from kruzhok.today.words import review_takes

bp = Blueprint("digest", __name__)


@bp.get("/digest")
def digest() -> str:
    """Show what a letter would say that was written now, and when the next one goes."""
    user, now = account(), datetime.now(UTC)
    return render_template(
        "kruzhok/digest/digest.html",
        user=user,
        digest=digest_of(db_session, user, now),
        next=None if user.digest is DigestKind.none else next_morning(user.digest, ZoneInfo(user.zone), now).at,
        words=words,
        review_takes=review_takes,
        address_of=address_of,
        dated_address=dated_address,
    )


@bp.get("/unsubscribe/<token>")
def unsubscribe(token: str) -> str:
    """Ask whether the letters are to end. Looking ends nothing: programs look at a letter's links before people do."""
    user = reader_of(db_session, site_keys(), token)
    return render_template("kruzhok/digest/unsubscribe.html", user=user, token=token, form=EmptyForm(), ended=False)


@bp.post("/unsubscribe/<token>")
def end_letters(token: str) -> ResponseReturnValue:
    """End the letters. Mail programs do it for their reader by one click (RFC 8058), from no page of ours, so this is
    the one view that asks for no token of a form: who has the letter has its signed link, and that is permission."""
    user = reader_of(db_session, site_keys(), token)
    change_digest(user, DigestKind.none)
    return render_template("kruzhok/digest/unsubscribe.html", user=user, token=token, form=EmptyForm(), ended=True)
