"""Attempts at quizzes: begun, answered in several windows and by the page's script, checked, handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from benchmarks.study_machine.answers import ANSWERS, Answer, fill
from benchmarks.study_machine.base import Different
from benchmarks.study_machine.browser import Browser, Button, Form, NotThere, Page
from benchmarks.study_machine.model.sitting import QUIZZES, Attempt
from benchmarks.study_machine.model.things import Place
from benchmarks.study_machine.reading import CHOICES
from benchmarks.study_machine.setup import COURSE
from benchmarks.study_machine.site import Site
from benchmarks.study_machine.studying import SOMEWHERE, Studying

CHOICE_IDENTS = {words: ident for ident, words in CHOICES.items()}

#: So many windows are open at once; the oldest is closed.
MOST_WINDOWS = 4


@dataclass(slots=True)
class Window:
    """A page of an attempt that somebody has open: which step it has seen of each question, and what stands typed."""

    place: Place
    attempt: Attempt
    seen: list[int]
    is_open: list[bool]
    forms: dict[str, Form]
    typed: list[Answer]


class Attempting(Studying):
    """Sitting quizzes, in any of one's places."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[Window] = []

    def close_all(self, person: str) -> None:
        super().close_all(person)
        self.windows = [one for one in self.windows if one.place.person != person]

    @rule(at=SOMEWHERE, quiz=st.sampled_from(sorted(QUIZZES)), twice=st.booleans())
    def begin_attempt(self, at: int, quiz: str, twice: bool) -> None:
        """Begin an attempt, perhaps by a double click, or go on with the open one: its page is a window more."""
        self.done("begin an attempt")
        person, group = self.somewhere(at)
        there = self.world.place(person, group)
        place = there or self.world.new_place(person, group)
        going_on = place.open_attempt(quiz) is not None
        attempt = self.world.begin(place, quiz)
        ids: dict[str, int] = {}

        def press(site: Site, browser: Browser) -> Page:
            page = browser.get(f"{COURSE}/quizzes/{quiz}?group={group}")
            form = page.find_form(f"/quizzes/{quiz}")
            if (form is None) != (attempt is None or going_on):
                raise Different(f"{site.kind}: to begin {quiz} for {person} in {group} with: {form}; {page.words}")
            if form is None or attempt is None:
                return page
            for _click in range(1 + twice):
                page = browser.send(form, look=False)
            ids[site.kind] = int(page.url.partition("?")[0].rpartition("/")[2])
            return page

        self.expect(self.see(person, press), 200)
        if attempt is None:
            return
        if there is None:
            self.world.arrive(place)
        attempt.ids.update(ids)
        self._open_window(place, attempt)

    @rule(at=SOMEWHERE, quiz=st.sampled_from(sorted(QUIZZES)), choice=st.integers(0, 5))
    def sit_through(self, at: int, quiz: str, choice: int) -> None:
        """Begin an attempt, answer all of it and hand it in, one act after the other."""
        self.begin_attempt(at=at, quiz=quiz, twice=False)
        place = self.world.place(*self.somewhere(at))
        attempt = place.open_attempt(quiz) if place is not None else None
        mine = [number for number, one in enumerate(self.windows) if one.attempt is attempt]
        if place is None or attempt is None or not mine:
            return
        window = self.windows[mine[-1]]
        changes = [(number, choice) for number in range(len(window.seen))]
        self.answer(which=mine[-1], changes=changes, then="save", on=0, look=False)
        self.submit(which=self.open_attempts().index((place, attempt)), twice=False)

    def open_attempts(self) -> list[tuple[Place, Attempt]]:
        """Return the attempts that are open, with whose they are."""
        return [
            (place, one)
            for place in self.world.places
            if place.person in self.world.people()
            for all_ in place.attempts.values()
            for one in all_
            if one.submitted is None
        ]

    @precondition(lambda self: self.open_attempts())
    @rule(which=SOMEWHERE)
    def look_at_attempt(self, which: int) -> None:
        """Open the page of an attempt in one more window."""
        self.done("open a window")
        attempts = self.open_attempts()
        self._open_window(*attempts[which % len(attempts)])

    def _open_window(self, place: Place, attempt: Attempt) -> None:
        forms: dict[str, Form] = {}

        def look(site: Site, browser: Browser) -> Page:
            page = browser.get(f"/attempts/{attempt.ids[site.kind]}")
            if (form := page.find_form(f"/attempts/{attempt.ids[site.kind]}")) is not None:
                forms[site.kind] = form
            return page

        self.expect(self.see(place.person, look), 200)
        deadline = self.world.deadline(place, attempt)
        is_over = deadline is not None and self.world.now >= deadline
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
        look=st.booleans(),
    )
    def answer(self, which: int, changes: list[tuple[int, int]], then: str, on: int, look: bool) -> None:
        """Change some answers in a window and press a button there; LOOK at the attempt as it is then, or go back to
        the page as it was."""
        window = self.windows[which % len(self.windows)]
        sent = self._typed(window, changes)
        name, number = self._button(window, then, on)
        self.done(f"answer, {name}")
        late = self.world.is_late(window.place, window.attempt)

        def button(_site: Site, form: Form) -> Button:
            return _button_in(form, name, number)

        page = self.press(window.place.person, window.forms, button, look=False)
        if window.place.left:
            self.expect(page, 403)
            return
        refused = self._save(window, sent, late=late)
        if late:
            self.expect(page, 409)
        else:
            blamed = self._press(window, name, number, refused)
            self.expect(page, 422 if blamed else 200)
        self.world.settle(window.place)
        if look and window.attempt.submitted is None:
            self.windows.remove(window)
            self._open_window(window.place, window.attempt)

    def _typed(self, window: Window, changes: Sequence[tuple[int, int]]) -> list[Answer | None]:
        """Type CHANGES, (question, which of its answers), into WINDOW; return what it sends of each question, None for
        one that it does not show open."""
        shown = zip(window.typed, window.is_open, strict=True)
        sent = [one if is_open else None for one, is_open in shown]
        for at, choice in changes:
            number = at % len(sent)
            if sent[number] is None:
                continue
            answers = ANSWERS[window.attempt.questions[number].ident]
            answer = answers[choice % len(answers)]
            for form in window.forms.values():
                fill(form, item_ids(form)[number], answer)
            sent[number] = window.typed[number] = answer
        return sent

    def _button(self, window: Window, then: str, on: int) -> tuple[str, int]:
        """Return the button pressed and its question: one that WINDOW shows, else that which saves."""
        number = on % len(window.seen)
        try:
            _button_in(next(iter(window.forms.values())), then, number)
        except NotThere:
            return "save", number
        return then, number

    def _save(self, window: Window, sent: Sequence[Answer | None], *, late: bool) -> set[int]:
        """Save in the model what WINDOW sent; return which questions were refused."""
        refused = set()
        for number, (question, answer) in enumerate(zip(window.attempt.questions, sent, strict=True)):
            if answer is None:
                continue
            if answer.refused:
                refused.add(number)
            else:
                question.save(answer.stored, window.seen[number], is_open=not late)
        return refused

    def _press(self, window: Window, name: str, on: int, refused: set[int]) -> bool:
        """Do what the button NAME does; return whether the page has something to blame."""
        question = window.attempt.questions[on]
        if on in refused:
            return True
        if name == "check":
            may = question.turn == "open" and bool(question.allowed)
            if not question.check() and may:
                return True
        elif name == "again":
            question.again()
        elif name in {"keep", "leave"}:
            value = _button_in(next(iter(window.forms.values())), name, on).value
            question.choose(int(value.rpartition("-")[2]))
        return bool(refused)

    @precondition(lambda self: self.open_attempts())
    @rule(which=SOMEWHERE, number=st.integers(0, 9), choice=st.integers(0, 5), old=st.booleans(), twice=st.booleans())
    def answer_by_script(self, which: int, number: int, choice: int, old: bool, twice: bool) -> None:
        """Save one answer as the page's script does, from a page that may be older; perhaps the same press twice."""
        attempts = self.open_attempts()
        place, attempt = attempts[which % len(attempts)]
        if place.left:
            return
        self.done("answer, by script")
        number %= len(attempt.questions)
        question = attempt.questions[number]
        answers = ANSWERS[question.ident]
        answer = answers[choice % len(answers)]
        base = 0 if old else question.tip
        if question.turn != "open" and not old:
            return  # its page shows no fields
        once = f"press-{type(self).steps}"
        late = self.world.is_late(place, attempt)
        key = (place.person, place.group, "token")
        if key not in self.left_open:
            self.left_open[key] = self.form(place.person, f"{COURSE}/lessons/fourth?group={place.group}", "/tick")
        forms = self.left_open[key]

        def send(site: Site, browser: Browser) -> Page:
            item = attempt.items[site.kind][number]
            fields = {"csrf_token": [forms[site.kind].value("csrf_token")], "base": [str(base)], "once": [once]}
            for part, values in answer.fields.items():
                name = f"item-{item}-{part}" if part else f"item-{item}"
                fields[name] = [CHOICE_IDENTS.get(value, value) for value in values]
            url = f"/attempts/{attempt.ids[site.kind]}/items/{item}"
            for _time in range(1 + twice):
                said = browser.script(url, fields)
            return Page(url, said.status_code, "")

        page = self.see(place.person, send)
        if late:
            self.expect(page, 409)
        elif answer.refused:
            self.expect(page, 422)
        else:
            self.expect(page, 200)
        if not answer.refused:
            question.save(answer.stored, base, is_open=not late, once=once)
            self.world.settle(place)

    @precondition(lambda self: self.open_attempts())
    @rule(which=SOMEWHERE, twice=st.booleans())
    def submit(self, which: int, twice: bool) -> None:
        """Look over an open attempt and hand it in, perhaps by a double click."""
        self.done("submit")
        attempts = self.open_attempts()
        place, attempt = attempts[which % len(attempts)]

        def press(site: Site, browser: Browser) -> Page:
            url = f"/attempts/{attempt.ids[site.kind]}/submission"
            form = browser.get(url).form(url)
            if twice:
                browser.send(form, look=False)
            return browser.send(form)

        if not place.left:
            self.world.submit(place, attempt)
        page = self.see(place.person, press)
        self.expect(page, 403 if place.left else 200)
        if not place.left:
            _hold_result(attempt, page)


