"""The one definition of progress (RULES, section 7 "Ours"): the same for student, tutor and export. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from course.completion.models import State


@dataclass(frozen=True, slots=True)
class Part:
    """A part that may count: a reading, prompt or quiz required of this enrolment, and its lesson if it has one."""

    activity_id: int
    lesson_id: int | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the required parts are done. With none required there is no figure, and pages say so in words."""

    done: int
    required: int

    @property
    def share(self) -> float | None:
        """The share done, from 0 to 1; None where nothing is required."""
        return self.done / self.required if self.required else None


def counting_parts(parts: Iterable[Part], reached: Mapping[int, datetime]) -> list[Part]:
    """Return those of PARTS that count. REACHED says when a lesson was (last) done.

    A part that came in after its lesson was done does not count for that enrolment: done is not undone by new content.
    """
    return [part for part in parts if (done_at := reached.get(part.lesson_id or 0)) is None or part.added_at <= done_at]


def progress(parts: Sequence[Part], states: Mapping[int, State], reached: Mapping[int, datetime]) -> Progress:
    """Return the progress over PARTS, whose STATES are by activity; an activity without one is not begun."""
    counting = counting_parts(parts, reached)
    return Progress(sum(states.get(part.activity_id) is State.done for part in counting), len(counting))
