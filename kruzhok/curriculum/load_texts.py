"""Texts, their versions and passages, and what becomes of the anchors when a text changes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from course.texts.models import MovedIdent, Passage, Text, TextVersion
from course.texts.reattaching import reattach
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
            load.changes.count("text", slug, new=new, changed=changed)
        if changed:
            changed_slugs.add(slug)
        texts[slug] = text
    for slug, text in there.items():
        if slug not in wanted and text.retired_at is None:
            text.retired_at = load.now
            if text.id in documents:  # study notes count with their lesson
                load.changes.retire("text", slug)
    load.session.flush()
    return texts, changed_slugs


def _load_content(load: Load, text: Text, wanted: PreparedText, *, new: bool) -> bool:
    """Bring TEXT to what is WANTED, its anchors with it; say whether that changed anything."""
    renamed = put(text, title=wanted.title, retired_at=None)
    moved = _load_moved(load.session, text, wanted.moved)
    newer = _load_version(load, text, wanted)
    if (moved or newer) and not new:
        load.changes.reattach(text.ident, reattach(load.session, text, wanted.moved))
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
