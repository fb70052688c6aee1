"""The pages on which a study group discusses: posting, replying, editing; the list of all its discussions."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import DomainError
from course.base.forms import EmptyForm
from course.base.markdown import TooLong
from course.base.web import wants_json
from course.base.words import _
from course.groups.access import Archived, let_act, member
from lessons.discussion import access
from lessons.discussion.access import Asked
from lessons.discussion.following import set_following
from lessons.discussion.forms import EditForm, FollowForm, PostForm, ReplyForm
from lessons.discussion.listing import discussions_of
from lessons.discussion.models import Post
from lessons.discussion.posts import (
    EditedMeanwhile,
    HiddenMeanwhile,
    Locked,
    edit_place,
    edit_post,
    keep_edit_draft,
    keep_reply_draft,
    reply_place,
    talk_on,
    write_post,
)
from lessons.discussion.posts import reply as post_reply
from lessons.discussion.talks import SpeaksElsewhere
from lessons.drafts import Kept, forget_draft
from lessons.forms import CopyForm, EntryForm, WritingForm
from lessons.frames.frames import framed_texts
from lessons.journal import keep_draft
from lessons.views import prompt_address, said_of_draft, show_typed

bp = Blueprint("discussion", __name__)

POST = "/groups/<slug>/posts/<int:post_id>"


@bp.get("/groups/<slug>/discussions")
def discussions(slug: str) -> str:
    """List the discussions of a study group, the liveliest first."""
    mine = member(db_session, slug)
    found = discussions_of(db_session, mine)
    framed = framed_texts(db_session, mine)
    return render_template(
        "lessons/discussion/discussions.html", mine=mine, discussions=found, framed=framed, form=EmptyForm()
    )


@bp.post("/groups/<slug>/lessons/<lesson>/prompts/<ident>")
@bp.post("/groups/<slug>/prompts/<ident>", defaults={"lesson": None})
def write(slug: str, lesson: str | None, ident: str) -> ResponseReturnValue:
    """Post an answer to the group; or, where that button was pressed, show what it will look like."""
    form = PostForm()
    asked = access.prompt_in(db_session, slug, lesson, ident)

    def post(now: datetime) -> Post:
        return write_post(
            db_session,
            asked.enrolment,
            asked.prompt,
            form.text.data,
            once=form.press,
            base=form.base_number,
            now=now,
            source=form.source,
            talk=form.place,
        )

    return _hand_over(asked, form, post)


@bp.post("/groups/<slug>/lessons/<lesson>/prompts/<ident>/follow")
@bp.post("/groups/<slug>/prompts/<ident>/follow", defaults={"lesson": None})
def follow(slug: str, lesson: str | None, ident: str) -> ResponseReturnValue:
    """Follow a discussion, or no longer."""
    form, now = FollowForm(), datetime.now(UTC)
    asked = access.prompt_in(db_session, slug, lesson, ident)
    let_act(asked.enrolment, now)
    talk = talk_on(db_session, asked.enrolment, asked.prompt.activity)
    set_following(db_session, asked.enrolment, talk, follows=form.wanted, now=now)
    told = _("You are told of new posts on “{prompt}”.")
    if not form.wanted:
        told = _("You are no longer told of new posts on “{prompt}”.")
    flash(told.format(prompt=asked.prompt.activity.title))
    if form.back.data == "list":
        return redirect(url_for(".discussions", slug=slug), 303)
    return redirect(prompt_address(asked.lesson, asked.prompt, asked.enrolment, "discussion"), 303)


@bp.post(f"{POST}/reply")
def reply(slug: str, post_id: int) -> ResponseReturnValue:
    """Reply to a post; or show what the reply will look like."""
    form = ReplyForm()
    asked, to = access.post_in(db_session, slug, post_id)

    def post(now: datetime) -> Post:
        once, base = form.press, form.base_number
        return post_reply(db_session, asked.enrolment, to, form.text.data, once=once, base=base, now=now)

    return _hand_over(asked, form, post, doing="reply", on=post_id)


@bp.post(f"{POST}/edit")
def edit(slug: str, post_id: int) -> ResponseReturnValue:
    """Give a post of one's own new words; or show what they will look like."""
    form = EditForm()
    asked, own = access.own_post_in(db_session, slug, post_id)

    def post(now: datetime) -> Post:
        base, draft = form.version_number, form.base_number
        edit_post(db_session, asked.enrolment, own, form.text.data, base=base, draft=draft, now=now)
        return own

    return _hand_over(asked, form, post, doing="edit", on=post_id)


