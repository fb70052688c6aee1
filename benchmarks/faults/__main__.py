"""Each fault of a site of several machines, done under load: what was acknowledged, what of it was lost.

    ./run python -m benchmarks.faults [--seconds S] [--students N] [--only WORD ...]
    ./run python -m benchmarks.faults --quick       (2 seconds of load before each fault, 4 students)

A PostgreSQL of the benchmark's own that writes each commit down, three `kruzhok serve --no-worker`, two `kruzhok
worker` and a balancer run on loopback, each with an instance folder of its own and started again two seconds after
it ended, as a supervisor does. Students of a study group take a quiz again and again, save answer after answer as the
page's script does, hand in and post; a tutor marks their essays; letters wait for the workers. Each request goes
through the balancer to the next server. Then a server, a worker in the midst of a letter, PostgreSQL, the balancer
end at once; a server is told to stop, as for an upgrade; everything ends.

It fails (exit code 1) unless, of all that people were told, nothing is missing: every answer is the step it was said to
be, every attempt that was handed in is submitted, every post is there once, every mark that was released is there once;
no answer was an error of the site's own (500) or made no sense; everybody is answered again within a minute of the
fault, without anybody doing anything but start what ended, and then no request fails any more; what was struck is back
itself; every letter was sent, those sent twice are the same to the byte, and no more of them than were in hand when
something was struck.

On one machine: what is shown of networks and of power loss is nothing. Seconds are those of a machine on which all of
it runs at once, and maybe more: upper bounds.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from benchmarks import postgres
from benchmarks.faults.checks import Checked, Letters, check, check_letters
from benchmarks.faults.machines import Machine, free_port, is_ready, wait_until_ready
from benchmarks.faults.people import Clerk, Person, Student, Told, Tutor
from benchmarks.faults.post import SlowPost
from benchmarks.faults.world import World, make_world
from course.base.db import Database, make_engine
from course.base.jobs import Job

SECRET = "of this benchmark alone, 0123456789 abcdef"
SERVERS, WORKERS = 3, 2
LEASE = 3  #: seconds until what a killed worker was doing is taken up
BACK_WITHIN = 60.0  #: seconds after a fault within which everybody must be answered again
DOWN = 2.0  #: seconds until PostgreSQL is started again


@dataclass
class Row:
    """What one fault did: `down` is for how many seconds there was no database, `back` after how many everybody was
    answered again, `whole` after how many what was struck was ready itself and the jobs in its hand were done."""

    fault: str
    acknowledged: int = 0
    checked: Checked = field(default_factory=Checked)
    errors: int = 0
    down: float = 0.0
    back: float = 0.0
    whole: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Site:
    """All of it: started when it is made, gone when STACK ends."""

    def __init__(self, stack: ExitStack, folder: Path, students: int) -> None:
        self.postgres = stack.enter_context(postgres.running())
        self.post = stack.enter_context(SlowPost())
        self.port, self.ports = free_port(), [free_port() for _ in range(SERVERS)]
        self.folder = folder
        self.settings = {
            "KRUZHOK_DATABASE_URL": self.postgres.url,
            "KRUZHOK_SECRET": SECRET,
            "KRUZHOK_SMTP_URL": f"smtp://127.0.0.1:{self.post.port}",
            "KRUZHOK_SITE_URL": f"http://127.0.0.1:{self.port}",
        }
        os.environ |= self.settings | {"KRUZHOK_INSTANCE": str(folder)}
        self.database = Database(make_engine(self.postgres.url))
        self.in_hand: Sequence[int] = ()
        self.world: World = make_world(self.database, students)
        words = ("kruzhok", "serve", "--no-worker", "--workers", "1", "--port")
        self.servers = [
            self._machine(stack, f"server-{number}", (*words, str(port))) for number, port in enumerate(self.ports)
        ]
        told = ("kruzhok", "worker", "--lease", str(LEASE))
        self.workers = [self._machine(stack, f"worker-{number}", told) for number in range(WORKERS)]
        to = ("benchmarks.faults.balancer", str(self.port), *map(str, self.ports))
        self.balancer = self._machine(stack, "balancer", to)
        wait_until_ready(*self.ports, self.port)
        stack.callback(self.database.engine.dispose)

    def _machine(self, stack: ExitStack, name: str, command: tuple[str, ...]) -> Machine:
        instance = self.folder / name
        instance.mkdir()
        machine = Machine(name, command, self.settings | {"KRUZHOK_INSTANCE": str(instance)}, self.folder)
        stack.callback(machine.end)
        return machine

    def note_in_hand(self) -> None:
        """Note which jobs are a worker's at this moment."""
        with self.database.transaction(writing=False) as session:
            self.in_hand = session.scalars(select(Job.id).where(Job.leased_until.is_not(None))).all()

    def is_whole(self) -> bool:
        """Return whether every server and the balancer are ready, and what a worker had in its hand is done."""
        if not all(map(is_ready, (*self.ports, self.port))):
            return False
        with self.database.transaction(writing=False) as session:
            waits = select(Job.id).where(Job.id.in_(self.in_hand), Job.done_at.is_(None))
            return session.scalar(waits.limit(1)) is None

    def said(self) -> str:
        """Return what all machines have said so far."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


# The faults: each strikes, and returns the moment when it did.


def a_server_is_killed(site: Site) -> float:
    """SIGKILL to all processes of one server."""
    return site.servers[0].strike()


def a_server_is_told_to_stop(site: Site) -> float:
    """SIGTERM to one server, as before an upgrade."""
    return site.servers[1].strike(signal.SIGTERM)


def a_worker_is_killed(site: Site) -> float:
    """SIGKILL to a worker while both hand in a letter."""
    site.post.wait_until_busy(WORKERS)
    site.note_in_hand()
    return site.workers[0].strike()


def postgresql_ends(site: Site) -> float:
    """PostgreSQL ends without finishing anything, and is started again."""
    site.note_in_hand()
    struck = time.time()
    site.postgres.crash()
    time.sleep(DOWN)
    site.postgres.start()
    return struck


def the_balancer_is_killed(site: Site) -> float:
    """SIGKILL to the balancer."""
    return site.balancer.strike()


def everything_ends(site: Site) -> float:
    """SIGKILL to all servers, workers and the balancer at once, and the end of PostgreSQL."""
    site.note_in_hand()
    struck = time.time()
    for machine in (*site.servers, *site.workers, site.balancer):
        machine.strike()
    postgresql_ends(site)
    return struck


HEADS = (
    "fault",
    "acknowledged",
    "lost",
    "twice",
    "requests that failed",
    "no database for, s",
    "all answered again after, s",
    "whole again after, s",
)

#: Name, what is done, the most errors that one client may meet (None: as many as there are until it is back).
FAULTS: list[tuple[str, Callable[[Site], float], int | None]] = [
    ("SIGKILL of one of three servers", a_server_is_killed, 1),
    ("one of three servers told to stop and started again", a_server_is_told_to_stop, 1),
    ("SIGKILL of a worker in the midst of a letter", a_worker_is_killed, 0),
    ("PostgreSQL ends at once, started again after two seconds", postgresql_ends, None),
    ("SIGKILL of the balancer", the_balancer_is_killed, None),
    ("everything at once", everything_ends, None),
]


def do(site: Site, people: list[Person], name: str, strike: Callable[[Site], float], most: int | None) -> Row:
    """Strike while PEOPLE work, wait until all is well again, and see what is there of what they were told."""
    row, began, errors = Row(name), time.time(), _errors(people)
    struck = strike(site)
    row.down = time.time() - struck
    row.back = _wait_until_answered(people, time.time()) - struck
    while not site.is_whole() and time.time() < struck + 2 * BACK_WITHIN:
        time.sleep(0.1)
    row.whole = time.time() - struck
    if not site.is_whole():
        row.wrong.append("something was not ready again")
    _wait_until_answered(people, time.time())
    row.errors = _errors(people) - errors
    quiet = _errors(people)
    _wait_until_answered(people, time.time(), 5)
    told = [one for person in people for one in list(person.told) if one.at >= began]
    row.acknowledged, row.checked = len(told), check(site.database, told)
    if row.back > BACK_WITHIN:
        row.wrong.append(f"everybody was answered again only after {row.back:.0f} s")
    if _errors(people) > quiet:
        row.wrong.append(f"{_errors(people) - quiet} requests failed when all was well again")
    if most is not None and row.errors > most * len(people):
        row.wrong.append(f"{row.errors} requests failed, and {most} a client are all that may")
    row.wrong += row.checked.wrong
    return row


def _errors(people: list[Person]) -> int:
    return sum(
        count
        for person in people
        for what, count in person.journal.counted.items()
        if what.startswith(("unanswered", "answered 5"))
    )


def _wait_until_answered(people: list[Person], since: float, times: int = 2) -> float:
    """Wait until each student was told so often SINCE then that something is kept; return when the last was.

    Twice: what was in flight may have been answered by what is gone."""
    students = [person for person in people if isinstance(person, Student)]
    end = since + 2 * BACK_WITHIN
    while time.time() < end:
        latest = [[one.at for one in list(person.told)[-times:] if one.at > since] for person in students]
        if all(len(times_told) >= times for times_told in latest):
            break
        time.sleep(0.05)
    return time.time()


def main() -> int:
    """Do the faults that were asked for, print the table and, last, one line of JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=15.0, help="of load before each fault")
    parser.add_argument("--students", type=int, default=8)
    parser.add_argument("--only", nargs="*", default=[], help="faults whose name has one of these words")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.students = 2.0, 4
    rows = []
    with tempfile.TemporaryDirectory(prefix="kruzhok-faults-") as name, ExitStack() as stack:
        began = time.time()
        site = Site(stack, Path(name), options.students)
        say(f"all is ready after {time.time() - began:.0f} s")
        people: list[Person] = [Student(site.port, cookie, number) for number, cookie in enumerate(site.world.students)]
        people.append(Tutor(site.port, site.world.tutor, len(people), site.world.essay))
        clerk = Clerk(site.postgres.url, pace=0.4)
        everybody: list[Person | Clerk] = [*people, clerk]
        for one in everybody:
            one.start()
        for fault, strike, most in FAULTS:
            if options.only and not any(word in fault for word in options.only):
                continue
            _wait_until_answered(people, time.time())
            time.sleep(options.seconds)
            rows.append(do(site, people, fault, strike, most))
            say(f"{fault}: {rows[-1].whole:.0f} s")
        for one in everybody:
            one.stopping.set()
        for one in everybody:
            one.join(timeout=60)
        told = [one for person in people for one in person.told]
        letters = check_letters(site.database, site.post.kept, struck=len(rows) * WORKERS)
        wrong = [words for person in people for words in person.journal.faults]
        wrong += check(site.database, told).wrong + letters.wrong
        met: Counter[str] = sum((person.journal.counted for person in people), Counter())
        wrong += [f"{met['answered 500']} answers were errors of our own"] if met["answered 500"] else []
    return report(rows, told, met, letters, wrong)


