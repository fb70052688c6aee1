"""What all of the machine rests on: the sites, the clock, pages seen on all sites at once, and the comparing."""

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import time_machine
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.study_machine import reading
from benchmarks.study_machine.browser import Browser, Button, Form, Page
from benchmarks.study_machine.model.outline import Part
from benchmarks.study_machine.model.things import ALONE, Place, Told
from benchmarks.study_machine.model.world import World
from benchmarks.study_machine.setup import BEGIN, MEMBERS, TICKED
from benchmarks.study_machine.site import Site, same_chance
from course.groups.models import Enrolment
from course.users.models import User
from kruzhok.completions import rebuild
from quizzes.attempts.rescoring import answers_in
from quizzes.models import Attempt
from quizzes.review import recording
from quizzes.review.models import Card

NUMBER = re.compile(r"\d+")

#: What changes from one site to the other and is no difference.
OWN = re.compile(r"Reference: [a-z0-9-]+")

#: Floats that differ by less are the same score.
HAIR = 1e-9

TOLD_EVERY = 200

#: After so many acts all that is kept is compared; and at the end of every run.
COMPARED_EVERY = 4


class Different(AssertionError):
    """A site is not as the model says, or one site not as the other."""


class Base(RuleBasedStateMachine):
    """A run on `sites`. Counts what was done in `counts` and `steps`, over all runs."""

    sites: ClassVar[Sequence[Site]] = ()
    counts: ClassVar[Counter[str]] = Counter()
    steps: ClassVar[int] = 0
    pages: ClassVar[int] = 0
    answers: ClassVar[Any] = hashlib.sha256()  #: of all that the sites answered, by which two runs can be compared

    def __init__(self) -> None:
        super().__init__()
        for site in self.sites:
            site.begin()
        self.clock = time_machine.travel(BEGIN, tick=False)
        self.traveller = self.clock.start()
        self.world = World(BEGIN)
        for person, group, role in MEMBERS:
            place = Place(person, group, BEGIN, role)
            self.world.places.append(place)
            if self.world.keys[group] != person:
                self.world.told[self.world.keys[group]].add(Told("joined", place))
        for person in TICKED:
            self.world.tick(self.world.acting(person, ALONE), Part("lesson", "fourth"), done=True)
        self.left_open: dict[tuple[Any, ...], dict[str, Form]] = {}
        self.since = 0
        self.fine = True

    def teardown(self) -> None:
        """Compare all once more, rebuild what can be rebuilt, and let the clock go."""
        try:
            if self.fine:
                self.compare()
                self.rebuild()
        finally:
            self.clock.stop()

    # Acting and looking on all sites

    def done(self, what: str) -> None:
        """Count one more act. Until it is seen through, the run is not fine."""
        type(self).counts[what] += 1
        type(self).steps += 1
        self.since += 1
        if self.steps % TOLD_EVERY == 0:
            print(f"{self.steps} steps, answers {self.answers.hexdigest()[:16]}", file=sys.stderr, flush=True)
        self.fine = False

    def see(self, person: str, act: Callable[[Site, Browser], Page]) -> Page:
        """Do ACT on all sites as PERSON; they must answer alike, nothing may break, and nothing be told that is not
        theirs. Return what the first showed."""
        pages = []
        for site in self.sites:
            same_chance()
            page = act(site, site.browser(person))
            type(self).pages += 1
            if page.status >= 500:
                raise Different(f"{site.kind}: {page.url} answered {page.status}: {page.words[:500]}")
            pages.append(page)
        first = _alike(pages[0])
        type(self).answers.update(f"{pages[0].status} {first}".encode())
        for site, page in zip(self.sites[1:], pages[1:], strict=True):
            if page.status != pages[0].status or _alike(page) != first:
                raise Different(
                    f"{self.sites[0].kind} and {site.kind} differ at {page.url}: {pages[0].status} and {page.status}\n"
                    f"{_apart(first, _alike(page))}"
                )
        self._hold_secrets(person, pages[0])
        return pages[0]

    def _hold_secrets(self, person: str, page: Page) -> None:
        if page.status == 303:
            return
        told = [one for one in self.world.secrets(person, page.url) if one in page.words]
        if told:
            raise Different(f"{page.url} tells {person} what is not theirs to know (yet): {told}")

    def look(self, person: str, url: Callable[[Site], str] | str, *statuses: int) -> Page:
        """Let PERSON look at URL; it answers one of STATUSES, 200 unless said."""
        page = self.see(person, lambda site, browser: browser.get(url if isinstance(url, str) else url(site)))
        self.expect(page, *(statuses or (200,)))
        return page

    def form(self, person: str, url: Callable[[Site], str] | str, to: str, *having: str) -> dict[str, Form]:
        """Return, by kind of site, the form on the page at URL that is sent to TO and has the fields HAVING."""
        forms = {}

        def look(site: Site, browser: Browser) -> Page:
            page = browser.get(url if isinstance(url, str) else url(site))
            forms[site.kind] = page.form(to, *having)
            return page

        self.see(person, look)
        return forms

    def press(
        self,
        person: str,
        forms: dict[str, Form],
        button: Callable[[Site, Form], Button | None] | None = None,
        *,
        look: bool = True,
    ) -> Page:
        """Send FORMS, of each site its own, by BUTTON; LOOK where that leads, or stay with its answer."""
        return self.see(
            person,
            lambda site, browser: browser.send(
                forms[site.kind], button(site, forms[site.kind]) if button else None, look=look
            ),
        )

    def expect(self, page: Page, *statuses: int) -> None:
        """Hold that PAGE has one of STATUSES, or leads on where that is 200."""
        if page.status not in statuses and not (page.status == 303 and 200 in statuses):
            raise Different(f"{page.url} answered {page.status} and not {statuses}: {page.words[:600]}")

    def fill(self, forms: dict[str, Form], **fields: str) -> None:
        """Put the same into FORMS on all sites."""
        for form in forms.values():
            for name, value in fields.items():
                form.fill(name, value)

    def forget(self, person: str) -> None:
        """Close what PERSON had left open."""
        self.left_open = {key: forms for key, forms in self.left_open.items() if key[0] != person}

    def close_all(self, person: str) -> None:
        """Close every page that PERSON has open: their browser is another's now."""
        self.forget(person)

    # Holding it to the model

    @invariant()
    def is_as_the_model_says(self) -> None:
        """All that is kept is what the model says."""
        if self.since >= COMPARED_EVERY:
            self.compare()
        self.fine = True

    def compare(self) -> None:
        """Hold that what each site has kept is what the model says."""
        self.since = 0
        ought = reading.expected(self.world)
        for site in self.sites:
            with site.database.transaction(writing=False) as session:
                found = reading.differences(ought, reading.kept(session))
            if found:
                raise Different(f"{site.kind}:\n" + "\n".join(found[:12]))

    def rebuild(self) -> None:
        """Hold that what is rebuilt from facts and work is what was stored, and that scores come out the same again."""
        ought = reading.expected(self.world)
        for site in self.sites:
            with site.database.new_session() as session:
                rebuild(session, session.scalars(select(Enrolment)).all(), now=self.world.now)
                session.flush()
                found = reading.differences(ought, reading.kept(session))
                found += _replayed(session)
                session.rollback()
            if found:
                raise Different(f"{site.kind}, rebuilt:\n" + "\n".join(found[:12]))


