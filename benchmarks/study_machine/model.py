"""The model of study: who is where, what they did, and what that amounts to. Plain Python, written from DESIGN and
RULES (section 7 above all), and never from the code that it is compared with."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from benchmarks.study_machine.sitting import QUIZZES, Attempt, Question, result_of

ALONE = "alone"


class Part(NamedTuple):
    """A part of a lesson, by its kind and ident."""

    kind: str
    ident: str


class Outlined(NamedTuple):
    """Where a part stands, and whether the lesson needs it."""

    lesson: str
    required: bool = True


#: The course, as its files say it.
OUTLINE: Mapping[Part, Outlined] = {
    Part("reading", "read-theses"): Outlined("first"),
    Part("prompt", "why"): Outlined("first"),
    Part("quiz", "first"): Outlined("first"),
    Part("reading", "read-outside"): Outlined("second"),
    Part("reading", "read-more"): Outlined("second", required=False),
    Part("prompt", "what-else"): Outlined("second"),
    Part("quiz", "second"): Outlined("second"),
    Part("quiz", "third"): Outlined("third"),
}
LESSONS = ("first", "second", "third", "fourth")

#: Text -> the self-checks in it.
CHECKS: Mapping[str, tuple[str, ...]] = {"first": ("one-of-three",), "theses": ("true-or-not",)}

#: Reading -> the text in the house that it is of.
READS = {"read-theses": "theses"}


class Draft(NamedTuple):
    """One copy of a draft, and how often it was saved: by both a window knows what it has seen."""

    text: str
    saves: int


class Fact(NamedTuple):
    """What made something done or not."""

    kind: str
    done: bool
    at: datetime


@dataclass(slots=True, eq=False)
class Post:
    """What somebody posted to a group: its versions, the newest last."""

    prompt: str
    words: list[str]
    once: str
    to: "Post | None" = None
    hidden: bool = False


@dataclass(slots=True, eq=False)
class Place:
    """One enrolment: of a person, alone or in a group; with all that was done in it."""

    person: str
    group: str
    joined: datetime
    role: str = "student"
    left: bool = False
    facts: dict[Part, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    attempts: dict[str, list[Attempt]] = field(default_factory=lambda: defaultdict(list))
    entries: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    drafts: dict[str, dict[int, Draft]] = field(default_factory=lambda: defaultdict(dict))
    posts: dict[str, list[Post]] = field(default_factory=lambda: defaultdict(list))
    answered: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    def open_attempt(self, quiz: str) -> Attempt | None:
        """Return the attempt at QUIZ that is open."""
        last = self.attempts[quiz][-1:]
        return last[0] if last and last[0].submitted is None else None


class World:
    """All of it. `now` is the clock."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.places: list[Place] = []
        self.outline = dict(OUTLINE)
        self.tutors = {"circle"}
        self.guests: list[str] = []
        self.visitors: list[str] = ["dee"]

    def place(self, person: str, group: str) -> Place | None:
        """Return the live place of PERSON in GROUP, or alone."""
        for one in self.places:
            if one.person == person and one.group == group and not one.left:
                return one
        return None

    def is_in_group(self, person: str) -> bool:
        """Say whether PERSON studies in a group."""
        return any(one.person == person and one.group != ALONE and not one.left for one in self.places)

    def doors(self) -> list[tuple[str, str]]:
        """Return where somebody can study now: (person, group), or alone."""
        people = [*dict.fromkeys(one.person for one in self.places), *self.visitors]
        return [(one.person, one.group) for one in self.places if not one.left and one.group != ALONE] + [
            (person, ALONE)
            for person in dict.fromkeys(people)
            if self.place(person, ALONE) or not self.is_in_group(person)
        ]

    def acting(self, person: str, group: str) -> Place:
        """Return the same for an act: alone one has a place from one's first act on."""
        place = self.place(person, group)
        if place is None:
            place = Place(person, group, self.now)
            self.places.append(place)
        return place

    def name_of(self, person: str) -> str:
        """Return how PERSON is called on a page: guests are numbered in the order in which they came."""
        return f"guest {self.guests.index(person) + 1}" if person in self.guests else person

    def all_parts(self) -> list[Part]:
        """Return all that can be done: parts and lessons."""
        return [*self.outline, *(Part("lesson", lesson) for lesson in LESSONS)]

    # What is done

    def work(self, place: Place, part: Part) -> str:
        """Return what was worked at PART: none, begun or done."""
        if part.kind == "quiz":
            return self._quiz_work(place, part.ident)
        if part.kind == "prompt":
            return self._prompt_work(place, part.ident)
        return self._reading_work(place, part.ident)

    def _quiz_work(self, place: Place, quiz: str) -> str:
        if place.role == "tutor":
            return "none"  # a tutor only tries it out
        attempts, rules = place.attempts[quiz], QUIZZES[quiz]
        handed_in = [one for one in attempts if one.submitted is not None]
        if any(one.answered for one in handed_in):
            result = result_of(handed_in, rules.counts)
            if rules.pass_mark is None or (result is not None and result >= rules.pass_mark):
                return "done"
        return "begun" if any(one.saved for one in attempts) else "none"

    def _prompt_work(self, place: Place, prompt: str) -> str:
        posts = place.posts[prompt]
        if any(one.to is None for one in posts):
            return "done"
        if posts:
            return "begun"
        if place.entries[prompt]:
            return "done" if place.group == ALONE else "begun"
        return "begun" if any(one.text for one in place.drafts[f"prompt:{prompt}"].values()) else "none"

    def _reading_work(self, place: Place, reading: str) -> str:
        checks = CHECKS.get(READS.get(reading, ""), ())
        answered = sum(bool(place.answered[one]) for one in checks)
        if checks and answered == len(checks):
            return "done"
        return "begun" if answered else "none"

    def state(self, place: Place, part: Part) -> str:
        """Return where PLACE stands with PART, or with a lesson: the last fact wins, without one the work speaks."""
        facts = place.facts.get(part)
        if part.kind == "lesson":
            return self._lesson_state(place, part)
        if facts:
            return "done" if facts[-1].done else "begun"
        return self.work(place, part)

    def parts_of(self, lesson: str) -> list[Part]:
        """Return the parts of a lesson."""
        return [part for part, where in self.outline.items() if where.lesson == lesson]

    def _lesson_state(self, place: Place, lesson: Part) -> str:
        parts = self.parts_of(lesson.ident)
        states = {part: self.state(place, part) for part in parts}
        required = [part for part in parts if self.outline[part].required]
        facts = place.facts.get(lesson) or []
        ticked = bool(facts) and facts[-1].done
        if all(states[part] == "done" for part in required) if required else ticked:
            return "done"
        return "begun" if facts or any(state != "none" for state in states.values()) else "none"

    def tick(self, place: Place, part: Part, *, done: bool) -> None:
        """Tick PART, or take the tick back; ticking twice is one tick."""
        facts = place.facts[part]
        if (bool(facts) and facts[-1].done) != done:
            facts.append(Fact("tick" if done else "untick", done, self.now))
        self.settle(place)

    def settle(self, place: Place) -> None:
        """Let what was reached by the last act be a fact: of parts first, of lessons after them."""
        for part in self.outline:
            if not place.facts.get(part) and self.work(place, part) == "done":
                place.facts[part].append(Fact("reached", True, self.now))
        for lesson in LESSONS:
            part = Part("lesson", lesson)
            if not any(self.outline[one].required for one in self.parts_of(lesson)):
                continue
            facts = place.facts.get(part)
            if self._lesson_state(place, part) == "done" and not (facts and facts[-1].kind == "reached"):
                place.facts[part].append(Fact("reached", True, self.now))

    def progress(self, place: Place) -> tuple[int, int]:
        """Return how many of the required parts are done, and how many there are."""
        required = [part for part, where in self.outline.items() if where.required]
        return sum(self.state(place, part) == "done" for part in required), len(required)

    # Attempts

    def begin(self, place: Place, quiz: str) -> Attempt | None:
        """Return the open attempt at QUIZ, or a new one; None where no more are allowed."""
        if (going_on := place.open_attempt(quiz)) is not None:
            return going_on
        rules, before = QUIZZES[quiz], place.attempts[quiz]
        used = sum(one.started >= place.joined for one in before)
        if rules.allowed is not None and used >= rules.allowed and place.role != "tutor":
            return None
        questions = [Question(ident, asked, rules.tries) for ident, asked in rules.asks.items()]
        deadline = self.now + rules.limit if rules.limit is not None else None
        attempt = Attempt(quiz, len(before) + 1, self.now, deadline, questions)
        before.append(attempt)
        return attempt

    def submit(self, place: Place, attempt: Attempt) -> None:
        """Hand ATTEMPT in."""
        attempt.submit(self.now, awaits=place.group in self.tutors and place.role != "tutor")
        self.settle(place)

    def work_of_worker(self) -> None:
        """Hand in what is over, as the worker does."""
        for place in self.places:
            for attempts in place.attempts.values():
                for one in attempts:
                    if one.submitted is None and one.is_late(self.now):
                        self.submit(place, one)

    # Writing

    def keep_draft(self, place: Place, where: str, text: str, base: tuple[int, int]) -> tuple[int, int]:
        """Keep TEXT as a draft at a place to write, of a window that had seen BASE; return what it has seen now.

        A window whose draft another has changed meanwhile begins a copy of its own; the same text again is one save."""
        copies = place.drafts[where]
        for copy, draft in copies.items():
            if draft.text == text and (base == (0, 0) or copy == base[0]):
                return copy, draft.saves
            if (copy, draft.saves) == base:
                copies[copy] = Draft(text, draft.saves + 1)
                return copy, draft.saves + 1
        copy, saves = (max(copies) + 1, 1) if copies else (base[0], base[1] + 1)
        copies[copy] = Draft(text, saves)
        return copy, saves

    def hand_over(self, place: Place, where: str, text: str, base: tuple[int, int]) -> None:
        """Forget the drafts that TEXT was made of: that of its window, those that say the same, empty ones."""
        copies = place.drafts[where]
        for copy, draft in list(copies.items()):
            if (copy, draft.saves) == base or draft.text.strip() in {"", text.strip()}:
                del copies[copy]

    def draft_answer(self, place: Place, prompt: str, text: str, base: tuple[int, int]) -> tuple[int, int]:
        """Keep a draft of an answer to PROMPT; what was handed over already makes no new one."""
        posts = [one.words[-1] for one in place.posts[prompt] if one.to is None]
        if text.strip() in {one.strip() for one in (*place.entries[prompt][-1:], *posts[-1:])}:
            return base
        seen = self.keep_draft(place, f"prompt:{prompt}", text, base)
        self.settle(place)
        return seen

    def write_entry(self, place: Place, prompt: str, text: str, base: tuple[int, int]) -> None:
        """Put TEXT into the journal; the same as last time adds nothing."""
        if place.entries[prompt][-1:] != [text]:
            place.entries[prompt].append(text)
        self.hand_over(place, f"prompt:{prompt}", text, base)
        self.settle(place)

    def answer_check(self, place: Place, ident: str, *, right: bool) -> None:
        """Answer a self-check."""
        place.answered[ident].append(right)
        self.settle(place)

    def in_open_attempt(self, person: str, ident: str) -> bool:
        """Say whether an attempt of PERSON is open, anywhere, that asks the question IDENT."""
        return any(
            attempt.submitted is None and any(one.ident == ident for one in attempt.questions)
            for place in self.places
            if place.person == person
            for attempts in place.attempts.values()
            for attempt in attempts
        )

    # Talk

    def post(self, place: Place, prompt: str, text: str, *, once: str, base: tuple[int, int]) -> None:
        """Post TEXT to the group; the same text by the same press of a button is one post."""
        if not any(one.once == once and one.words[0] == text for one in place.posts[prompt]):
            place.posts[prompt].append(Post(prompt, [text], once))
        self.hand_over(place, f"prompt:{prompt}", text, base)
        self.settle(place)

    def has_read(self, place: Place, prompt: str) -> None:
        """Remember that PLACE was shown the talk on PROMPT."""
