"""Review: questions asked by the plan of the day, answered in several windows, taken back, laid to rest and woken."""

from dataclasses import dataclass
from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from benchmarks.study_machine.answers import ANSWERS, Answer, fill
from benchmarks.study_machine.attempting import MOST_WINDOWS, Attempting
from benchmarks.study_machine.base import Different
from benchmarks.study_machine.browser import Browser, Form, Page
from benchmarks.study_machine.model.remembering import LONGEST, Row, rating_of, study_day
from benchmarks.study_machine.site import Site
from benchmarks.study_machine.studying import SELDOM, SOMEWHERE

#: How one says how well one recalled an essay.
RATED = {"again": 1, "hard": 2, "good": 3}


@dataclass(slots=True)
class Question:
    """A page of review that somebody has open: what it asks, as it was worded, and how much of its log it has seen."""

    person: str
    ident: str
    version: int
    seen: int
    shown: datetime
    forms: dict[str, Form]
    resting: dict[str, Form]  #: by which one lets it rest


@dataclass(slots=True)
class Outcome:
    """The page of what came of an answer in review."""

    person: str
    ident: str
    row: Row


class Reviewing(Attempting):
    """Review, which is of a person and not of a place."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[Question] = []
        self.outcomes: list[Outcome] = []

    def close_all(self, person: str) -> None:
        super().close_all(person)
        self.questions = [one for one in self.questions if one.person != person]
        self.outcomes = [one for one in self.outcomes if one.person != person]

    @rule(at=SOMEWHERE, more=SELDOM)
    def review(self, at: int, more: bool) -> None:
        """Let the plan of the day ask a question, or say that there is none; or go on all the same."""
        self.done("review")
        people = self.world.people()
        people += 3 * [one for one in people if self.world.may_review(one)]  # of the others there is little to see
        person = people[at % len(people)]
        self._open_question(person, "/review?more=1" if more else "/review", more=more)

    def _open_question(self, person: str, url: str, *, more: bool) -> None:
        forms: dict[str, Form] = {}
        resting: dict[str, Form] = {}
        asked: dict[str, str] = {}

        def look(site: Site, browser: Browser) -> Page:
            page = browser.get(url)
            if (form := page.find_form("/review", "item")) is not None:
                idents = {key: ident for ident, key in site.items.items()}
                forms[site.kind], asked[site.kind] = form, idents[int(form.value("item"))]
                resting[site.kind] = page.form("/suspend")
            return page

        page = self.see(person, look)
        self.expect(page, 200)
        ident = next(iter(asked.values()), None)
        if ident is None:
            if self.world.must_review(person):
                raise Different(f"{person} has something to review and time for it, and is told: {page.words}")
            return
        if ident not in self.world.may_review(person):
            raise Different(f"{person} is asked {ident} in review, and ought not to be")
        if not more and not self.world.recall[person].minutes:
            raise Different(f"{person} wants no review, and is asked {ident}")
        log = self.world.recall[person].cards[ident].log if ident in self.world.recall[person].cards else []
        version = self.world.versions.get(ident, 1)
        self.questions.append(Question(person, ident, version, len(log), self.world.now, forms, resting))
        del self.questions[:-MOST_WINDOWS]

    @precondition(lambda self: self.questions)
    @rule(
        which=st.integers(0, MOST_WINDOWS - 1),
        choice=st.integers(0, 5),
        rated=st.sampled_from(sorted(RATED)),
        guess=SELDOM,
        twice=st.booleans(),
    )
    def answer_review(self, which: int, choice: int, rated: str, guess: bool, twice: bool) -> None:
        """Answer a question of review, perhaps by a guess, or say how well one recalled an essay; perhaps by a double
        click, or in a window that another has overtaken."""
        self.done("review, answer")
        window = self.questions.pop(which % len(self.questions))
        answers = ANSWERS[window.ident]
        answer, by_hand = answers[choice % len(answers)], self.world.by_hand(window.ident)

        pages: list[Page] = []

        def press(site: Site, browser: Browser) -> Page:
            form = window.forms[site.kind]
            fill(form, site.items[window.ident], answer)
            if guess and form.has("certainty"):
                form.fill("certainty", "1")
            button = form.button("do", rated if by_hand else "answer")
            if twice:
                browser.send(form, button, look=False)
            pages.append(browser.send(form, button, look=False))
            return pages[-1]

        page = self.see(window.person, press)
        recall, now = self.world.recall[window.person], self.world.now
        if window.ident not in recall.cards and window.ident not in self.world.reached(window.person):
            self.expect(page, 404)
            return
        if self.world.in_open_attempt(window.person, window.ident):
            self.expect(page, 409)
            return
        if window.version != self.world.versions.get(window.ident, 1) or not (by_hand or is_whole(answer)):
            self.expect(page, 422)
            return
        self.expect(page, 200)
        rating = RATED[rated] if by_hand else rating_of([answer.score], guessed=guess)
        row = Row(now, rating, "review", min(now - window.shown, LONGEST))
        log = recall.card(window.ident).log
        row.counts = not any(one.says for one in log[window.seen :])
        log.append(row)
        for site, one in zip(self.sites, pages, strict=True):
            row.ids[site.kind] = int(one.url.partition("?")[0].rpartition("/")[2])
        self.outcomes.append(Outcome(window.person, window.ident, row))
        del self.outcomes[:-MOST_WINDOWS]

    @precondition(lambda self: self.outcomes)
    @rule(which=st.integers(0, MOST_WINDOWS - 1), take_back=st.booleans(), by=SELDOM)
    def look_at_outcome(self, which: int, take_back: bool, by: bool) -> None:
        """Look at what came of an answer and perhaps take it back; for anybody else it is not there."""
        self.done("review, take back" if take_back else "review, what came of it")
        window = self.outcomes[which % len(self.outcomes)]
        row, recall = window.row, self.world.recall[window.person]
        if by:
            others = [one for one in self.world.people() if one != window.person]
            self.look(others[0], lambda site: f"/review/answers/{row.ids[site.kind]}", 404)
            return
        withheld = self.world.in_open_attempt(window.person, window.ident)
        offered = row.says and study_day(row.at) == study_day(self.world.now) and not withheld

        def press(site: Site, browser: Browser) -> Page:
            url = f"/review/answers/{row.ids[site.kind]}"
            page = browser.get(url)
            form = page.find_form(f"{url}/take-back")
            if (form is not None) != offered:
                raise Different(
                    f"{site.kind}: to take back {window.ident}: {form}, ought to be {offered}: {page.words}"
                )
            if form is None or not take_back:
                return page
            return browser.send(form, look=False)

        page = self.see(window.person, press)
        if not (offered and take_back):
            self.expect(page, 200)
        elif recall.may_take_back(window.ident, row, self.world.now):
            self.expect(page, 200)
            row.taken_back = True
        else:
            self.expect(page, 409)

    @precondition(lambda self: self.questions)
    @rule(which=st.integers(0, MOST_WINDOWS - 1))
    def let_rest(self, which: int) -> None:
        """Let a question rest, by the page that asks it: it comes no more by itself."""
        self.done("review, let rest")
        window = self.questions.pop(which % len(self.questions))
        page = self.press(window.person, window.resting, look=False)
        recall = self.world.recall[window.person]
        if window.ident not in recall.cards and window.ident not in self.world.reached(window.person):
            self.expect(page, 404)
            return
        self.expect(page, 200)
        recall.card(window.ident).rests = True

    @rule(at=SOMEWHERE, which=SOMEWHERE)
    def wake(self, at: int, which: int) -> None:
        """Look at what rests, and wake a question there."""
        people = [
            one for one in self.world.people() if any(card.rests for card in self.world.recall[one].cards.values())
        ]
        if not people:
            return
        self.done("review, wake")
        person = people[at % len(people)]
        cards = self.world.recall[person].cards
        resting = [ident for ident, card in cards.items() if card.rests]
        shown = {ident for ident in resting if not self.world.in_open_attempt(person, ident)}
        woken = resting[which % len(resting)]

        def press(site: Site, browser: Browser) -> Page:
            page = browser.get("/review/settings")
            idents = {f"/review/cards/{key}/resume": ident for ident, key in site.items.items()}
            found = {idents[form.action] for form in page.forms() if form.action in idents}
            if found != shown:
                raise Different(f"{site.kind}: of {person} rest {sorted(found)}, and ought to {sorted(shown)}")
            if woken not in shown:
                return page
            return browser.send(page.form(f"/cards/{site.items[woken]}/resume"), look=False)

        self.expect(self.see(person, press), 200)
        cards[woken].rests = woken not in shown

    @rule(at=SOMEWHERE, minutes=st.sampled_from([0, 15, 15]), retention=st.sampled_from([80, 90, 95]))
    def set_review(self, at: int, minutes: int, retention: int) -> None:
        """Say how many minutes a day review may have, and how much of it one wants to know."""
        self.done("review, settings")
        people = [one for one in self.world.people() if self.world.has_account(one)]
        person = people[at % len(people)]
        forms = self.form(person, "/review/settings", "/review/settings", "minutes")
        self.fill(forms, minutes=str(minutes), retention=str(retention))
        self.expect(self.press(person, forms, look=False), 200)
        recall = self.world.recall[person]
        recall.minutes, recall.retention = minutes, retention

    @rule(at=SOMEWHERE)
    def look_at_day(self, at: int) -> None:
        """The page of the day offers review when review has something to ask, and else does not."""
        self.done("look at the day")
        person, group = self.somewhere(at)
        asks: list[bool] = []

        def look(_site: Site, browser: Browser) -> Page:
            asks.append(browser.get("/review").find_form("/review", "item") is not None)
            return browser.get(f"/today?group={group}")

        page = self.see(person, look)
        self.expect(page, 200)
        if ("Begin the review" in page.words) != asks[0]:
            raise Different(f"review asks {person}: {asks[0]}, and their day says: {page.words}")


def is_whole(answer: Answer) -> bool:
    """Say whether ANSWER is one, with all its parts: in review nothing is left blank."""
    return (
        not answer.refused and bool(answer.fields) and all(values and all(values) for values in answer.fields.values())
    )
