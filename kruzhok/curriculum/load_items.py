"""Items and their versions."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from course.texts.models import Anchor, Passage, Text
from kruzhok.curriculum.changes import Load, put
from kruzhok.curriculum.load_texts import current_passages
from kruzhok.curriculum.prepare import PreparedItem
from quizzes.models import Item, ItemVersion

CONTEXT = 32  #: characters before and after a quotation that are kept with it


def load_items(load: Load, wanted: Mapping[str, PreparedItem], texts: Mapping[str, Text]) -> dict[str, Item]:
    """Bring the items of the course to what is WANTED, and return them; what vanished is retired."""
    return _Items(load, texts).write(wanted)


class _Items:
    def __init__(self, load: Load, texts: Mapping[str, Text]) -> None:
        self.load, self.texts = load, texts
        self.passages = current_passages(load.session, texts.values())
        mine = select(Item).where(Item.course_id == load.course.id)
        self.there = {item.ident: item for item in load.session.scalars(mine)}
        self.versions: dict[int, list[ItemVersion]] = {}
        for version in load.session.scalars(
            select(ItemVersion).join(Item, Item.id == ItemVersion.item_id).where(Item.course_id == load.course.id)
        ):
            self.versions.setdefault(version.item_id, []).append(version)

    def write(self, wanted: Mapping[str, PreparedItem]) -> dict[str, Item]:
        new = {ident: Item(course_id=self.load.course.id, ident=ident) for ident in wanted if ident not in self.there}
        self._write(new.values())
        items = {ident: new.get(ident) or self.there[ident] for ident in wanted}
        versions = self._versions(items, wanted)
        for ident, item in items.items():
            changed = put(item, current_version_id=versions[ident].id, retired_at=None)
            self.load.changes.count("item", ident, new=ident in new, changed=changed)
        for ident, item in self.there.items():
            if ident not in wanted and item.retired_at is None:
                item.retired_at = self.load.now
                self.load.changes.retire("item", ident)
        self.load.session.flush()
        return items

    def _write(self, rows: Iterable[object]) -> None:
        self.load.session.add_all(rows)
        self.load.session.flush()

    def _versions(self, items: Mapping[str, Item], wanted: Mapping[str, PreparedItem]) -> dict[str, ItemVersion]:
        """Return of each of ITEMS the version with the content that is WANTED, adding what there is not yet."""
        found, missing = {}, {}
        for ident, item in items.items():
            before = self.versions.get(item.id, [])
            same = next((one for one in before if one.hash == wanted[ident].hash), None)
            if same is not None:
                found[ident] = same
            else:
                missing[ident] = before
        anchors = {ident: self._anchor(before, wanted[ident]) for ident, before in missing.items()}
        self._write(anchors.values())
        added = {
            ident: ItemVersion(
                item_id=items[ident].id,
                number=max((one.number for one in before), default=0) + 1,
                hash=wanted[ident].hash,
                data=wanted[ident].data,
                anchor_id=anchors[ident].id,
                made_at=self.load.now,
            )
            for ident, before in missing.items()
        }
        self._write(added.values())
        return found | added

    def _anchor(self, versions: Sequence[ItemVersion], wanted: PreparedItem) -> Anchor:
        """Return the anchor of an earlier version on the same passage, else a new one, which is not added yet."""
        text = self.texts[wanted.text]
        passages = self.passages[text.id]
        at, target = next((at, one) for at, one in enumerate(passages) if one.ident == wanted.passage)
        if not versions:
            return new_anchor(text, passages, at)
        mine = (
            select(Anchor)
            .join(Passage, Passage.id == Anchor.made_on_passage_id)
            .where(Anchor.id.in_([version.anchor_id for version in versions]))
            .where(Anchor.now_passage_id == target.id, Passage.ident == wanted.passage)
        )
        return self.load.session.scalars(mine.order_by(Anchor.id)).first() or new_anchor(text, passages, at)


def new_anchor(text: Text, passages: Sequence[Passage], at: int) -> Anchor:
    """Return an anchor on all of the passage number AT of PASSAGES, which are those of TEXT."""
    passage = passages[at]
    return Anchor(
        text_id=text.id,
        made_on_passage_id=passage.id,
        now_passage_id=passage.id,
        exact=passage.plain,
        prefix=passages[at - 1].plain[-CONTEXT:] if at else "",
        suffix=passages[at + 1].plain[:CONTEXT] if at + 1 < len(passages) else "",
        start=0,
        end=len(passage.plain),
    )
