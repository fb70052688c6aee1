"""What becomes of the anchors of a text when it changes."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from course.texts.anchoring import CONTEXT, Block, Found, Quote, locate
from course.texts.models import Anchor, AnchorState, Passage, Text


def reattach(session: Session, text: Text, moved: Mapping[str, str]) -> Counter[str]:
    """Tie the anchors of TEXT to its current version, and return how many were kept, moved and orphaned.

    An anchor stays *kept* in the passage it was made on; in another it is *moved*. One for which nothing speaks is
    *orphaned*: its own words and the passage it was made on stay, and when that passage comes back, it does too."""
    passages = _current(session, text)
    blocks = [Block(passage.ident, passage.plain) for passage in passages]
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
        idents = [origin.ident] if here is None else [origin.ident, here.ident]
        found = locate(quote_of(anchor, origin), idents, blocks, moved)
        if found is None and here is None:
            continue  # an orphan still
        _put(anchor, origin, found, passages)
        counts[anchor.state.value] += 1
    session.flush()
    return counts


def quote_of(anchor: Anchor, made_on: Passage) -> Quote:
    """Return what ANCHOR is looked for by; MADE_ON is the passage it was made on."""
    return Quote(anchor.exact, anchor.prefix, anchor.suffix, anchor.start, whole=anchor.exact == made_on.plain)


def anchor_on(text: Text, passages: Sequence[Passage], at: int, start: int = 0, end: int | None = None) -> Anchor:
    """Return a new anchor on the characters START to END (to its end where that is None) of the passage number AT of
    PASSAGES, which are those of TEXT as it is."""
    passage = passages[at]
    end = len(passage.plain) if end is None else end
    before = (passages[at - 1].plain if at else "") + passage.plain[:start]
    after = passage.plain[end:] + (passages[at + 1].plain if at + 1 < len(passages) else "")
    return Anchor(
        text_id=text.id,
        made_on_passage_id=passage.id,
        now_passage_id=passage.id,
        exact=passage.plain[start:end],
        prefix=before[-CONTEXT:],
        suffix=after[:CONTEXT],
        start=start,
        end=end,
    )


def is_reworded(anchor: Anchor, now: Passage | None) -> bool:
    """Say whether the words at the place of ANCHOR, which is in the passage NOW, are no longer those it was made on."""
    return now is not None and now.plain[anchor.start : anchor.end] != anchor.exact


def _current(session: Session, text: Text) -> list[Passage]:
    mine = select(Passage).where(Passage.version_id == text.current_version_id).order_by(Passage.position)
    return list(session.scalars(mine))


def _put(anchor: Anchor, origin: Passage, found: Found | None, passages: Sequence[Passage]) -> None:
    if found is None:
        anchor.now_passage_id, anchor.state = None, AnchorState.orphaned
        return
    target = passages[found.block]
    anchor.now_passage_id, anchor.start, anchor.end = target.id, found.start, found.end
    anchor.state = AnchorState.kept if target.ident == origin.ident else AnchorState.moved
