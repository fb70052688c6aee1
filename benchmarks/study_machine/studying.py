"""What one does alone with the course outside of quizzes: ticks and self-checks; and the clock."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from benchmarks.study_machine.answers import ANSWERS, fill
from benchmarks.study_machine.base import Base, Different
from benchmarks.study_machine.browser import Browser, Page
from benchmarks.study_machine.model.outline import Part
from benchmarks.study_machine.setup import COURSE
from benchmarks.study_machine.site import Site
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

#: Self-check -> the page it stands on.
WHERE_CHECKED = {"one-of-three": "lessons/first", "true-or-not": "texts/theses"}

SOMEWHERE = st.integers(0, 40)
SELDOM = st.sampled_from([False, False, False, True])


class Studying(Base):
    """Studying the course, in any of one's places."""

    def somewhere(self, at: int) -> tuple[str, str]:
        """Return a person and where they study."""
        places = self.world.doors()
        return places[at % len(places)]

    @rule(later=st.sampled_from(list(LATER)), worker=st.booleans())
    def wait(self, later: str, worker: bool) -> None:
        """Let time go by, and perhaps the worker hand in what is over."""
        self.done("wait")
        self.traveller.shift(LATER[later])
        self.world.now += LATER[later]
        if worker:
            for site in self.sites:
                submit_overdue(site.database, now=lambda: self.world.now)
            self.world.work_of_worker()

    # Ticks

    @rule(at=SOMEWHERE, what=st.integers(0, 3), done=st.booleans(), look=SELDOM)
    def tick(self, at: int, what: int, done: bool, look: bool) -> None:
        """Tick a reading or the lesson without parts, or take the tick back, by a page that may have been open long."""
        self.done("tick")
        person, group = self.somewhere(at)
        part = [Part("lesson", "fourth"), *(one for one in self.world.outline if one.kind == "reading")][what]
        lesson = "fourth" if part.kind == "lesson" else self.world.outline[part].lesson
        place = self.world.place(person, group)
        is_gone = self.world.is_hidden(place, part)
        key = (person, group, part)
        if key not in self.left_open or look:
            if is_gone:
                self.look(person, f"{COURSE}/lessons/{lesson}?group={group}")
                return
            to = "/lessons/fourth/tick" if part.kind == "lesson" else f"/readings/{part.ident}/tick"
            self.left_open[key] = self.form(person, f"{COURSE}/lessons/{lesson}?group={group}", to, "done")
            is_done = place is not None and self.world.state(place, part) == "done"
            for kind, form in self.left_open[key].items():
                if form.value("done") != ("0" if is_done else "1"):
                    raise Different(f"{kind}: the button at {part} says {form.value('done')}, done: {is_done}")
        self.fill(self.left_open[key], done="1" if done else "0")
        page = self.press(person, self.left_open[key], look=look)
        if is_gone:
            self.expect(page, 404)
            return
        self.expect(page, 200)
        self.world.tick(self.world.acting(person, group), part, done=done)

    # Self-checks

    @rule(at=SOMEWHERE, ident=st.sampled_from(sorted(WHERE_CHECKED)), choice=st.integers(0, 2))
    def answer_check(self, at: int, ident: str, choice: int) -> None:
        """Answer a self-check on the page of its text, or see there that an open attempt has it."""
        self.done("answer a self-check")
        person, group = self.somewhere(at)
        answer = ANSWERS[ident][choice % len(ANSWERS[ident])]
        in_attempt = self.world.in_open_attempt(person, ident)
        place = self.world.place(person, group)
        before = place is not None and self.world.has_answered(place, ident)
        url = f"{COURSE}/{WHERE_CHECKED[ident]}"

        def press(site: Site, browser: Browser) -> Page:
            page, item = browser.get(f"{url}?group={group}"), site.items[ident]
            if (in_attempt and place is not None) or before:
                if page.find_form(f"/checks/{item}") is not None:
                    raise Different(f"{site.kind}: {ident} is asked though it is answered, or in an attempt: {person}")
                page = browser.get(f"{url}/checks/{item}?group={group}")
            if in_attempt and place is not None:
                return page
            form = page.form(f"/checks/{item}")
            fill(form, item, answer)
            return browser.send(form)

        if in_attempt and place is None:  # a page of no place knows of no attempt; the answer is refused
            self.expect(self.see(person, press), 409)
            self.world.acting(person, group)
            return
        if not in_attempt:
            self.world.answer_check(self.world.acting(person, group), ident, answer.score)
        self.expect(self.see(person, press), 200)
