"""Kolibri beside: installed from the registry by its name, seeded alike, at its default, its pages as a browser asks.

Its pages are drawn by scripts in the browser, which ask the server several things for each: a page is all of these, one
after the other. What they are was seen in a browser (Kolibri 0.19.5); the scripts themselves are not counted."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.pages.client import Answer, Ask, Browser, Page, played, several
from benchmarks.pages.serving import Server, free_port

VERSION = "0.19.5"
SEED = Path(__file__).parent / "peer_seed.py"

#: What is measured of it, by the names of our pages.
PAGES = (
    "today", "course", "lesson", "reading", "start of an attempt", "one response saved", "submission", "progress table",
)  # fmt: skip

#: With more learners than so many its class report takes seconds, and is not asked for sixteen times at once.
MOST_LEARNERS = 300

JSON = (("Content-Type", "application/json"),)


class Installed:
    """Kolibri in a folder of its own, and homes of it that are provisioned and seeded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "venv" / "bin" / "python"
        self.command = folder / "venv" / "bin" / "kolibri"

    def install(self) -> None:
        """Have it installed."""
        if self.command.exists():
            return
        venv.create(self.folder / "venv", with_pip=True)
        pip = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"kolibri=={VERSION}"], check=True, stdout=sys.stderr)

    def environment(self, home: Path, port: int = 0) -> Mapping[str, str]:
        """Return what the programs of HOME are told: to listen to this machine alone, and to call nobody."""
        return {
            "KOLIBRI_HOME": str(home),
            "KOLIBRI_HTTP_PORT": str(port or free_port()),
            "KOLIBRI_ZIP_CONTENT_PORT": str(free_port()),
            "KOLIBRI_LISTEN_ADDRESS": "127.0.0.1",
            "KOLIBRI_ZEROCONF_ENABLED": "False",
            "KOLIBRI_DISABLE_PING": "True",
        }

    def provision(self, home: Path) -> None:
        """Make HOME from nothing."""
        told = ["--facility", "School", "--superusername", "admin", "--superuserpassword", "password"]
        told += ["--preset", "formal", "--language_id", "en", "--verbosity", "0", "--noinput"]
        self._run([self.command, "manage", "provisiondevice", *told], home)

    def seed(self, home: Path, learners: int) -> Mapping[str, Any]:
        """Fill HOME with a class of so many LEARNERS; return what there is."""
        made = home / "seed.json"
        self._run([self.python, SEED, made, str(learners)], home)
        found: Mapping[str, Any] = json.loads(made.read_text())
        return found

    def _run(self, command: Sequence[str | Path], home: Path) -> None:
        with (self.folder / "said.log").open("ab") as said:
            environment = os.environ | dict(self.environment(home))
            subprocess.run(command, check=True, env=environment, stdout=said, stderr=said)

    def serving(self, home: Path) -> Server:
        """Return its server on HOME, to be entered."""
        port = free_port()
        command = [str(self.command), "start", "--foreground", "--port", str(port)]
        environment = self.environment(home, port)
        return Server(command, port, self.folder / "said.log", first="/api/public/info/", environment=environment)

    def copy(self, home: Path, to: Path) -> None:
        """Copy a HOME that nothing runs on."""
        shutil.copytree(home, to)


