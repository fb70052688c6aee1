"""Counts what is left out of a text, and holds an import to its limits."""

from collections import Counter
from collections.abc import Callable

from course.base.words import _, plural
from lessons.importing.imported import Notice, Unreadable, one_line

#: A well-made book of 120,000 words has some 6,000 elements, one saved by an office program ten times as many.
MOST_ELEMENTS = 100_000

#: Characters of words: twice “War and Peace”.
MOST_CHARACTERS = 6_000_000

#: So many names are listed of what was left out.
MOST_NAMES = 50

#: What was left out -> the sentence that says so, in the order in which they are told.
_SENTENCES: dict[str, Callable[[int], str]] = {
    "unreadable": lambda n: plural(
        "A page of the book cannot be read and was left out.",
        "{n} pages of the book cannot be read and were left out.",
        n,
    ),
    "repaired": lambda n: plural(
        "A page is not well formed and was read as well as it goes.",
        "{n} pages are not well formed and were read as well as it goes.",
        n,
    ),
    "unreached": lambda n: plural(
        "A page outside the order of reading, to which no link leads, was left out.",
        "{n} pages outside the order of reading, to which no link leads, were left out.",
        n,
    ),
    "wordless": lambda n: plural("A part without words was left out.", "{n} parts without words were left out.", n),
    "contents": lambda n: plural(
        "The list of contents was left out: one is made of the headings.",
        "{n} lists of contents were left out: one is made of the headings.",
        n,
    ),
    "picture": lambda n: plural(
        "A picture was left out; its description, if it has one, stands in its place.",
        "{n} pictures were left out; where they have a description, it stands in their place.",
        n,
    ),
    "missing": lambda n: plural(
        "A picture is named in the file and is not in it.", "{n} pictures are named in the file and are not in it.", n
    ),
    "formula": lambda n: plural("A formula stands in plain words.", "{n} formulas stand in plain words.", n),
    "sound": lambda n: plural(
        "A piece of sound or film was left out.", "{n} pieces of sound or film were left out.", n
    ),
    "navigation": lambda n: plural(
        "The navigation of the page was left out.", "{n} parts of the page that are navigation were left out.", n
    ),
    "around": lambda n: plural(
        "What stands around the main part of the page was left out.",
        "What stands around the main parts of the pages was left out.",
        n,
    ),
    "frame": lambda n: plural("A frame of another page was left out.", "{n} frames of other pages were left out.", n),
    "field": lambda n: plural("A field or button was left out.", "{n} fields and buttons were left out.", n),
    "script": lambda n: plural("A script was left out.", "{n} scripts were left out.", n),
    "style": lambda n: plural("A style sheet was left out.", "{n} style sheets were left out.", n),
    "link": lambda n: plural(
        "A link leads nowhere from here; its words stay.", "{n} links lead nowhere from here; their words stay.", n
    ),
    "deep": lambda n: plural(
        "An element stands too deep in others; its words stay.",
        "{n} elements stand too deep in others; their words stay.",
        n,
    ),
    "long": lambda n: plural(
        "A passage was too long and was cut into plain paragraphs.",
        "{n} passages were too long and were cut into plain paragraphs.",
        n,
    ),
    "marks": lambda n: plural(
        "A letter with more than 16 marks on it lost the others.",
        "{n} letters with more than 16 marks on them lost the others.",
        n,
    ),
    "boilerplate": lambda _n: _("What Project Gutenberg puts before and after its texts was left out."),
    "layout": lambda _n: _("The pages of the book have a fixed layout: only their words were taken."),
    "overlay": lambda n: plural("A reading aloud was left out.", "{n} readings aloud were left out.", n),
}


class Tally:
    """What was left out of one import, by kind; and how much of it there was, within the limits."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._names: dict[str, dict[str, None]] = {}
        self._elements = self._characters = 0

    def left_out(self, kind: str, name: str = "", *, count: int = 1) -> None:
        """Count things of KIND that were left out, the last of them called NAME."""
        assert kind in _SENTENCES
        self._counts[kind] += count
        names = self._names.setdefault(kind, {})
        if name and len(names) < MOST_NAMES:
            names[one_line(name, 120)] = None

    def element(self, count: int = 1) -> None:
        """Count an element, or as many as COUNT; raise Unreadable for one too many."""
        self._elements += count
        if self._elements > MOST_ELEMENTS:
            message = _("The file has more than {n} elements: bring it in parts.")
            raise Unreadable(message.format(n=f"{MOST_ELEMENTS:,}"))

    def words(self, count: int) -> None:
        """Count characters of words; raise Unreadable where there are too many."""
        self._characters += count
        if self._characters > MOST_CHARACTERS:
            message = _("The text has more than {n} characters: bring it in parts.")
            raise Unreadable(message.format(n=f"{MOST_CHARACTERS:,}"))

    def add(self, other: "Tally") -> None:
        """Count all that OTHER counted, of a part of the same import; raise Unreadable where that is too much."""
        self._counts += other._counts
        for kind, names in other._names.items():
            mine = self._names.setdefault(kind, {})
            mine.update(dict.fromkeys(list(names)[: MOST_NAMES - len(mine)]))
        self.element(other._elements)
        self.words(other._characters)

    def names(self, kind: str) -> list[str]:
        """Return the names of what was left out of KIND."""
        return list(self._names.get(kind, {}))

    def notices(self) -> tuple[Notice, ...]:
        """Return what was left out, in sentences."""
        return tuple(
            Notice(sentence(self._counts[kind]), tuple(self._names[kind]))
            for kind, sentence in _SENTENCES.items()
            if self._counts[kind]
        )
