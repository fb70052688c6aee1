"""What the pages of a talk read from a request."""

from typing import NamedTuple

from flask import request
from wtforms import HiddenField, TextAreaField

from course.base.forms import Form, clean_text, whole_number
from course.base.words import _
from lessons.discussion.marks import Shown, shown_before
from lessons.discussion.quoting import Source
from lessons.forms import EntryForm


class PostForm(EntryForm):
    """A post: an answer to the prompt."""

    once = HiddenField(filters=[clean_text])
    quoted = HiddenField(filters=[clean_text])
    talk = HiddenField()

    @property
    def place(self) -> int | None:
        """The subgroup whose talk it is for, 0 for the whole group's; None where the page did not say."""
        return whole_number(self.talk.data)

    @property
    def source(self) -> Source | None:
        """The passage that is quoted, where the page was opened to quote one."""
        return _source(self.quoted.data)

    @property
    def press(self) -> str | None:
        """The name of the press of the button, None where the page gave it none."""
        return str(self.once.data or "") or None


class ReplyForm(PostForm):
    """A reply to a post."""

    text = TextAreaField(_("Your reply"), filters=[clean_text])


class EditForm(EntryForm):
    """New words for a post."""

    text = TextAreaField(_("Your post"), filters=[clean_text])
    version = HiddenField(default="0")

    @property
    def version_number(self) -> int:
        """The number of the version whose words were edited, 0 where it is none."""
        return whole_number(self.version.data, digits=9) or 0


class SeedForm(EditForm):
    """What a tutor puts before a discussion."""

    text = TextAreaField(_("Your words"), filters=[clean_text])


class FollowForm(Form):
    """The button that asks to be told of new posts in a discussion, or no longer; and the page it was pressed on."""

    follows = HiddenField()
    back = HiddenField()

    @property
    def wanted(self) -> bool:
        """Whether to be told from now on."""
        return bool(self.follows.data == "1")


def _source(said: str | None) -> Source | None:
    """Return the passage that is named as "text:passage", None where none is."""
    text, colon, passage = (said or "").partition(":")
    return Source(text, passage) if colon else None


class Quoting(NamedTuple):
    """The passage that is to be quoted, and which of its words; all, where these are none of it."""

    source: Source
    words: str


def asked_to_quote() -> Quoting | None:
    """Return what the address asks to be quoted: `?quote=april-theses:first-thesis`, and perhaps `&words=`."""
    source = _source(request.args.get("quote"))
    return Quoting(source, clean_text(request.args.get("words"))) if source else None


class TalkAsked(NamedTuple):
    """Which part of a long talk is asked for: a page of it, else where one post stands; or nothing folded away; and of
    several talks that of one subgroup."""

    page: int | None = None
    at: int | None = None
    unfolded: bool = False
    shown: Shown | None = None
    only: int | None = None


ALL_OF_IT = TalkAsked()


def asked_of_talk() -> TalkAsked:
    """Return what the address says of the talk: `?page=2`, `?post=17`, `?all=1`, what was shown before; `?talk=3` where
    of several talks that of one subgroup is asked for, of the whole group where it is 0."""
    page, at, only = (whole_number(request.args.get(name)) for name in ("page", "post", "talk"))
    return TalkAsked(page, at, "all" in request.args, shown_before(request.args.get("shown", "")), only)


def asked_to_write() -> tuple[str, int | None]:
    """Return what the page is asked to open, and on which post: `?reply=17`, `?edit=17`, else an answer on none."""
    for doing in ("reply", "edit"):
        if (said := request.args.get(doing)) is not None:
            return doing, whole_number(said)
    return "answer", None
