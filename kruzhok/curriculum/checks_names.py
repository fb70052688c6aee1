"""Whether everything that is named exists, and is named as often as it should be."""

from collections.abc import Iterable, Iterator
from typing import Any

from course.base.words import _
from kruzhok.curriculum.findings import Finding, did_you_mean
from kruzhok.curriculum.model import Curriculum, Named, Sheet
from kruzhok.curriculum.tables import ENTRIES, NAMES, found, words_at

#: What is named -> how it is said that it does not exist, and that it stands twice.
MISSING = {
    "lesson": _("There is no lesson `{ident}`."),
    "text": _("There is no text `{ident}`."),
    "page": _("There is no lesson or text `{ident}`."),
    "quiz": _("There is no quiz `{ident}`."),
    "person": _("There is no person `{ident}` in people.yaml."),
    "term": _("There is no term `{ident}` in terms.yaml."),
    "event": _("There is no event `{ident}` in timeline.yaml."),
    "source": _("There is no source `{ident}` in sources.yaml."),
    "figure": _("There is no figure `{ident}` in figures.yaml."),
}
TWICE = {
    "path": _("The path `{ident}` stands twice."),
    "unit": _("The unit `{ident}` stands twice."),
    "reading": _("The reading `{ident}` stands twice in this lesson."),
    "prompt": _("The prompt `{ident}` stands twice in this lesson."),
    "item": _("The item `{ident}` stands twice in the course."),
    "person": _("The person `{ident}` stands twice."),
    "term": _("The term `{ident}` stands twice."),
    "event": _("The event `{ident}` stands twice."),
    "source": _("The source `{ident}` stands twice."),
    "figure": _("The figure `{ident}` stands twice."),
}


