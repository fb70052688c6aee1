"""What the simulated students do."""

import json
import random
import threading
import time
from functools import partial
from typing import NamedTuple

from benchmarks.questions import COURSE, KINDS, TYPED
from benchmarks.storm.browser import Acknowledged, Journal, Reply, Tab, at_once, named, together
from benchmarks.storm.site import Site
from quizzes.items import Raw
from quizzes.limits import GRACE

HAND_IN = 0.72  #: of the attempts; the others are left open
HANGS_UP = 0.08  #: of the saves: the connection is closed before the answer
LONG = 300.0  #: seconds that one waits for a page to begin from
SLOW = 15.0  #: seconds that a last answer may take over the grace


#: No answer to a question of any type.
NONSENSE: Raw = {"": ["no such thing\0"], "lenin": ["?"], "a": ["x"], "who": ["?"]}


class Plan(NamedTuple):
    """How a storm goes: how long attempts are begun, in seconds in which the site answers; how many seconds each may
    last, and how many may lie between two acts of a student; and how many attempts a quiz allows."""

    begin: float
    limit: float
    pace: float
    allowed: int


class Student(threading.Thread):
    """Somebody who takes one quiz as often as it lets them, in one or two tabs, with scripts or without."""

    def __init__(self, number: int, quiz: str, cookie: str, site: Site, plan: Plan) -> None:
        super().__init__(daemon=True)
        self.rng, self.plan, self.site, self.journal = random.Random(number), plan, site, Journal()
        self.path = f"/courses/{COURSE}/quizzes/{quiz}"
        self.tabs = [Tab(site.port, cookie, self.journal) for _ in range(2)]

    def run(self) -> None:
        """Work until attempts or time are used up."""
        first = self.rng.uniform(0, self.plan.begin / 2)
        while self.site.answering < first:
            time.sleep(0.2)
        page = self.tabs[0].insist(self.path, None, time.time() + LONG)
        if page is None:
            return
        for tab in self.tabs:
            tab.read(page.body)
        for number in range(self.plan.allowed + 1):  # once too often, where there is time for those that are allowed
            if number < self.plan.allowed and self.site.answering > self.plan.begin:
                return
            attempt = self.begin()
            if attempt is None or not self.sit(attempt):
                return

    def begin(self) -> int | None:
        """Begin an attempt, in every third case twice at once; None where no more is allowed, or it cannot be had."""
        replies = at_once(self.tabs, self.path) if self.rng.random() < 1 / 3 else []
        if not replies:
            reply = self.tabs[0].insist(self.path, [], time.time() + LONG)
            replies = [reply] if reply is not None else []
        self.journal.counted["refused a further attempt"] += sum(one.status == 409 for one in replies)
        begun = {int(one.location.rsplit("/", 1)[1]) for one in replies if one.status == 303}
        if len(begun) > 1:
            self.journal.faults.append(f"two attempts begun at once: {sorted(begun)}")
        if odd := [one.status for one in replies if one.status not in {303, 409}]:
            self.journal.faults.append(f"beginning was answered {odd}")
        self.journal.begun |= begun
        return max(begun, default=None)

    def sit(self, attempt: int) -> bool:
        """Work at ATTEMPT in one of the ways there are; return whether it was handed in."""
        rng = self.rng
        sitting = Sitting(self, attempt, deadline=time.time() + self.plan.limit)
        if not sitting.load(self.tabs[0]):
            return False
        way = rng.choice((sitting.by_script, sitting.by_script, sitting.by_page, sitting.in_two_tabs))
        hands_in, is_late = rng.random() < HAND_IN, rng.random() < 0.4
        acts, stop = rng.randint(6, 18), sitting.deadline - 3
        if not hands_in and is_late:
            acts, stop = 40, sitting.deadline + GRACE.total_seconds() / 2
        for _ in range(acts):
            time.sleep(rng.uniform(0.2, self.plan.pace))
            if time.time() > stop:
                break
            way()
        if hands_in:
            self.hand_in(attempt, sitting)
            return True
        self.journal.counted["left open"] += 1
        if is_late and rng.random() < 0.5:
            time.sleep(max(0.0, sitting.deadline + GRACE.total_seconds() + 2 - time.time()))
            sitting.by_script()
        return False

    def hand_in(self, attempt: int, sitting: "Sitting") -> None:
        """Hand ATTEMPT in, in every third case twice at once; sometimes change something afterwards."""
        path, until = f"/attempts/{attempt}/submission", sitting.until
        self.journal.handed_in[attempt] = 0.0
        replies = at_once(self.tabs, path) if self.rng.random() < 1 / 3 else []
        if not replies and (reply := self.tabs[0].insist(path, [], until)) is not None:
            replies = [reply]
        for reply in replies:
            if reply.status == 303:
                self.journal.handed_in[attempt] = time.time()
            else:
                self.journal.faults.append(f"handing in was answered {reply.status}")
        if self.rng.random() < 0.2:
            sitting.by_script()


