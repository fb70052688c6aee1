"""Which passages of a text as it is now go on from which of it as it was, and which words came in new. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from rapidfuzz import fuzz

from course.base.markdown.idents import looks_derived
from course.texts.wording import same_words, words_of

#: Characters before and after a quotation that are kept with it.
CONTEXT = 32

#: Passages between two that are known are near both, if no more than so many are.
NEAR = 12

#: So many ways to pair passages of the same words are weighed; of more, the first goes with the first.
WEIGHED = 10_000


class Block(NamedTuple):
    """A passage of a text."""

    ident: str
    plain: str


def around(blocks: Sequence[Block], index: int, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a place, over the borders of its passage where that is near."""
    plain = blocks[index].plain
    before = (blocks[index - 1].plain if index else "") + plain[:start]
    after = plain[end:] + (blocks[index + 1].plain if index + 1 < len(blocks) else "")
    return before[-CONTEXT:], after[:CONTEXT]


class Succession:
    """How the passages OLD of a text have become the passages NEW.

    MOVED says where idents that are gone lead now. A passage without an ident of its own is known by its words; among
    several of the same words by what stands around it."""

    def __init__(self, old: Sequence[Block], new: Sequence[Block], moved: Mapping[str, str]) -> None:
        self.old, self.new, self.moved = old, new, moved
        self.became = cache(self._became)
        self.old_words = cache(lambda index: words_of(old[index].plain))
        self.new_words = cache(lambda index: words_of(new[index].plain))
        self.origins = cache(self._origins)

    @cached_property
    def heirs(self) -> Mapping[int, int]:
        """Numbers of passages as they were -> of those that go on from them; without those that are not known."""
        at = {block.ident: index for index, block in enumerate(self.new)}
        heirs = {}
        for index, block in enumerate(self.old):
            ident = block.ident if block.ident in at else self.moved.get(block.ident, "")
            if ident in at and not (ident == block.ident and looks_derived(ident)):
                heirs[index] = at[ident]
        heirs |= self._same(heirs)
        return heirs

    @cached_property
    def ancestors(self) -> Mapping[int, Sequence[int]]:
        """Numbers of passages as they are -> of those that they go on from."""
        found = defaultdict(list)
        for index, heir in self.heirs.items():
            found[heir].append(index)
        return found

    def near(self, index: int) -> list[int]:
        """Return the passages from where the one before the passage INDEX is now to where the one after it is."""
        before = next((self.heirs[one] for one in range(index - 1, -1, -1) if one in self.heirs), None)
        after = next((self.heirs[one] for one in range(index + 1, len(self.old)) if one in self.heirs), None)
        if before is not None and after is not None and before <= after <= before + NEAR:
            found = list(range(before, after + 1))
        else:
            found = [] if before is None else [before, before + 1]
            found += [] if after is None else [after - 1, after]
        here = self.heirs.get(index)
        found += [] if here is None else [here - 1, here + 1]
        return [one for one in dict.fromkeys(found) if 0 <= one < len(self.new)]

    def is_led(self, index: int) -> bool:
        """Say whether the author of the text said where the ident of the passage INDEX, which is gone, leads now."""
        heir = self.heirs.get(index)
        return heir is not None and self.new[heir].ident == self.moved.get(self.old[index].ident)

    def _origins(self, index: int) -> Mapping[int, Sequence[tuple[int, int]]]:
        """Return the numbers of words of a passage as it is -> the passages, and the words there, that they come from.

        A word that came in new is not among them."""
        found = defaultdict(list)
        for ancestor in self.ancestors.get(index, ()):
            for then, now in self.became(ancestor, index).items():
                found[now].append((ancestor, then))
        return found

    def _became(self, old: int, new: int) -> Mapping[int, int]:
        """Return the numbers of words of a passage as it was -> of the same words in another as it is."""
        mine, now = self.old_words(old), self.new_words(new)
        return {number: number for number in range(len(now))} if mine == now else same_words(mine, now)

    def _same(self, known: Mapping[int, int]) -> dict[int, int]:
        """Pair the passages that no ident pairs with those of the same words."""
        taken = set(known.values())
        then, now = defaultdict(list), defaultdict(list)
        for index, block in enumerate(self.old):
            if index not in known and block.plain:
                then[block.plain].append(index)
        for index, block in enumerate(self.new):
            if index not in taken:
                now[block.plain].append(index)
        return {old: new for plain in then if plain in now for old, new in self._paired(then[plain], now[plain])}

    def _paired(self, then: Sequence[int], now: Sequence[int]) -> list[tuple[int, int]]:
        if len(then) * len(now) > WEIGHED:
            return list(zip(then, now, strict=False))
        pairs, left, right = [], set(then), set(now)
        for _alike, old, new in sorted((self._alike_around(old, new), -old, -new) for old in then for new in now)[::-1]:
            if -old in left and -new in right:
                pairs.append((-old, -new))
                left.remove(-old)
                right.remove(-new)
        return pairs

    def _alike_around(self, old: int, new: int) -> float:
        """Return how much of what stood around a passage stands around another of the same words."""
        size = len(self.old[old].plain)
        then, now = around(self.old, old, 0, size), around(self.new, new, 0, size)
        return fuzz.ratio(then[0], now[0]) + fuzz.ratio(then[1], now[1])
