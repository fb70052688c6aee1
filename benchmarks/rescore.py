"""Scoring anew what is stored: time and peak memory, and whether each answer comes to the score it was given.

    ./run python -m benchmarks.rescore [--responses N] [--database sqlite|postgresql] [--quick]

A quarter, a half and all of N stored responses (100,000) of every type are read and scored anew, each share in a
process of its own, by `quizzes.attempts.rescoring`; essays are read with the others and have no score without a human.
Half of the attempts gave their answers in several tries.

Assumes: a database of its own on this machine, warm. A tenth of the attempts (at the most MADE) is worked through the
real functions, which store the scores; the others are copies of their rows. Memory is the peak of the whole process. It
fails (exit code 1) where an answer does not come to its stored score, where the processor's time for a response differs
by more than half between the shares, or where the peak grows with the number of responses.
"""

import argparse
import json
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from benchmarks import postgres
from benchmarks.questions import KINDS, TYPED, make_course, make_quiz
from course.base.db import Database, make_engine
from course.groups.enrolments import enrol_alone
from course.outline.models import Course
from course.users.models import User
from kruzhok.migrations import migrate
from quizzes.attempts.checking import check, try_again
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.rescoring import PIECE, answers_in
from quizzes.attempts.saving import Sent, save_responses
from quizzes.attempts.starting import start_attempt
from quizzes.attempts.steps import standing
from quizzes.items import parse_data, type_of
from quizzes.models import Attempt, AttemptItem, Behaviour, Step

MADE = 300  #: attempts that are worked through; the others are copies
SPREAD = 1.5  #: the time of a response may differ so much between the shares
GROWTH = 16.0  #: megabytes that the peak of the largest share may be over that of the smallest


class Measured(NamedTuple):
    """What one share came to: seconds by the clock and of the processor, megabytes at the peak, and how many answers
    have a score, wait for a mark, and did not come to what is stored."""

    responses: int
    seconds: float
    processor: float
    megabytes: float
    scored: int
    by_hand: int
    differing: int

    @property
    def microseconds(self) -> float:
        """The processor's time for one response: what else runs on the machine does not lengthen it."""
        return self.processor / self.responses * 1e6


def main() -> int:
    """Measure, print a table and, last, one line of JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--responses", type=int, default=100_000, help="stored responses at the most (100,000)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--quick", action="store_true", help="half a minute: 12,000 responses")
    options = parser.parse_args()
    responses = 12_000 if options.quick else max(options.responses, 20 * len(KINDS))
    with database_of(options.database) as url:
        database = Database(make_engine(url))
        migrate(database)
        attempts = -(-responses // len(KINDS))
        fill(database, attempts)
        database.engine.dispose()
        shares = [attempts // 4, attempts // 2, attempts]
        at_rest = in_a_process(url, min(PIECE, attempts // 4)).megabytes
        measured = [in_a_process(url, share) for share in shares]
    return report(options.database, measured, at_rest)


@contextmanager
def database_of(kind: str) -> Iterator[str]:
    """Give the address of an empty database of that kind, which is gone afterwards."""
    if kind == "postgresql":
        with postgres.server() as url:
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="kruzhok-rescore-") as folder:
        yield f"sqlite:///{Path(folder) / 'kruzhok.db'}"


# What is stored


def fill(database: Database, attempts: int) -> None:
    """Store so many attempts with an answer to every question, half of them with several tries."""
    rng, now = random.Random(1917), datetime.now(UTC) - timedelta(days=1)
    made = min(max(attempts // 10, 2), MADE)
    with database.transaction() as session:
        lesson = make_course(session, now)
        quizzes = [
            make_quiz(session, lesson, "at-the-end", now),
            make_quiz(session, lesson, "tries", now, behaviour=Behaviour.tries),
        ]
        user = User(email="one@example.org", name="One", created_at=now, active_on=now.date())
        session.add(user)
        session.flush()
        enrolment = enrol_alone(session, user, session.get_one(Course, lesson.course_id), now=now)
        for number in range(made):
            work(session, start_attempt(session, enrolment, quizzes[number % 2], now=now, rng=rng), rng, now)
            progress(number + 1, made, "attempts worked through")
    copy(database, attempts, made)


def work(session: Session, attempt: Attempt, rng: random.Random, now: datetime) -> None:
    """Answer every question of ATTEMPT, some of them in two or three tries, and hand it in."""
    tries = attempt.policy["behaviour"] == Behaviour.tries.value
    for turn in range(rng.randint(1, 3) if tries else 1):
        past = standing(session, attempt)
        sent = {}
        for item in attempt.items:
            data = parse_data(item.version.data)
            fields = TYPED[data.type](rng)
            sent[item.id] = Sent(type_of(data).parse(data, fields, item.shown), base=past[item.id].tip)
        save_responses(session, attempt, sent, by=attempt.user_id, now=now)
        for item in attempt.items if tries and turn < 2 else []:
            check(session, attempt, item, by=attempt.user_id, now=now)
            try_again(session, attempt, item, by=attempt.user_id, now=now)
    submit_attempt(session, attempt, now=now + timedelta(minutes=5))
    assert attempt.submitted_at is not None


def copy(database: Database, attempts: int, made: int) -> None:
    """Copy the first MADE attempts with their items and steps until there are so many in all."""
    done = made
    while done < attempts:
        with database.transaction() as session:
            originals = rows_of(session, Attempt, Attempt.id.in_(first_ids(session, min(made, attempts - done))))
            last = select(Attempt.activity_id, func.max(Attempt.number)).group_by(Attempt.activity_id)
            numbers = dict(iter(session.execute(last)))
            for row in originals:
                row["number"] = numbers[row["activity_id"]] = numbers[row["activity_id"]] + 1
            copied = insert_again(session, Attempt, originals)
            items = rows_of(session, AttemptItem, AttemptItem.attempt_id.in_(copied))
            copied_items = insert_again(
                session, AttemptItem, [row | {"attempt_id": copied[row["attempt_id"]]} for row in items]
            )
            steps = select(AttemptItem.id).where(AttemptItem.attempt_id.in_(copied))
            rows = rows_of(session, Step, Step.attempt_item_id.in_(steps))
            insert_again(
                session, Step, [row | {"attempt_item_id": copied_items[row["attempt_item_id"]]} for row in rows]
            )
        done += len(originals)
        progress(done, attempts, "attempts stored")


def insert_again(session: Session, model: Any, rows: list[dict[str, Any]]) -> dict[int, int]:
    """Insert ROWS under new ids; return old id -> new id."""
    first = (session.scalar(select(func.max(model.id))) or 0) + 1
    new = {row["id"]: first + number for number, row in enumerate(rows)}
    session.execute(insert(model.__table__), [row | {"id": new[row["id"]]} for row in rows])
    return new


def first_ids(session: Session, many: int) -> list[int]:
    """Return the ids of the first so many attempts."""
    return list(session.scalars(select(Attempt.id).order_by(Attempt.id).limit(many)))


def rows_of(session: Session, model: Any, where: Any) -> list[dict[str, Any]]:
    """Return the rows of MODEL of which WHERE holds, as mappings."""
    return [dict(row) for row in session.execute(select(model.__table__).where(where).order_by(model.id)).mappings()]


def progress(done: int, of: int, what: str) -> None:
    """Say on one line how far it is, where somebody looks on."""
    if sys.stderr.isatty():
        print(f"\r{done} of {of} {what}", end="\n" if done >= of else "", file=sys.stderr, flush=True)


# What is measured


def in_a_process(url: str, attempts: int) -> Measured:
    """Score the first so many ATTEMPTS anew in a fresh process, whose peak of memory is its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (url, attempts))