class Sitting:
    """One attempt as a student works at it."""

    def __init__(self, student: Student, attempt: int, deadline: float) -> None:
        self.student, self.attempt, self.deadline = student, attempt, deadline
        self.rng, self.journal, self.tabs = student.rng, student.journal, student.tabs
        self.path = f"/attempts/{attempt}"
        self.until = deadline + GRACE.total_seconds() + SLOW
        self.is_alone = True  # only one tab so far: what it was told counts is what counts
        #: Whether the page is that of the last save: after the deadline there is none, and what is typed into an older
        #: one may be what it showed already, which changes nothing.
        self.is_current = True

    def load(self, tab: Tab) -> bool:
        """Load the page into TAB; return whether there are questions on it."""
        reply = tab.insist(self.path, None, self.until)
        return reply is not None and tab.read(reply.body)

    def typed(self, tab: Tab, item: int) -> Raw:
        """Return what is typed into an item; now and then an answer is taken back."""
        return {} if self.rng.random() < 0.03 else TYPED[KINDS[tab.items.index(item)]](self.rng)

    def by_script(self) -> None:
        """Change one answer, which the page's script saves."""
        tab = self.tabs[0]
        item = self.rng.choice(tab.items)
        self.save(tab, item, self.typed(tab, item))

    def in_two_tabs(self) -> None:
        """Change an answer in one of two tabs, neither of which sees what the other does, or in both at once."""
        if self.is_alone:
            self.is_alone = False
            for item in self.tabs[0].items:
                self.journal.counting.pop(item, None)
            self.load(self.tabs[1])
        tabs = [tab for tab in self.tabs if tab.items == self.tabs[0].items]
        item = self.rng.choice(tabs[0].items)
        chosen = tabs if self.rng.random() < 0.25 else [self.rng.choice(tabs)]
        together(*(partial(self.save, tab, item, self.typed(tab, item)) for tab in chosen))

    def save(self, tab: Tab, item: int, fields: Raw) -> None:
        """Save an answer as kruzhok.js does: the same save again, until there is an answer to it."""
        path, once = f"{self.path}/items/{item}", f"{self.rng.getrandbits(64):016x}"
        sent = [("base", str(tab.bases[item])), ("once", once), *named(item, fields)]
        if self.rng.random() < HANGS_UP:
            tab.drop(path, sent, script=True)
        reply = tab.insist(path, sent, self.until, script=True)
        self.journal.counting.pop(item, None)
        if reply is None:
            self.journal.counted["given up"] += 1
        elif reply.status == 200:
            self.took(tab, item, fields, json.loads(reply.body))
        elif reply.status == 409:
            self.kept([(item, fields)])
        else:
            self.journal.faults.append(f"a save was answered {reply.status}: {reply.body[:200]}")

    def took(self, tab: Tab, item: int, fields: Raw, reply: dict[str, object]) -> None:
        """Note that the site has an answer."""
        step = int(str(reply["step"]))
        tab.bases[item] = step
        self.journal.saved.append(Acknowledged(self.attempt, item, fields, step))
        if self.is_alone and "kept" not in reply:
            self.journal.counting[item] = fields

    def kept(self, answers: list[tuple[int, Raw]]) -> None:
        """Note that the site has answers that came too late."""
        self.journal.counted["kept, too late"] += 1
        self.journal.saved += [Acknowledged(self.attempt, item, fields) for item, fields in answers if fields]

    def by_page(self) -> None:
        """Change some answers and send the page, as without scripts; one of them may be no answer at all."""
        tab = self.tabs[0]
        items = sorted(tab.open)
        chosen = self.rng.sample(items, min(len(items), self.rng.randint(1, 4)))
        answers = [(item, self.typed(tab, item)) for item in chosen]
        bad = chosen[0] if chosen and self.rng.random() < 0.15 else None
        sent = [("do", self.button(tab, chosen))]
        for item, fields in answers:
            sent.append((f"base-{item}", str(tab.bases[item])))
            sent += named(item, fields if item != bad else NONSENSE)
            self.journal.counting.pop(item, None)
        if self.rng.random() < HANGS_UP:
            tab.drop(self.path, sent)
        reply = tab.insist(self.path, sent, self.until)
        if reply is None:
            self.journal.counted["given up"] += 1
            return
        if bad is not None and reply.status == 303:
            self.journal.faults.append(f"nonsense was taken for an answer by item {bad}")
        self.took_page(reply, [one for one in answers if one[0] != bad and one[1]])

    def button(self, tab: Tab, chosen: list[int]) -> str:
        """Return the button that is pressed: where answers are checked at once, sometimes one that does so."""
        closed = [item for item in tab.items if item not in tab.open]
        if closed and self.rng.random() < 0.5:
            return f"again-{self.rng.choice(closed)}"
        return f"check-{chosen[-1]}" if chosen and self.rng.random() < 0.4 else "save"

    def took_page(self, reply: Reply, answers: list[tuple[int, Raw]]) -> None:
        """Note what the answer to a whole page says, and see the page that follows."""
        tab = self.tabs[0]
        if reply.status == 409:
            self.kept(answers)
            return
        if reply.status not in {200, 303, 422}:
            self.journal.faults.append(f"a page was answered {reply.status}")
            return
        self.journal.saved += [Acknowledged(self.attempt, item, fields) for item, fields in answers]
        self.journal.counted["pages saved"] += 1
        if reply.status == 303:
            if self.is_current:
                self.journal.counting |= dict(answers)
            self.is_current = self.load(tab)
        else:
            self.is_current = tab.read(reply.body)