def _replayed(session: Session) -> list[str]:
    """Return in words which stored scores and cards do not come out again from what was recorded."""
    found = []
    for answer in answers_in(session, Attempt.id > 0):
        score = answer.replayed()
        if (score is None) != (answer.stored is None) or abs(float(score or 0) - (answer.stored or 0)) > HAIR:
            found.append(f"item {answer.item.id} of attempt {answer.attempt.id}: {answer.stored}, replayed {score}")
    for card in session.scalars(select(Card)).all():
        was = _memory(card)
        recording.rebuild(session, card, session.get_one(User, card.user_id))
        session.flush()
        if _memory(card) != was:
            found.append(f"card of user {card.user_id} on item {card.item_id}: {was}, replayed {_memory(card)}")
    return found


def _memory(card: Card) -> tuple[Any, ...]:
    return card.stability, card.difficulty, card.reviews, card.last_on, card.due_on


def _alike(page: Page) -> str:
    """Return what a page says that must be the same on all sites."""
    return NUMBER.sub("#", page.url) if page.status == 303 else OWN.sub("", page.words)


def _apart(one: str, other: str) -> str:
    """Return where ONE and OTHER begin to differ, with what stands around."""
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"…{one[max(0, at - 100) : at + 200]}…\n…{other[max(0, at - 100) : at + 200]}…"
