"""Everything the page of a prompt shows: what one wrote, the one place to write that is open, in a group the talk."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from course.base.errors import Forbidden, NotFound
from course.base.web import new_secret
from course.base.words import _
from course.groups.models import Enrolment, Role
from lessons.discussion.blockquotes import as_quotation
from lessons.discussion.forms import ALL_OF_IT, EditForm, PostForm, Quoting, TalkAsked
from lessons.discussion.models import Seed
from lessons.discussion.posts import edit_place, reply_place
from lessons.discussion.quoting import Said, said_by, words_at
from lessons.discussion.seeds import seeds_on
from lessons.discussion.threads import PostShown, Thread, thread_of
from lessons.drafts import base_of, drafts_at, prompt_place
from lessons.forms import WritingForm
from lessons.journal import entries_of
from lessons.models import Draft, JournalEntry, Lesson, Prompt
from lessons.moderation.hiding import names_of_hiders
from lessons.moderation.locking import Lock
from lessons.rounds import Done, Round, round_of
from lessons.sharing import tutors_for


@dataclass(frozen=True, slots=True)
class Composer:
    """A place to write, with its draft: an answer, a reply to the post ON, or new words for it (`doing`)."""

    doing: str  #: "answer", "reply" or "edit"
    on: PostShown | None
    text: str
    base: int
    drafts: Sequence[Draft]
    version: int
    #: The passage that is quoted, as addresses name it; "" where it was not opened to quote one.
    quoted: str = ""
    #: Of a tutor's answer that was refused: for whose talk it was, 0 for the whole group's.
    chosen: int | None = None
    once: str = field(default_factory=new_secret)

    @property
    def draft(self) -> Draft | None:
        """The draft that one goes on with."""
        return self.drafts[0] if self.drafts else None


@dataclass(frozen=True, slots=True)
class PromptPage:
    """A prompt as its page shows it to who has that enrolment; alone there is no thread."""

    #: None where it is a study group's own.
    lesson: Lesson | None
    prompt: Prompt
    enrolment: Enrolment | None
    entries: Sequence[JournalEntry]
    thread: Thread | None
    composer: Composer | None
    #: Where on this page there is a draft.
    drafts: frozenset[str] = frozenset()
    #: What each post on the page says, by the id of its version, with where its quotations stand.
    said: Mapping[int, Sequence[Said]] = field(default_factory=dict)
    #: What tutors put before the talk; and the round that the prompt is, with what the reader did in it.
    seeds: Sequence[Seed] = ()
    round: Round | None = None

    @property
    def asks(self) -> str | None:
        """What a round asks next of the reader: "write", "reply" or "wait"."""
        if self.round is None or self.thread is None or self.is_tutor or self.is_over:
            return None
        return Done(self.thread.answered, self.thread.replied, self.thread.of_others).asks

    @property
    def moderates(self) -> bool:
        """Whether the reader looks after the talk."""
        return self.thread is not None and self.thread.moderates

    @property
    def lock(self) -> Lock | None:
        """The lock on the talk, None where it is open."""
        return self.thread.lock if self.thread else None

    @property
    def is_tutor(self) -> bool:
        """Whether the reader is a tutor of the study group."""
        return self.enrolment is not None and self.enrolment.role is Role.tutor

    def looks(self, branch: PostShown) -> Hashable:
        """Return all that is drawn where BRANCH stands, a first post with its replies. The same is drawn the same.

        None where more comes in: words that are hidden, a quotation, a draft or a place to write."""
        assert self.enrolment is not None
        assert self.enrolment.group is not None
        posts = (branch, *branch.replies)
        written = {f"{doing}:{one.id}" for one in posts for doing in ("reply", "edit")} & self.drafts
        on = self.composer.on.id if self.composer and self.composer.on else None
        if written or any(one.id == on or self._is_tied(one) for one in posts):
            return None
        lesson = self.lesson.activity if self.lesson else None
        place = (lesson.course.ident, lesson.ident) if lesson else None, self.prompt.activity.ident
        reader = (self.enrolment.group.slug, self.enrolment.user.zone, self.moderates, self.is_over)
        return (*place, *reader, branch.folded, *(one.looks for one in posts))

    def _is_tied(self, shown: PostShown) -> bool:
        """Return whether what SHOWN says is hidden, or hangs on what a text says now."""
        return shown.post.hidden_at is not None or any(one.quoted for one in self.said[shown.now.id])

    #: Who hid what is hidden, by the id of the user.
    hidden_by: Mapping[int, str] = field(default_factory=dict)
    #: Whether there are tutors with whom an entry of the journal can be shared.
    may_share: bool = False

    @property
    def is_over(self) -> bool:
        """Whether the study group is archived, so that nothing more is written in it."""
        group = self.enrolment.group if self.enrolment else None
        return group is not None and group.archived_at is not None


def prompt_page(
    session: Session,
    lesson: Lesson | None,
    prompt: Prompt,
    enrolment: Enrolment | None,
    form: WritingForm,
    *,
    doing: str = "answer",
    on: int | None = None,
    typed: bool = False,
    anew: bool = False,
    talk: TalkAsked = ALL_OF_IT,
    quoting: Quoting | None = None,
) -> PromptPage:
    """Return the page of PROMPT for ENROLMENT, with a place to write: what DOING says, ON a post where that needs one.

    TYPED: what FORM was sent with stands in it, else the draft. ANEW opens the place for an answer beside what one has
    written, and so does QUOTING, which puts a passage into it after what stands there. TALK says which part of a long
    talk is shown.

    Raise NotFound where the post is not in the talk, Forbidden where its words are another's to change."""
    entries = entries_of(session, enrolment, prompt) if enrolment else []
    in_group = enrolment is not None and enrolment.group_id is not None
    thread = None
    if enrolment and in_group:
        asked = talk._replace(page=None, at=on) if on else talk
        thread = thread_of(session, enrolment, prompt.activity, **asked._asdict())
    target = _target(thread, doing, on)
    place = {"answer": prompt_place(prompt.activity)}
    if target is not None:
        place |= {"reply": reply_place(target.post), "edit": edit_place(target.post)}
    kept = _drafts(session, enrolment, prompt, thread) if enrolment else []
    drafts = [draft for draft in kept if draft.place == place[doing]]
    begun = frozenset(draft.place for draft in kept if draft.text)
    page = PromptPage(lesson, prompt, enrolment, entries, thread, None, begun)
    if enrolment and in_group:
        its_round = round_of(session, enrolment, prompt.activity)
        page = replace(page, seeds=seeds_on(session, enrolment, prompt.activity), round=its_round)
    if enrolment and thread:
        said = said_by(session, enrolment, [one.now for one in thread.known.values() if not one.withheld])
        page = replace(page, said=said, hidden_by=names_of_hiders(session, [one.post for one in thread.known.values()]))
    if enrolment and entries and not page.is_over:
        page = replace(page, may_share=bool(tutors_for(session, enrolment)))
    quotation = None
    if enrolment and thread and quoting and doing == "answer":
        quotation = _quotation(session, enrolment, quoting)
    wrote = bool(entries or (thread and thread.posted))
    takes_none = page.is_over or not _takes(target, doing)
    is_open = typed or bool(drafts) or (not takes_none and (doing != "answer" or not wrote or anew or quotation))
    if not is_open:
        return page
    if typed:
        return replace(page, composer=_typed(form, doing, target, drafts))
    text = drafts[0].text if drafts else "" if quotation else _to_begin_with(page, doing, target)
    quoted = ":".join(quoting.source) if quotation and quoting else ""
    if quotation and quotation not in text:
        text = f"{text.rstrip()}\n\n{quotation}\n\n".lstrip("\n")
    version = target.now.number if target and doing == "edit" else 0
    base = base_of(next(iter(drafts), None))
    return replace(page, composer=Composer(doing, target, text, base, drafts, version, quoted))


