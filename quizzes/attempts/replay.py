"""What the steps of a question come to: where it stands while it is worked at, and its score. Given the steps, pure.

The same functions score an attempt that is handed in, show why a score is what it is, and score what is stored anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from quizzes.attempts.steps import History
from quizzes.items import ItemData, Names, Response, Scored, is_marked_by_hand, type_of
from quizzes.models import Behaviour, StepKind
from quizzes.policy import Policy
from quizzes.scoring import count_back, less_penalty

#: Types whose score is the mean of their parts: of several tries each part loses only by its own.
OF_PARTS = frozenset({"matching", "cloze"})

State = Literal["open", "checked", "finished"]


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a question stands during an attempt.

    Open to be answered; checked, and closed until a further try is asked for; or finished: right, or no try left.
    `used` and `allowed` count tries, `hints` are those earned so far."""

    state: State
    used: int = 0
    allowed: int = 0
    hints: Sequence[str] = ()

    @property
    def left(self) -> int:
        """How many tries are left."""
        return self.allowed - self.used


def tries_allowed(data: ItemData, policy: Policy) -> int:
    """Return how often an answer may be checked before the submission: never where a human marks it."""
    if policy.behaviour is Behaviour.end or is_marked_by_hand(data):
        return 0
    return 1 if policy.behaviour is Behaviour.see else len(data.hints) + 1


def turn_of(data: ItemData, policy: Policy, history: History) -> Turn:
    """Return where the question stands."""
    allowed, checks = tries_allowed(data, policy), history.checks
    used = len(checks)
    if not checks:
        return Turn("open", 0, allowed)
    hints = data.hints[:used] if policy.behaviour is Behaviour.tries else ()
    if used >= allowed or (checks[-1].score or 0) >= 1:
        return Turn("finished", used, allowed, hints)
    again = history.last(StepKind.again)
    state: State = "open" if again is not None and again.number > checks[-1].number else "checked"
    return Turn(state, used, allowed, hints)


def tries_of(history: History, *, allowed: int) -> list[Response | None]:
    """Return the responses that are scored: those checked, and what was changed after the last check, while a try was
    left (Moodle: to finish with an unchecked change is one more try)."""
    checked = [step.response for step in history.checks]
    last = history.response
    is_new = not checked or (last is not None and last != checked[-1])
    done = bool(checked) and (len(checked) >= allowed or (history.checks[-1].score or 0) >= 1)
    return [*checked, last] if is_new and not done else checked


def score_of(data: ItemData, policy: Policy, history: History, names: Names) -> Fraction | None:
    """Return the score that the answers to a question earn without a human, None where one must mark it.

    Several tries: max(0, raw - penalty x tries already used); an item of several parts by each part's own tries
    (RULES section 3, interactive with count-back)."""
    tries = tries_of(history, allowed=tries_allowed(data, policy))
    if is_marked_by_hand(data):
        return None if tries[-1] is not None else Fraction(0)
    scored = [type_of(data).score(data, response, names=names) for response in tries]
    return penalised(data, policy, scored)


def penalised(data: ItemData, policy: Policy, scored: Sequence[Scored]) -> Fraction:
    """Return what the tries SCORED, in their order, are worth together."""
    if policy.behaviour is not Behaviour.tries or len(scored) < 2:
        return scored[-1].score
    penalty = Fraction(policy.penalty).limit_denominator(10_000)  # a third is a third
    if data.type in OF_PARTS and scored[-1].parts:
        return count_back([one.parts for one in scored], penalty)
    return less_penalty(scored[-1].score, penalty, len(scored) - 1)


def final_score(data: ItemData, policy: Policy, history: History, names: Names) -> Fraction | None:
    """Return what a question comes to when its steps are replayed: the tutor's last word, else what was earned.

    None where it is not marked yet. It must be what is stored (`History.scored`)."""
    last = history.scored
    if last is not None and last.kind is not StepKind.score:
        return Fraction(str(last.score))
    return score_of(data, policy, history, names)
