"""A record of study as Markdown, which any program reads: the words of the page, and nothing that is not there."""

import re
from collections.abc import Callable, Iterator, Sequence

from course.base.words import _
from kruzhok.progress.study import NO_CERTIFICATE, Entry, StudiedLesson, Study

#: Says a number of minutes: "1 h 20 min".
Minutes = Callable[[int], str]

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")


def as_markdown(study: Study, minutes: Minutes) -> str:
    """Return STUDY as Markdown; MINUTES says an amount of them."""
    return "\n\n".join(_blocks(study, minutes)) + "\n"


def _blocks(study: Study, minutes: Minutes) -> Iterator[str]:
    yield "# " + _("Record of study")
    yield "\n".join(f"- **{as_it_is(name)}:** {as_it_is(words)}" for name, words in study.facts)
    yield as_it_is(NO_CERTIFICATE)
    for unit in study.units:
        yield f"## {as_it_is(unit.title)}"
        for lesson in unit.lessons:
            yield from _lesson(lesson, minutes)
    for title, entries in ((_("Besides the lessons"), study.beside), (_("No longer in the course"), study.retired)):
        if entries:
            yield f"## {title}"
            yield _entries(entries, minutes)
    if study.untouched:
        yield study.untouched


def _lesson(lesson: StudiedLesson, minutes: Minutes) -> Iterator[str]:
    yield "### " + as_it_is(_("Lesson {n}: {title}").format(n=lesson.number, title=lesson.title))
    yield as_it_is("; ".join([*lesson.details, *([minutes(lesson.minutes)] if lesson.minutes else [])]))
    if lesson.entries:
        yield _entries(lesson.entries, minutes)


def _entries(entries: Sequence[Entry], minutes: Minutes) -> str:
    return "\n".join(f"- {_entry(entry, minutes)}" for entry in entries)


def _entry(entry: Entry, minutes: Minutes) -> str:
    said = [*entry.details, *([minutes(entry.minutes)] if entry.minutes else [])]
    words = f": {'; '.join(said)}" if said else ""
    return f"{entry.kind}, *{as_it_is(entry.title)}*{as_it_is(words)}"


def as_it_is(words: str) -> str:
    """Return Markdown that shows WORDS, one line of plain text, as they are."""
    return _SPECIAL.sub(r"\\\1", " ".join(words.split()))
