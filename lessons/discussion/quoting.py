"""Quoting a passage: what a post quotes is tied to the texts of its lesson, or to those of the group, and both sides
show it."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from course.groups.kinds import Kind, ids_of, kind_of, someone
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from course.texts.models import Anchor, AnchorState, Passage, Text
from course.texts.reattaching import anchor_on, is_reworded
from course.users.models import User
from lessons.access import own_prompts_asked, own_texts_seen, texts_seen
from lessons.addresses import prompt_in_address
from lessons.discussion.blockquotes import Library, letters, letters_quoted, pieces_of, telling_words
from lessons.discussion.models import Discussion, Post, PostQuotation, PostVersion
from lessons.models import Lesson, Prompt, Reading
from lessons.seeing import seen_posts
from quizzes.items.quotations import MOST_QUOTATIONS


class Source(NamedTuple):
    """A passage that somebody is quoting: the idents of its text and of itself."""

    text: str
    passage: str


# What is stored


def tie_quotations(
    session: Session,
    enrolment: Enrolment,
    version: PostVersion,
    discussion: Discussion,
    source: Source | None = None,
    before: PostVersion | None = None,
) -> None:
    """Tie the block quotations of VERSION, written by ENROLMENT, to where they stand in the notes of the lesson and the
    documents it reads; where the group itself asks, in any text of course or group that ENROLMENT can read.

    SOURCE is the passage they were taken from, where that is known. What BEFORE, the version that was edited, quoted in
    the same words stays tied as it was, even where the text says it no longer. Of very many the first are tied."""
    quoted = [piece.words for piece in pieces_of(version.html) if piece.words is not None][:MOST_QUOTATIONS]
    if not quoted:
        return
    tied = _tied_before(session, before) if before is not None else {}
    texts = _texts_of(session, enrolment, discussion, quoted, source)
    library = Library([[passage.plain for passage in passages] for _text, passages in texts])
    near = _place_of(source, texts)
    for words in quoted:
        if (same := tied.get(letters_quoted(words))) is not None:
            anchors = [_again(anchor) for anchor in same]
        else:
            number, stretches = library.find(words, near)
            anchors = [anchor_on(*texts[number], *stretch) for stretch in stretches]
        session.add_all(anchors)
        session.flush()
        session.add_all(PostQuotation(version_id=version.id, anchor_id=anchor.id) for anchor in anchors)
        session.flush()


def _tied_before(session: Session, version: PostVersion) -> dict[str, list[Anchor]]:
    """Return the letters of each quotation of VERSION that is tied -> its anchors."""
    rows = _tied(session, [version.id])[version.id]
    quoted = [letters_quoted(piece.words) for piece in pieces_of(version.html) if piece.words is not None]
    taken = {said: _taken(said, rows) for said in quoted}
    return {said: [one.anchor for one in tied] for said, tied in taken.items() if tied}


def _again(anchor: Anchor) -> Anchor:
    same = ("text_id", "made_on_passage_id", "exact", "prefix", "suffix", "start", "end", "now_passage_id", "state")
    return Anchor(**{name: getattr(anchor, name) for name in same})


def _texts_of(
    session: Session, enrolment: Enrolment, discussion: Discussion, quoted: Sequence[str], source: Source | None
) -> list[tuple[Text, list[Passage]]]:
    """Return what is read in the lesson of the prompt that DISCUSSION is about: its notes first, then its documents.

    Of a prompt without a lesson: what ENROLMENT may quote, the texts of the group first, then notes. Those are many, so
    only those are returned in which one of the quotations QUOTED can stand. One query."""
    if discussion.activity.parent_id is None:
        are_notes = Text.id.in_(select(Lesson.text_id))
        of_group = Text.group_id.is_not(None)
        its = and_(_may_quote(enrolment), Text.retired_at.is_(None), _may_say(quoted, source))
        return _with_passages(session, its, of_group.desc(), are_notes.desc())
    lesson = select(Activity.parent_id).where(Activity.id == discussion.activity_id).scalar_subquery()
    notes = select(Lesson.text_id).where(Lesson.activity_id == lesson)
    read = (
        select(Reading.text_id)
        .join(Activity, Activity.id == Reading.activity_id)
        .where(Activity.parent_id == lesson, Reading.text_id.is_not(None))
        .where(or_(Activity.group_id.is_(None), Activity.group_id == discussion.group_id))
    )
    is_notes = Text.id.in_(notes)
    return _with_passages(session, or_(is_notes, Text.id.in_(read)), is_notes.desc())


def _may_quote(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that ENROLMENT can read a Text, and that it is not its alone."""
    return and_(texts_seen(enrolment.course, enrolment), Text.enrolment_id.is_(None))


def _may_say(quoted: Sequence[str], source: Source | None) -> ColumnElement[bool]:
    """Return the condition that a Text has the telling words of one of the quotations QUOTED, or is the SOURCE."""
    has_all = [and_(true(), *(_says(word) for word in told)) for told in map(telling_words, quoted) if told is not None]
    return or_(Text.ident == source.text if source else false(), *has_all)


