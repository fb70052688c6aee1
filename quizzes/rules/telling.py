"""What the rules of a quiz come to, in words: each value, whose rule it is and why (RULES, section 6).

How a moment is said is handed in."""

import enum
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from course.base.words import _, plural
from course.rules import MINUTE, Accommodation, Level, Resolved
from course.syllabus.exceptions import WHOSE
from quizzes.limits import Limits
from quizzes.rules.making import FIELDS

Say = Callable[[datetime], str]
"""How a moment is said to whoever reads: "21 November 2026, 14:31"."""

#: What the fields are called.
NAMES = {
    "open": _("Opens"),
    "due": _("Due"),
    "close": _("Closes"),
    "time_limit": _("Time limit"),
    "attempts": _("Attempts"),
}

#: What it means that there is none.
NONE = {
    "open": _("Open from the beginning"),
    "due": _("On no day: it is never late"),
    "close": _("It does not close"),
    "time_limit": _("No time limit"),
    "attempts": _("As many as one likes"),
}


class Voice(enum.Enum):
    """Whom the page speaks to: a student of their own rules, or a tutor of those of others."""

    student = "student"
    tutor = "tutor"


#: Whose rule it is, as a tutor is told; `course.syllabus.exceptions.WHOSE` is how the student is.
WHOSE_TO_TUTOR = {
    Level.user_exception: _("An exception for them"),
    Level.subgroup_exception: _("An exception for the subgroup"),
    Level.user_assignment: _("Assigned to them"),
    Level.subgroup_assignment: _("Assigned to the subgroup"),
    Level.group_assignment: _("Assigned to the study group"),
}

#: What an accommodation does, or why it does nothing: (voice, a limit?, does something?) -> words.
EFFECTS = {
    (Voice.student, True): _("With your extra time: {before} becomes {after}."),
    (Voice.student, False): _("With your extra days: {before} becomes {after}."),
    (Voice.tutor, True): _("With their extra time: {before} becomes {after}."),
    (Voice.tutor, False): _("With their extra days: {before} becomes {after}."),
}
NO_EFFECTS = {
    (Voice.student, True): _("Your extra time does not change what was set for you alone."),
    (Voice.student, False): _("Your extra days do not move what was set for you alone."),
    (Voice.tutor, True): _("Their extra time does not change what was set for them alone."),
    (Voice.tutor, False): _("Their extra days do not move what was set for them alone."),
}


class Rule(NamedTuple):
    """One field of a rule as a page tells it; `effect` is what an accommodation makes of it, if anything.

    `is_own` says that it is not simply what holds for the whole study group."""

    field: str
    name: str
    words: str
    whose: str
    why: str | None
    effect: str | None
    is_own: bool


def rules_of(limits: Limits, say: Say, voice: Voice) -> list[Rule]:
    """Return what LIMITS come to, a rule for each of FIELDS in order."""
    return [_rule(limits, field, say, voice) for field in FIELDS]


def _rule(limits: Limits, field: str, say: Say, voice: Voice) -> Rule:
    resolved, value = limits.resolved(field), value_of(limits, field)
    nearest = resolved.level or Level.course
    return Rule(
        field,
        NAMES[field],
        in_words(field, value, say),
        _whose(resolved, field, voice),
        " ".join(dict.fromkeys(layer.why for layer in resolved.layers if layer.why)) or None,
        _effect(limits.accommodation, field, resolved, value, say, voice),
        nearest < Level.group_assignment or value != resolved.value,
    )


def value_of(limits: Limits, field: str) -> Any:
    """Return what holds of FIELD in the end, accommodation included."""
    return {
        "open": limits.opens_at,
        "due": limits.due_at,
        "close": limits.closes_at,
        "time_limit": limits.own_limit,
        "attempts": limits.attempts,
    }[field]


def in_words(field: str, value: Any, say: Say) -> str:
    """Return what it is that FIELD is VALUE."""
    if value is None:
        return NONE[field]
    if isinstance(value, datetime):
        return say(value)
    return length_in_words(value) if isinstance(value, timedelta) else str(value)


def length_in_words(length: timedelta) -> str:
    """Return "60 minutes", with seconds where it is not whole minutes."""
    whole, rest = divmod(length, MINUTE)
    words = plural("one minute", "{n} minutes", whole)
    if not rest:
        return words
    return _("{minutes} and {seconds}").format(
        minutes=words, seconds=plural("one second", "{n} seconds", int(rest.total_seconds()))
    )


def _whose(resolved: Resolved, field: str, voice: Voice) -> str:
    """Return whose rule holds; where nobody says anything it is the quiz that leaves it open, which has no due day."""
    if resolved.level is None:
        return "" if field == "due" else _("The quiz")
    words = WHOSE if voice is Voice.student else WHOSE_TO_TUTOR
    return words.get(resolved.level, resolved.layers[0].whose)


def _effect(
    accommodation: Accommodation, field: str, resolved: Resolved, value: Any, say: Say, voice: Voice
) -> str | None:
    is_limit = field == "time_limit"
    gives = accommodation.factor != 1 if is_limit else field in {"due", "close"} and accommodation.days > 0
    if not gives or resolved.value is None:
        return None
    if resolved.level == Level.user_exception:
        return NO_EFFECTS[voice, is_limit]
    before, after = in_words(field, resolved.value, say), in_words(field, value, say)
    if is_limit and resolved.value % MINUTE == value % MINUTE == timedelta(0):
        before = str(resolved.value // MINUTE)  # "60 becomes 120 minutes"
    return EFFECTS[voice, is_limit].format(before=before, after=after)


class Sitting(NamedTuple):
    """When one may begin and how long one then has.

    `full_until` is the latest start with the whole time, and who begins then or later ends at `ends_at`."""

    opens_at: datetime | None
    closes_at: datetime | None
    length: str | None
    full_until: datetime | None
    ends_at: datetime | None


def sitting_of(limits: Limits) -> Sitting:
    """Return what LIMITS come to for who begins."""
    length, close = limits.own_limit, limits.closes_at
    ends = limits.deadline(close) if close is not None else None
    full_until = ends - length if ends is not None and length is not None else None
    return Sitting(limits.opens_at, close, length_in_words(length) if length is not None else None, full_until, ends)


def factor_in_words(factor: Decimal) -> str:
    """Return a factor without digits that say nothing: 2, 1.5, 1.25."""
    return f"{factor:.2f}".rstrip("0").rstrip(".")
