"""What holds for the attempts at a quiz: how they go, which of them counts, what may be seen when, what passes.

Pure but for the types of the models. How many attempts there may be and until when is in `quizzes.limits`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol, get_args

from quizzes.models import Behaviour, Counts, Quiz

#: A score that misses the pass mark by less is a rounding of floats, not a miss.
HAIR = 1e-9

#: How long after the submission it is "just after" it (Moodle's IMMEDIATELY_AFTER_PERIOD).
JUST_AFTER = timedelta(minutes=2)

Moment = Literal["during", "after", "later", "closed"]
Thing = Literal["score", "right", "feedback", "key"]

#: When something of a result may be seen: while the attempt is open (where answers are scored as they are given), just
#: after its submission, later while the quiz is open, and once it is closed.
MOMENTS: tuple[Moment, ...] = get_args(Moment)

#: What: the score; which answers were right; what is said of the answer; the key, and why it is right.
THINGS: tuple[Thing, ...] = get_args(Thing)


@dataclass(frozen=True, slots=True)
class Policy:
    """What an attempt was promised. `pass_mark` is a share of the points (0 to 1) or None; `penalty` is what each
    further try takes of a score of 1; `shows` says for some moments what may be seen then; `sections` is what the
    questions stand under, in order, as `quizzes.attempts.starting` wrote it."""

    counts: Counts = Counts.best
    pass_mark: float | None = None
    behaviour: Behaviour = Behaviour.end
    penalty: float = 1 / 3
    one_at_a_time: bool = False
    shows: dict[str, Any] | None = None
    sections: Sequence[dict[str, Any]] = ()

    def stored(self) -> dict[str, Any]:
        """Return the policy as an attempt keeps it."""
        return {
            "counts": self.counts.value,
            "pass_mark": self.pass_mark,
            "behaviour": self.behaviour.value,
            "penalty": self.penalty,
            "one_at_a_time": self.one_at_a_time,
            "shows": self.shows or {},
            "sections": list(self.sections),
        }

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Policy":
        """Return the policy that an attempt keeps; one that is silent on something says what a quiz says by default."""
        return cls(
            Counts(stored.get("counts", "best")),
            stored.get("pass_mark"),
            Behaviour(stored.get("behaviour", "end")),
            stored.get("penalty", 1 / 3),
            stored.get("one_at_a_time", False),
            stored.get("shows"),
            stored.get("sections", ()),
        )

    @classmethod
    def of(cls, quiz: Quiz, sections: Sequence[dict[str, Any]] = ()) -> "Policy":
        """Return what QUIZ promises now."""
        return cls(
            quiz.counts, quiz.pass_mark, quiz.behaviour, quiz.penalty, quiz.one_at_a_time, quiz.shows or {}, sections
        )

    def seen(self, moment: Moment) -> frozenset[Thing]:
        """Return what may be seen at MOMENT: what the quiz says of it, else everything.

        While an attempt is open, nothing of an answer that is scored only at the end; and the key never while there
        is another try (that is for whoever shows it to see to)."""
        if moment == "during" and self.behaviour is Behaviour.end:
            return frozenset()
        said: Collection[Thing] = (self.shows or {}).get(moment, THINGS)
        return frozenset(said)

    def always(self, *things: Thing) -> bool:
        """Say whether THINGS may be seen from two minutes after the submission on, whenever one looks."""
        return all(thing in self.seen("later") and thing in self.seen("closed") for thing in things)


#: Where an attempt keeps, beside its policy, until when it was due.
DUE = "due_at"


def with_due(stored: dict[str, Any], due_at: datetime | None) -> dict[str, Any]:
    """Return the policy an attempt keeps, with DUE_AT kept beside it."""
    return stored | {DUE: due_at.isoformat() if due_at is not None else None}


def due_kept(stored: dict[str, Any], otherwise: datetime | None) -> datetime | None:
    """Return until when an attempt was due by what it keeps, None for never; OTHERWISE where it keeps nothing of it."""
    if DUE not in stored:
        return otherwise
    return datetime.fromisoformat(stored[DUE]) if stored[DUE] else None


def moment_of(submitted_at: datetime | None, closes_at: datetime | None, now: datetime) -> Moment:
    """Return which moment NOW is for an attempt: closed from the closing time on, whatever else holds.

    An attempt that is still open at the close, as with extra time, is being worked at."""
    if submitted_at is None:
        return "during"
    if closes_at is not None and now >= closes_at:
        return "closed"
    return "after" if now < submitted_at + JUST_AFTER else "later"


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
