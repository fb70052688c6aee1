"""Three families of true memory. None is the scheduler's: its parameters are not theirs, and two forget by other laws.

A memory says how likely an item is known on a day, and what answering it does. All parameters are drawn for each
student, some for each item too. What no paper gives was chosen so that of what was met once and never again a plausible
share is left: after two days, a week, four and twelve weeks 83, 72, 60, 51 per cent (three-parts), 80, 64, 41, 25
(disuse), 74, 57, 38, 26 (traces)."""

import math
import random
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from fsrs.scheduler import DEFAULT_PARAMETERS

#: What is known of one item, whatever a family keeps of it.
Trace = Any

GOOD, AGAIN = 3, 1


class Memory(Protocol):
    """How one student forgets."""

    def item(self, rng: random.Random) -> Any:
        """Return what is particular about an item for this student."""

    def met(self, item: Any, day: int, *, known: bool) -> Trace:
        """Return the trace of an item that was met on DAY, known already or not."""

    def recall(self, item: Any, trace: Trace, day: int) -> float:
        """Return the chance (0 to 1) that it is known on DAY."""

    def answered(self, item: Any, trace: Trace, day: int, *, known: bool) -> Trace:
        """Return the trace once it was answered on DAY and its explanation read."""


def around(rng: random.Random, middle: float, sigma: float) -> float:
    """Return a number around MIDDLE, log-normally."""
    return middle * math.exp(rng.gauss(0, sigma))


class ThreeParts:
    """Difficulty, stability, retrievability, as FSRS has them, with other parameters for each student and item.

    All 21 parameters are drawn around FSRS's (by a quarter, the first stabilities by two fifths more), and so is how
    hard each item is and how long it lasts at first."""

    def __init__(self, rng: random.Random) -> None:
        w = [around(rng, one, 0.25) for one in DEFAULT_PARAMETERS]
        lasts = around(rng, 1.0, 0.4)
        w[:4] = [one * lasts for one in w[:4]]
        w[4] = min(max(DEFAULT_PARAMETERS[4] + rng.gauss(0, 0.7), 1.0), 10.0)
        w[20] = min(max(around(rng, DEFAULT_PARAMETERS[20], 0.3), 0.1), 0.8)
        self.w = w
        self.factor = 0.9 ** (-1 / w[20]) - 1

    def item(self, rng: random.Random) -> tuple[float, float]:
        return rng.gauss(0, 1.5), around(rng, 1.0, 0.4)

    def _difficulty(self, rating: int) -> float:
        return self.w[4] - math.exp(self.w[5] * (rating - 1)) + 1

    def met(self, item: tuple[float, float], day: int, *, known: bool) -> Trace:
        harder, lasts = item
        rating = GOOD if known else AGAIN
        return self.w[rating - 1] * lasts, min(max(self._difficulty(rating) + harder, 1.0), 10.0), day

    def recall(self, item: tuple[float, float], trace: Trace, day: int) -> float:
        stability, _difficulty, last = trace
        return math.pow(1 + self.factor * (day - last) / stability, -self.w[20])

    def answered(self, item: tuple[float, float], trace: Trace, day: int, *, known: bool) -> Trace:
        stability, difficulty, last = trace
        w, chance = self.w, self.recall(item, trace, day)
        rating = GOOD if known else AGAIN
        if day == last:
            grows = math.exp(w[17] * (rating - 3 + w[18])) * stability ** -w[19]
            after = stability * (max(grows, 1.0) if known else grows)
        elif known:
            saved = math.exp((1 - chance) * w[10]) - 1
            after = stability * (1 + math.exp(w[8]) * (11 - difficulty) * stability ** -w[9] * saved)
        else:
            left = ((stability + 1) ** w[13] - 1) * math.exp((1 - chance) * w[14])
            after = min(w[11] * difficulty ** -w[12] * left, stability / math.exp(w[17] * w[18]))
        harder = difficulty - w[6] * (rating - 3) * (10 - difficulty) / 9
        difficulty = w[7] * self._difficulty(4) + (1 - w[7]) * harder
        return max(after, 0.001), min(max(difficulty, 1.0), 10.0), day


class Disuse:
    """Forgetting is exponential, by a half-life; a recall lengthens it the more, the more had been forgotten.

    The law is that of the theory of disuse (Bjork and Bjork 1992) in its simplest form: known, the half-life grows by
    1 + G (1 - R); missed, a part of it is left. G is about ten: half-lives double at nine in ten. Items differ widely,
    by which averages of exponential curves look like power laws (Murre and Chessa 2011)."""

    DAYS: ClassVar[float] = 12.0  #: the half-life of an ordinary item that was missed when it was met

    def __init__(self, rng: random.Random) -> None:
        self.lasts = around(rng, self.DAYS, 0.5)
        self.gains = around(rng, 10.0, 0.4)
        self.left = min(around(rng, 0.4, 0.3), 0.9)

    def item(self, rng: random.Random) -> float:
        return around(rng, 1.0, 2.0)

    def met(self, item: float, day: int, *, known: bool) -> Trace:
        return self.lasts * item * (2 if known else 1), day

    def recall(self, item: float, trace: Trace, day: int) -> float:
        half_life, last = trace
        return math.pow(2.0, -(day - last + 0.02) / half_life)

    def answered(self, item: float, trace: Trace, day: int, *, known: bool) -> Trace:
        half_life = trace[0]
        if known:
            return half_life * (1 + self.gains * (1 - self.recall(item, trace, day))), day
        return max(self.lasts * item / 2, half_life * self.left), day


class Traces:
    """Each answer leaves a trace that decays by a power of its age, the faster the more was active when it was left.

    Pavlik and Anderson (2005), with their parameters: a = 0.177, c = 0.217, threshold -0.704, noise 0.255, and time
    between sessions taken at 0.025 of its length. To meet an item, with its text, question and explanation, leaves
    three traces."""

    HOUR: ClassVar[float] = 0.025
    MET: ClassVar[int] = 3

    def __init__(self, rng: random.Random) -> None:
        self.least, self.grows = max(around(rng, 0.177, 0.2), 0.05), around(rng, 0.217, 0.2)
        self.threshold, self.noise = -0.704 + rng.gauss(0, 0.15), 0.255

    def item(self, rng: random.Random) -> float:
        return rng.gauss(0.6, 0.3)

    def _moment(self, day: int, answers_today: int) -> float:
        return day * 86_400 * self.HOUR + 60 * answers_today

    def _active(self, traces: Any, moment: float) -> float:
        return math.log(sum((moment - at) ** -decay for at, decay in traces))

    def met(self, item: float, day: int, *, known: bool) -> Trace:
        trace: Trace = (((self._moment(day, 0), self.least),), day, 1)
        for _more in range(self.MET - 1):
            trace = self.answered(item, trace, day, known=known)
        return trace

    def recall(self, item: float, trace: Trace, day: int) -> float:
        traces, last, answers = trace
        active = item + self._active(traces, self._moment(day, answers if day == last else 0) + 30)
        return 1 / (1 + math.exp((self.threshold - active) / self.noise))

    def answered(self, item: float, trace: Trace, day: int, *, known: bool) -> Trace:
        traces, last, answers = trace
        today = answers if day == last else 0
        moment = self._moment(day, today) + 30
        decay = self.grows * math.exp(self._active(traces, moment)) + self.least
        return (*traces, (moment + 1, decay)), day, today + 1


FAMILIES: dict[str, Callable[[random.Random], Memory]] = {"three-parts": ThreeParts, "disuse": Disuse, "traces": Traces}
