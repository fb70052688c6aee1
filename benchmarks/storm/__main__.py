"""A storm: students at work while the processes of the site are killed; then, whether anything was lost.

    ./run python -m benchmarks.storm [--students N] [--kills K] [--database sqlite|postgresql] [--seconds S] [--limit L]
    ./run python -m benchmarks.storm --quick      (20 students, 2 kills: under three minutes)

`kruzhok serve` runs as an operator runs it (two web processes and the worker), in a folder of its own, with two quizzes
of a question of every type: one scored at the end, one with tries. For S seconds (those in which the site answers)
students begin attempts, two at the most and L seconds long: some by two requests at once, some once too often. They
save answer by answer as the page's script does (the step that the page had seen, a token, the same save again until it
is answered), or whole pages with nonsense among the answers, or in two tabs that know nothing of each other, now and
then in both at once; one save in twelve hangs up before the answer. They hand in, some twice at once, or leave the
attempt open, some still saving after the deadline. Meanwhile K times SIGKILL goes to a web process, to the worker, or
to everything at once. `serve` starts a web process again by itself, but no worker: where that is gone, or all is, the
storm starts the site again, as whoever runs it would have to.

It fails (exit code 1) unless, once the last deadline and its grace are past: every response of which a student was told
that it is saved is a step in the database; what was saved last in a sitting of one tab counts; nobody has more attempts
than allowed, or two open at once; every attempt is submitted once, with one score an item, none dated after its
deadline, those left open at their deadline, two minutes after it at the latest or one after there is a worker again;
every score replays to what is stored and the points are their sum; and no answer was an error of the site's own (500).

What this shows of power loss: nothing. SIGKILL takes the processes and leaves what the system holds in memory, so a
commit that never reached the disk would not be missed here. That a commit is on the disk before it is acknowledged
rests on SQLite's `synchronous=FULL` and on PostgreSQL's `fsync`, `synchronous_commit` and `full_page_writes`, which are
asserted to be set, and on a disk that does what it says. PostgreSQL itself is not killed.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from benchmarks import postgres
from benchmarks.questions import make_course, make_quiz
from benchmarks.storm.browser import Journal
from benchmarks.storm.checks import AWAKE, LATEST, Checked, check
from benchmarks.storm.site import KILLS, Site
from benchmarks.storm.students import Plan, Student
from course.base.db import Database, make_engine
from course.users.models import User
from course.users.sign_ins import TOKEN, add_sign_in
from kruzhok.app import create_app
from kruzhok.config import read_config
from kruzhok.migrations import migrate
from quizzes.limits import GRACE
from quizzes.models import Attempt, Behaviour

ALLOWED = 2  #: attempts at a quiz
QUIZZES = ("at-the-end", "tries")


def main() -> int:
    """Raise a storm, check what it left, print figures and, last, one line of JSON; return the exit code."""
    options = read_options()
    plan = Plan(options.seconds, options.limit, pace=1 + options.students / 50, allowed=ALLOWED)
    with tempfile.TemporaryDirectory(prefix="kruzhok-storm-") as folder, database_of(options.database, folder) as url:
        os.environ |= {"KRUZHOK_INSTANCE": folder, "KRUZHOK_DATABASE_URL": url}
        database = Database(make_engine(url))
        cookies = seed(database, options.students, plan)
        began = time.time()
        with Site(Path(folder), url) as site:
            say(f"serving after {time.time() - began:.0f} s; {options.students} students begin")
            killing = (site, plan, options.kills, random.Random(options.seed))
            killer = threading.Thread(target=kill_at_random, args=killing, daemon=True)
            killer.start()
            journals = work(site, cookies, plan, options.seed)
            say("the students have gone; the last deadlines pass")
            killer.join(timeout=600)
            wait_for_worker(database)
        with database.transaction(writing=False) as session:
            checked = check(session, journals, ALLOWED, site.awake)
        database.engine.dispose()
        tracebacks = site.said.read_text(errors="replace").count("Traceback (most recent call last)")
    return report(options, site, journals, checked, tracebacks)


def read_options() -> argparse.Namespace:
    """Return the options, with what they leave out."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seconds", type=float, help="how long attempts are begun; 20, and one for two students more")
    parser.add_argument("--limit", type=int, default=60, help="the time limit of an attempt in seconds, at least 60")
    parser.add_argument("--seed", type=int, default=1917, help="of chance: who does what, and what is killed when")
    parser.add_argument("--quick", action="store_true", help="20 students and 2 kills")
    options = parser.parse_args()
    if options.quick:
        options.students, options.kills = 20, 2
    options.seconds = options.seconds or 20 + options.students / 2
    options.limit = max(options.limit, 60)
    return options


