"""Texts, their versions and passages, and what becomes of the anchors when a text changes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, aliased

from course.texts.models import Anchor, AnchorState, MovedIdent, Passage, Text, TextVersion
from kruzhok.curriculum.changes import Load, put
from kruzhok.curriculum.prepare import PreparedText
from lessons.models import Document


def load_texts(load: Load, wanted: Mapping[str, PreparedText]) -> tuple[dict[str, Text], set[str]]:
    """Bring the texts of the course to what is WANTED (slug -> text); what vanished is retired.

    Return them by slug, and the slugs of those that changed."""
    there = {text.ident: text for text in load.session.scalars(select(Text).where(Text.course_id == load.course.id))}
    described = select(Document).join(Document.text).where(Text.course_id == load.course.id)
    documents = {row.text_id: row for row in load.session.scalars(described)}
    texts, changed_slugs = {}, set()
    for slug, prepared in wanted.items():
        text = there.get(slug)
        new = text is None
        if text is None:
            text = Text(course_id=load.course.id, ident=slug, title=prepared.title)
            load.session.add(text)
            load.session.flush()
        changed = _load_content(load, text, prepared, new=new)
        if prepared.about is not None:  # a document; study notes count with their lesson
            changed |= _load_about(load, text, documents.get(text.id), prepared.about)
            load.changes.count("text", new=new, changed=changed)
        if changed:
            changed_slugs.add(slug)
        texts[slug] = text
    for slug, text in there.items():
        if slug not in wanted and text.retired_at is None:
            text.retired_at = load.now
            load.changes.retired["text"] += text.id in documents
    load.session.flush()
    return texts, changed_slugs


def _load_content(load: Load, text: Text, wanted: PreparedText, *, new: bool) -> bool:
    """Bring TEXT to what is WANTED, its anchors with it; say whether that changed anything."""
    renamed = put(text, title=wanted.title, retired_at=None)
    moved = _load_moved(load.session, text, wanted.moved)
    newer = _load_version(load, text, wanted)
    if (moved or newer) and not new:
        load.changes.anchors += reattach(load.session, text, wanted.moved)
    return renamed or moved or newer


def _load_about(load: Load, text: Text, document: Document | None, about: dict[str, Any]) -> bool:
    if document is None:
        load.session.add(Document(text_id=text.id, about=about))
        return True
    return put(document, about=about)


def _load_version(load: Load, text: Text, wanted: PreparedText) -> bool:
    """Make the version with the content that is WANTED the current one of TEXT, adding it if there is none yet."""
    mine = select(TextVersion).where(TextVersion.text_id == text.id)
    versions = {version.hash: version for version in load.session.scalars(mine)}
    version = versions.get(wanted.hash)
    if version is None:
        number = max((one.number for one in versions.values()), default=0) + 1
        version = TextVersion(text_id=text.id, number=number, hash=wanted.hash, made_at=load.now)
        load.session.add(version)
        load.session.flush()
        if wanted.passages:
            load.session.execute(insert(Passage), [{"version_id": version.id, **row} for row in wanted.passages])
    newer = put(text, current_version_id=version.id)
    load.session.flush()
    return newer


def _load_moved(session: Session, text: Text, wanted: Mapping[str, str]) -> bool:
    there = {row.ident: row for row in session.scalars(select(MovedIdent).where(MovedIdent.text_id == text.id))}
    changed = False
    for ident, now_ident in wanted.items():
        if ident in there:
            changed |= put(there[ident], now_ident=now_ident)
        else:
            session.add(MovedIdent(text_id=text.id, ident=ident, now_ident=now_ident))
            changed = True
    if gone := [row.id for ident, row in there.items() if ident not in wanted]:
        session.execute(delete(MovedIdent).where(MovedIdent.id.in_(gone)))
        changed = True
    session.flush()
    return changed


def current_passages(session: Session, texts: Iterable[Text]) -> dict[int, list[Passage]]:
    """Return text id -> the passages of its current version, in order."""
    versions = {text.current_version_id: text.id for text in texts if text.current_version_id is not None}
    found: dict[int, list[Passage]] = {text_id: [] for text_id in versions.values()}
    query = select(Passage).where(Passage.version_id.in_(versions)).order_by(Passage.version_id, Passage.position)
    for passage in session.scalars(query):
        found[versions[passage.version_id]].append(passage)
    return found


def reattach(session: Session, text: Text, moved: Mapping[str, str]) -> Counter[str]:
    """Tie the anchors of TEXT to its current version, and return how many were kept, moved and orphaned.

    An anchor stays with the ident it was made on, else with the one it is at now. Failing these it goes where MOVED
    leads, or to a passage of the same words, and is *moved*. One that finds nothing is *orphaned*: its own words and
    the passage it was made on stay, and when that passage comes back, it does too."""
    passages = current_passages(session, [text]).get(text.id, [])
    made_on, at = aliased(Passage), aliased(Passage)
    rows = session.execute(
        select(Anchor, made_on, at)
        .join(made_on, made_on.id == Anchor.made_on_passage_id)
        .outerjoin(at, at.id == Anchor.now_passage_id)
        .where(Anchor.text_id == text.id)
        .order_by(Anchor.id)
    ).all()
    counts: Counter[str] = Counter()
    for anchor, origin, here in rows:
        if here is not None and here.version_id == text.current_version_id:
            continue
        target = _target([origin] if here is None else [origin, here], passages, moved)
        if target is None and here is None:
            continue  # an orphan still
        state = AnchorState.orphaned if target is None else _state(origin, target)
        anchor.now_passage_id, anchor.state = (None if target is None else target.id), state
        if target is not None:
            anchor.start, anchor.end = span_in(target.plain, anchor.exact, whole=anchor.exact == origin.plain)
        counts[state.value] += 1
    session.flush()
    return counts


def _state(origin: Passage, target: Passage) -> AnchorState:
    return AnchorState.kept if origin.ident == target.ident else AnchorState.moved


def _target(before: Sequence[Passage], passages: Sequence[Passage], moved: Mapping[str, str]) -> Passage | None:
    """Return the one of PASSAGES where an anchor belongs that was on the passages BEFORE."""
    by_ident = {passage.ident: passage for passage in passages}
    by_words = {passage.plain: passage for passage in reversed(passages)}
    ways = (
        [by_ident.get(passage.ident) for passage in before],
        [by_ident.get(moved.get(passage.ident, "")) for passage in before],
        [by_words.get(passage.plain) for passage in before],
    )
    return next((passage for way in ways for passage in way if passage is not None), None)


def span_in(plain: str, exact: str, *, whole: bool) -> tuple[int, int]:
    """Return from where to where EXACT stands in PLAIN: as it is, or what is most like it; all of PLAIN if nothing is,
    or if EXACT was the WHOLE passage."""
    if not whole and (start := plain.find(exact)) >= 0:
        return start, start + len(exact)
    like = None if whole else fuzz.partial_ratio_alignment(exact, plain, score_cutoff=70)
    return _whole_words(plain, like.dest_start, like.dest_end) if like else (0, len(plain))


def _whole_words(plain: str, start: int, end: int) -> tuple[int, int]:
    """Return START and END moved out to where the words of PLAIN that they cut begin and end."""
    while 0 < start < len(plain) and plain[start - 1].isalnum() and plain[start].isalnum():
        start -= 1
    while 0 < end < len(plain) and plain[end - 1].isalnum() and plain[end].isalnum():
        end += 1
    return start, end
