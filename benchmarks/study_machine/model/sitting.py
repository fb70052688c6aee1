"""The model of an attempt: what is saved, kept and counted of its questions, and what they come to.

Written from DESIGN (invariants 1 and 2), RULES (sections 3, 4 and 6) and decision 13, not from the code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from benchmarks.study_machine.answers import ANSWERS, Stored

#: Until so long after its deadline a save counts, and then the worker hands the attempt in.
GRACE = timedelta(seconds=60)

PENALTY = Fraction(1, 4)

#: What a page must have seen of a question to change it.
TURNS = frozenset({"save", "check", "again", "accept"})


class Asked(NamedTuple):
    """What the course says of a question: its points, its further tries, whether a human marks it."""

    points: int = 1
    hints: int = 0
    by_hand: bool = False


class Quiz(NamedTuple):
    """What the course says of a quiz."""

    asks: Mapping[str, Asked]
    counts: str = "best"
    pass_mark: Fraction | None = None
    limit: timedelta | None = None
    allowed: int | None = None
    tries: bool = False


QUIZZES: Mapping[str, Quiz] = {
    "first": Quiz(
        {
            "one-of-three": Asked(),
            "some-of-four": Asked(points=2),
            "true-or-not": Asked(),
            "who-had-what": Asked(),
            "in-order": Asked(),
            "in-a-word": Asked(),
            "how-many": Asked(),
            "which-day": Asked(),
            "with-gaps": Asked(),
            "where-it-says-so": Asked(),
        },
        pass_mark=Fraction(1, 2),
    ),
    "second": Quiz(
        {"how-slow": Asked(), "which-hour": Asked(points=3, by_hand=True)},
        counts="last",
        limit=timedelta(minutes=20),
        allowed=2,
    ),
    "third": Quiz(
        {"try-a-choice": Asked(hints=2), "try-a-word": Asked(hints=1)},
        counts="average",
        tries=True,
    ),
}


@dataclass(slots=True)
class Step:
    """One recorded act at a question."""

    kind: str
    response: Stored
    base: int
    counts: bool = True
    score: Fraction | None = None
    once: str | None = None
    levels: Mapping[str, str] | None = None


class Kept(NamedTuple):
    """What became of a save: the number of the step the page has seen now, and whether it was kept beside."""

    step: int
    beside: bool = False


def worth(ident: str, response: Stored) -> Fraction:
    """Return what RESPONSE to the question IDENT is worth, as it was worked out by hand; a blank is worth nothing."""
    return next((one.score for one in ANSWERS[ident] if one.stored == response and response is not None), Fraction(0))


@dataclass(slots=True, eq=False)
class Question:
    """One question of an attempt with its steps, numbered from one."""

    ident: str
    asked: Asked
    tries: bool
    version: int = 1
    steps: list[Step] = field(default_factory=list)
    draft: Mapping[str, str] | None = None  #: of a mark

    @property
    def tip(self) -> int:
        """The number of the last step that a page must have seen, 0 before the first."""
        return max((n for n, one in enumerate(self.steps, 1) if one.kind in TURNS and one.counts), default=0)

    @property
    def counting(self) -> int:
        """The number of the save that counts, 0 for none."""
        of = [n for n, one in enumerate(self.steps, 1) if one.kind in {"save", "accept"} and one.counts]
        return of[-1] if of else 0

    @property
    def response(self) -> Stored:
        """What counts."""
        return self.steps[self.counting - 1].response if self.counting else None

    @property
    def beside(self) -> int:
        """The number of the save that is kept beside what counts while nobody chose between them, 0 for none."""
        of = [n for n, one in enumerate(self.steps, 1) if one.kind in {"save", "accept"}]
        return of[-1] if of and not self.steps[of[-1] - 1].counts else 0

    @property
    def checks(self) -> list[Step]:
        """The tries that were checked."""
        return [one for one in self.steps if one.kind == "check"]

    @property
    def allowed(self) -> int:
        """How often an answer may be checked."""
        return self.asked.hints + 1 if self.tries and not self.asked.by_hand else 0

    @property
    def turn(self) -> str:
        """Whether it is open to be answered, checked and closed until one asks for a further try, or finished."""
        checks = self.checks
        if not checks:
            return "open"
        if len(checks) >= self.allowed or checks[-1].score == 1:
            return "finished"
        last = next(one for one in reversed(self.steps) if one.kind in {"check", "again"})
        return "open" if last.kind == "again" else "checked"

    def save(self, response: Stored, base: int, *, is_open: bool, once: str | None = None) -> Kept:
        """Take RESPONSE from a page that has seen the step BASE.

        Only what that page changed is a step. It counts where nothing was saved since what that page had seen, and else
        is kept beside; a press of a button that came twice, and the same page sent twice, are one."""
        for number, one in enumerate(self.steps, 1):
            if once is not None and one.once == once:
                return Kept(number, not one.counts)
        seen = self.steps[base - 1] if base else None
        if response == self.response:
            return Kept(self.tip)
        if response == (seen.response if seen else None):
            return Kept(base, seen is not None and not seen.counts)
        counts = is_open and self.turn == "open"
        beside = self.steps[self.beside - 1] if self.beside else None
        if beside is not None and beside.response == response and (not counts or beside.base == base):
            return Kept(self.beside, beside=True)
        counts = counts and base >= self.tip and (seen is None or seen.counts)
        self.steps.append(Step("save", response, base, counts, once=once))
        return Kept(len(self.steps), not counts)

    def check(self) -> bool:
        """Check what counts, where that is to be, and say whether it was. A blank and the same again cost nothing."""
        if self.turn != "open" or not self.allowed or self.response is None:
            return False
        if self.checks and self.checks[-1].response == self.response:
            return False
        self.steps.append(Step("check", self.response, self.tip, score=worth(self.ident, self.response)))
        return True

    def again(self) -> None:
        """Open it for a further try."""
        if self.turn == "checked":
            self.steps.append(Step("again", self.response, self.tip))

    def choose(self, number: int) -> None:
        """Let the save NUMBER be the one that counts, of two made on different pages."""
        if self.beside and self.turn == "open":
            chosen = self.steps[number - 1]
            self.steps.append(Step("save", chosen.response, number))

    def earned(self) -> Fraction | None:
        """Return what the answers earn without a human, None where one is needed."""
        if self.asked.by_hand:
            return None if self.response is not None else Fraction(0)
        scores = self.worths or [Fraction(0)]
        return max(Fraction(0), scores[-1] - PENALTY * (len(scores) - 1))

    @property
    def worths(self) -> list[Fraction]:
        """What each try is worth for itself: those that were checked, and what was changed since; none of a blank."""
        scores = [one.score or Fraction(0) for one in self.checks]
        changed = self.response is not None and (not self.checks or self.checks[-1].response != self.response)
        if self.turn != "finished" and changed:
            scores.append(worth(self.ident, self.response))
        return scores

    @property
    def score(self) -> Fraction | None:
        """What it came to, None where that is not said."""
        last = self.verdict
        return last.score if last is not None else None

    @property
    def verdict(self) -> Step | None:
        """The step that says what it came to: the last, unless another answer was accepted since."""
        for one in reversed(self.steps):
            if one.kind == "accept":
                return None
            if one.kind in {"score", "mark", "override"}:
                return one
        return None


@dataclass(slots=True, eq=False)
class Attempt:
    """One sitting."""

    quiz: str
    number: int
    started: datetime
    deadline: datetime | None
    questions: list[Question]
    submitted: datetime | None = None
    awaits: bool = False
    due: datetime | None = None  #: by which it is in time or late
    #: Kind of site -> the id it has there, and those of its questions.
    ids: dict[str, int] = field(default_factory=dict)
    items: dict[str, list[int]] = field(default_factory=dict)

    def submit(self, now: datetime, *, awaits: bool) -> None:
        """Hand it in; after its deadline it is dated at that."""
        if self.submitted is not None:
            return
        for one in self.questions:
            score = one.earned()
            if score is not None:
                one.steps.append(Step("score", one.response, one.counting, score=score))
        self.submitted = now if self.deadline is None else min(now, self.deadline)
        self.awaits = awaits

    @property
    def answered(self) -> bool:
        """Whether there is one response or more."""
        return any(one.response is not None for one in self.questions)

    @property
    def saved(self) -> bool:
        """Whether anything was saved."""
        return any(step.kind == "save" for one in self.questions for step in one.steps)

    @property
    def out_of(self) -> int:
        """The points there are: without those of an essay that nobody is awaited to mark."""
        return sum(one.asked.points for one in self.questions if one.score is not None or self.awaits)

    @property
    def points(self) -> Fraction | None:
        """What it came to, None while it is open or waits for a tutor."""
        if self.submitted is None or (self.awaits and any(one.score is None for one in self.questions)):
            return None
        return sum((one.score * one.asked.points for one in self.questions if one.score is not None), Fraction(0))


def result_of(attempts: list[Attempt], counts: str) -> Fraction | None:
    """Return the share of the points that counts of ATTEMPTS, those that have theirs; None where none has."""
    shares = [one.points / one.out_of if one.out_of else Fraction(0) for one in attempts if one.points is not None]
    if not shares:
        return None
    mean = sum(shares, Fraction(0)) / len(shares)
    return {"best": max(shares), "last": shares[-1], "first": shares[0], "average": mean}[counts]