class Learner:
    """Somebody who is signed in to Kolibri, and the sessions of quizzes they have open."""

    def __init__(self, ask: Callable[[Ask], Answer], made: Mapping[str, Any], name: str) -> None:
        browser = Browser(ask)
        told = {"username": name, "password": made["password"], "facility": made["facility"]}
        entered = browser.go(Ask("POST", "/api/auth/session/", "", json.dumps(told), JSON))
        self.made, self.cookie, self.user = made, browser.cookie, json.loads(entered.text)["user_id"]
        self._headers = (*JSON, ("X-CSRFToken", browser.jar["kolibri_csrftoken"]))
        self.sessions: deque[str] = deque()

    def _get(self, path: str) -> Ask:
        return Ask("GET", path, self.cookie, headers=(("Accept", "application/json"),))

    def _send(self, method: str, path: str, told: Mapping[str, Any]) -> Ask:
        return Ask(method, path, self.cookie, json.dumps(told), self._headers)

    def _here(self) -> list[Ask]:
        """What every page of a learner asks first."""
        return [self._send("PUT", "/api/auth/session/current/", {"active": False}), self._get("/learn/api/state")]

    def _progress(self) -> Ask:
        return self._get(f"/api/logger/userprogress/{self.user}/")

    def looks(self) -> Mapping[str, Sequence[Ask]]:
        """Return what the pages ask that a learner looks at."""
        made = self.made
        room, channels = f"/learn/api/learnerclassroom/{made['class']}/", "/api/content/channel/?available=true"
        lesson, reading = made["lesson"], made["reading"]
        opened = {"node_id": reading["id"], "kind": "html5", "lesson_id": lesson}
        opened |= {name: reading[name] for name in ("content_id", "channel_id")}
        return {
            "today": [*self._here(), self._get(channels), self._progress(), self._get("/learn/api/homehydrate")],
            "course": [*self._here(), self._get(room), self._progress(), self._get(room)],
            "lesson": [
                *self._here(),
                self._get(f"/api/content/usercontentnode/?lesson={lesson}"),
                self._get(f"/api/content/contentnodeprogress/?lesson={lesson}"),
                self._get(f"/learn/api/learnerlesson/{lesson}/"),
                self._progress(),
            ],
            "reading": [
                *self._here(),
                self._get(f"/api/content/contentnode/{reading['id']}/"),
                self._get(channels),
                self._get(f"/api/bookmarks/bookmarks/?contentnode_id={reading['id']}"),
                self._send("POST", "/api/logger/trackprogress/", opened),
            ],
        }

    def table(self) -> Sequence[Ask]:
        """Return what the page asks on which a coach sees how far a class is."""
        made = self.made
        notices = self._get(f"/coach/api/notifications/?classroom_id={made['class']}")
        return [
            self._send("PUT", "/api/auth/session/current/", {"active": False}),
            self._get("/api/content/channel/?available=true"),
            self._get(f"/api/auth/facilitydataset/?facility_id={made['facility']}"),
            self._get(f"/coach/api/classsummary/{made['class']}/"),
            notices,
            self._get(f"/api/device/usersyncstatus/?member_of={made['class']}"),
            self._get(f"/api/lessons/lesson/size/?collection={made['class']}"),
            self._get(f"/api/exams/exam/size/?collection={made['class']}"),
            self._get(f"/api/auth/classroom/?parent={made['facility']}&role=coach"),
            notices,
        ]

    def start(self) -> Page:
        """Begin the quiz, or go on with it."""
        made = self.made
        yield from several(self._here())
        yield self._get(f"/learn/api/learnerclassroom/{made['class']}/")
        yield self._get(f"/api/exams/exam/{made['exam_open']}/")
        begun = yield self._send("POST", "/api/logger/trackprogress/", {"quiz_id": made["exam_open"]})
        ids = "%2C".join(made["exercises"])
        yield self._get(f"/api/content/contentnode/?ids={ids}&no_available_filtering=true")
        if (session := json.loads(begun.text)["session_id"]) not in self.sessions:
            self.sessions.append(session)

    def saves(self) -> Iterator[Page]:
        """Answer one question after the other, and then otherwise."""
        return (self._save(number) for number in count())

    def _save(self, number: int) -> Page:
        items = self.made["items"]
        turn, at = divmod(number, len(items))
        options = [{"content": str(one), "correct": one == 0, "originalIndex": one} for one in range(4)]
        names = ("crossedOut", "highlighted", "rationaleShown", "correctnessShown", "previouslyAnswered", "readOnly")
        states = [{"selected": one == turn % 4} | dict.fromkeys(names, False) for one in range(4)]
        radio = {"numCorrect": 1, "selectedChoices": [one == turn % 4 for one in range(4)]}
        radio |= {"choices": options, "choiceStates": states}
        interaction = {
            "answer": {"hints": [], "question": {"radio 1": radio}}, "complete": True, "correct": int(turn % 4 == 0),
            "hinted": False, "error": False, "simple_answer": "", "item": items[at], "time_spent": 4.8, "replace": True,
        }  # fmt: skip
        told = {"time_spent_delta": 4.8, "interactions": [interaction]}
        yield self._send("PUT", f"/api/logger/trackprogress/{self.sessions[0]}/", told)

    def submit(self) -> Page:
        """Hand the quiz in."""
        told = {"progress": 1, "time_spent_delta": 1.0}
        yield self._send("PUT", f"/api/logger/trackprogress/{self.sessions.popleft()}/", told)


class Kolibri:
    """A seeded Kolibri that is served: whoever is measured on it is signed in. ASK is how the server is asked."""

    def __init__(self, ask: Callable[[Ask], Answer], made: Mapping[str, Any], *, readers: int, learners: int) -> None:
        self._ask, self.made, self.learners = ask, made, learners
        self.readers = [self._learner(f"learner{number}") for number in range(readers)]
        self.coach = self._learner(made["coach"])
        #: Who has not begun the quiz yet: that can be done once.
        self.fresh = deque(f"learner{number}" for number in range(readers, learners))

    def _learner(self, name: str) -> Learner:
        return Learner(self._ask, self.made, name)

    def check(self) -> None:
        """See that the pages say what they must."""
        reader = self.readers[0]
        markers = {"today": "Quiz 1", "course": "Lesson 0", "lesson": "Resource 0", "reading": "Resource 0"}
        for name, asks in reader.looks().items():
            said = " ".join(answer.text for answer in played(self._ask, several(asks)))
            assert markers[name] in said, f"Kolibri's {name} does not say {markers[name]}"
        said = " ".join(answer.text for answer in played(self._ask, several(self.coach.table())))
        assert "Learner 0" in said, "Kolibri's class does not name its learners"

    def streams(self, name: str, fresh: int) -> tuple[Iterator[Page], list[Iterator[Page]]]:
        """Return who asks for the page NAME alone, and who ask for it at once; up to FRESH begin a quiz anew."""
        readers = self.readers
        if name == "progress table":
            asks = self.coach.table()
            together = readers if self.learners <= MOST_LEARNERS else []
            return (several(asks) for _ in count()), [_again(lambda: several(asks)) for _ in together]
        if name == "start of an attempt":
            # At once they go on with what they began, which costs it less than to begin.
            new = [self._learner(self.fresh.popleft()) for _ in range(min(fresh, len(self.fresh)))]
            self.begun = new or readers[:1]
            return (one.start() for one in self.begun), [_again(one.start) for one in readers]
        if name == "one response saved":
            return readers[0].saves(), [one.saves() for one in readers]
        if name == "submission":
            return (one.submit() for one in self.begun if one.sessions), []
        asks_of = [one.looks()[name] for one in readers]
        return (several(asks_of[0]) for _ in count()), [_again(partial(several, asks)) for asks in asks_of]


def _again(page: Callable[[], Page]) -> Iterator[Page]:
    while True:
        yield page()
