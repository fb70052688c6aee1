"""Which values of each file name something, are Markdown, an address or a date.

The checks follow these tables through what a file says, valid or not, so that one mistake does not hide another. A path
is keys with dots between; `*` is every entry of a list, or every value of a mapping, `*:cloze` only those of that type
(`*:` those without any).
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kruzhok.curriculum.places import Path

#: Where the questions of a quiz stand, and plain text between them.
ENTRIES_OF_A_QUIZ = ("items.*", "sections.*.items.*")

#: What follows the way to an entry -> what is named there.
_NAMES_OF_ITEMS = {
    ".sources.*": "source",
    ".passage": "passage",
    ":evidence.text": "page",
    ":essay.quote_from.*": "page",
}
#: What follows the way to an entry -> `inline` or `block` Markdown.
_MARKDOWN_OF_ITEMS = {
    ":.text": "block",
    ".stem": "inline",
    ".explanation": "inline",
    ".hints.*": "inline",
    ".combined.*": "inline",
    ".options.*.text": "inline",
    ".options.*.feedback": "inline",
    ".feedback": "inline",
    ".feedback.*": "inline",
    ".pairs.*.left": "inline",
    ".pairs.*.right": "inline",
    ".distractors.*": "inline",
    ".entries.*.text": "inline",
    ".answers.*.feedback": "inline",
    ":cloze.text": "block",
    ".gaps.*.options.*.text": "inline",
    ".gaps.*.options.*.feedback": "inline",
    ".gaps.*.answers.*.feedback": "inline",
    ":essay.model": "block",
    ":essay.for_marker": "block",
    ":essay.rubric.*.levels.*.words": "inline",
}


def _of_items(table: Mapping[str, str]) -> dict[str, str]:
    return {f"{entry}{path}": what for entry in ENTRIES_OF_A_QUIZ for path, what in table.items()}


#: Kind of file -> path -> what is named there (a page is a lesson or a text).
NAMES: Mapping[str, Mapping[str, str]] = {
    "course": {"units.*.lessons.*": "lesson", "paths.*.weeks.*.lessons.*": "lesson"},
    "lesson": {
        "readings.*.text": "text",
        "quiz": "quiz",
        "people.*": "person",
        "terms.*": "term",
        "events.*": "event",
        "sources.*": "source",
    },
    "text": {"source": "source"},
    "quiz": {"sections.*.text": "page", **_of_items(_NAMES_OF_ITEMS)},
    "timeline": {"events.*.sources.*": "source", "events.*.passages.*": "passage"},
    "figures": {"figures.*.sources.*": "source"},
}

#: Kind of file -> path -> `inline` or `block` Markdown.
MARKDOWN: Mapping[str, Mapping[str, str]] = {
    "course": {"about": "block", "units.*.opening": "block", "paths.*.note": "inline"},
    "lesson": {
        "lecture.note": "inline",
        "essay.note": "inline",
        "objectives.*": "inline",
        "readings.*.look_for": "inline",
        "prompts.*.question": "inline",
        "prompts.*.hint": "inline",
    },
    "text": {"introduction": "block", "frame.*": "inline"},
    "quiz": {
        "introduction": "block",
        "sections.*.introduction": "block",
        **_of_items(_MARKDOWN_OF_ITEMS),
    },
    "people": {"people.*.note": "inline"},
    "terms": {"terms.*.meaning": "inline"},
    "timeline": {"events.*.title": "inline", "events.*.note": "inline", "events.*.disputed": "inline"},
    "sources": {"sources.*.note": "inline"},
    "figures": {"figures.*.caption": "inline", "figures.*.says": "block"},
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
    "course": {"units": "unit", "paths": "path"},
    "lesson": {"readings": "reading", "prompts": "prompt"},
    "quiz": {"items": "item", "sections.*.items": "item"},
    "people": {"people": "person"},
    "terms": {"terms": "term"},
    "timeline": {"events": "event"},
    "sources": {"sources": "source"},
    "figures": {"figures": "figure"},
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
    key, colon, kind = key.partition(":")
    if colon:
        yield from ((part, inner) for part, inner in _inside(outer, key) if _type_of(inner) == kind)
    elif key != "*":
        if isinstance(outer, dict) and key in outer:
            yield key, outer[key]
    elif isinstance(outer, list):
        yield from enumerate(outer)
    elif isinstance(outer, dict):
        yield from outer.items()


def _type_of(value: Any) -> Any:
    return value.get("type", "") if isinstance(value, dict) else None


def words_at(value: Any, pattern: str) -> Iterator[Found]:
    """Yield the words that stand at PATTERN in VALUE; what is no string has been complained of by the schema."""
    return (one for one in found(value, pattern) if isinstance(one.value, str))
