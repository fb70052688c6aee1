"""The pages that are measured, and what somebody does who reads them: signed in through the form, as a browser is."""

import itertools
import json
import re
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmarks.pages.client import Answer, Ask, Browser, Page, form, one
from benchmarks.pages.filling import filled
from benchmarks.pages.seeding import COURSE, PASSWORD, TAKEN, Seeded
from kruzhok.config import SHIPPED_COURSE

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
CHOICE = re.compile(r'name="item-(\d+)" value="([^"]+)"')
LESSON = f"/courses/{COURSE}/lessons/lenins-return-april-theses"


def quizzes() -> list[str]:
    """Return the quizzes of the course that nobody of the seed has begun."""
    found = sorted(path.stem for path in (SHIPPED_COURSE / "quizzes").glob("*.yaml"))
    return [ident for ident in found if ident not in TAKEN]


class Reader:
    """Somebody who is signed in, and the attempts they have open."""

    def __init__(self, ask: Callable[[Ask], Answer], email: str) -> None:
        browser = Browser(ask)
        token = TOKEN.findall(browser.go(Ask("GET", "/sign-in")).text)[0]
        told = [("csrf_token", token), ("email", email), ("password", PASSWORD)]
        browser.go(form("/sign-in", "", told))
        page = browser.go(Ask("GET", f"/courses/{COURSE}/quizzes/{next(iter(TAKEN))}")).text
        self.cookie = browser.cookie
        self.token: tuple[str, str] = ("csrf_token", TOKEN.findall(page)[0])
        self.begun: deque[str] = deque()

    def get(self, path: str) -> Page:
        """The page at PATH."""
        return one(Ask("GET", path, self.cookie))

    def start(self, quiz: str) -> Page:
        """Begin an attempt at QUIZ, and see its questions."""
        answer = yield form(f"/courses/{COURSE}/quizzes/{quiz}", self.cookie, [self.token])
        self.begun.append(answer.header("location"))
        yield Ask("GET", self.begun[-1], self.cookie)

    def starts(self, quizzes: Iterable[str]) -> Iterator[Page]:
        """Begin attempts at QUIZZES, one after the other."""
        return (self.start(quiz) for quiz in quizzes)

    def saves(self, ask: Callable[[Ask], Answer]) -> Iterator[Page]:
        """Answer questions of the attempts that are open, one after the other, and then otherwise."""
        choices: dict[str, list[str]] = {}
        for attempt in self.begun:
            choices |= _choices(attempt, ask(Ask("GET", attempt, self.cookie)))
        return self._answers(choices)

    def _answers(self, choices: Mapping[str, Sequence[str]]) -> Iterator[Page]:
        assert choices, "no attempt is open that has a question with options"
        bases: dict[str, str] = {}
        return (
            self._save(path, values[turn % len(values)], bases)
            for turn in itertools.count()
            for path, values in choices.items()
        )

    def _save(self, path: str, value: str, bases: dict[str, str]) -> Page:
        told = [self.token, ("base", bases.get(path, "0")), ("once", secrets.token_hex(8))]
        answer = yield form(
            path, self.cookie, [*told, ("item-" + path.rpartition("/")[2], value)], status=200, script=True
        )
        bases[path] = str(json.loads(answer.text)["step"])

    def submissions(self) -> Iterator[Page]:
        """Hand in the attempts that are open, one after the other."""
        while self.begun:
            yield one(form(f"{self.begun.popleft()}/submission", self.cookie, [self.token]))

    def whole(self, quiz: str) -> Page:
        """Sit QUIZ from the beginning to the end: begin it, see its questions, save ten responses, and hand in."""
        begun = yield form(f"/courses/{COURSE}/quizzes/{quiz}", self.cookie, [self.token])
        attempt = begun.header("location")
        shown = yield Ask("GET", attempt, self.cookie)
        for answer in itertools.islice(self._answers(_choices(attempt, shown)), 10):
            yield from answer
        yield form(f"{attempt}/submission", self.cookie, [self.token])

    def wholes(self, quizzes: Iterable[str]) -> Iterator[Page]:
        """Sit QUIZZES, one after the other."""
        return (self.whole(quiz) for quiz in quizzes)

    def reviews(self) -> Iterator[Page]:
        """Take one step of a review after the other: the question, the answer, and what came of it."""
        while True:
            yield self._review()

    def _review(self) -> Page:
        question = yield Ask("GET", "/review?more=1", self.cookie)
        answered = yield form("/review", self.cookie, filled(question.text, "/review"))
        yield Ask("GET", answered.header("location"), self.cookie)


def _choices(attempt: str, shown: Answer) -> dict[str, list[str]]:
    """Return where each question of ATTEMPT that has options is answered, and what with."""
    found: dict[str, list[str]] = {}
    for item, value in CHOICE.findall(shown.text):
        found.setdefault(f"{attempt}/items/{item}", []).append(value)
    return {path: values for path, values in found.items() if len(values) > 1}


class Look(NamedTuple):
    """A page that is only looked at: where it is, words that it shows, whether a tutor looks."""

    path: str
    marker: str
    by_tutor: bool = False


#: A quiz sat from the beginning to the end. By so many at once, each so many quizzes in a round.
WHOLE, AT_ONCE, SAT = "attempt of ten answers", 8, 2

#: What only is done: no page has an address of its own for it.
ACTS = ("start of an attempt", "one response saved", "submission", WHOLE, "review step")


def looks(seeded: Seeded) -> Mapping[str, Look]:
    """Return the pages that are only looked at, by name."""
    group = f"/groups/{seeded.group}"
    return {
        "today": Look("/today", "Today"),
        "course": Look(f"/courses/{COURSE}", "Why Study the Russian Revolution?"),
        "lesson": Look(LESSON, "April Theses"),
        "reading": Look(f"/courses/{COURSE}/texts/april-theses", "The Tasks of the Proletariat"),
        "discussion of 200 posts": Look(seeded.discussion, "200 posts"),
        "search": Look(f"/search?q=soviet&course={COURSE}", "soviet"),
        "progress table": Look(f"{group}/progress", "Student 1", by_tutor=True),
        "marking queue": Look(f"{group}/marking", "to mark", by_tutor=True),
        "progress as a file": Look(f"{group}/progress.csv", "Student 1", by_tutor=True),
    }


def names(seeded: Seeded) -> Sequence[str]:
    """Return the names of all pages, in the order in which they are shown."""
    first, *rest = [*looks(seeded)][:4], *[*looks(seeded)][4:]
    return [*first, *ACTS, *rest]
