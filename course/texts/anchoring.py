"""Where a quotation stands in a text that has changed. Pure.

It is looked for as it is, then by what stood around it, then by likeness, first in the passage it was made on and then
elsewhere; the further away and the less alike, the more must speak for it. What nothing speaks for is left without a
place rather than given a wrong one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

#: Characters before and after a quotation that are kept with it.
CONTEXT = 32

#: How alike (0 to 1) the words must be that take the place of the quotation in its own passage, and in another.
ALIKE_HERE = 0.7
ALIKE_THERE = 0.88

#: How much of the words around it must be there for a quotation that stands in another passage.
AROUND = 0.5

#: So many characters of its beginning and its end tell where a changed quotation begins and ends.
END = 10

#: So many characters are a quotation that is not likely to stand in a text by chance.
LONG = 24

#: How much nearer to its old words a place must be, to be taken before the passage that bears its ident.
FOR_ITS_IDENT = 0.35


class Quote(NamedTuple):
    """Words of a passage, what stood around them, and where they began; `whole`: they were all of it."""

    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int = 0
    whole: bool = False


class Block(NamedTuple):
    """A passage of the text as it is now."""

    ident: str
    plain: str


class Found(NamedTuple):
    """A place in the text as it is now: the number of its block, and the characters from START to END (exclusive)."""

    block: int
    start: int
    end: int


def locate(
    quote: Quote, idents: Sequence[str], blocks: Sequence[Block], moved: Mapping[str, str] | None = None
) -> Found | None:
    """Return where QUOTE stands in BLOCKS, None where nothing speaks for any place.

    IDENTS are those of the passages it has been on, the one to trust most first. MOVED says of idents that are gone
    where they lead now."""
    trusted = _trusted(idents, blocks, moved or {})
    if quote.whole:
        return _whole(quote, trusted, blocks)
    return _exact(quote, trusted, blocks) or _like(quote, trusted, blocks) or _led(idents, blocks, moved or {})


def around(blocks: Sequence[Block], index: int, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a place, over the borders of its passage where that is near."""
    plain = blocks[index].plain
    before = (blocks[index - 1].plain if index else "") + plain[:start]
    after = plain[end:] + (blocks[index + 1].plain if index + 1 < len(blocks) else "")
    return before[-CONTEXT:], after[:CONTEXT]


def _trusted(idents: Sequence[str], blocks: Sequence[Block], moved: Mapping[str, str]) -> list[int]:
    """Return the blocks that bear one of IDENTS, then those where these lead; each once."""
    at = {block.ident: index for index, block in enumerate(blocks)}
    wanted = [*idents, *(moved[ident] for ident in idents if ident in moved)]
    return list(dict.fromkeys(at[ident] for ident in wanted if ident in at))


def _led(idents: Sequence[str], blocks: Sequence[Block], moved: Mapping[str, str]) -> Found | None:
    """Return all of the passage to which the author of the text says that one of IDENTS leads now."""
    at = {block.ident: index for index, block in enumerate(blocks)}
    led = [at[moved[ident]] for ident in idents if ident in moved and ident not in at and moved[ident] in at]
    return Found(led[0], 0, len(blocks[led[0]].plain)) if led else None


def _whole(quote: Quote, trusted: Sequence[int], blocks: Sequence[Block]) -> Found | None:
    """A whole passage goes where its ident goes, whatever it says now: its author named it so."""
    for index in trusted:
        return Found(index, 0, len(blocks[index].plain))
    for index, block in enumerate(blocks):
        if block.plain == quote.exact:
            return Found(index, 0, len(block.plain))
    inside = [Found(index, start, end) for index, start, end in _occurrences(quote.exact, blocks)]
    if len(inside) == 1 and len(quote.exact) >= LONG:
        return inside[0]
    alike = max(((_ratio(quote.exact, block.plain), index) for index, block in enumerate(blocks)), default=(0.0, 0))
    if alike[0] >= ALIKE_THERE:
        return Found(alike[1], 0, len(blocks[alike[1]].plain))
    return None


