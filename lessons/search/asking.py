"""What somebody looks for: words, "words side by side", -words that must not stand there, names in any spelling."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from rapidfuzz.distance import OSA

from lessons.search.words import STOP_WORDS, forms_of, joined_forms_of, stem_of

#: What is typed may have so many characters; so many words of it are looked for.
LONGEST = 300
MOST_WORDS = 16

_QUOTED = '"“”„«»'
_PART = re.compile(rf"(?P<no>(?<!\S)-)?(?:[{_QUOTED}](?P<phrase>[^{_QUOTED}]*)[{_QUOTED}]?|(?P<word>[^\s{_QUOTED}]+))")

#: Stems in order. One stem is found anywhere, more only side by side.
Stems = tuple[str, ...]


class Wanted(NamedTuple):
    """One thing that must be found: any of its `spellings`. The first is as it was typed, and `said` how; the words of
    that one may stand `apart`, where nobody put them in quotation marks."""

    spellings: tuple[Stems, ...]
    said: str
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for, as it was understood."""

    text: str
    wanted: tuple[Wanted, ...] = ()
    unwanted: tuple[Stems, ...] = ()
    #: The forms of all words as they were typed; who has them just so comes before who has other endings.
    forms: tuple[str, ...] = ()

    @property
    def row(self) -> Stems:
        """The stems of all words that were typed, in order."""
        return _stems(self.forms)

    @property
    def typed(self) -> Stems:
        """The stems that are looked for as they were typed, in order."""
        return tuple(stem for one in self.wanted for stem in one.spellings[0])


class Name(NamedTuple):
    """A person or a term with its spellings; of a person the last word of each is a spelling, too."""

    spellings: Sequence[str]
    is_person: bool = False

    def all_stems(self) -> list[Stems]:
        """Return the stems of each spelling."""
        found = [tuple(stem_of(form) for form in forms_of(spelling)) for spelling in self.spellings]
        if self.is_person:
            found += [one[-1:] for one in found if one and len(one[-1]) > 3]
        return [one for one in dict.fromkeys(found) if one]


class Names(tuple[Name, ...]):
    """Persons and terms, with what is made of their spellings once for all who look for words beside them."""

    @cached_property
    def stems(self) -> Sequence[Sequence[Stems]]:
        """The stems of all spellings of each."""
        return [name.all_stems() for name in self]

    @cached_property
    def by_stems(self) -> Mapping[Stems, Sequence[Stems]]:
        """Each spelling -> all spellings of whatever is spelled so."""
        found: dict[Stems, list[Stems]] = {}
        for spellings in self.stems:
            for spelling in spellings:
                found.setdefault(spelling, []).extend(spellings)
        return found

    @cached_property
    def longest(self) -> int:
        """Of how many words the longest spelling is."""
        return max(map(len, self.by_stems), default=1)


NO_NAMES = Names()


def understood(text: str, names: Names = NO_NAMES) -> Query:
    """Return what TEXT asks for, where NAMES may be spelled in any of their ways. Nothing in TEXT is an error.

    Words in so many sentences that they find nothing are left out, unless there are no others."""
    text = text[:LONGEST].strip()
    wanted: list[Wanted] = []
    unwanted: list[Stems] = []
    loose: list[list[str]] = []  # words in a row, each row between two quotations
    forms: list[str] = []
    row: list[str] = []
    for part in _PART.finditer(text):
        own = forms_of(part["phrase"] if part["word"] is None else part["word"])
        if not own:
            continue
        if part["no"]:
            unwanted.append(_stems(own))
            continue
        forms += own
        joined = joined_forms_of(part["word"] or "")
        if part["word"] is not None and not joined:
            row += own
            continue
        loose.append(row)
        row = []
        spelled = (_stems(own), *((stem_of(one),) for one in joined))
        wanted.append(Wanted(spelled, part["phrase"] or part["word"]))
    loose.append(row)
    telling = [one for one in loose if any(word not in STOP_WORDS for word in one)]
    if not wanted and not telling:
        wanted = [Wanted((_stems([word]),), word) for one in loose for word in one]
    for one in telling:
        wanted += _named(one, names)
    wanted = [_with_spellings(one, names.by_stems) for one in dict.fromkeys(wanted)]
    return Query(text, tuple(wanted[:MOST_WORDS]), tuple(unwanted[:MOST_WORDS]), tuple(forms))


def _stems(forms: Iterable[str]) -> Stems:
    return tuple(stem_of(form) for form in forms)[:MOST_WORDS]


def _named(words: Sequence[str], names: Names) -> Iterator[Wanted]:
    """Yield what the loose WORDS ask for: several that are one of NAMES together, each other by itself."""
    at = 0
    while at < len(words):
        for size in range(min(names.longest, len(words) - at), 1, -1):
            some = words[at : at + size]
            if _stems(some) in names.by_stems:
                yield Wanted((_stems(some),), " ".join(some), apart=True)
                at += size
                break
        else:
            if words[at] not in STOP_WORDS:
                yield Wanted((_stems([words[at]]),), words[at])
            at += 1


def _with_spellings(one: Wanted, by_stems: Mapping[Stems, Sequence[Stems]]) -> Wanted:
    other = (spelling for own in one.spellings for spelling in by_stems.get(own, ()))
    return one._replace(spellings=tuple(dict.fromkeys((*one.spellings, *other))))


def nearest_names(query: Query, names: Names, *, most: int = 4) -> list[str]:
    """Return those of NAMES that are spelled nearest to what is looked for: one letter wrong in four at the most."""
    near: dict[str, int] = {}
    asked = {" ".join(one.spellings[0]) for one in query.wanted} | {" ".join(query.typed)}
    for name, stems in zip(names, names.stems, strict=True):
        for told in (" ".join(spelling) for spelling in stems):
            for typed in asked:
                away = OSA.distance(told, typed)
                if 0 < away <= max(len(told), len(typed)) // 4:
                    near[name.spellings[0]] = min(near.get(name.spellings[0], away), away)
    return sorted(near, key=lambda name: (near[name], name))[:most]