def say(words: str) -> None:
    """Say how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def report(rows: list[Row], told: list[Told], met: Counter[str], letters: Letters, wrong: list[str]) -> int:
    """Print what was found; return 1 where something was lost or is wrong."""
    print(f"| {' | '.join(HEADS)} |\n|{'---|' * len(HEADS)}")
    for row in rows:
        down = f"{row.down:.1f}" if row.down > DOWN else ""
        found = (row.fault, row.acknowledged, row.checked.lost, row.checked.twice, row.errors, down)
        print(f"| {' | '.join(map(str, found))} | {row.back:.1f} | {row.whole:.1f} |")
    kinds = {kind: sum(one.kind == kind for one in told) for kind in ("answer", "submission", "post", "mark")}
    print(f"\nAcknowledged in all: {kinds}; requests: {dict(met)}")
    print(f"Letters: {letters.sent}, of these handed in twice, the same to the byte: {letters.twice}")
    for row in rows:
        for words in row.wrong:
            print(f"FAULT: {row.fault}: {words}")
    for words in wrong[:50]:
        print(f"FAULT: {words}")
    lost = sum(row.checked.lost for row in rows)
    failed = bool(lost or wrong or not rows or any(row.wrong or not row.acknowledged for row in rows))
    figures = [
        {"fault": row.fault, "acknowledged": row.acknowledged, "lost": row.checked.lost, "twice": row.checked.twice}
        | {"errors": row.errors, "wrong": row.wrong}
        | {name: round(getattr(row, name), 1) for name in ("down", "back", "whole")}
        for row in rows
    ]
    whole = {"faults": figures, "told": kinds, "requests": dict(met), "letters": letters.sent}
    print(json.dumps(whole | {"letters twice": letters.twice, "wrong": wrong, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
