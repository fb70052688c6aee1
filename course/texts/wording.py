"""Words of two texts that are the same, and where a run of words stands among others. Pure."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from rapidfuzz import fuzz

_WORD = re.compile(r"\w+")

#: From so many words on, those that are everywhere are left out when two texts are compared: it would take too long.
MANY = 1000

#: How much of two words of so many letters or more must be alike for one to have become the other.
LIKE = 0.75
LIKELY = 4

#: Where a clause ends.
STOPS = frozenset(".;:!?…—–\n")

#: Of longer texts (words of one times words of the other) only what is the same at both ends is compared.
COMPARED = 30_000_000


class Word(NamedTuple):
    """A word in lower case, and where it begins and ends (exclusive)."""

    text: str
    start: int
    end: int


class Stretch(NamedTuple):
    """Words FIRST to LAST (inclusive) among others, how much (0 to 1) of the words looked for is there, and how many of
    these BEFORE its first and AFTER its last are not."""

    first: int
    last: int
    share: float
    before: int
    after: int


class Beside(NamedTuple):
    """New words that stand beside some, and whether a clause (or the text) begins or ends with them."""

    words: Sequence[Word]
    to_the_stop: bool


def words_of(plain: str) -> list[Word]:
    """Return the words of PLAIN in order; marks and spaces do not count."""
    return [Word(found[0].casefold(), *found.span()) for found in _WORD.finditer(plain)]


def letters(words: Sequence[Word]) -> int:
    """Return how many letters WORDS have together."""
    return sum(len(word.text) for word in words)


def within(words: Sequence[Word], start: int, end: int) -> range:
    """Return the numbers of those of WORDS that stand, at least in part, between START and END."""
    first = bisect_right(words, start, key=lambda word: word.end)
    return range(first, max(first, bisect_left(words, end, key=lambda word: word.start)))


def same_words(old: Sequence[Word], new: Sequence[Word]) -> dict[int, int]:
    """Return the numbers of words of OLD -> those of NEW that they have become, both in the same order.

    Between words that are the same, a word may have become one that is like it: another number, tense or case."""
    one, other = [word.text for word in old], [word.text for word in new]
    shorter = min(len(one), len(other))
    head = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    tail = next((at for at in range(shorter - head) if one[-1 - at] != other[-1 - at]), shorter - head)
    became = {at: at for at in range(head)}
    became |= {len(one) - at: len(other) - at for at in range(1, tail + 1)}
    then, now = range(head, len(one) - tail), range(head, len(other) - tail)
    if len(then) * len(now) <= COMPARED:
        became |= _between_ends(old, new, then, now)
    return became


def _between_ends(old: Sequence[Word], new: Sequence[Word], then: range, now: range) -> dict[int, int]:
    one, other = [old[at].text for at in then], [new[at].text for at in now]
    became: dict[int, int] = {}
    for kind, *ends in SequenceMatcher(None, one, other, autojunk=len(other) > MANY).get_opcodes():
        changed, to = then[ends[0] : ends[1]], now[ends[2] : ends[3]]
        if kind == "equal":
            became |= zip(changed, to, strict=True)
        elif kind == "replace" and len(changed) * len(to) <= MANY:
            became |= _like_words(old, new, changed, to)
    return became


def _like_words(old: Sequence[Word], new: Sequence[Word], then: range, now: range) -> dict[int, int]:
    became, left = {}, now
    for number in then:
        alike = next((one for one in left if _is_like(old[number].text, new[one].text)), None)
        if alike is not None:
            became[number] = alike
            left = range(alike + 1, now.stop)
    return became


def _is_like(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= LIKELY and one.isalpha() and fuzz.ratio(one, other) >= 100 * LIKE


def stretch(old: Sequence[Word], new: Sequence[Word], became: dict[int, int], strange_cost: float) -> Stretch | None:
    """Return where most of the words OLD stand in NEW, with few others between; BECAME as of `same_words`.

    A word of theirs that stands by itself, far from the others, is not counted: it is there by chance. STRANGE_COST is
    what a letter of the words between is held against letters of their own."""
    runs = list(_runs(became))
    sizes = [letters([old[a] for a, _b in run]) for run in runs]
    best, place = 0.0, None
    for first, start in enumerate(runs):
        there, strange = 0, 0
        for last in range(first, len(runs)):
            if last > first:
                strange += letters(new[runs[last - 1][-1][1] + 1 : runs[last][0][1]])
            there += sizes[last]
            worth = there - strange_cost * strange
            if worth > best:
                (head, begin), (tail, end) = start[0], runs[last][-1]
                place = Stretch(begin, end, there / letters(old), before=head, after=len(old) - 1 - tail)
                best = worth
    return place


def _runs(became: dict[int, int]) -> Iterator[list[tuple[int, int]]]:
    """Yield the pairs of BECAME, those that follow each other in the new text together."""
    run: list[tuple[int, int]] = []
    for pair in sorted(became.items()):
        if run and pair[1] != run[-1][1] + 1:
            yield run
            run = []
        run.append(pair)
    if run:
        yield run


def beside(plain: str, words: Sequence[Word], numbers: range, known: Collection[int]) -> Beside:
    """Return the words of NUMBERS, in that order, up to one that is KNOWN or to the end of a clause of PLAIN."""
    found: list[Word] = []
    step = numbers.step
    for number in numbers:
        last = number - step
        gap = (words[number].end, words[last].start) if step < 0 else (words[last].end, words[number].start)
        if STOPS.intersection(plain[slice(*gap)]):
            return Beside(found, True)
        if number in known:
            return Beside(found, False)
        found.append(words[number])
    return Beside(found, True)


def begins_clause(plain: str, start: int) -> bool:
    """Say whether a clause of PLAIN begins with the word that begins at START."""
    return not STOPS.isdisjoint(_to_the_first_word(plain[:start][::-1])) or not any(map(str.isalnum, plain[:start]))


def ends_clause(plain: str, end: int) -> bool:
    """Say whether a clause of PLAIN ends with the word that ends at END."""
    return not STOPS.isdisjoint(_to_the_first_word(plain[end:])) or not any(map(str.isalnum, plain[end:]))


def _to_the_first_word(plain: str) -> str:
    """Return what of PLAIN stands before its first word."""
    return plain[: next((at for at, sign in enumerate(plain) if sign.isalnum()), len(plain))]