def measure(url: str, attempts: int) -> Measured:
    """Read the first so many ATTEMPTS piece by piece and score their answers anew."""
    database = Database(make_engine(url))
    responses = scored = by_hand = differing = 0
    with database.transaction(writing=False) as session:
        last = first_ids(session, attempts)[-1]
        began, worked = time.perf_counter(), time.process_time()
        for answer in answers_in(session, Attempt.id <= last):
            score = answer.replayed()
            responses += answer.history.response is not None
            scored += score is not None
            by_hand += score is None
            differing += (None if score is None else float(score)) != answer.stored
        seconds, processor = time.perf_counter() - began, time.process_time() - worked
    return Measured(responses, seconds, processor, peak(), scored, by_hand, differing)


def peak() -> float:
    """Return the most megabytes that this process held.

    Linux hands `ru_maxrss` on from the process that started this one, so there it is read elsewhere."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"VmHWM:\s*(\d+) kB", status.read_text())[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def report(kind: str, measured: list[Measured], at_rest: float) -> int:
    """Print what was measured; return 1 where something that must hold did not."""
    print(f"{kind}: scored anew, each share in a process of its own; {at_rest:.0f} MB with one piece of it\n")
    print("responses  seconds  processor  µs each  peak MB   scored  by hand  differing")
    for one in measured:
        print(
            f"{one.responses:9}{one.seconds:9.2f}{one.processor:11.2f}{one.microseconds:9.1f}{one.megabytes:9.1f}"
            f"{one.scored:9}{one.by_hand:9}{one.differing:11}"
        )
    each = [one.microseconds for one in measured]
    spread, growth = max(each) / min(each), measured[-1].megabytes - measured[0].megabytes
    faults = [f"{one.differing} of {one.scored} scores differ from what is stored" for one in measured if one.differing]
    if spread > SPREAD:
        faults.append(f"the time of a response differs by a factor of {spread:.2f} between the shares")
    if growth > GROWTH:
        faults.append(f"the peak of memory grows by {growth:.0f} MB with the number of responses")
    for fault in faults:
        print(fault)
    figures = [one._asdict() | {"microseconds_each": round(one.microseconds, 1)} for one in measured]
    print(
        json.dumps(
            {
                "database": kind,
                "shares": figures,
                "spread": round(spread, 3),
                "growth_mb": round(growth, 1),
                "faults": faults,
            }
        )
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