def _hand_over(
    asked: Asked, form: EntryForm, post: Callable[[datetime], Post], *, doing: str = "answer", on: int | None = None
) -> ResponseReturnValue:
    """Hand what was typed over to POST and lead to what it made; draw the page with it where that is refused."""
    now = datetime.now(UTC)
    if not form.validate_on_submit() or form.wants_preview:
        return _typed(asked, form, doing=doing, on=on)
    try:
        let_act(asked.enrolment, now)
        made = post(now)
    except (Locked, HiddenMeanwhile) as error:
        kept = _keep(asked, form, now, doing=doing, on=db_session.get_one(Post, on) if on else None)
        form.base.data = str(kept.base)
        return _typed(asked, form, error, doing=doing, on=on)
    except (TooLong, Archived, EditedMeanwhile, SpeaksElsewhere) as error:
        return _typed(asked, form, error, doing=doing, on=on)
    address = prompt_address(asked.lesson, asked.prompt, asked.enrolment, f"post-{made.id}", post=made.id)
    return redirect(address, code=303)


@bp.post(f"{POST}/<any(reply, edit):doing>/draft")
def draft(slug: str, post_id: int, doing: str) -> ResponseReturnValue:
    """Keep a draft of a reply or of new words: of the page's script, or of the button."""
    now = datetime.now(UTC)
    form = WritingForm()
    asked, post = (access.own_post_in if doing == "edit" else access.post_in)(db_session, slug, post_id)
    if not form.validate_on_submit():
        if wants_json():
            return {"problem": " ".join(form.text.errors)}, 422
        return _typed(asked, form, doing=doing, on=post_id)
    try:
        let_act(asked.enrolment, now)
    except Archived as error:
        if wants_json():
            raise
        return _typed(asked, form, error, doing=doing, on=post_id)
    kept = _keep(asked, form, now, doing=doing, on=post)
    return said_of_draft(kept) or redirect(
        prompt_address(asked.lesson, asked.prompt, asked.enrolment, "write", **{doing: post_id}), code=303
    )


def _keep(asked: Asked, form: WritingForm, now: datetime, *, doing: str, on: Post | None) -> Kept:
    """Keep what was typed as a draft of what one is DOING, ON a post where it is a reply to one or new words for it."""
    text, base = form.text.data, form.base_number
    if on is None:
        return keep_draft(db_session, asked.enrolment, asked.prompt, text, base=base, now=now)
    keep = keep_edit_draft if doing == "edit" else keep_reply_draft
    return keep(db_session, asked.enrolment, on, text, base=base, now=now)


@bp.post(f"{POST}/<any(reply, edit):doing>/draft/discard")
def discard(slug: str, post_id: int, doing: str) -> ResponseReturnValue:
    """Throw away one copy of a draft of a reply or of new words."""
    form = CopyForm()
    asked, post = (access.own_post_in if doing == "edit" else access.post_in)(db_session, slug, post_id)
    place = edit_place(post) if doing == "edit" else reply_place(post)
    forget_draft(db_session, asked.enrolment, place, form.copy_number)
    flash(_("The draft is thrown away."))
    address = prompt_address(asked.lesson, asked.prompt, asked.enrolment, f"post-{post_id}", post=post_id)
    return redirect(address, code=303)


def _typed(
    asked: Asked,
    form: WritingForm,
    error: TooLong | DomainError | None = None,
    *,
    doing: str = "answer",
    on: int | None = None,
) -> ResponseReturnValue:
    """Draw the page of the prompt with what was typed in it."""
    newer = isinstance(error, EditedMeanwhile)
    return show_typed(asked.lesson, asked.prompt, asked.enrolment, form, error, doing=doing, on=on, newer=newer)
