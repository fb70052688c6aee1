"""What holds for the attempts at a quiz: how many there may be, which of them counts, and when the quiz is passed.

Pure but for the types of the models."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from course.base.words import _
from course.rules import Layer, Level, resolve
from quizzes.models import Counts, Quiz

#: A score that misses the pass mark by less is a rounding of floats, not a miss.
HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class Policy:
    """`attempts` None is as many as one likes, `pass_mark` is a share of the points (0 to 1) or None."""

    attempts: int | None
    pass_mark: float | None
    counts: Counts

    def stored(self) -> dict[str, Any]:
        """Return the policy as an attempt keeps it."""
        return {"attempts": self.attempts, "pass_mark": self.pass_mark, "counts": self.counts.value}

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Policy":
        """Return the policy that an attempt keeps; one that is silent on something says what a quiz says by default."""
        return cls(stored.get("attempts"), stored.get("pass_mark"), Counts(stored.get("counts", "best")))


def effective(quiz: Quiz, layers: Iterable[Layer] = ()) -> Policy:
    """Return what holds now at QUIZ for the one whose LAYERS (course.syllabus.exceptions) these are."""
    own = Layer(Level.quiz, "attempts", quiz.attempts_allowed, _("The quiz"))
    return Policy(resolve([*layers, own], "attempts").value, quiz.pass_mark, quiz.counts)


class Sat(Protocol):
    """What is read of an attempt."""

    @property
    def number(self) -> int: ...
    @property
    def points(self) -> float | None: ...
    @property
    def max_points(self) -> float: ...


class Counting(NamedTuple):
    """What counts of several attempts; `number` is that of the attempt, None for a mean of them."""

    points: float
    max_points: float
    number: int | None

    @property
    def share(self) -> float:
        """The share of the points, from 0 to 1."""
        return self.points / self.max_points if self.max_points else 0.0


def counting(attempts: Sequence[Sat], counts: Counts) -> Counting | None:
    """Return which of ATTEMPTS (in order of their numbers) counts; None where none has its points yet.

    Attempts may be out of different totals, as questions are added: so shares are compared, and of equal ones the
    earlier counts. A mean is one of shares, out of the last total."""
    sat = [Counting(one.points, one.max_points, one.number) for one in attempts if one.points is not None]
    if not sat:
        return None
    if counts is Counts.first:
        return sat[0]
    if counts is Counts.last:
        return sat[-1]
    if counts is Counts.best:
        return max(sat, key=lambda one: one.share)
    total = sat[-1].max_points
    return Counting(total * sum(one.share for one in sat) / len(sat), total, None)


def passes(result: Counting | None, pass_mark: float | None) -> bool | None:
    """Return whether RESULT reaches PASS_MARK; None where none is set."""
    if pass_mark is None:
        return None
    return result is not None and result.share >= pass_mark - HAIR
