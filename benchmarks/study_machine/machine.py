"""The machine: what people do, in any order, on all sites at once; what comes of it is compared with the model."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from benchmarks.study_machine import reading
from benchmarks.study_machine.answers import ANSWERS, Answer, Stored, fill
from benchmarks.study_machine.browser import Browser, Button, Form, Page
from benchmarks.study_machine.model import ALONE, Part, Place, World
from benchmarks.study_machine.setup import BEGIN, COURSE, MEMBERS, TICKED
from benchmarks.study_machine.site import Site, same_chance
from benchmarks.study_machine.sitting import QUIZZES, Attempt
from course.groups.models import Enrolment
from kruzhok.completions import rebuild
from quizzes.attempts.ending import submit_overdue

#: How the clock moves: a moment, just under and over what quizzes wait for, days.
LATER = {
    name: timedelta(**told)
    for name, told in {
        "5 s": {"seconds": 5},
        "61 s": {"seconds": 61},
        "19 min": {"minutes": 19},
        "20 min": {"minutes": 20},
        "1 h": {"hours": 1},
        "1 day": {"days": 1},
        "8 days": {"days": 8},
    }.items()
}

#: Prompt -> the lesson it is in; self-check -> the page it stands on.
PROMPTS = {"why": "first", "what-else": "second"}
WHERE_CHECKED = {"one-of-three": "lessons/first", "true-or-not": "texts/theses"}

#: A page tells its draft by copy x this + number of saves.
SAVES = 1_000_000

WRITTEN = ("It was so.", "It was *not* so.", "Who says so?")

#: So many windows are open at once; the oldest is closed.
MOST_WINDOWS = 4


class Different(AssertionError):
    """The site is not as the model says, or one site not as the other."""


@dataclass(slots=True)
class Window:
    """A page of an attempt that somebody has open: what it has seen of each question."""

    place: Place
    attempt: Attempt
    seen: list[int]
    shown: list[Stored]
    is_open: list[bool]
    forms: dict[str, Form] = field(default_factory=dict)


@dataclass(slots=True)
class Writing:
    """A page of a prompt that somebody has open to write on."""

    place: Place
    prompt: str
    base: tuple[int, int]
    forms: dict[str, Form]

    @property
    def once(self) -> str:
        """The name of the press of its button."""
        return str(id(self))


class StudyMachine(RuleBasedStateMachine):
    """Study on `sites`. Counts what was done in `counts`, over all runs."""

    sites: ClassVar[Sequence[Site]] = ()
    counts: ClassVar[Counter[str]] = Counter()
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        for site in self.sites:
            site.begin()
        self.clock = time_machine.travel(BEGIN, tick=False)
        self.traveller = self.clock.start()
        self.world = World(BEGIN)
        for person, group, role in MEMBERS:
            self.world.places.append(Place(person, group, BEGIN, role))
        for person in TICKED:
            self.world.tick(self.world.acting(person, ALONE), Part("lesson", "fourth"), done=True)
        self.windows: list[Window] = []
        self.writings: list[Writing] = []
        self.fine = True
        same_chance()

    def teardown(self) -> None:
        """Compare all once more, rebuild what can be rebuilt, and let the clock go."""
        try:
            if self.fine:
                self._rebuild()
        finally:
            self.clock.stop()

    # Acting and looking on all sites

    def done(self, what: str) -> None:
        """Count one more act."""
        self.fine = False
        type(self).counts[what] += 1
        type(self).steps += 1

    def see(self, act: Callable[[Site], Page]) -> Page:
        """Do ACT on all sites; they must answer alike, and nowhere may anything break. Return what the first showed."""
        pages = []
        for site in self.sites:
            same_chance()
            page = act(site)
            if page.status >= 500:
                raise Different(f"{site.kind}: {page.url} answered {page.status}: {page.words[:500]}")
            pages.append(page)
        for site, page in zip(self.sites[1:], pages[1:], strict=True):
            if page.status != pages[0].status or page.words != pages[0].words:
                raise Different(
                    f"{self.sites[0].kind} and {site.kind} differ at {page.url}: {pages[0].status} and {page.status}\n"
                    f"{_apart(pages[0].words, page.words)}"
                )
        return pages[0]

    def expect(self, page: Page, *statuses: int) -> None:
        """Hold that PAGE has one of STATUSES."""
        if page.status not in statuses:
            raise Different(f"{page.url} answered {page.status} and not {statuses}: {page.words[:600]}")

    def _browser(self, site: Site, place: Place) -> Browser:
        return site.browser(place.person)

    # The clock

    @rule(later=st.sampled_from(sorted(LATER)))
    def wait(self, later: str) -> None:
        """Let time go by."""
        self.done("wait")
        self.traveller.shift(LATER[later])
        self.world.now += LATER[later]

    @rule()
    def let_worker_work(self) -> None:
        """Let the worker hand in what is over."""
        self.done("worker")
        for site in self.sites:
            submit_overdue(site.database, now=lambda: self.world.now)
        self.world.work_of_worker()

    # Ticks

    @rule(at=st.integers(0, 30), what=st.sampled_from(["read-theses", "read-outside", "read-more"]), done=st.booleans())
    def tick_reading(self, at: int, what: str, done: bool) -> None:
        """Tick a reading, or take the tick back, from the page of its lesson where the button is there."""
        self.done("tick a reading")
        part = Part("reading", what)
        self._tick(at, part, self.world.outline[part].lesson, f"/readings/{what}/tick", done=done)

    @rule(at=st.integers(0, 30), done=st.booleans())
    def tick_lesson(self, at: int, done: bool) -> None:
        """Tick the lesson that has no parts, or take the tick back."""
        self.done("tick a lesson")
        self._tick(at, Part("lesson", "fourth"), "fourth", "/lessons/fourth/tick", done=done)

    def _tick(self, at: int, part: Part, lesson: str, to: str, *, done: bool) -> None:
        person, group = self._somewhere(at)
        place = self.world.place(person, group)
        is_done = place is not None and self.world.state(place, part) == "done"

        def press(site: Site) -> Page:
            browser = site.browser(person)
            form = browser.get(f"{COURSE}/lessons/{lesson}?group={group}").form(to, "done")
            if form.value("done") != ("0" if is_done else "1"):
                raise Different(f"{site.kind}: the button at {lesson} says {form.value('done')}, done: {is_done}")
            form.fill("done", "1" if done else "0")
            return browser.send(form)

        page = self.see(press)
        self.expect(page, 200)
        self.world.tick(self.world.acting(person, group), part, done=done)

    def _somewhere(self, at: int) -> tuple[str, str]:
        """Return a person and where they study."""
        places = self.world.doors()
        return places[at % len(places)]

    # Attempts

    @rule(at=st.integers(0, 30), quiz=st.sampled_from(sorted(QUIZZES)), twice=st.booleans())
    def begin_attempt(self, at: int, quiz: str, twice: bool) -> None:
        """Begin an attempt, perhaps by a double click, or go on with the open one: its page is a window more."""
        self.done("begin an attempt")
        person, group = self._somewhere(at)
        there = self.world.place(person, group)
        going_on = there is not None and there.open_attempt(quiz) is not None
        place = self.world.place(person, group) or Place(person, group, self.world.now)
        attempt = self.world.begin(place, quiz)
        if attempt is not None and there is None:
            self.world.places.append(place)

        def press(site: Site) -> Page:
            browser = site.browser(person)
            page = browser.get(f"{COURSE}/quizzes/{quiz}?group={group}")
            form = page.find_form(f"/quizzes/{quiz}")
            if (form is None) != (attempt is None or going_on):
                raise Different(f"{site.kind}: to begin {quiz} for {person} in {group} with: {form}; {page.words}")
            if form is None or attempt is None:
                return page
            for _click in range(1 + twice):
                page = browser.send(form)
            attempt.ids[site.kind] = int(page.url.partition("?")[0].partition("#")[0].rpartition("/")[2])
            return page

        page = self.see(press)
        self.expect(page, 200)
        if attempt is not None:
            self._open_window(place, attempt)

    @precondition(lambda self: self._open_attempts())
    @rule(which=st.integers(0, 30))
    def look_at_attempt(self, which: int) -> None:
        """Open the page of an attempt in one more window."""
        self.done("open a window")
        attempts = self._open_attempts()
        place, attempt = attempts[which % len(attempts)]
        self._open_window(place, attempt)

    def _open_attempts(self) -> list[tuple[Place, Attempt]]:
        return [
            (place, one) for place in self.world.places for all_ in place.attempts.values() for one in all_
            if one.submitted is None
        ]  # fmt: skip

    def _open_window(self, place: Place, attempt: Attempt) -> None:
        forms: dict[str, Form] = {}

        def look(site: Site) -> Page:
            page = self._browser(site, place).get(f"/attempts/{attempt.ids[site.kind]}")
            if (form := page.find_form(f"/attempts/{attempt.ids[site.kind]}")) is not None:
                forms[site.kind] = form
            return page

        self.expect(self.see(look), 200)
        is_over = attempt.deadline is not None and self.world.now >= attempt.deadline
        if bool(forms) == is_over:
            raise Different(f"attempt at {attempt.quiz}: time over {is_over}, form shown {bool(forms)}")
        if not is_over:
            self.windows.append(_window(place, attempt, forms))
            del self.windows[:-MOST_WINDOWS]

    @precondition(lambda self: self.windows)
    @rule(
        which=st.integers(0, MOST_WINDOWS - 1),
        changes=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=3),
        then=st.sampled_from(["save", "save", "finish", "check", "check", "again", "keep", "leave"]),
        on=st.integers(0, 9),
    )
    def answer(self, which: int, changes: list[tuple[int, int]], then: str, on: int) -> None:
        """Change some answers in a window and press a button there; the window then shows what came of it."""
        self.done(f"answers, {then}")
        window = self.windows[which % len(self.windows)]
        sent = self._typed(window, changes)
        button = self._button(window, then, on)
        late = window.attempt.is_late(self.world.now)
        left = window.place.left

        def press(site: Site) -> Page:
            return self._browser(site, window.place).send(window.forms[site.kind], self._at(window, site, button))

        page = self.see(press)
        if left:
            self.expect(page, 403)
            return
        refused = self._save(window, sent)
        if late:
            self.expect(page, 409)
        else:
            blamed = self._press(window, button, refused)
            self.expect(page, 422 if blamed else 200)
        self.world.settle(window.place)
        self._renew(window, page)

    def _typed(self, window: Window, changes: Sequence[tuple[int, int]]) -> list[Answer | None]:
        """Type CHANGES, (question, which of its answers), into WINDOW; return what it sends of each question, None for
        one that it does not show open."""
        sent: list[Answer | None] = [
            Answer({}, shown) if is_open else None
            for shown, is_open in zip(window.shown, window.is_open, strict=True)
        ]  # fmt: skip
        for number, choice in changes:
            number %= len(sent)
            if sent[number] is None:
                continue
            answers = ANSWERS[window.attempt.questions[number].ident]
            answer = answers[choice % len(answers)]
            for site in self.sites:
                form = window.forms[site.kind]
                fill(form, _item_ids(form)[number], answer)
            sent[number] = answer
        return sent

    def _button(self, window: Window, then: str, on: int) -> tuple[str, int]:
        """Return the button pressed and its question: one that WINDOW shows, else that which saves."""
        form = next(iter(window.forms.values()))
        ids, on = _item_ids(form), on % len(window.seen)
        if then in {"check", "again"} and any(one.value == f"{then}-{ids[on]}" for one in form.buttons):
            return then, on
        if then in {"keep", "leave"} and window.attempt.questions[on].beside:
            return then, on
        return ("finish" if then == "finish" else "save"), on

    def _at(self, window: Window, site: Site, button: tuple[str, int]) -> Button:
        name, on = button
        form = window.forms[site.kind]
        item = _item_ids(form)[on]
        if name in {"check", "again"}:
            return form.button("do", f"{name}-{item}")
        if name in {"keep", "leave"}:
            found = [one for one in form.buttons if one.value.startswith(f"keep-{item}-")]
            return found[0 if name == "keep" else 1]
        return form.button("do", name)

    def _save(self, window: Window, sent: Sequence[Answer | None]) -> set[int]:
        """Save in the model what WINDOW sent; return which questions were refused."""
        refused = set()
        attempt = window.attempt
        late = attempt.is_late(self.world.now)
        for number, (question, answer) in enumerate(zip(attempt.questions, sent, strict=True)):
            if answer is None:
                continue
            if answer.refused:
                refused.add(number)
                continue
            question.save(answer.stored, window.seen[number], is_open=not late)
        return refused

    def _press(self, window: Window, button: tuple[str, int], refused: set[int]) -> bool:
        """Do what BUTTON does; return whether the page has something to blame."""
        name, on = button
        question = window.attempt.questions[on]
        if name == "check" and on not in refused:
            would = question.turn == "open" and bool(question.allowed)
            if not question.check() and would:
                return True
        if name == "again" and on not in refused:
            question.again()
        if name in {"keep", "leave"} and on not in refused:
            form = next(iter(window.forms.values()))
            value = self._at(window, self.sites[0], button).value
            assert form is not None
            number = int(value.rpartition("-")[2])
            if number or question.counting:
                question.choose(number or question.counting)
        return bool(refused)

    def _renew(self, window: Window, page: Page) -> None:
        """Look anew at the page of WINDOW; one that has no form any more is closed."""
        self.windows.remove(window)
        if window.attempt.submitted is None:
            self._open_window(window.place, window.attempt)

    @precondition(lambda self: self._open_attempts())
    @rule(which=st.integers(0, 30))
    def submit(self, which: int) -> None:
        """Look over an open attempt and hand it in."""
        self.done("submit")
        attempts = self._open_attempts()
        place, attempt = attempts[which % len(attempts)]

        def press(site: Site) -> Page:
            browser, url = self._browser(site, place), f"/attempts/{attempt.ids[site.kind]}/submission"
            return browser.send(browser.get(url).form(url))

        page = self.see(press)
        self.expect(page, 403 if place.left else 200)
        if not place.left:
            self.world.submit(place, attempt)
            self._hold_result(place, attempt, page)

    def _hold_result(self, place: Place, attempt: Attempt, page: Page) -> None:
        """Hold that the PAGE of a result says what ATTEMPT came to."""
        points = attempt.points
        if points is not None and f"of {attempt.out_of}" not in page.words:
            raise Different(
                f"the result of {place.person} at {attempt.quiz} is {points} of {attempt.out_of}: {page.words}"
            )

    # Writing

    @rule(at=st.integers(0, 30), prompt=st.sampled_from(sorted(PROMPTS)))
    def open_prompt(self, at: int, prompt: str) -> None:
        """Open the page of a prompt to write there, in one more window."""
        self.done("open a prompt")
        person, group = self._somewhere(at)
        place = self.world.place(person, group)
        if place is None:
            place = Place(person, group, self.world.now)  # the page alone makes no place
        forms: dict[str, Form] = {}

        def look(site: Site) -> Page:
            page = site.browser(person).get(f"{COURSE}/lessons/{PROMPTS[prompt]}/prompts/{prompt}?group={group}&anew=1")
            forms[site.kind] = page.form(f"/prompts/{prompt}", "text")
            return page

        page = self.see(look)
        self.expect(page, 200)
        self.world.has_read(place, prompt)
        copies = place.drafts[f"prompt:{prompt}"]
        copy = min(copies, default=None)
        base = (copy, copies[copy].saves) if copy is not None else (0, 0)
        for kind, form in forms.items():
            if form.value("base") != str(base[0] * SAVES + base[1]):
                raise Different(f"{kind}: the page of {prompt} has seen draft {form.value('base')} and not {base}")
            if copy is not None and form.value("text") != copies[copy].text:
                raise Different(f"{kind}: the page of {prompt} shows {form.value('text')!r} and not {copies[copy]}")
        self.writings.append(Writing(place, prompt, base, forms))
        del self.writings[:-MOST_WINDOWS]

    @precondition(lambda self: self.writings)
    @rule(
        which=st.integers(0, MOST_WINDOWS - 1), text=st.sampled_from(WRITTEN), then=st.sampled_from(["draft", "hand"])
    )
    def write(self, which: int, text: str, then: str) -> None:
        """Type into a window, and keep it as a draft or hand it over."""
        window = self.writings.pop(which % len(self.writings))
        person, prompt = window.place.person, window.prompt
        in_group = window.place.group != ALONE
        self.done(f"write, {then} {'in a group' if in_group else 'alone'}")

        def press(site: Site) -> Page:
            form = window.forms[site.kind]
            form.fill("text", text)
            buttons = [one for one in form.buttons if bool(one.action and "/draft" in one.action) == (then == "draft")]
            return site.browser(person).send(form, next(one for one in buttons if one.name != "preview"))

        page = self.see(press)
        if window.place.left:
            self.expect(page, 403, 404)
            return
        self.expect(page, 200)
        place = self.world.acting(person, window.place.group)
        if then == "draft":
            self.world.draft_answer(place, prompt, text, window.base)
        elif in_group:
            self.world.post(place, prompt, text, once=window.once, base=window.base)
        else:
            self.world.write_entry(place, prompt, text, window.base)

    # Self-checks

    @rule(at=st.integers(0, 30), ident=st.sampled_from(sorted(WHERE_CHECKED)), choice=st.integers(0, 2))
    def answer_check(self, at: int, ident: str, choice: int) -> None:
        """Answer a self-check on the page of its text, or see there that an open attempt has it."""
        self.done("answer a self-check")
        person, group = self._somewhere(at)
        answer = ANSWERS[ident][choice % len(ANSWERS[ident])]
        in_attempt = self.world.in_open_attempt(person, ident)
        place = self.world.place(person, group)
        before = place is not None and bool(place.answered[ident])

        def press(site: Site) -> Page:
            browser = site.browser(person)
            page = browser.get(f"{COURSE}/{WHERE_CHECKED[ident]}?group={group}")
            item = site.items[ident]
            if in_attempt or before:
                if page.find_form(f"/checks/{item}") is not None:
                    raise Different(f"{site.kind}: {ident} is asked though it is answered, or in an attempt: {person}")
                page = browser.get(f"{COURSE}/{WHERE_CHECKED[ident]}/checks/{item}?group={group}")
            if in_attempt:
                return page
            form = page.form(f"/checks/{item}")
            fill(form, item, answer)
            return browser.send(form)

        page = self.see(press)
        self.expect(page, 200)
        if not in_attempt:
            self.world.answer_check(self.world.acting(person, group), ident, right=answer.score == 1)

    # Holding it to the model

    @invariant()
    def is_as_the_model_says(self) -> None:
        """All that is kept is what the model says."""
        ought = reading.expected(self.world)
        for site in self.sites:
            with site.database.transaction(writing=False) as session:
                found = reading.differences(ought, reading.kept(session))
            if found:
                raise Different(f"{site.kind}:\n" + "\n".join(found[:12]))
        self.fine = True

    def _rebuild(self) -> None:
        """What is rebuilt from facts and work is what was stored."""
        ought = reading.expected(self.world)
        for site in self.sites:
            with site.database.new_session() as session:
                places = session.scalars(select(Enrolment)).all()
                rebuild(session, places, now=self.world.now)
                session.flush()
                found = reading.differences(ought, reading.kept(session))
                session.rollback()
            if found:
                raise Different(f"{site.kind}, rebuilt:\n" + "\n".join(found[:12]))


def _window(place: Place, attempt: Attempt, forms: Mapping[str, Form]) -> Window:
    """Return a window on ATTEMPT as it stands."""
    questions = attempt.questions
    seen, shown = [one.tip for one in questions], [one.response for one in questions]
    for kind, form in forms.items():
        bases = [int(form.value(f"base-{item}")) for item in _item_ids(form)]
        if bases != seen:
            raise Different(f"{kind}: the page of {attempt.quiz} has seen {bases}, and ought to have seen {seen}")
    return Window(place, attempt, seen, shown, [one.turn == "open" for one in questions], dict(forms))


def _item_ids(form: Form) -> list[int]:
    return [int(one.name.removeprefix("base-")) for one in form.fields if one.name.startswith("base-")]


def _apart(one: str, other: str) -> str:
    """Return where ONE and OTHER begin to differ, with what stands around."""
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"…{one[max(0, at - 100) : at + 200]}…\n…{other[max(0, at - 100) : at + 200]}…"
