"""How sure somebody was of an answer, and what that is worth: shown, and counted nowhere. Pure.

Source of the numbers: certainty-based marking (RULES, section 3; Moodle question/behaviour/behaviourbase.php)."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from course.base.words import _

#: How sure one may say to be, from the least.
CERTAINTIES: Sequence[int] = (1, 2, 3)

WORDS: Mapping[int, str] = {1: _("a guess"), 2: _("fairly sure"), 3: _("sure")}

#: What a wrong answer costs. A right one earns as many points as its certainty has.
COSTS: Mapping[int, int] = {1: 0, 2: -2, 3: -6}

#: From which share of right answers on no other certainty earns more.
PAYS_FROM: Mapping[int, Fraction] = {1: Fraction(0), 2: Fraction(2, 3), 3: Fraction(4, 5)}


def certainty_points(score: Fraction, certainty: int | None) -> Fraction:
    """Return the certainty points of an answer with that SCORE (0 to 1): from -6 to 3.

    Who did not say how sure they were is taken to have guessed. A part of the score earns that part of the points;
    only an answer that is worth nothing is wrong, and costs."""
    certainty = certainty or CERTAINTIES[0]
    return certainty * score if score > 0 else Fraction(COSTS[certainty])


def signed(points: Fraction) -> str:
    """Return points with their sign and two digits at most: "+3", "−6", "+0.67", "0"."""
    amount = f"{abs(float(points)):.2f}".rstrip("0").rstrip(".")
    return amount if amount == "0" else f"{'+' if points > 0 else '−'}{amount}"


def fitting(share: Fraction) -> int:
    """Return the certainty that earns the most where the SHARE (0 to 1) of the answers is right."""
    return max(certainty for certainty in CERTAINTIES if share >= PAYS_FROM[certainty])


class Level(NamedTuple):
    """What came of the answers of one certainty: how many there were, how many of them were right and how many partly,
    and their certainty points together."""

    certainty: int
    answers: int
    right: int
    partly: int
    points: Fraction

    @property
    def share(self) -> Fraction | None:
        """The share that was right, from 0 to 1; None where there is no answer."""
        return Fraction(self.right, self.answers) if self.answers else None


def levels_of(answers: Iterable[tuple[int | None, Fraction]]) -> list[Level]:
    """Return what came of ANSWERS, (certainty, score), for each certainty from the least."""
    found: dict[int, list[Fraction]] = {certainty: [] for certainty in CERTAINTIES}
    for certainty, score in answers:
        found[certainty or CERTAINTIES[0]].append(score)
    return [
        Level(
            certainty,
            len(scores),
            sum(score >= 1 for score in scores),
            sum(0 < score < 1 for score in scores),
            sum((certainty_points(score, certainty) for score in scores), Fraction(0)),
        )
        for certainty, scores in found.items()
    ]
