"""What becomes of the anchors of a text when it changes."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from course.texts.anchoring import Found, Quote, locate
from course.texts.models import Anchor, AnchorState, Passage, PassageRead, Text
from course.texts.succession import CONTEXT, Block, Succession, around


def reattach(session: Session, text: Text, moved: Mapping[str, str]) -> Counter[str]:
    """Tie the anchors of TEXT to its current version, and return how many were kept, moved and orphaned.

    An anchor stays *kept* in the passage it was made on; in another it is *moved*. One for which nothing speaks is
    *orphaned*: its own words and the passage it was made on stay, and when that passage comes back, it does too."""
    passages = _passages(session, text.current_version_id)
    made_on, at = aliased(Passage), aliased(Passage)
    rows = session.execute(
        select(Anchor, made_on, at)
        .join(made_on, made_on.id == Anchor.made_on_passage_id)
        .outerjoin(at, at.id == Anchor.now_passage_id)
        .where(Anchor.text_id == text.id)
        .order_by(Anchor.id)
    ).all()
    since = cache(lambda version: Succession(_blocks(_passages(session, version)), _blocks(passages), moved))
    counts: Counter[str] = Counter()
    for anchor, origin, here in rows:
        if here is not None and here.version_id == text.current_version_id:
            continue
        found = _found(anchor, origin, here, since)
        if found is None and here is None:
            continue  # an orphan still
        _put(anchor, origin, found, passages)
        counts[anchor.state.value] += 1
    session.flush()
    return counts


def _found(anchor: Anchor, origin: Passage, here: Passage | None, since: Callable[[int], Succession]) -> Found | None:
    """Return the place of ANCHOR: of the words it was made on, else of those it has been on HERE since."""
    then = since(origin.version_id)
    found = locate(quote_of(anchor, origin), origin.ident, then.new, then.moved, then)
    if here is None or here.version_id == origin.version_id:
        return found
    if found is not None:
        block = then.new[found.block]
        named = block.ident in {origin.ident, then.moved.get(origin.ident)}
        if named or block.plain[found.start : found.end] == anchor.exact:
            return found
    later = since(here.version_id)
    return locate(_quote_here(anchor, here, later), here.ident, later.new, later.moved, later) or found


def _quote_here(anchor: Anchor, here: Passage, since: Succession) -> Quote:
    """Return the words on which ANCHOR has been HERE, as if it had been made on them."""
    at = next(index for index, block in enumerate(since.old) if block.ident == here.ident)
    whole = (anchor.start, anchor.end) == (0, len(here.plain))
    exact = here.plain[anchor.start : anchor.end]
    return Quote(exact, *around(since.old, at, anchor.start, anchor.end), anchor.start, whole)


def quote_of(anchor: Anchor, made_on: Passage) -> Quote:
    """Return what ANCHOR is looked for by; MADE_ON is the passage it was made on."""
    began, whole = _began(anchor, made_on.plain), anchor.exact == made_on.plain
    return Quote(anchor.exact, anchor.prefix, anchor.suffix, began, whole)


def _began(anchor: Anchor, plain: str) -> int:
    """Return where in PLAIN the words of ANCHOR began when it was made: its `start` says where its place begins now."""
    if anchor.now_passage_id == anchor.made_on_passage_id:
        return anchor.start
    sides = anchor.prefix + anchor.exact + anchor.suffix

    def alike(start: int) -> float:
        return fuzz.ratio(sides, plain[max(0, start - CONTEXT) : start + len(anchor.exact) + CONTEXT])

    starts = [found.start() for found in re.finditer(f"(?={re.escape(anchor.exact)})", plain)]
    return max(starts, key=alike, default=0)


def anchor_on(text: Text, passages: Sequence[Passage], at: int, start: int = 0, end: int | None = None) -> Anchor:
    """Return a new anchor on the characters START to END (to its end where that is None) of the passage number AT of
    PASSAGES, which are those of TEXT as it is."""
    passage = passages[at]
    end = len(passage.plain) if end is None else end
    prefix, suffix = around(_blocks(passages), at, start, end)
    return Anchor(
        text_id=text.id,
        made_on_passage_id=passage.id,
        now_passage_id=passage.id,
        exact=passage.plain[start:end],
        prefix=prefix,
        suffix=suffix,
        start=start,
        end=end,
    )


def is_reworded(anchor: Anchor, now: PassageRead | None) -> bool:
    """Say whether the words at the place of ANCHOR, which is in the passage NOW, are no longer those it was made on."""
    return now is not None and now.plain[anchor.start : anchor.end] != anchor.exact


def _passages(session: Session, version: int | None) -> list[Passage]:
    return list(session.scalars(select(Passage).where(Passage.version_id == version).order_by(Passage.position)))


def _blocks(passages: Sequence[Passage]) -> list[Block]:
    return [Block(passage.ident, passage.plain) for passage in passages]


def _put(anchor: Anchor, origin: Passage, found: Found | None, passages: Sequence[Passage]) -> None:
    if found is None:
        anchor.now_passage_id, anchor.state = None, AnchorState.orphaned
        return
    target = passages[found.block]
    anchor.now_passage_id, anchor.start, anchor.end = target.id, found.start, found.end
    anchor.state = AnchorState.kept if target.ident == origin.ident else AnchorState.moved