def _window(place: Place, attempt: Attempt, forms: Mapping[str, Form]) -> Window:
    """Return a window on ATTEMPT as it stands."""
    questions = attempt.questions
    seen = [one.tip for one in questions]
    for kind, form in forms.items():
        attempt.items[kind] = item_ids(form)
        bases = [int(form.value(f"base-{item}")) for item in item_ids(form)]
        if bases != seen:
            raise Different(f"{kind}: the page of {attempt.quiz} has seen {bases}, and ought to have seen {seen}")
    is_open = [one.turn == "open" for one in questions]
    return Window(place, attempt, seen, is_open, dict(forms), [Answer({}, one.response) for one in questions])


def item_ids(form: Form) -> list[int]:
    """Return the ids of the questions in the FORM of an attempt."""
    return [int(one.name.removeprefix("base-")) for one in form.fields if one.name.startswith("base-")]


def _button_in(form: Form, name: str, number: int) -> Button:
    """Return the button of that NAME in the FORM of an attempt, of the question of that NUMBER where it has its own."""
    if name in {"save", "finish"}:
        return form.button("do", name)
    item = item_ids(form)[number]
    if name in {"check", "again"}:
        return form.button("do", f"{name}-{item}")
    found = [one for one in form.buttons if one.value.startswith(f"keep-{item}-")]
    button = found[0 if name == "keep" else 1] if found else Button("", "keep-0", None)
    if button.value.endswith("-0"):  # hidden: there is nothing to choose
        raise NotThere("nothing to choose")
    return button


def _hold_result(attempt: Attempt, page: Page) -> None:
    """Hold that the PAGE of a result says what ATTEMPT came to."""
    if attempt.points is not None and f"of {attempt.out_of}" not in page.words:
        raise Different(f"{attempt.quiz} came to {attempt.points} of {attempt.out_of}, and the page says: {page.words}")
