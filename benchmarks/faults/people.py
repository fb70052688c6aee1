"""Who works on the site meanwhile: students, a tutor, and the clerk who gives the workers letters to send.

Each does one thing after another, and asks again until it is answered, as browsers and people do. What they were told
is kept."""

import json
import random
import re
import threading
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from benchmarks.faults.world import GROUP, PROMPT, QUIZ
from benchmarks.questions import COURSE, KINDS, TYPED
from benchmarks.storm.browser import Acknowledged, Journal, Reply, Tab, named
from course.base.db import Database, make_engine
from course.users.models import User
from kruzhok.digest.letters import make_letter
from kruzhok.digest.writing import Written

AGAIN = 0.2  #: seconds until one asks again who was not answered
THINKS = 0.1  #: seconds between two acts
SAVES = 8  #: answers in one sitting

ANSWER = re.compile(r'name="answer" value="(\d+)"')
SEEN = re.compile(r'name="seen" value="([^"]*)"')


class Told(NamedTuple):
    """What somebody was told that is kept, and when that was: `what` says where to look for it afterwards."""

    at: float
    kind: str
    what: object


class Person(threading.Thread, ABC):
    """Somebody with a browser, who works until told to stop."""

    def __init__(self, port: int, cookie: str, number: int) -> None:
        super().__init__(daemon=True)
        self.journal, self.told = Journal(), list[Told]()
        self.rng, self.tab = random.Random(number), Tab(port, cookie, self.journal)
        self.stopping = threading.Event()

    def run(self) -> None:
        """Work."""
        while not self.stopping.is_set():
            page = self.insist("/me")  # a page with a form, for its token
            if page is not None:
                self.tab.read(page.body)
                break
        while not self.stopping.is_set():
            self.work()
            self.stopping.wait(THINKS)

    @abstractmethod
    def work(self) -> None:
        """Do one whole piece of work."""

    def insist(self, path: str, fields: list[tuple[str, str]] | None = None, *, script: bool = False) -> Reply | None:
        """Ask until there is an answer; None where one was told to stop before."""
        while (reply := self.tab.ask(path, fields, script=script)) is None:
            if self.stopping.wait(AGAIN):
                return None
        return reply

    def note(self, kind: str, what: object) -> None:
        """Note what one was told just now."""
        self.told.append(Told(time.time(), kind, what))

    def odd(self, act: str, reply: Reply | None) -> None:
        """Note an answer that should not be."""
        if reply is not None:
            self.journal.faults.append(f"{act} was answered {reply.status}: {reply.body[:200]}")


class Student(Person):
    """Takes a quiz again and again: begins, saves answers, hands in, and says something in the discussion."""

    def work(self) -> None:
        """Sit once, and post."""
        begun = self.insist(f"/courses/{COURSE}/quizzes/{QUIZ}", [("group", GROUP)])
        if begun is None or begun.status != 303:
            return self.odd("beginning", begun)
        attempt = int(begun.location.rsplit("/", 1)[1])
        page = self.insist(f"/attempts/{attempt}")
        if page is None or not self.tab.read(page.body):
            return self.odd("a sitting", page)
        essay = KINDS.index("essay")
        for index in [essay, *self.rng.choices(range(len(KINDS)), k=SAVES)]:
            self.save(attempt, index)
        done = self.insist(f"/attempts/{attempt}/submission", [])
        if done is not None and done.status == 303:
            self.note("submission", attempt)
        else:
            self.odd("handing in", done)
        self.post()
        return None

    def save(self, attempt: int, index: int) -> None:
        """Save an answer as the page's script does: the same again until it is answered."""
        item, fields = self.tab.items[index], TYPED[KINDS[index]](self.rng)
        once = f"{self.rng.getrandbits(64):016x}"
        sent = [("base", str(self.tab.bases[item])), ("once", once), *named(item, fields)]
        reply = self.insist(f"/attempts/{attempt}/items/{item}", sent, script=True)
        if reply is None or reply.status != 200:
            return self.odd("a save", reply)
        step = int(json.loads(reply.body)["step"])
        self.tab.bases[item] = step
        self.note("answer", Acknowledged(attempt, item, fields, step))
        return None

    def post(self) -> None:
        """Say something in the discussion that nobody has said before."""
        words = f"I say {self.rng.getrandbits(64):016x}."
        sent = [("text", words), ("once", words), ("base", "0")]
        reply = self.insist(f"/groups/{GROUP}/lessons/{PROMPT[0]}/prompts/{PROMPT[1]}", sent)
        if reply is None or reply.status != 303:
            return self.odd("a post", reply)
        self.note("post", words)
        return None


class Tutor(Person):
    """Marks one essay after another."""

    def __init__(self, port: int, cookie: str, number: int, question: int) -> None:
        super().__init__(port, cookie, number)
        self.path = f"/groups/{GROUP}/marking/{question}"

    def work(self) -> None:
        """Mark the next essay, if there is one, and release it."""
        page = self.insist(self.path)
        if page is None or page.status != 200:
            return self.odd("marking", page)
        essay, seen = ANSWER.search(page.body), SEEN.search(page.body)
        if essay is None or seen is None or "Released. What you change" in page.body:
            return None  # nothing waits
        self.tab.read(page.body)
        sent = [("answer", essay[1]), ("seen", seen[1]), ("level-argument", "good"), ("do", "release")]
        reply = self.insist(self.path, sent)
        # 409: an answer that did not arrive was nevertheless that it is released; the page says what is there.
        if reply is None or reply.status not in {303, 409}:
            return self.odd("a mark", reply)
        if reply.status == 303:
            self.note("mark", int(essay[1]))
        return None


class Clerk(threading.Thread):
    """Gives the workers letters to send, one day's after another, as a morning does."""

    def __init__(self, url: str, pace: float) -> None:
        super().__init__(daemon=True)
        self.database, self.pace = Database(make_engine(url)), pace
        self.stopping = threading.Event()

    def run(self) -> None:
        """Write letters until told to stop."""
        day = date(2000, 1, 1)
        while not self.stopping.is_set():
            day += timedelta(days=1)
            for user_id in self._readers():
                with suppress(DBAPIError):  # it is away; there are other days
                    make_letter(_write, self.database, user_id, day, datetime.now(UTC))
                if self.stopping.wait(self.pace):
                    break
        self.database.engine.dispose()

    def _readers(self) -> list[int]:
        try:
            with self.database.transaction(writing=False) as session:
                return list(session.scalars(select(User.id).order_by(User.id)))
        except DBAPIError:
            self.stopping.wait(1)
            return []


def _write(_session: Session, user: User, day: date, _now: datetime) -> Written:
    words = f"News of {day}"
    return Written(f"<{user.id}.{day}@example.org>", words, words, f"<p>{words}</p>", "https://example.org/u", ())