@contextmanager
def database_of(kind: str, folder: str) -> Iterator[str]:
    """Give the address of an empty database of that kind."""
    if kind == "postgresql":
        with postgres.server() as url:
            yield url
        return
    yield f"sqlite:///{Path(folder) / 'kruzhok.db'}"


def seed(database: Database, students: int, plan: Plan) -> list[str]:
    """Make the course and its students; return the cookie of each."""
    migrate(database)
    now, tokens = datetime.now(UTC), []
    with database.transaction() as session:
        lesson = make_course(session, now)
        for ident, behaviour in zip(QUIZZES, (Behaviour.end, Behaviour.tries), strict=True):
            own = {"time_limit": plan.limit, "attempts_allowed": plan.allowed, "behaviour": behaviour}
            make_quiz(session, lesson, ident, now, **own)
        for number in range(students):
            email = f"student-{number}@example.org"
            user = User(email=email, name=f"Student {number}", created_at=now, active_on=now.date())
            session.add(user)
            session.flush()
            tokens.append(add_sign_in(session, user, "storm", now))
    app = create_app(read_config(), database)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    rest = {"_fresh": True, "csrf_token": "0" * 40, "_permanent": True}
    return [f"kruzhok={serializer.dumps({TOKEN: token} | rest)}" for token in tokens]


def work(site: Site, cookies: Sequence[str], plan: Plan, seed: int) -> list[Journal]:
    """Let the students work; return their journals when the last of them has gone."""
    students = [
        Student(number + 1000 * seed, QUIZZES[number % len(QUIZZES)], cookie, site, plan)
        for number, cookie in enumerate(cookies)
    ]
    for student in students:
        student.start()
    for student in students:
        student.join()
    return [student.journal for student in students]


def kill_at_random(site: Site, plan: Plan, kills: int, rng: random.Random) -> None:
    """Kill so many times, spread over the time in which students work and the first deadlines pass."""
    victims = [KILLS[number % len(KILLS)] for number in range(kills)]
    rng.shuffle(victims)
    whole = plan.begin + plan.limit / 2
    for number, victim in enumerate(victims):
        moment = whole * (number + rng.uniform(0.2, 0.9)) / kills
        while site.answering < moment or not site.kill(victim, rng):
            time.sleep(0.2)
        say(f"killed {victim}")


def wait_for_worker(database: Database) -> None:
    """Wait until no attempt is open, at the most until the worker must have handed in the last."""
    with database.transaction(writing=False) as session:
        last = session.scalar(select(func.max(Attempt.deadline_at)).where(Attempt.submitted_at.is_(None)))
    while last is not None and datetime.now(UTC) < last + LATEST + AWAKE:
        time.sleep(1)
        with database.transaction(writing=False) as session:
            if not session.scalar(select(func.count()).select_from(Attempt).where(Attempt.submitted_at.is_(None))):
                return


def say(words: str) -> None:
    """Say how far it is."""
    print(f"{datetime.now().astimezone():%H:%M:%S} {words}", file=sys.stderr, flush=True)


def report(
    options: argparse.Namespace, site: Site, journals: Sequence[Journal], checked: Checked, tracebacks: int
) -> int:
    """Print what was measured; return 1 where something that must hold did not."""
    counted: Counter[str] = sum((journal.counted for journal in journals), Counter())
    seconds = sorted(took for journal in journals for took in journal.seconds) or [0.0]
    faults = [fault for journal in journals for fault in journal.faults] + checked.faults
    if counted["answered 500"]:
        faults.append(f"{counted['answered 500']} answers were an error of the site's own making")
    if checked.figures["acknowledged"] < options.students:
        faults.append("too little was saved to show anything: take a machine with less to do, or more --seconds")
    if len(site.killed) < options.kills:
        faults.append(f"only {len(site.killed)} of {options.kills} kills found something to kill")
    figures = {
        "students": options.students,
        "database": options.database,
        "kills": dict(Counter(site.killed)),
        "starts of the site": site.starts,
        "tracebacks in its log": tracebacks,
        **dict(sorted((counted + checked.figures).items())),
        "lost": checked.figures["lost"],
        "median save, ms": round(statistics.median(seconds) * 1000, 1),
        "95th percentile, ms": round(seconds[int(len(seconds) * 0.95)] * 1000, 1),
        "slowest save, ms": round(seconds[-1] * 1000, 1),
        "handed in after the deadline at the latest, s": round(checked.slowest.total_seconds(), 1),
        "grace, s": int(GRACE.total_seconds()),
    }
    for name, figure in figures.items():
        print(f"{name:48}{figure}")
    for fault in faults[:50]:
        print(f"FAULT: {fault}")
    print(json.dumps(figures | {"faults": len(faults)}))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