def _drafts(session: Session, enrolment: Enrolment, prompt: Prompt, thread: Thread | None) -> Sequence[Draft]:
    """Return the drafts of ENROLMENT of an answer to PROMPT, of replies to posts on the page, of new words for them."""
    posts = list(thread.known.values()) if thread else []
    replies, edits = (reply_place(one.post) for one in posts), (edit_place(one.post) for one in posts if one.mine)
    return drafts_at(session, enrolment, prompt_place(prompt.activity), *replies, *edits)


def _typed(form: WritingForm, doing: str, target: PostShown | None, drafts: Sequence[Draft]) -> Composer:
    """Return the place to write with what FORM was sent with in it."""
    version = form.version_number if isinstance(form, EditForm) else 0
    quoted = str(form.quoted.data or "") if isinstance(form, PostForm) else ""
    chosen = form.place if isinstance(form, PostForm) else None
    return Composer(doing, target, form.text.data, form.base_number, drafts, version, quoted, chosen)


def _to_begin_with(page: PromptPage, doing: str, target: PostShown | None) -> str:
    """Return what stands in a place to write where no draft does: what would be written anew."""
    if doing == "edit" and target is not None:
        return target.now.text
    posted = page.thread and page.thread.posted
    return page.entries[0].text if doing == "answer" and page.entries and not posted else ""


def _quotation(session: Session, enrolment: Enrolment, quoting: Quoting) -> str | None:
    words = words_at(session, enrolment, quoting.source, quoting.words)
    return as_quotation(words) if words else None


def _takes(target: PostShown | None, doing: str) -> bool:
    """Return whether a reply to TARGET, or new words for it, can be written, where that is what one is DOING."""
    if target is None or doing == "answer":
        return True
    return target.answerable if doing == "reply" else not target.locked


def _target(thread: Thread | None, doing: str, on: int | None) -> PostShown | None:
    if doing == "answer":
        return None
    target = thread.known.get(on or 0) if thread else None
    if target is None:
        raise NotFound
    if doing == "edit" and not target.mine:
        raise Forbidden(_("Only who wrote a post may change its words."))
    return target
