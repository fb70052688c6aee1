"""Where a quotation stands in a text that has changed. Pure.

It is looked for as it is, then by likeness, in the passage that goes on from its own, then near it, then elsewhere; the
further away and the less alike, the more must speak for it. Words that stood elsewhere before are not where it went.
What nothing speaks for is left without a place rather than given a wrong one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, takewhile
from typing import NamedTuple

from rapidfuzz import fuzz

from course.texts.succession import Block, Succession, around
from course.texts.wording import (
    Beside,
    Stretch,
    begins_clause,
    beside,
    ends_clause,
    letters,
    same_words,
    stretch,
    within,
)

__all__ = ["Block", "Found", "Quote", "around", "locate"]

#: How much of the words of a quotation must be in the passage that goes on from its own (of a long one and of others),
#: near it, and elsewhere.
ALIKE_HERE = 0.45
ALIKE_SHORT = 0.65
ALIKE_NEAR = 0.6
ALIKE_THERE = 0.75

#: How much of what stood around a quotation must stand around its words near its passage and elsewhere, and around
#: words so short that they stand in a text by chance.
AROUND = 0.5
AROUND_SHORT = 0.7

#: So many characters are a short quotation, and one that is not likely to stand in a text by chance.
SHORT = 12
LONG = 24

#: How much nearer to its old words a place must be, to be taken before the passage that goes on from its own, and
#: before one near that.
FOR_ITS_HEIR = 0.35
FOR_NEARNESS = 0.15

#: What a letter of other words between those of a quotation is held against its own: where its passage goes on, and
#: where chance may have put its words.
STRANGE_HERE = 0.1
STRANGE = 0.3

#: So many letters come, at the most, in the place of one that is lost.
REPLACED = 1.5

#: How much of the words of a passage stand for all of it.
ALL = 0.8


class Quote(NamedTuple):
    """Words of a passage, what stood around them, and where they began; `whole`: they were all of it."""

    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int = 0
    whole: bool = False


class Found(NamedTuple):
    """A place in the text as it is now: the number of its block, and the characters from START to END (exclusive)."""

    block: int
    start: int
    end: int


def locate(
    quote: Quote,
    ident: str,
    blocks: Sequence[Block],
    moved: Mapping[str, str] | None = None,
    since: Succession | None = None,
) -> Found | None:
    """Return where QUOTE stands in BLOCKS, None where nothing speaks for any place.

    IDENT is that of the passage it was taken from. MOVED says of idents that are gone where they lead now. SINCE is how
    the text it was taken from has become BLOCKS; without it less is found, and the same words that stood elsewhere all
    along may be taken for it."""
    search = _Search(quote, ident, since or _known_from(quote, ident, blocks, moved or {}), sure=since is not None)
    if found := search.unchanged() or search.all_of_its_passage():
        return found
    return search.exact() or search.alike() or search.led()


def _known_from(quote: Quote, ident: str, blocks: Sequence[Block], moved: Mapping[str, str]) -> Succession:
    """Return how a text has become BLOCKS of which only QUOTE and what stood around it are known."""
    plain = quote.exact if quote.whole else quote.prefix + quote.exact + quote.suffix
    return Succession([Block(ident, plain)], blocks, moved)


class _Search:
    """Looks for one quotation; `sure`: all of the text it was taken from is known."""

    def __init__(self, quote: Quote, ident: str, since: Succession, *, sure: bool) -> None:
        self.quote, self.since, self.blocks, self.sure = quote, since, since.new, sure
        self.own = next(index for index, block in enumerate(since.old) if block.ident == ident)
        start = quote.start if sure else 0 if quote.whole else len(quote.prefix)
        self.others = cache(self._others)
        self.words = since.old_words(self.own)
        self.mine = within(self.words, start, start + len(quote.exact))
        self.heir = since.heirs.get(self.own)
        self.near = [index for index in since.near(self.own) if index != self.heir]

    def unchanged(self) -> Found | None:
        """In a passage that says what it said a quotation stands where it stood."""
        if not self.sure or self.heir is None or self.blocks[self.heir].plain != self.since.old[self.own].plain:
            return None
        return Found(self.heir, self.quote.start, self.quote.start + len(self.quote.exact))

    def all_of_its_passage(self) -> Found | None:
        """A whole passage goes where its ident goes, whatever it says now: its author named it so.

        Where it was merged into another and stands there in full, it is that part of it."""
        if (index := self.heir) is None or not self.quote.whole:
            return None
        plain = self.blocks[index].plain
        part = plain.find(self.quote.exact) if self.blocks[index].ident != self.since.old[self.own].ident else -1
        return Found(index, part, part + len(self.quote.exact)) if part >= 0 else Found(index, 0, len(plain))

    # The very words

    def exact(self) -> Found | None:
        """Return the place of the very words: of several the one with the most of what stood around them."""
        places = [place for place in self._occurrences() if not self.sure or self._belongs_elsewhere(place) <= 0.5]
        likely = [place for place in places if self._is_likely(place, alone=len(places) == 1)]
        return max(likely, key=self._speaks_for, default=None)

    def _occurrences(self) -> Iterator[Found]:
        exact = self.quote.exact
        for index, block in enumerate(self.blocks):
            start = block.plain.find(exact) if exact else -1
            while start >= 0:
                yield Found(index, start, start + len(exact))
                start = block.plain.find(exact, start + 1)

    def _belongs_elsewhere(self, place: Found) -> float:
        """Return how much of the words at PLACE has been there all along as other words than those of the quotation."""
        return self._share(place, self.others(place.block))

    def _share(self, place: Found, numbers: Collection[int]) -> float:
        """Return how much (0 to 1) of the words at PLACE is among NUMBERS; nothing where there are no words."""
        now = self.since.new_words(place.block)
        there = within(now, place.start, place.end)
        return letters([now[one] for one in there if one in numbers]) / max(letters([now[one] for one in there]), 1)

    def _others(self, index: int) -> frozenset[int]:
        """Return the numbers of the words of a passage that have been there all along, less those of the quotation."""
        mine = {(self.own, then) for then in self.mine}
        return frozenset(now for now, origins in self.since.origins(index).items() if not mine.issuperset(origins))

    def _is_likely(self, place: Found, *, alone: bool) -> bool:
        """Say whether what stands around PLACE, or the length of the very words there, makes it no chance."""
        size = len(self.quote.exact)
        if place.block == self.heir:
            became = self.since.became(self.own, place.block)
            stayed = self._share(place, {became[one] for one in self.mine if one in became})
            if stayed > 0.5 or size >= SHORT or not self.sure:
                return True
        if (place.block in self.near and size >= SHORT) or (alone and size >= LONG):
            return True
        enough = AROUND if size >= SHORT else AROUND_SHORT
        return self._together(place) >= LONG or _around(self.quote, self.blocks, place) >= enough

    def _together(self, place: Found) -> int:
        """Return how many letters the words have that stand without a break at PLACE as they stood in its passage."""
        now = self.since.new_words(place.block)
        there = within(now, place.start, place.end)
        if not there or not self.mine:
            return 0
        after = zip(self.words[self.mine[0] :], now[there[0] :], strict=False)
        before = zip(self.words[: self.mine[0]][::-1], now[: there[0]][::-1], strict=False)
        pairs = chain(*(takewhile(lambda pair: pair[0].text == pair[1].text, side) for side in (before, after)))
        return letters([word for word, _same in pairs])

    def _speaks_for(self, place: Found) -> tuple[float, int]:
        own = FOR_ITS_HEIR if place.block == self.heir else FOR_NEARNESS if place.block in self.near else 0.0
        return _around(self.quote, self.blocks, place) + own, -abs(place.start - self.quote.start)

    # Words that are like them

    def alike(self) -> Found | None:
        """Return the place of words that are like those of the quotation; of a short one only in its own passage.

        Where the very words are has been judged already."""
        best, found = 0.0, None
        for index, enough, bonus in self._where():
            for there in (self._as_its_passage_became(index), self._among_new_words(index)):
                if there and there.share >= enough and there.share + bonus > best:
                    place = self._place(index, there)
                    if self.blocks[index].plain[place.start : place.end] != self.quote.exact:
                        best, found = there.share + bonus, place
        return found

    def _where(self) -> Iterator[tuple[int, float, float]]:
        """Yield passages to look in, how much of the words must be there, and how much more this place is worth."""
        long = len(self.quote.exact) >= LONG
        for index in range(len(self.blocks)) if self.mine else ():
            if index == self.heir:
                yield index, ALIKE_HERE if long else ALIKE_SHORT, FOR_ITS_HEIR
            elif long:
                near = index in self.near
                yield index, ALIKE_NEAR if near else ALIKE_THERE, FOR_NEARNESS if near else 0.0

    def _as_its_passage_became(self, index: int) -> Stretch | None:
        """Return what has become of its words where its passage goes on."""
        if index != self.heir:
            return None
        became = self.since.became(self.own, index)
        mine = {place: became[one] for place, one in enumerate(self.mine) if one in became}
        return stretch([self.words[one] for one in self.mine], self.since.new_words(index), mine, STRANGE_HERE)

    def _among_new_words(self, index: int) -> Stretch | None:
        """Return where its words stand in a passage among those that were not there before."""
        if len(self.quote.exact) < SHORT:
            return None
        mine = [self.words[one] for one in self.mine]
        now, others = self.since.new_words(index), self.others(index)
        fresh = [number for number in range(len(now)) if number not in others]
        known = {word.text for word in mine}
        if letters([now[one] for one in fresh if now[one].text in known]) < ALIKE_HERE * letters(mine):
            return None
        became = same_words(mine, [now[one] for one in fresh])
        return stretch(mine, now, {then: fresh[one] for then, one in became.items()}, STRANGE)

    def _place(self, index: int, there: Stretch) -> Found:
        """Return THERE as a place, with what took the place of its first and last words, and with its marks."""
        plain, now = self.blocks[index].plain, self.since.new_words(index)
        if self.quote.whole and letters(now[there.first : there.last + 1]) >= ALL * letters(now):
            return Found(index, 0, len(plain))
        first, last = self._edges(index, there)
        start, end = now[first].start, now[last].end
        while _is_mark(self.quote.exact[:1]) and _is_mark(plain[start - 1 : start]):
            start -= 1
        while _is_mark(self.quote.exact[-1:]) and _is_mark(plain[end : end + 1]):
            end += 1
        return Found(index, start, end)

    def _edges(self, index: int, there: Stretch) -> tuple[int, int]:
        """Return the first and last word of THERE with the new ones beside it that belong to it.

        These are as many as it lost there; or, if the quotation began or ended a clause, all of the clause, if it lost
        about as much elsewhere."""
        plain, now = self.blocks[index].plain, self.since.new_words(index)
        became = self.since.became(self.own, index)
        others = self.others(index) | {word for then, word in became.items() if then not in self.mine}
        old, mine = self.since.old[self.own].plain, [self.words[one] for one in self.mine]
        most = REPLACED * (1 - there.share) * letters(mine)
        starts, ends = begins_clause(old, mine[0].start), ends_clause(old, mine[-1].end)
        before = beside(plain, now, range(there.first - 1, -1, -1), others)
        after = beside(plain, now, range(there.last + 1, len(now)), others)
        first = there.first - _taken(before, there.before, whole=starts and letters(before.words) <= most)
        last = there.last + _taken(after, there.after, whole=ends and letters(after.words) <= most)
        return first, last

    def led(self) -> Found | None:
        """Return all of the passage to which the author of the text says that its ident leads now."""
        if self.heir is None or not self.since.is_led(self.own):
            return None
        return Found(self.heir, 0, len(self.blocks[self.heir].plain))


def _taken(beside: Beside, lost: int, *, whole: bool) -> int:
    return len(beside.words) if whole and beside.to_the_stop else min(len(beside.words), lost)


def _is_mark(sign: str) -> bool:
    return bool(sign) and not sign.isalnum() and not sign.isspace()


def _around(quote: Quote, blocks: Sequence[Block], place: Found) -> float:
    """Return how much (0 to 1) of what stood around QUOTE stands around PLACE; a half where nothing stood there."""
    before, after = around(blocks, *place)
    sides = [(quote.prefix, before), (quote.suffix, after)]
    known = [(then, now[-len(then) :] if then is quote.prefix else now[: len(then)]) for then, now in sides if then]
    return sum(fuzz.ratio(then, now) / 100 for then, now in known) / len(known) if known else 0.5
