"""What changed in a text since somebody last did something in it. Told from versions and passages."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import partial
from typing import Any, TypeVar

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.held import held
from course.texts.models import Passage, PassageRead, Text, TextVersion
from course.texts.succession import Block, Succession

T = TypeVar("T")

#: Of longer passages (words of one times words of the other) what was and what is are shown whole.
COMPARED = 1_000_000

NEW, REWORDED, GONE = "new", "reworded", "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """A passage that is NEW, REWORDED or GONE; what is gone has no address. `words` has its <ins> and <del>."""

    kind: str
    ident: str | None
    number: int | None
    words: Markup


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a text since it was READ_AT, in the order of the text; what is gone last."""

    read_at: datetime
    passages: Sequence[Change]

    def count(self, kind: str) -> int:
        """Return how many passages changed in this way."""
        return sum(change.kind == kind for change in self.passages)


def changes_since(
    session: Session,
    text: Text,
    read_at: datetime,
    now: Sequence[PassageRead],
    moved: Mapping[str, str],
    key: Hashable = None,
) -> Changes | None:
    """Return what changed in TEXT since READ_AT, None where no words did. NOW are its passages, MOVED says where
    idents that are gone lead.

    KEY names the content that NOW is of, and its version: under it is held what changed. Else two queries."""
    versions = _known(session, ("versions", key), partial(_versions_of, session, text.id))
    read = next((version_id for version_id, made_at in reversed(versions) if made_at <= read_at), None)
    if read is None:
        return None
    changes = _known(session, ("changes", key, read), partial(_changes_from, session, read, now, moved))
    return Changes(read_at, changes) if changes else None


def _known(session: Session, key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """Return what MAKE does; held under KEY, where its second names a content."""
    return make() if key[1] is None else held(session, key, make)


def _versions_of(session: Session, text_id: int) -> Sequence[tuple[int, datetime]]:
    """Return the versions of a text, with when they were made, the last one last."""
    versions = select(TextVersion.id, TextVersion.made_at).where(TextVersion.text_id == text_id)
    rows = session.execute(versions.order_by(TextVersion.made_at, TextVersion.number))
    return [(version_id, made_at) for version_id, made_at in rows]


def _changes_from(
    session: Session, version_id: int, now: Sequence[PassageRead], moved: Mapping[str, str]
) -> Sequence[Change]:
    then = session.scalars(select(Passage).where(Passage.version_id == version_id).order_by(Passage.position)).all()
    return compared(then, now, moved) if then else []


def compared(then: Sequence[PassageRead], now: Sequence[PassageRead], moved: Mapping[str, str]) -> list[Change]:
    """Return what became of the passages THEN, which are NOW these: what stands as it stood is not among it."""
    since = Succession(_blocks(then), _blocks(now), moved)
    found = []
    for index, passage in enumerate(now):
        before = [then[at].plain for at in since.ancestors.get(index, ())]
        if not before:
            found.append(Change(NEW, passage.ident, passage.number, Markup("<ins>{}</ins>").format(passage.plain)))
        elif passage.plain not in before:
            words = marked("\n".join(before), passage.plain)
            found.append(Change(REWORDED, passage.ident, passage.number, words))
    gone = [one for index, one in enumerate(then) if index not in since.heirs and one.plain]
    found += [Change(GONE, None, one.number, Markup("<del>{}</del>").format(one.plain)) for one in gone]
    return [change for change in found if change.words.striptags()]


def marked(before: str, now: str) -> Markup:
    """Return NOW as HTML, with what came in since BEFORE in <ins> and what was taken out in <del>."""
    one, other = before.split(), now.split()
    if len(one) * len(other) > COMPARED:
        return Markup("<del>{}</del> <ins>{}</ins>").format(before, now)
    pieces: list[Markup] = []
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(escape(" ".join(other[c:d])))
            continue
        if one[a:b]:
            pieces.append(Markup("<del>{}</del>").format(" ".join(one[a:b])))
        if other[c:d]:
            pieces.append(Markup("<ins>{}</ins>").format(" ".join(other[c:d])))
    return Markup(" ").join(pieces)


def _blocks(passages: Sequence[PassageRead]) -> list[Block]:
    return [Block(passage.ident, passage.plain) for passage in passages]