def _exact(quote: Quote, trusted: Sequence[int], blocks: Sequence[Block]) -> Found | None:
    """Return the place of the very words: of several the one with the most of what stood around them."""
    places = [Found(*place) for place in _occurrences(quote.exact, blocks)]

    def speaks(place: Found) -> tuple[float, int]:
        own = FOR_ITS_IDENT if place.block in trusted else 0.0
        return _around(quote, blocks, place) + own, -abs(place.start - quote.start)

    best = max(places, key=speaks, default=None)
    if best is None or best.block in trusted:
        return best
    likely = _around(quote, blocks, best) >= AROUND or (len(places) == 1 and len(quote.exact) >= LONG)
    return best if likely else None


def _occurrences(exact: str, blocks: Sequence[Block]) -> Iterator[tuple[int, int, int]]:
    for index, block in enumerate(blocks):
        start = block.plain.find(exact) if exact else -1
        while start >= 0:
            yield index, start, start + len(exact)
            start = block.plain.find(exact, start + 1)


def _like(quote: Quote, trusted: Sequence[int], blocks: Sequence[Block]) -> Found | None:
    """Return the place of words that are like those of QUOTE: few changed ones in its own passage, or hardly any in
    another, with the same words around."""
    here = max((_alike(quote, blocks, index) for index in trusted), default=None)
    if here is not None and here[0] >= ALIKE_HERE:
        return here[1]
    others = [_alike(quote, blocks, index) for index in range(len(blocks)) if index not in trusted]
    there = max(others, default=None)
    if there is None or there[0] < ALIKE_THERE or len(quote.exact) < LONG:
        return None
    return there[1]


def _alike(quote: Quote, blocks: Sequence[Block], index: int) -> tuple[float, Found]:
    """Return how alike the likest words of a block are (0 to 1), a part of it what stands around; and their place."""
    plain = blocks[index].plain
    match = fuzz.partial_ratio_alignment(quote.exact, plain) if quote.exact and plain else None
    if match is None:
        return 0.0, Found(index, 0, 0)
    spans = [(match.dest_start, match.dest_end), *_from_head_to_tail(quote.exact, plain)]
    start, end = max(
        (_whole_words(plain, *span) for span in spans), key=lambda at: _ratio(quote.exact, plain[slice(*at)])
    )
    place = Found(index, start, end)
    likeness = _ratio(quote.exact, plain[start:end])
    return 0.85 * likeness + 0.15 * _around(quote, blocks, place), place


def _from_head_to_tail(exact: str, plain: str) -> Iterator[tuple[int, int]]:
    """Yield the place that begins and ends as EXACT does, however much was put in or taken out between.

    The window of the nearest likeness is only as long as EXACT was."""
    head, tail = exact[:END], exact[-END:]
    start, last = plain.find(head), plain.rfind(tail)
    if len(exact) >= 2 * END and 0 <= start <= last:
        yield start, last + len(tail)


def _around(quote: Quote, blocks: Sequence[Block], place: Found) -> float:
    """Return how much (0 to 1) of what stood around QUOTE stands around PLACE; a half where nothing stood there."""
    before, after = around(blocks, *place)
    sides = [(quote.prefix, before), (quote.suffix, after)]
    known = [(then, now[-len(then) :] if then is quote.prefix else now[: len(then)]) for then, now in sides if then]
    return sum(_ratio(then, now) for then, now in known) / len(known) if known else 0.5


def _ratio(one: str, other: str) -> float:
    return fuzz.ratio(one, other) / 100


def _whole_words(plain: str, start: int, end: int) -> tuple[int, int]:
    """Return START and END moved out to where the words of PLAIN that they cut begin and end."""
    while 0 < start < len(plain) and plain[start - 1].isalnum() and plain[start].isalnum():
        start -= 1
    while 0 < end < len(plain) and plain[end - 1].isalnum() and plain[end].isalnum():
        end += 1
    return start, end