def name_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield what is wrong with the names of CURRICULUM: dangling, standing twice, or named by nobody."""
    yield from _twice(curriculum)
    yield from _dangling(curriculum)
    yield from _outline(curriculum)
    yield from _paths(curriculum)
    yield from _shared_slugs(curriculum)
    yield from _quizzes(curriculum)


def missing(curriculum: Curriculum, kind: str, ident: str) -> tuple[str, str]:
    """Return the message that nothing of KIND has the name IDENT, and the hint."""
    return MISSING[kind].format(ident=ident), did_you_mean(ident, curriculum.idents(kind))


def _twice(curriculum: Curriculum) -> Iterator[Finding]:
    for kind, message in TWICE.items():
        if kind in {"reading", "prompt"}:  # their idents are unique in a lesson
            for lesson in curriculum.lessons.values():
                yield from _again((one for one in curriculum.named(kind) if one.sheet is lesson), message)
        else:
            yield from _again(curriculum.named(kind), message)
    for sheet in curriculum.lessons.values():  # lists that name the same thing again
        for pattern in NAMES["lesson"]:
            if pattern.endswith(".*"):
                names = (Named(value, sheet, at) for at, value in words_at(sheet.raw, pattern))
                yield from _again(names, _("`{ident}` stands twice in this list."))


def _again(things: Iterable[Named], message: str) -> Iterator[Finding]:
    first: dict[str, Named] = {}
    for thing in things:
        before = first.setdefault(thing.ident, thing)
        if before is not thing:
            line = before.sheet.parsed.place(before.at).line
            hint = _("The first is in {file}, line {line}: rename or drop one.")
            hint = hint.format(file=before.sheet.path, line=line)
            yield thing.sheet.finding(thing.at, message.format(ident=thing.ident), hint)


def _dangling(curriculum: Curriculum) -> Iterator[Finding]:
    known = {kind: curriculum.idents(kind) for kind in MISSING if curriculum.is_known(kind)}
    for sheet in curriculum.sheets():
        for pattern, kind in NAMES.get(sheet.kind, {}).items():
            if kind == "passage":
                continue  # checks_texts follows it to its passage
            for at, ident in words_at(sheet.raw, pattern):
                if ident not in known.get(kind, {ident}):
                    message, hint = missing(curriculum, kind, ident)
                    if kind == "lesson" and not hint:
                        hint = _("Lessons are named by their slugs; a planned one has none until it is written.")
                    yield sheet.finding(at, message, hint)


def _outline(curriculum: Curriculum) -> Iterator[Finding]:
    """Every lesson stands in one unit, and no two have one number."""
    course = curriculum.course
    entries = [Named(value, course, at) for at, value in words_at(course.raw, "units.*.lessons.*")]
    yield from _again(entries, _("The lesson `{ident}` stands twice in the outline."))
    unnamed = set() if course.broken else curriculum.lessons.keys() - {entry.ident for entry in entries}
    for slug in unnamed:
        message = _("No unit names this lesson.")
        hint = _("Write `- {slug}` under a unit's `lessons` in course.yaml.").format(slug=slug)
        yield Finding(curriculum.lessons[slug].path, 1, 1, message, hint)
    numbers = {lesson.number: lesson.path for lesson in reversed(curriculum.lessons.values())}
    for lesson in curriculum.lessons.values():
        if numbers[lesson.number] != lesson.path:
            yield _same_number(lesson, (), lesson.number, numbers)
    for at, number in found(course.raw, "units.*.lessons.*.number"):
        if type(number) is int:
            if number in numbers:
                yield _same_number(course, at, number, numbers)
            numbers.setdefault(number, course.path)


def _paths(curriculum: Curriculum) -> Iterator[Finding]:
    """No path has a lesson twice."""
    course = curriculum.course
    for at, path in found(course.raw, "paths.*"):
        its = (Named(slug, course, (*at, *place)) for place, slug in words_at(path, "weeks.*.lessons.*"))
        yield from _again(its, _("The lesson `{ident}` stands twice in this path."))


def _same_number(sheet: Sheet[Any], at: tuple[str | int, ...], number: int, numbers: dict[int, str]) -> Finding:
    message = _("There is another lesson {number}.").format(number=number)
    return sheet.finding(at, message, _("It is in {file}: give each its own number.").format(file=numbers[number]))


def _shared_slugs(curriculum: Curriculum) -> Iterator[Finding]:
    for slug in curriculum.lessons.keys() & curriculum.texts.keys():
        message = _("A lesson and a text are both called `{slug}`, so that `{slug}#passage` could mean either.")
        yield Finding(curriculum.texts[slug].path, 1, 1, message.format(slug=slug), _("Rename the text's file."))


def _quizzes(curriculum: Curriculum) -> Iterator[Finding]:
    """Every quiz belongs to one lesson."""
    naming = [Named(value, one, at) for one in curriculum.lessons.values() for at, value in words_at(one.raw, "quiz")]
    yield from _again(naming, _("The quiz `{ident}` belongs to another lesson already."))
    if any(lesson.broken for lesson in curriculum.lessons.values()):
        return  # it may be the one that has the quiz
    for slug in curriculum.quizzes.keys() - {one.ident for one in naming}:
        hint = _("Write `quiz: {slug}` in the front matter of its lesson.").format(slug=slug)
        yield Finding(curriculum.quizzes[slug].path, 1, 1, _("No lesson has this quiz."), hint)


def unused_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield a warning for each person, term, event, source and picture that nothing names and no link leads to."""
    used = {(linked.link.scheme, linked.link.target) for linked in curriculum.linked}
    for sheet in curriculum.sheets():
        for pattern, kind in NAMES.get(sheet.kind, {}).items():
            used |= {(kind, ident) for _at, ident in words_at(sheet.raw, pattern)}
    if curriculum.timeline.data:  # an event that says which passages tell of it stands where they stand
        used |= {("event", event.ident) for event in curriculum.timeline.data.events if event.passages}
    for kind in {kind for kinds in ENTRIES.values() for kind in kinds.values()} & MISSING.keys():
        for ident, sheet, at in curriculum.named(kind):
            if (kind, ident) not in used:
                message = _("Nothing names `{ident}`.").format(ident=ident)
                hint = _("Name it in a lesson, link to it, or take it out.")
                yield sheet.finding(at, message, hint, "warning")
    for path in curriculum.images:
        if ("image", path) not in used and not path.endswith(".svg"):  # which a figure shows
            yield Finding(path, 1, 1, _("No text shows this picture."), _("Show it, or take it out."), "warning")
