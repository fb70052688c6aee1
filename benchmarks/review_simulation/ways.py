"""The ways to review that are compared. All have the same minutes, and all but the first use them up if they can."""

import random
from datetime import date, timedelta

from benchmarks.review_simulation.students import FINAL, ITEMS, SECONDS, Study, meeting_of, passage_of
from quizzes.scheduling import Candidate, Memory, Rated, Rating, due, plan, reviewed

FIRST = date(2026, 1, 5)
DAYS = [FIRST + timedelta(days=day) for day in range(FINAL + 1)]

RETENTION = 0.9


class NoReview(Study):
    """Meets every item, and never again."""


class Cramming(Study):
    """Keeps all minutes for the last week: through all items in another order each day, then through those missed until
    none is, then through all again."""

    WEEK = 7

    def review(self, day: int) -> None:
        if day < FINAL - self.WEEK:
            return
        days = sum(self.student.comes[FINAL - self.WEEK :])
        left = self.minutes * 60 * sum(self.student.comes) / days
        met = [item for item in range(ITEMS) if self.traces[item] is not None]
        random.Random(day).shuffle(met)
        asked = met
        while left > 0:
            missed = []
            for item in asked:
                right, took = self.ask(item, day)
                left -= took
                if not right:
                    missed.append(item)
                if left <= 0:
                    break
            asked = missed or met


class Steps(Study):
    """Fixed steps that grow: after 1, 3, 7, 14, 30, 60 days; back to the first when missed; the longest due first."""

    AFTER = (1, 3, 7, 14, 30, 60)

    def __init__(self, *told: object) -> None:
        super().__init__(*told)  # type: ignore[arg-type]
        self.step = [0] * ITEMS
        self.due = [0] * ITEMS

    def meet(self, item: int, day: int, *, right: bool) -> None:
        self.due[item] = day + self.AFTER[0]

    def review(self, day: int) -> None:
        left = self.minutes * 60
        for item in self.queue(day):
            if left <= 0:
                break
            right, took = self.ask(item, day)
            left -= took
            self.step[item] = min(self.step[item] + 1, len(self.AFTER) - 1) if right else 0
            self.due[item] = day + self.AFTER[self.step[item]]

    def queue(self, day: int) -> list[int]:
        """Return what is due, the longest first; of one day in no order."""
        met = [item for item in range(ITEMS) if self.traces[item] is not None and self.due[item] <= day]
        return sorted(met, key=lambda item: (self.due[item], self.student.order[item]))


class Fsrs(Study):
    """FSRS as it comes: reviews when recall has fallen to nine in ten, the longest due first."""

    def __init__(self, *told: object) -> None:
        super().__init__(*told)  # type: ignore[arg-type]
        self.known: list[Memory | None] = [None] * ITEMS
        self.due = [FIRST] * ITEMS

    def meet(self, item: int, day: int, *, right: bool) -> None:
        self.write_down(item, day, right=right)

    def write_down(self, item: int, day: int, *, right: bool, seconds: float | None = None) -> None:
        """Let the scheduler know how an answer came out."""
        rating = Rating.Good if right else Rating.Again
        self.known[item] = memory = reviewed(self.known[item], Rated(DAYS[day], rating, seconds))
        self.due[item] = due(memory, RETENTION)

    def one(self, item: int, day: int) -> float:
        """Let ITEM be answered and written down; return the seconds it took."""
        right, took = self.ask(item, day)
        self.write_down(item, day, right=right, seconds=took)
        return took

    def review(self, day: int) -> None:
        left = self.minutes * 60
        for item in self.queue(day):
            if left <= 0:
                break
            left -= self.one(item, day)

    def queue(self, day: int) -> list[int]:
        """Return what is due, the longest first; of one day in no order."""
        met = [item for item, memory in enumerate(self.known) if memory and self.due[item] <= DAYS[day]]
        return sorted(met, key=lambda item: (self.due[item], self.student.order[item]))


class StepsAhead(Steps):
    """The same steps; minutes that are left go to what is due next."""

    def queue(self, day: int) -> list[int]:
        met = [item for item in range(ITEMS) if self.traces[item] is not None]
        return sorted(met, key=lambda item: (self.due[item], self.student.order[item]))


class FsrsAhead(Fsrs):
    """FSRS as it comes; minutes that are left go to what is due next and was not asked today."""

    def queue(self, day: int) -> list[int]:
        met = [item for item, memory in enumerate(self.known) if memory and memory.last < DAYS[day]]
        return sorted(met, key=lambda item: (self.due[item], self.student.order[item]))


class Ours(Fsrs):
    """The plan of `quizzes.scheduling`, as the site makes it: each item is needed for its meeting, and all for the
    final; minutes that are left are used by going on."""

    def review(self, day: int) -> None:
        left = self.minutes * 60
        while left > 0:
            planned = plan(
                self.candidates(day),
                DAYS[day],
                seconds=left,
                a_day=self.minutes * 60,
                retention=RETENTION,
                further=True,
            )
            if not planned.queue:
                break
            for one in planned.queue:
                if left <= 0:
                    break
                left -= self.one(one.item_id, day)

    def candidates(self, day: int) -> list[Candidate]:
        """Return what may be asked, as the scheduler knows it; how long an item takes is learnt by asking it."""
        return [
            Candidate(
                item,
                memory,
                memory.seconds or SECONDS,
                passage_of(item),
                DAYS[meeting_of(item) if meeting_of(item) >= day else FINAL],
                item,
            )
            for item, memory in enumerate(self.known)
            if memory
        ]


WAYS: dict[str, type[Study]] = {
    "no review": NoReview,
    "cramming": Cramming,
    "fixed steps": Steps,
    "fixed steps, ahead": StepsAhead,
    "FSRS": Fsrs,
    "FSRS, ahead": FsrsAhead,
    "ours": Ours,
}
