"""The course that is simulated, and students in it: when they meet an item, come to study, answer, and how fast."""

import math
import random
from typing import Any, NamedTuple

from benchmarks.review_simulation.memories import FAMILIES, Trace, around

WEEKS = 12
ITEMS_A_WEEK = 32  #: the shipped course has 391 in twelve weeks
ITEMS = WEEKS * ITEMS_A_WEEK
FINAL = WEEKS * 7  #: the day of the final, on which nobody studies any more
LATER = FINAL + 28  #: nobody reviews after the final

#: Students meet the items of a week on five of its days; so many items in a row hang on one passage.
STUDY_DAYS, OF_A_PASSAGE = 5, 3

KNOWN_BEFORE = 0.65  #: the chance to answer an item right when it is met, just after its text
GUESSED, SLIPPED = 0.10, 0.03  #: right without knowing, wrong although known
SECONDS, WRONG_TAKES = 20.0, 1.6  #: how long an answer takes, and how much longer a wrong one with its explanation

#: So many answers to one item have their chance drawn beforehand, the same for every way to review.
ANSWERS = 64


def _met_on(item: int) -> int:
    """Return the day on which ITEM is met: of a week's items some on each of five days, from its second."""
    week, place = divmod(item, ITEMS_A_WEEK)
    return 7 * week + 1 + place % STUDY_DAYS


#: Day -> the items met on it.
MET_ON = {day: [item for item in range(ITEMS) if _met_on(item) == day] for day in range(FINAL)}


def meeting_of(item: int) -> int:
    """Return the day of the meeting that ITEM is needed for: the last of its week."""
    return 7 * (item // ITEMS_A_WEEK) + 6


def passage_of(item: int) -> int:
    """Return what ITEM hangs on together with its neighbours."""
    return item // OF_A_PASSAGE


class Drawn(NamedTuple):
    """What is drawn for one answer: whether it is known, and whether that shows."""

    knows: float
    shows: float


class Student:
    """One student, the same for every way to review: memory, items, luck, and the days on which they come."""

    def __init__(self, seed: int, number: int, family: str) -> None:
        rng = random.Random(f"{seed} {number} {family}")
        self.memory = FAMILIES[family](rng)
        self.items = [self.memory.item(rng) for _item in range(ITEMS)]
        self.takes = [around(rng, SECONDS, 0.4) for _item in range(ITEMS)]
        self.knew = [rng.random() < KNOWN_BEFORE for _item in range(ITEMS)]
        comes = 1 - 0.4 * rng.random()
        self.comes = [rng.random() < comes for _day in range(FINAL)]
        self.order = [rng.random() for _item in range(ITEMS)]
        self._luck = [[Drawn(rng.random(), rng.random()) for _n in range(ANSWERS)] for _item in range(ITEMS)]

    def luck(self, item: int, answers: int) -> Drawn:
        """Return what is drawn for the next answer to ITEM, after so many."""
        return self._luck[item][answers % ANSWERS]


class Study:
    """A student going through the course in one way of reviewing, with so many minutes on each day they come.

    What a way knows is what a site would: which answers were right, and when."""

    def __init__(self, student: Student, minutes: float) -> None:
        self.student, self.minutes = student, minutes
        self.traces: list[Trace] = [None] * ITEMS
        self.answers = [0] * ITEMS
        self.seconds = 0.0

    def through(self) -> "Study":
        """Study from the first day to the eve of the final."""
        for day in range(FINAL):
            for item in MET_ON.get(day, ()):
                known = self.student.knew[item]
                self.traces[item] = self.student.memory.met(self.student.items[item], day, known=known)
                self.meet(item, day, right=known)
            if self.student.comes[day]:
                self.review(day)
        return self

    def meet(self, item: int, day: int, *, right: bool) -> None:
        """Take in that ITEM was met on DAY, and answered."""

    def review(self, day: int) -> None:
        """Spend the minutes of DAY."""

    def ask(self, item: int, day: int) -> tuple[bool, float]:
        """Let ITEM be answered; return whether that was right, and the seconds it took."""
        student, trace = self.student, self.traces[item]
        drawn = student.luck(item, self.answers[item])
        known = drawn.knows < student.memory.recall(student.items[item], trace, day)
        right = drawn.shows >= SLIPPED if known else drawn.shows < GUESSED
        self.traces[item] = student.memory.answered(student.items[item], trace, day, known=known)
        self.answers[item] += 1
        took = student.takes[item] * (1 if right else WRONG_TAKES)
        self.seconds += took
        return right, took

    def knows(self, day: int) -> float:
        """Return how much of the course is known on DAY, in per cent."""
        memory, items = self.student.memory, self.student.items
        return 100 * math.fsum(memory.recall(items[one], self.traces[one], day) for one in range(ITEMS)) / ITEMS


def figures(study: Study) -> dict[str, Any]:
    """Return what came of STUDY: known on the day of the final and four weeks after, minutes a day, answers."""
    return {
        "day": study.knows(FINAL),
        "later": study.knows(LATER),
        "minutes": study.seconds / 60 / FINAL,
        "answers": sum(study.answers),
    }