def _says(word: str) -> ColumnElement[bool]:
    said = (Passage.version_id == Text.current_version_id, Passage.plain.ilike(f"%{word}%"))
    return select(Passage.id).where(*said).correlate(Text).exists()


def _with_passages(
    session: Session, its: ColumnElement[bool], *order: ColumnElement[Any]
) -> list[tuple[Text, list[Passage]]]:
    """Return the texts that ITS holds for, in that ORDER, with the passages they have now."""
    rows = session.execute(
        select(Text, Passage)
        .join(Passage, Passage.version_id == Text.current_version_id)
        .where(its)
        .order_by(*order, Text.id, Passage.position)
    )
    found: dict[int, tuple[Text, list[Passage]]] = {}
    for text, passage in rows:
        found.setdefault(text.id, (text, []))[1].append(passage)
    return list(found.values())


def _place_of(source: Source | None, texts: Sequence[tuple[Text, Sequence[Passage]]]) -> tuple[int, int] | None:
    if source is None:
        return None
    for number, (text, passages) in enumerate(texts):
        for at, passage in enumerate(passages):
            if (text.ident, passage.ident) == source:
                return number, at
    return None


# What is shown


class Tied(NamedTuple):
    """Words of a quotation with where they stand now: the passage (None: nowhere), its text, and the ident of the
    lesson whose notes that is."""

    anchor: Anchor
    now: Passage | None
    text: Text
    lesson: str | None


@dataclass(frozen=True, slots=True)
class Quoted:
    """Where a quotation stands in the texts, and what became of its words there since it was made."""

    tied: Sequence[Tied]

    @property
    def there(self) -> Tied | None:
        """Where it stands, or begins; None where it is no longer in its text."""
        return next((one for one in self.tied if one.now is not None), None)

    @property
    def is_changed(self) -> bool:
        """Whether its words are others by now, or some of them are no longer there."""
        return any(one.now is None or is_reworded(one.anchor, one.now) for one in self.tied)

    @property
    def is_moved(self) -> bool:
        """Whether it stands in another passage than that it was taken from."""
        return any(one.anchor.state is AnchorState.moved for one in self.tied)


class Said(NamedTuple):
    """Some of the HTML of a post, and where the quotation that it ends with stands, None where it is in no text."""

    html: str
    quoted: Quoted | None


def said_by(session: Session, reader: Enrolment, versions: Sequence[PostVersion]) -> dict[int, list[Said]]:
    """Return version -> its HTML in pieces, with where its quotations stand: in texts that READER can read. One query
    at the most."""
    cut = {version.id: pieces_of(version.html) for version in versions}
    quoting = [version_id for version_id, pieces in cut.items() if any(piece.words for piece in pieces)]
    tied = _tied(session, quoting, reader) if quoting else {}
    found: dict[int, list[Said]] = {}
    for version_id, pieces in cut.items():
        rows = tied.get(version_id)
        taken = [_taken(letters_quoted(piece.words), rows) if rows and piece.words else [] for piece in pieces]
        found[version_id] = [
            Said(piece.html, Quoted(one) if one else None) for piece, one in zip(pieces, taken, strict=True)
        ]
    return found


def _tied(session: Session, version_ids: Sequence[int], reader: Enrolment | None = None) -> Mapping[int, deque[Tied]]:
    """Return version -> what of it is tied to texts that READER can read (None: to any), in the order of its words. One
    query."""
    found: defaultdict[int, deque[Tied]] = defaultdict(deque)
    asked: dict[str, Any] = {"versions": version_ids}
    query: Any = _TIED
    if reader is not None:
        query, asked = _tied_seen(kind_of(reader)), {**ids_of(reader), **asked}
    for version_id, anchor, passage, text, lesson in session.execute(query, asked):
        found[version_id].append(Tied(anchor, passage, text, lesson))
    return found


_TIED = (
    select(PostQuotation.version_id, Anchor, Passage, Text, Activity.ident)
    .join(Anchor, Anchor.id == PostQuotation.anchor_id)
    .join(Text, Text.id == Anchor.text_id)
    .outerjoin(Passage, Passage.id == Anchor.now_passage_id)
    .outerjoin(Lesson, Lesson.text_id == Text.id)
    .outerjoin(Activity, Activity.id == Lesson.activity_id)
    .where(PostQuotation.version_id.in_(bindparam("versions", expanding=True)))
    .order_by(PostQuotation.id)
)


@cache
def _tied_seen(kind: Kind) -> Any:
    reader = someone(kind)
    return _TIED.where(or_(Text.course_id == reader.course_id, own_texts_seen(reader)))


def _taken(said: str, rows: deque[Tied]) -> list[Tied]:
    """Take from the head of ROWS those whose words make up the quotation that has the letters SAID; return them."""
    taken = []
    while rows and said and said.startswith(words := letters(rows[0].anchor.exact)[0]):
        taken.append(rows.popleft())
        said = said[len(words) :]
    return taken


