"""Items and their versions."""

from collections.abc import Mapping, Sequence

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
        items = {}
        for ident, prepared in wanted.items():
            item = self.there.get(ident)
            new = item is None
            if item is None:
                item = Item(course_id=self.load.course.id, ident=ident)
                self.load.session.add(item)
                self.load.session.flush()
            version = self._version(item, prepared)
            changed = put(item, current_version_id=version.id, retired_at=None)
            self.load.changes.count("item", ident, new=new, changed=changed)
            items[ident] = item
        for ident, item in self.there.items():
            if ident not in wanted and item.retired_at is None:
                item.retired_at = self.load.now
                self.load.changes.retire("item", ident)
        self.load.session.flush()
        return items

    def _version(self, item: Item, wanted: PreparedItem) -> ItemVersion:
        """Return the version of ITEM with the content that is WANTED, adding it if there is none yet."""
        versions = self.versions.get(item.id, [])
        for version in versions:
            if version.hash == wanted.hash:
                return version
        version = ItemVersion(
            item_id=item.id,
            number=max((one.number for one in versions), default=0) + 1,
            hash=wanted.hash,
            data=wanted.data,
            anchor_id=self._anchor(versions, wanted).id,
            made_at=self.load.now,
        )
        self.load.session.add(version)
        self.load.session.flush()
        return version

    def _anchor(self, versions: Sequence[ItemVersion], wanted: PreparedItem) -> Anchor:
        """Return the anchor of an earlier version on the same passage, else a new one."""
        text = self.texts[wanted.text]
        passages = self.passages[text.id]
        at, target = next((at, one) for at, one in enumerate(passages) if one.ident == wanted.passage)
        mine = (
            select(Anchor)
            .join(Passage, Passage.id == Anchor.made_on_passage_id)
            .where(Anchor.id.in_([version.anchor_id for version in versions]))
            .where(Anchor.now_passage_id == target.id, Passage.ident == wanted.passage)
        )
        anchor = self.load.session.scalars(mine.order_by(Anchor.id)).first()
        if anchor is None:
            anchor = new_anchor(text, passages, at)
            self.load.session.add(anchor)
            self.load.session.flush()
        return anchor


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
