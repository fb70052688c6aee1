"""Posting, replying, editing. The words of a post stand in its versions: none is ever changed, nothing is lost."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.markdown import to_html
from course.base.words import _
from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from lessons.discussion.following import tell_mentioned, tell_of_post, with_mentions
from lessons.discussion.models import Discussion, Post, PostVersion
from lessons.discussion.quoting import Source, tie_quotations
from lessons.discussion.talks import place_of
from lessons.drafts import Kept, forget_handed_over, prompt_place, save_draft
from lessons.journal import complete_prompt
from lessons.models import Prompt


class EditedMeanwhile(Conflict):
    """An edit of words that are no longer those of the post."""

    title = _("This post was edited in the meantime")
    hint = _(
        "What it says now stands above. What you typed is still here; if you save it, the other stays as earlier words."
    )


class Locked(Conflict):
    """An act in a discussion that is locked."""

    title = _("This discussion is locked")
    hint = _("It can be read, and nothing is added to it. What you typed is kept as a draft, which only you can read.")


class HiddenMeanwhile(Conflict):
    """A reply to a post that is hidden."""

    title = _("This post is hidden")
    hint = _("Nobody replies to it while it is. What you typed is kept as a draft, which only you can read.")


class GoneMeanwhile(Conflict):
    """A reply to a post that is erased while it is written."""

    title = _("This post is no longer there")
    hint = _("It was erased while you wrote. You can say what you wrote in a post of your own.")


def reply_place(post: Post) -> str:
    """Return the place of a draft of a reply to POST."""
    return f"reply:{post.id}"


def edit_place(post: Post) -> str:
    """Return the place of a draft of new words for POST."""
    return f"edit:{post.id}"


def write_post(
    session: Session,
    enrolment: Enrolment,
    prompt: Prompt,
    text: str,
    *,
    once: str | None,
    base: int,
    now: datetime,
    source: Source | None = None,
    talk: int | None = None,
) -> Post:
    """Return the post of ENROLMENT, a member of a study group, that answers PROMPT there with TEXT, in Markdown.

    It stands in the talk in which ENROLMENT speaks; TALK is the subgroup whose talk the page said, as `place_of` takes
    it: a tutor chooses so.

    ONCE names the press of a button: the same text with the same name is one post. The draft (the one BASE names, or
    that says the same) is done with, and the prompt is completed. What it quotes is tied to where it stands, first of
    all in the passage SOURCE. Raise TooLong (course.base.markdown) for Markdown
    nested too deep to show, Locked, and SpeaksElsewhere."""
    html = str(to_html(text))
    place = place_of(session, enrolment, prompt.activity, talk)
    html, mentioned = with_mentions(session, enrolment, html, place)
    discussion = talk_in(session, enrolment, prompt.activity, place)
    assert prompt.current_version_id is not None
    post = _post(session, enrolment, discussion, prompt.current_version_id, None, text, html, once, now, source)
    forget_handed_over(session, enrolment, prompt_place(prompt.activity), text, base)
    tell_of_post(session, enrolment, post, mentioned, now=now)
    complete_prompt(session, enrolment, prompt.activity, now=now)
    return post


def reply(
    session: Session, enrolment: Enrolment, to: Post, text: str, *, once: str | None, base: int = 0, now: datetime
) -> Post:
    """Return the post of ENROLMENT, a member of the group of the post TO, that replies to it with TEXT.

    ONCE, BASE and what is raised are as for `write_post`, and HiddenMeanwhile and GoneMeanwhile. Who is replied to is
    told."""
    html = str(to_html(text))
    activity, place = to.discussion.activity, to.discussion.subgroup_id
    if enrolment.role is not Role.tutor:
        place_of(session, enrolment, activity, place or 0)
    html, mentioned = with_mentions(session, enrolment, html, place)
    discussion = talk_in(session, enrolment, activity, place)
    version_id = session.scalars(select(Prompt.current_version_id).where(Prompt.activity_id == activity.id)).one()
    post = _post(session, enrolment, discussion, version_id or to.prompt_version_id, to, text, html, once, now)
    forget_handed_over(session, enrolment, reply_place(to), text, base)
    tell_of_post(session, enrolment, post, mentioned, now=now)
    complete_prompt(session, enrolment, activity, now=now)
    return post


def edit_post(
    session: Session, enrolment: Enrolment, post: Post, text: str, *, base: int, draft: int = 0, now: datetime
) -> PostVersion:
    """Return the version of POST, which is ENROLMENT's, that says TEXT: a new one, or the last if it says so already.

    BASE is the number of the version whose words were edited; raise EditedMeanwhile where it is no longer the last.
    DRAFT is the base of the draft that is done with. Raise Locked, and TooLong for Markdown nested too deep to show."""
    html, mentioned = with_mentions(session, enrolment, str(to_html(text)), post.discussion.subgroup_id)
    # Two windows that hand over at once wait for each other here, so that the second sees what the first did.
    session.execute(select(Post.id).where(Post.id == post.id).with_for_update())
    last = last_version(session, post)
    if last.text != text:
        if last.number != base:
            raise EditedMeanwhile
        if post.discussion.locked_at is not None:
            raise Locked
        before, last = last, PostVersion(post_id=post.id, number=base + 1, text=text, html=html, made_at=now)
        session.add(last)
        session.flush()
        tie_quotations(session, enrolment, last, post.discussion, before=before)
        tell_mentioned(session, enrolment, post, mentioned, now=now)
    forget_handed_over(session, enrolment, edit_place(post), text, draft)
    return last


def last_version(session: Session, post: Post) -> PostVersion:
    """Return what POST says now."""
    its = select(PostVersion).where(PostVersion.post_id == post.id).order_by(PostVersion.number.desc()).limit(1)
    return session.scalars(its).one()


def talk_on(session: Session, enrolment: Enrolment, activity: Activity) -> Discussion:
    """Return the talk on ACTIVITY in which ENROLMENT speaks; else as `talk_in`."""
    return talk_in(session, enrolment, activity, place_of(session, enrolment, activity, None))


def talk_in(session: Session, enrolment: Enrolment, activity: Activity, subgroup_id: int | None) -> Discussion:
    """Return the talk on ACTIVITY in that subgroup of the group of ENROLMENT, or in the whole group; made if this is
    its first post.

    It stays locked until the transaction ends: so posts of a talk become visible in the order of their ids, and what
    is newer than the last one that was read is new."""
    assert enrolment.group_id is not None
    ours = select(Discussion).where(
        Discussion.activity_id == activity.id,
        Discussion.group_id == enrolment.group_id,
        Discussion.subgroup_id == subgroup_id,  # IS NULL where it is None
    )
    found = session.scalar(ours.with_for_update())
    if found is not None:
        return found
    try:
        with session.begin_nested():
            of = {"course_id": activity.course_id, "group_id": enrolment.group_id, "subgroup_id": subgroup_id}
            session.add(Discussion(activity_id=activity.id, **of))
    except IntegrityError:
        pass  # somebody else's first post was first
    return session.scalars(ours.with_for_update()).one()


def _post(
    session: Session,
    enrolment: Enrolment,
    discussion: Discussion,
    version_id: int,
    to: Post | None,
    text: str,
    html: str,
    once: str | None,
    now: datetime,
    source: Source | None = None,
) -> Post:
    press = _press(once, discussion, to, text)
    # The talk is locked, so the other half of a double click is either here by now or waits.
    made = session.scalar(select(Post).where(Post.enrolment_id == enrolment.id, Post.once == press)) if press else None
    if made is not None:
        return made
    if discussion.locked_at is not None:
        raise Locked
    if to is not None:
        _refuse_hidden_or_gone(session, to)
    post = Post(
        discussion_id=discussion.id,
        group_id=discussion.group_id,
        enrolment_id=enrolment.id,
        prompt_version_id=version_id,
        reply_to_id=to.id if to else None,
        made_at=now,
        once=press,
    )
    session.add(post)
    session.flush()
    said = PostVersion(post_id=post.id, number=1, text=text, html=html, made_at=now)
    session.add(said)
    session.flush()
    tie_quotations(session, enrolment, said, discussion, source)
    return post


def _refuse_hidden_or_gone(session: Session, to: Post) -> None:
    """Read a post anew that is replied to: who erases or hides it may have held the talk until this moment."""
    found = session.execute(select(Post.hidden_at).where(Post.id == to.id)).one_or_none()
    if found is None:
        raise GoneMeanwhile
    if found.hidden_at is not None:
        raise HiddenMeanwhile


def _press(once: str | None, discussion: Discussion, to: Post | None, text: str) -> str | None:
    """Return the name of the press with what was sent: who goes back, writes on and presses again posts anew."""
    if once is None:
        return None
    return hashlib.sha256(f"{once}\n{discussion.id}\n{to.id if to else ''}\n{text}".encode()).hexdigest()


def keep_reply_draft(session: Session, enrolment: Enrolment, to: Post, text: str, *, base: int, now: datetime) -> Kept:
    """Keep TEXT as a draft of a reply to the post TO; a save that comes in after its text was posted makes none."""
    mine = select(Post).where(Post.reply_to_id == to.id, Post.enrolment_id == enrolment.id)
    last = session.scalar(mine.order_by(Post.id.desc()).limit(1))
    if last is not None and last_version(session, last).text.strip() == text.strip():
        return Kept(base, now)
    return save_draft(session, enrolment, reply_place(to), text, base=base, now=now)


def keep_edit_draft(session: Session, enrolment: Enrolment, post: Post, text: str, *, base: int, now: datetime) -> Kept:
    """Keep TEXT as a draft of new words for POST; what it says already needs none."""
    if last_version(session, post).text.strip() == text.strip():
        forget_handed_over(session, enrolment, edit_place(post), text, base)
        return Kept(base, now)
    return save_draft(session, enrolment, edit_place(post), text, base=base, now=now)
