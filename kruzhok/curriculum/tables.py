"""Which values of each file name something, are Markdown, an address or a date.

The checks follow these tables through what a file says, valid or not, so that one mistake does not hide another. A path
is keys with dots between; `*` is every entry of a list, or every value of a mapping.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kruzhok.curriculum.places import Path

#: Kind of file -> path -> what is named there.
NAMES: Mapping[str, Mapping[str, str]] = {
    "course": {"units.*.lessons.*": "lesson"},
    "lesson": {
        "readings.*.text": "text",
        "quiz": "quiz",
        "people.*": "person",
        "terms.*": "term",
        "events.*": "event",
        "sources.*": "source",
    },
    "text": {"source": "source"},
    "quiz": {"items.*.sources.*": "source", "items.*.passage": "passage"},
    "timeline": {"events.*.sources.*": "source"},
}

#: Kind of file -> path -> `inline` or `block` Markdown.
MARKDOWN: Mapping[str, Mapping[str, str]] = {
    "course": {"about": "block"},
    "lesson": {
        "lecture.note": "inline",
        "essay.note": "inline",
        "objectives.*": "inline",
        "readings.*.look_for": "inline",
        "prompts.*.question": "inline",
        "prompts.*.hint": "inline",
    },
    "text": {"introduction": "block"},
    "quiz": {
        "introduction": "block",
        "items.*.stem": "inline",
        "items.*.explanation": "inline",
        "items.*.options.*.text": "inline",
        "items.*.options.*.feedback": "inline",
        "items.*.feedback.*": "inline",
        "items.*.pairs.*.left": "inline",
        "items.*.pairs.*.right": "inline",
        "items.*.distractors.*": "inline",
        "items.*.entries.*.text": "inline",
        "items.*.answers.*.feedback": "inline",
    },
    "people": {"people.*.note": "inline"},
    "terms": {"terms.*.meaning": "inline"},
    "timeline": {"events.*.title": "inline", "events.*.note": "inline", "events.*.disputed": "inline"},
    "sources": {"sources.*.note": "inline"},
}

#: Kind of file -> paths of addresses outside.
ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "lesson": ("lecture.address", "lecture.recording", "essay.address", "essay.recording", "readings.*.address"),
    "sources": ("sources.*.address",),
}

#: Kind of file -> paths of mappings with `date` and, it may be, `old_style`.
DATES_IN_BOTH: Mapping[str, tuple[str, ...]] = {
    "text": ("written",),
    "people": ("people.*.born", "people.*.died"),
    "timeline": ("events.*",),
}

#: Kind of file -> paths of dates that stand alone.
DATES: Mapping[str, tuple[str, ...]] = {
    "lesson": ("lecture.given", "essay.given"),
}

#: Kind of file -> paths of dates that must be a single day.
DAYS: Mapping[str, tuple[str, ...]] = {"course": ("units.*.lessons.*.given",)}

#: Kind of file -> path of the list whose entries have idents -> what they are.
ENTRIES: Mapping[str, Mapping[str, str]] = {
    "course": {"units": "unit"},
    "lesson": {"readings": "reading", "prompts": "prompt"},
    "quiz": {"items": "item"},
    "people": {"people": "person"},
    "terms": {"terms": "term"},
    "timeline": {"events": "event"},
    "sources": {"sources": "source"},
}


class Found(NamedTuple):
    """A value and the way to it."""

    path: Path
    value: Any


def found(value: Any, pattern: str) -> Iterator[Found]:
    """Yield what stands at PATTERN in VALUE, whatever it is, in the order of the file."""
    places = [Found((), value)]
    for key in pattern.split("."):
        places = [Found((*path, part), inner) for path, outer in places for part, inner in _inside(outer, key)]
    yield from places


def _inside(outer: Any, key: str) -> Iterator[tuple[str | int, Any]]:
    if key != "*":
        if isinstance(outer, dict) and key in outer:
            yield key, outer[key]
    elif isinstance(outer, list):
        yield from enumerate(outer)
    elif isinstance(outer, dict):
        yield from outer.items()


def words_at(value: Any, pattern: str) -> Iterator[Found]:
    """Yield the words that stand at PATTERN in VALUE; what is no string has been complained of by the schema."""
    return (one for one in found(value, pattern) if isinstance(one.value, str))