# The way back, and the way there


class QuotedBy(NamedTuple):
    """A post that quotes a passage: who wrote it, and what an address says of the prompt it is on."""

    post_id: int
    name: str
    where: Mapping[str, Any]


def quoted_in(session: Session, enrolment: Enrolment | None, text: Text) -> Mapping[str, list[QuotedBy]]:
    """Return passage of TEXT -> the posts of the study group that quote it as they are now, of those that ENROLMENT
    sees and that are not hidden. One query, none outside of a group."""
    found: dict[str, list[QuotedBy]] = {}
    if enrolment is None or enrolment.group_id is None:
        return found
    asked = {**ids_of(enrolment), "text_id": text.id, "version_id": text.current_version_id}
    for ident, post_id, name, prompt, its_lesson in session.execute(_quoted(kind_of(enrolment)), asked):
        where = prompt_in_address(enrolment.course.ident, its_lesson, prompt)
        found.setdefault(ident, []).append(QuotedBy(post_id, name or "", where))
    return found


@cache
def _quoted(kind: Kind) -> Any:
    enrolment = someone(kind)
    lesson, newer = aliased(Activity), aliased(PostVersion)
    edited = exists().where(newer.post_id == Post.id, newer.number > PostVersion.number)
    return (
        select(Passage.ident, Post.id, User.name, Activity.ident, lesson.ident)
        .join(Anchor, Anchor.now_passage_id == Passage.id)
        .join(PostQuotation, PostQuotation.anchor_id == Anchor.id)
        .join(PostVersion, PostVersion.id == PostQuotation.version_id)
        .join(Post, Post.id == PostVersion.post_id)
        .join(Enrolment, Enrolment.id == Post.enrolment_id)
        .join(User, User.id == Enrolment.user_id)
        .join(Discussion, Discussion.id == Post.discussion_id)
        .join(Activity, Activity.id == Discussion.activity_id)
        .outerjoin(lesson, lesson.id == Activity.parent_id)
        .where(Anchor.text_id == bindparam("text_id"), Passage.version_id == bindparam("version_id"))
        .where(Post.group_id == enrolment.group_id, Post.hidden_at.is_(None), seen_posts(enrolment), ~edited)
        .distinct()
        .order_by(Post.id)
    )


class Asked(NamedTuple):
    """A prompt in whose discussion a text can be quoted, with its lesson: None where the study group itself asks."""

    prompt: Activity
    lesson: Activity | None


def prompts_on(session: Session, enrolment: Enrolment, text: str) -> list[Asked]:
    """Return the prompts of the lessons whose notes the text of that ident is, or that read it, in order; then those
    that the group of ENROLMENT gave itself and that are there for it, the latest first. Two queries."""
    lesson, group_id = aliased(Activity), enrolment.group_id
    its = select(Text.id).where(_may_quote(enrolment), Text.ident == text)
    notes = select(Lesson.activity_id).where(Lesson.text_id.in_(its))
    reading = aliased(Activity)
    read = (
        select(reading.parent_id)
        .join(Reading, Reading.activity_id == reading.id)
        .where(Reading.text_id.in_(its), reading.retired_at.is_(None))
        .where(or_(reading.group_id.is_(None), reading.group_id == group_id))
    )
    rows = session.execute(
        select(Activity, lesson)
        .join(Prompt, and_(Prompt.activity_id == Activity.id, Prompt.current_version_id.is_not(None)))
        .join(lesson, lesson.id == Activity.parent_id)
        .join(Lesson, Lesson.activity_id == lesson.id)
        .where(Activity.kind == ActivityKind.prompt, Activity.retired_at.is_(None), lesson.retired_at.is_(None))
        .where(or_(Activity.group_id.is_(None), Activity.group_id == group_id))
        .where(or_(lesson.id.in_(notes), lesson.id.in_(read)))
        .order_by(Lesson.number, Activity.position)
    )
    own = select(Activity).join(Prompt, Prompt.activity_id == Activity.id)
    own = own.where(own_prompts_asked(enrolment), Prompt.current_version_id.is_not(None))
    own_prompts = session.scalars(own.order_by(Activity.id.desc()))
    return [*(Asked(*row) for row in rows), *(Asked(prompt, None) for prompt in own_prompts)]


def words_at(session: Session, enrolment: Enrolment, source: Source, chosen: str) -> str | None:
    """Return the words of the passage SOURCE that ENROLMENT is to quote: those CHOSEN, if they stand in it, else all of
    it; None where there is no such passage."""
    plain = session.scalar(
        select(Passage.plain)
        .join(Text, Text.current_version_id == Passage.version_id)
        .where(_may_quote(enrolment), Text.ident == source.text, Passage.ident == source.passage)
    )
    if plain is None:
        return None
    chosen = " ".join(chosen.split())
    return chosen if chosen and chosen in " ".join(plain.split()) else plain
