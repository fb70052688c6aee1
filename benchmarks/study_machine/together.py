"""What a tutor does: marks, scores set by hand, late answers let count, more time and more attempts."""

from collections.abc import Callable
from datetime import UTC, timedelta
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from benchmarks.study_machine.base import Different
from benchmarks.study_machine.browser import Browser, Page
from benchmarks.study_machine.model.giving import ZONE
from benchmarks.study_machine.model.outline import RUBRIC
from benchmarks.study_machine.model.sitting import Attempt, Question
from benchmarks.study_machine.model.things import Place
from benchmarks.study_machine.noting import Noting
from benchmarks.study_machine.site import Site

CIRCLE, TUTOR = "circle", "ada"

#: What a tutor can give.
ONE_MORE, LIMIT, EVERYTHING = "one more attempt", "another time limit", "more time and days at everything"
CLOSE = "another time to close"

#: After so long a quiz closes for somebody: before its time is over for who begins now, after it, or never.
CLOSES = (timedelta(minutes=10), timedelta(minutes=50), None)


class Tutoring(Noting):
    """What the tutor of one group does."""

    def handed_in(self) -> list[tuple[Place, Attempt]]:
        """Return the attempts that students of the group have handed in."""
        return [
            (place, one)
            for place in self.world.places
            if place.group == CIRCLE and place.role == "student" and not place.left
            for attempts in place.attempts.values()
            for one in attempts
            if one.submitted is not None
        ]

    def _essays(self) -> list[tuple[Place, Question]]:
        return [
            (place, one)
            for place, attempt in self.handed_in()
            for one in attempt.questions
            if one.asked.by_hand and one.response is not None and attempt.items
        ]

    @precondition(lambda self: self._essays())
    @rule(
        number=st.integers(1, 4),
        argument=st.sampled_from(["", *RUBRIC["argument"][1]]),
        words=st.sampled_from(["", *RUBRIC["words"][1]]),
        release=st.booleans(),
    )
    def mark(self, number: int, argument: str, words: str, release: bool) -> None:
        """Mark an essay, with or without all levels, and keep that as a draft or release it."""
        levels = {name: level for name, level in (("argument", argument), ("words", words)) if level}
        self.done("mark, release" if release else "mark, draft")
        found: list[tuple[Place, Question]] = []

        def press(site: Site, browser: Browser) -> Page:
            url = f"/groups/{CIRCLE}/marking/{site.items['which-hour']}"
            form = browser.get(f"{url}?n={number}").form(url, "answer")
            found.append(self._essay(site, int(form.value("answer"))))
            on = {one.name: one.value for one in form.fields if one.on}
            shown = {one: on.get(f"level-{one}", "") for one in RUBRIC}
            question = found[-1][1]
            ought = question.draft if question.draft is not None else _released(question)
            if {one: level for one, level in shown.items() if level} != dict(ought):
                raise Different(f"{site.kind}: the page of the mark shows {shown} and not {ought}")
            for one in RUBRIC:
                if one in levels:
                    form.fill(f"level-{one}", levels[one])
                elif shown[one]:
                    levels[one] = shown[one]  # no radio button is ever let go of
            return browser.send(form, form.button("do", "release" if release else "keep"), look=False)

        page = self.see(TUTOR, press)
        if any(one != found[0] for one in found):
            raise Different("the sites list the essays in another order")
        lacks = self.world.mark(*found[0], levels, release=release)
        self.expect(page, 422 if lacks else 200)

    def _essay(self, site: Site, answer: int) -> tuple[Place, Question]:
        for place, attempt in self.handed_in():
            items = attempt.items.get(site.kind, [])
            if answer in items:
                return place, attempt.questions[items.index(answer)]
        raise Different(f"{site.kind}: an essay that nobody handed in waits to be marked")

    def _score_page(self, place: Place, attempt: Attempt, number: int) -> Callable[[Site], str]:
        def url(site: Site) -> str:
            of = f"/groups/{CIRCLE}/members/{site.place_id(place.person, CIRCLE)}"
            return f"{of}/attempts/{attempt.ids[site.kind]}/questions/{number + 1}/score"

        return url

    @precondition(lambda self: self.handed_in())
    @rule(which=st.integers(0, 20), number=st.integers(0, 9), points=st.sampled_from(["0", "0.5", "1"]))
    def override(self, which: int, number: int, points: str) -> None:
        """Put another number in the place of a score."""
        self.done("override a score")
        attempts = self.handed_in()
        place, attempt = attempts[which % len(attempts)]
        number %= len(attempt.questions)
        question = attempt.questions[number]
        url = self._score_page(place, attempt, number)
        before = len(question.steps)
        may = self.world.override(place, attempt, question, Fraction(points))
        if self.world.in_open_attempt(TUTOR, question.ident):
            del question.steps[before:]
            self.look(TUTOR, url)
            return

        def press(site: Site, browser: Browser) -> Page:
            page = browser.get(url(site))
            form = page.find_form("/score", "points")
            if (form is not None) != may:
                raise Different(f"{site.kind}: a score may be set: {may}; {page.words}")
            if form is None:
                return page
            form.fill("points", points)
            form.fill("reason", "As I see it.")
            return browser.send(form)

        self.expect(self.see(TUTOR, press), 200)

    @precondition(lambda self: self._late())
    @rule(which=st.integers(0, 20))
    def accept(self, which: int) -> None:
        """Let an answer count that came late, or from an older page."""
        self.done("accept an answer")
        late = self._late()
        place, attempt, number = late[which % len(late)]
        question = attempt.questions[number]
        url = self._score_page(place, attempt, number)
        silent = self.world.in_open_attempt(TUTOR, question.ident)
        steps: list[int] = []

        def press(site: Site, browser: Browser) -> Page:
            page = browser.get(url(site))
            form = page.find_form("/accept", "step")
            if form is None:
                return page
            steps.append(int(form.value("step")))
            return browser.send(form)

        page = self.see(TUTOR, press)
        self.expect(page, 200)
        if steps:
            if silent or question.turn == "finished":
                raise Different("an answer could be accepted that never could count")
            self.world.accept(place, attempt, question, steps[0])

    def _late(self) -> list[tuple[Place, Attempt, int]]:
        return [
            (place, attempt, number)
            for place, attempt in self.handed_in()
            for number, one in enumerate(attempt.questions)
            if any(not step.counts and step.response is not None for step in one.steps)
        ]

    @rule(
        what=st.sampled_from([ONE_MORE, LIMIT, EVERYTHING, CLOSE, CLOSE]),
        who=st.sampled_from(["ben", "cid", "dee"]),
        much=st.integers(0, 2),
        days=st.sampled_from([0, 1, 3]),
        quiz=st.sampled_from(["first", "second"]),
    )
    def give(self, what: str, who: str, much: int, days: int, quiz: str) -> None:
        """Give a student one more attempt at the quiz that allows two, another time limit there, more time and days at
        everything, or let a quiz close for them: what is better holds for the attempt at hand, what is worse does
        not."""
        place = self.world.place(who, CIRCLE)
        if place is None:
            return
        self.done(what)
        rules = "/groups/circle/quizzes/second/rules/{place}"
        if what == CLOSE:
            self._let_close(place, quiz, CLOSES[much])
        elif what == ONE_MORE:
            self._give(place, rules, "/attempt", reason="It was noisy.")
            allowed, used = self.world.allowed(place, "second"), self.world.used(place, "second")
            if allowed is not None and used >= allowed:
                self.world.except_rule(place, "second", "attempts", used + 1)
        elif what == LIMIT:
            minutes = (10, 30, 45)[much]
            told = {"time_limit-value": str(minutes), "time_limit-reason": "It is long."}
            self._give(place, rules, "", **told)
            self.world.except_rule(place, "second", "time_limit", timedelta(minutes=minutes))
        else:
            factor = ("1", "1.5", "2")[much]
            self._give(
                place,
                "/groups/circle/members/{place}/accommodation",
                "",
                factor=factor,
                days=str(days),
                reason="Always.",
            )
            place.factor, place.days = Fraction(factor), days

    def _let_close(self, place: Place, quiz: str, after: timedelta | None) -> None:
        """Let QUIZ close for PLACE so long AFTER now, or never."""
        rules, close = f"/groups/circle/quizzes/{quiz}/rules/{{place}}", None
        if after is None:
            self._give(place, rules, "", **{"close-none": "y", "close-reason": "It stays open."})
        else:
            wall = (self.world.now + after).astimezone(ZONE).replace(second=0, microsecond=0)
            if (wall.hour, wall.minute) == (23, 59):  # this is said of the end of the day
                wall -= timedelta(minutes=1)
            said = wall.strftime("%Y-%m-%dT%H:%M")
            self._give(place, rules, "", **{"close-value": said, "close-reason": "It closes."})
            close = wall.astimezone(UTC)
        self.world.except_rule(place, quiz, "close", close)

    @rule(
        who=st.sampled_from(["ben", "cid", "dee"]), quiz=st.sampled_from(["first", "second"]), which=st.integers(0, 2)
    )
    def take_exception_back(self, who: str, quiz: str, which: int) -> None:
        """Take back what a student was given at a quiz; an attempt at hand keeps what is better."""
        place = self.world.place(who, CIRCLE)
        given = [rule for of, rule in place.rules if of == quiz] if place is not None else []
        if place is None or not given:
            return
        self.done("take an exception back")
        number = which % len(given)

        def press(site: Site, browser: Browser) -> Page:
            page = browser.get(f"/groups/{CIRCLE}/quizzes/{quiz}/rules/{site.place_id(who, CIRCLE)}")
            found = [one for one in page.forms() if one.action.endswith("/revoke")]
            if len(found) != len(given):
                raise Different(
                    f"{site.kind}: of the exceptions {given} for {who} stand there {len(found)}: {page.words}"
                )
            return browser.send(found[number], look=False)

        self.expect(self.see(TUTOR, press), 200)
        del place.rules[quiz, given[number]]

    def _give(self, place: Place, url: str, to: str, **fields: str) -> None:
        """Fill in the form on the page at URL that is sent to an address ending in TO, where it is offered."""

        def press(site: Site, browser: Browser) -> Page:
            at = url.format(place=site.place_id(place.person, place.group))
            page = browser.get(at)
            form = page.find_form(at + to, *fields)
            if form is None and not to:
                raise Different(f"{site.kind}: nothing to fill in {fields} at {at}: {page.words}")
            if form is None:
                return page
            for name, value in fields.items():
                form.fill(name, value)
            return browser.send(form, look=False)

        self.expect(self.see(TUTOR, press), 200)


def _released(question: Question) -> dict[str, str]:
    last = question.verdict
    return dict(last.levels or {}) if last is not None else {}
