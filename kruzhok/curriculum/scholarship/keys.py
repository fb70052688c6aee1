"""Whether a quiz, or the whole course, can be passed without knowing anything."""

from collections.abc import Iterator, Sequence
from typing import Any

from course.base.words import _
from kruzhok.curriculum.asked import Asked, all_questions, questions_of, seen
from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.model import Curriculum
from kruzhok.curriculum.scholarship.chance import Choice, Rule, is_even, longest, positions, shortest

#: Of fewer statements, or questions of several answers, nothing is said: chance alone is often uneven.
FEWEST = 6


def key_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield a warning for each quiz whose keys betray themselves, and for the course where all of them together do."""
    for sheet in curriculum.quizzes.values():
        for message, hint in _told(list(questions_of(sheet))):
            yield sheet.finding((), message, hint, "warning")
    if len(curriculum.quizzes) > 1:
        everything = list(all_questions(curriculum))
        for message, hint in _told(everything, whole=True):
            yield curriculum.course.finding((), message, hint, "warning")


def singles(asked: Sequence[Asked]) -> list[Choice]:
    """Return the choices that the questions of one answer among ASKED offer, in their order in the files."""
    return [_choice(one.item) for one in asked if one.item.type == "single"]


def _choice(item: Any) -> Choice:
    lengths = [len(seen(option.text)) for option in item.options]
    return Choice(lengths, [option.right for option in item.options].index(True))


def truths(asked: Sequence[Asked]) -> tuple[int, int]:
    """Return how many statements among ASKED are true, and how many false."""
    keys = [one.item.key for one in asked if one.item.type == "true-false"]
    return keys.count(True), keys.count(False)


def longer_sets(asked: Sequence[Asked]) -> tuple[int, int]:
    """Return of how many questions of several answers the right options are the longer in the mean, and of how many the
    wrong."""
    means = [_means(one.item) for one in asked if one.item.type == "multiple"]
    return sum(right > wrong for right, wrong in means), sum(right < wrong for right, wrong in means)


def _means(item: Any) -> tuple[float, float]:
    """Return how long the right and how long the wrong options of ITEM are in the mean; equal where all are right."""
    right, wrong = ([len(seen(option.text)) for option in item.options if option.right is key] for key in (True, False))
    return (sum(right) / len(right), sum(wrong) / len(wrong)) if wrong else (0.0, 0.0)


def _told(asked: Sequence[Asked], *, whole: bool = False) -> Iterator[tuple[str, str]]:
    """Yield what ASKED, the questions of a quiz or of the WHOLE course, give away, and how to mend it."""
    choices = singles(asked)
    there, expected = positions(choices)
    if not is_even(there, expected):
        message = _("The right options of the questions of one answer stand unevenly: {counts} (first, second …).")
        hint = _("Move some of them, so that each place is right about as often as any other.")
        yield message.format(counts=", ".join(map(str, there))), hint
    if (rule := longest(choices)).tells:
        message = _("Always choosing the longest option gets {share}, by chance it would be {chance}.")
        yield message.format(**_shares(rule)), "" if whole else _mend(asked, longer=True)
    if (rule := shortest(choices)).tells:
        message = _("Always choosing the shortest option gets {share}, by chance it would be {chance}.")
        yield message.format(**_shares(rule)), "" if whole else _mend(asked, longer=False)
    true, false = truths(asked)
    if not _is_balanced(true, false):
        message = _("Of the statements {true} are true and {false} false.").format(true=true, false=false)
        yield message, _("Turn some of them round.")
    right, wrong = longer_sets(asked)
    if not _is_balanced(right, wrong):
        message = _(
            "Of the questions of several answers the right options are the longer in {right}, the wrong in {wrong}."
        )
        yield message.format(right=right, wrong=wrong), _("Even the lengths out.")


def _is_balanced(one: int, other: int) -> bool:
    return one + other < FEWEST or is_even((one, other), ((one + other) / 2,) * 2)


def _shares(rule: Rule) -> dict[str, str]:
    return {"share": f"{rule.share:.0%}", "chance": f"{rule.by_chance / rule.of:.0%}"}


def _mend(asked: Sequence[Asked], *, longer: bool) -> str:
    """Return which questions would be mended: those whose key is the longest, or the shortest."""
    telling = []
    for one in asked:
        if one.item.type == "single":
            lengths, right = _choice(one.item)
            others = [length for place, length in enumerate(lengths) if place != right]
            if lengths[right] > max(others) if longer else lengths[right] < min(others):
                telling.append(one.item.ident)
    hint = _("Shorten the right option, or lengthen a wrong one, in some of: {idents}.")
    if not longer:
        hint = _("Lengthen the right option, or shorten a wrong one, in some of: {idents}.")
    return hint.format(idents=", ".join(telling))
