"""In what order things that were found are shown: by our own formula, so that both databases agree.

The formula is BM25 (S. Robertson, H. Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, section
3.4), in which a word of the head counts as several of the body, as in the same authors' BM25F. Its two constants have
their usual values; the mean length is a constant of ours, so that what others write moves nobody's results. On top of
it stand four factors, each for something that a reader would name as the reason why one thing comes before another:
what kind of thing it is that is called so, how much of what it is called was asked for, whether the words stand side
by side, and whether they stand there just as they were typed."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lessons.search.asking import Query, Stems, Wanted
from lessons.search.models import Kind
from lessons.search.words import forms_of, stem_of

K1 = 1.2
B = 0.75
#: Words of a passage, about; and what has fewer than the least is not the better for it: a signature says nothing.
MEAN_SIZE = 60
LEAST_SIZE = 30
#: A word of the head counts so many times.
HEAD = 4
#: More than so many finds are not counted, and what has that many is a common word.
COMMON = 1_000
#: How many things there are to be found, as far as the formula is concerned: above COMMON any number does.
THINGS = 10_000

#: Who types what something is called wants to know who or what that is, then where it is taught, then the rest.
OF_KIND: Mapping[Kind, float] = {
    Kind.person: 1.6,
    Kind.term: 1.6,
    Kind.event: 1.3,
    Kind.lesson: 1.3,
    Kind.document: 1.3,
    Kind.prompt: 1.1,
    Kind.note: 1.1,
    Kind.journal: 1.1,
    Kind.reading: 1.0,
    Kind.source: 0.9,
}
#: What is said about a source comes after what a text says itself.
OF_KIND_IN_PASSING: Mapping[Kind, float] = {Kind.source: 0.5}
CALLED_SO = 1.0
SIDE_BY_SIDE = 1.0
JUST_SO = 0.2

_KINDS = list(Kind)


class Entry(NamedTuple):
    """An entry of the index that was found."""

    kind: Kind
    id: int
    position: int
    head_size: int
    head: str
    body: str
    words: str


def weight_of(finds: int) -> float:
    """Return what a word counts that has so many FINDS: the rarer, the more."""
    return math.log(1 + (THINGS - finds + 0.5) / (finds + 0.5))


def score(query: Query, entry: Entry, weights: Mapping[Wanted, float]) -> float:
    """Return how well ENTRY fits QUERY, above 0 where anything of it stands there; WEIGHTS are those of its words."""
    return _score(_least(query, entry, weights), _share_just_so(query, entry))


class _Least(NamedTuple):
    """What an entry is worth by its stems alone: the sum of its words, and the factors that stand on top of it."""

    total: float
    factors: tuple[float, float, float]


def _score(least: _Least, share: float) -> float:
    """Return the score of what is worth so much at LEAST, if that SHARE of the words stands there just as typed."""
    return round(least.total * math.prod((*least.factors, 1 + JUST_SO * share)), 6)


def _least(query: Query, entry: Entry, weights: Mapping[Wanted, float]) -> _Least:
    words = entry.words.split()
    head, body = words[: entry.head_size], words[entry.head_size :]
    room = K1 * (1 - B + B * max(len(words), LEAST_SIZE) / MEAN_SIZE)
    total, called = 0.0, True
    for one in query.wanted:
        in_head = _count(one, head)
        called = called and in_head > 0
        often = HEAD * in_head + _count(one, body)
        total += weights.get(one, 1.0) * often * (K1 + 1) / (often + room)
    of_kind = OF_KIND if called else OF_KIND_IN_PASSING
    factors = (
        of_kind.get(entry.kind, 1.0),
        1 + CALLED_SO * (_called(query, entry.head) if called else 0.0),
        1 + SIDE_BY_SIDE * (len(query.forms) > 1 and _stands_in(query.row, words) > 0),
    )
    return _Least(total, factors)


def _share_just_so(query: Query, entry: Entry) -> float:
    """Return what share of the words that were typed stands in ENTRY just so."""
    forms, typed = set(forms_of(f"{entry.head} {entry.body}")), set(query.forms)
    return len(typed & forms) / max(len(typed), 1)


def _count(one: Wanted, words: Sequence[str]) -> int:
    found = sum(_stands_in(spelling, words) for spelling in one.spellings) if words else 0
    if not found and one.apart:
        return int(all(stem in words for stem in one.spellings[0]))
    return found


def _stands_in(stems: Stems, words: Sequence[str]) -> int:
    """Return how often STEMS stand side by side in WORDS."""
    often = words.count(stems[0])
    if not often or len(stems) == 1:
        return often
    return sum(tuple(words[at : at + len(stems)]) == stems for at in range(len(words) - len(stems) + 1))


def _called(query: Query, head: str) -> float:
    """Return what share of HEAD is asked for, 0 where not all that is asked for stands in it."""
    stems = [stem_of(form) for form in forms_of(head)]
    if not stems or not all(_count(one, stems) for one in query.wanted):
        return 0.0
    asked = {stem for one in query.wanted for spelling in one.spellings for stem in spelling}
    return sum(stem in asked for stem in stems) / len(stems)


def ranked(
    query: Query, entries: Sequence[Entry], weights: Mapping[Wanted, float], *, most: int | None = None
) -> list[Entry]:
    """Return ENTRIES in the order in which they are shown, MOST of them: the best first, of equals by kind and place.

    Whether words stand there just as they were typed is looked up in the text, which takes longer than all else; so it
    is of those only that may be among so many."""
    least = {entry: _least(query, entry, weights) for entry in entries}
    if most is not None and most < len(entries):
        enough = sorted((_score(one, 0) for one in least.values()), reverse=True)[most - 1] if most else math.inf
        entries = [entry for entry in entries if _score(least[entry], 1) >= enough]
    places = {kind: number for number, kind in enumerate(_KINDS)}
    scores = {entry: _score(least[entry], _share_just_so(query, entry)) for entry in entries}
    return sorted(entries, key=lambda one: (-scores[one], places[one.kind], one.position, one.id))[:most]
