"""Whether the rules of a quiz go together: its times, its tries, its sections and what is drawn from them."""

from collections.abc import Callable, Iterator, Sequence

from course.base.words import _
from kruzhok.curriculum.asked import questions_of
from kruzhok.curriculum.findings import Finding, did_you_mean
from kruzhok.curriculum.model import Curriculum, Sheet
from kruzhok.curriculum.places import Path
from kruzhok.curriculum.schema_quizzes import PlainText, Quiz, Section, moment_of

#: Types of items that cannot stand in a text: one is picked in a text of its own, the other marked by a human.
_NO_SELF_CHECK = frozenset({"evidence", "essay"})


def quiz_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield what is wrong inside the quizzes of CURRICULUM that the schema understood."""
    checks: Sequence[Callable[[Sheet[Quiz], Quiz], Iterator[Finding]]] = (
        _items_or_sections,
        _times,
        _tries,
        _plain_text,
        _draws,
        _self_checks,
    )
    for sheet in curriculum.quizzes.values():
        if sheet.data is not None:
            for check in checks:
                yield from check(sheet, sheet.data)


def _items_or_sections(sheet: Sheet[Quiz], quiz: Quiz) -> Iterator[Finding]:
    if quiz.items is None and quiz.sections is None:
        hint = _("Write the questions under `items`, or sections with `items` of their own under `sections`.")
        yield sheet.finding((), _("There are no questions in this quiz."), hint)
    elif quiz.items is not None and quiz.sections is not None:
        message = _("A quiz has either `items` or `sections`, and both stand here.")
        hint = _("Put the items in a section; it needs neither a title nor anything else.")
        yield sheet.finding(sheet.parsed.key_place(("sections",)), message, hint)


def _times(sheet: Sheet[Quiz], quiz: Quiz) -> Iterator[Finding]:
    if quiz.opens and quiz.closes and moment_of(quiz.closes) <= moment_of(quiz.opens):
        message = _("The quiz closes before it opens.")
        yield sheet.finding(("closes",), message, _("Both are in UTC where they have no offset."))


def _tries(sheet: Sheet[Quiz], quiz: Quiz) -> Iterator[Finding]:
    """What only several tries need stands only where there are several; hints may wait for them."""
    if quiz.behaviour == "tries":
        return
    hint = _("Write `behaviour: tries`, or take it out.")
    if quiz.penalty is not None:
        yield sheet.finding(sheet.parsed.key_place(("penalty",)), _("There are no further tries to penalise."), hint)
    for asked in questions_of(sheet):
        if asked.item.hints:
            key = sheet.parsed.key_place((*asked.at, "hints"))
            yield sheet.finding(key, _("Hints are shown only where there are several tries."), hint, "warning")


def _plain_text(sheet: Sheet[Quiz], quiz: Quiz) -> Iterator[Finding]:
    for at, entries in quiz.lists:
        if isinstance(entries[-1], PlainText):
            message = _("Plain text stands before a question, and none comes after this.")
            hint = _("Move it up, or write the question that it belongs to.")
            yield sheet.finding((*at, len(entries) - 1), message, hint)


def _self_checks(sheet: Sheet[Quiz], quiz: Quiz) -> Iterator[Finding]:
    """A self-check is answered in passing and scored at once: there is no place for the two types that need more."""
    for asked in questions_of(sheet):
        if asked.item.check and asked.item.type in _NO_SELF_CHECK:
            message = _("An item of type `{type}` is no self-check.").format(type=asked.item.type)
            hint = _("Take `check` out, or write a question that is scored at once.")
            yield sheet.finding(sheet.parsed.key_place((*asked.at, "check")), message, hint)


def _draws(sheet: Sheet[Quiz], quiz: Quiz) -> Iterator[Finding]:
    for place, section in enumerate(quiz.sections or ()):
        yield from _draws_of(sheet, ("sections", place, "draw"), section)


def _draws_of(sheet: Sheet[Quiz], at: Path, section: Section) -> Iterator[Finding]:
    """Yield a finding for each draw of SECTION that chance might leave short; its draws stand AT."""
    tags = [frozenset(item.tags) for item in section.questions]
    for number, (tag, count) in enumerate(section.draws):
        there = sum(tag is None or tag in of_item for of_item in tags)
        where = at if tag is None else (*at, number)
        if there < count:
            yield sheet.finding(where, *_too_many(tag, count, there, frozenset().union(*tags)))
        elif left_to_draw(tags, section.draws, number) < count:
            message = _("Other draws might leave too few questions with the tag “{tag}”.").format(tag=tag)
            hint = _("Draw fewer, write more questions, or give fewer of them two of the tags that are drawn.")
            yield sheet.finding(where, message, hint)


def left_to_draw(tags: Sequence[frozenset[str]], draws: Sequence[tuple[str | None, int]], number: int) -> int:
    """Return how many questions are left at the worst to the draw NUMBER of DRAWS (tag or None, count): of those it may
    take from, without what the others might have taken of them before. TAGS are those of each question.

    A question is drawn once. Where no draw is left with fewer than it takes, all succeed in whatever order."""
    tag, _count = draws[number]
    mine = [of_item for of_item in tags if tag is None or tag in of_item]
    others = [draw for place, draw in enumerate(draws) if place != number]
    return len(mine) - sum(min(most, sum(other in of_item for of_item in mine)) for other, most in others)


def _too_many(tag: str | None, count: int, there: int, tags: frozenset[str]) -> tuple[str, str]:
    """Return that COUNT questions are drawn and fewer are THERE, and how to mend it; TAGS are all of the section."""
    hint = _("Draw fewer, or write more questions.")
    if tag is None:
        message = _("Fewer questions stand here ({there}) than are drawn ({count}).")
        return message.format(there=there, count=count), hint
    if not there:
        message = _("No question of the section has the tag “{tag}”.").format(tag=tag)
        return message, did_you_mean(tag, tags) or _("Write it under `tags` of the questions that are meant.")
    message = _("Fewer questions have the tag “{tag}” ({there}) than are drawn ({count}).")
    return message.format(tag=tag, there=there, count=count), hint
