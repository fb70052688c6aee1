"""Who is where, and what their acts amount to: facts and states (RULES, section 7)."""

from collections import defaultdict
from datetime import datetime
from itertools import count

from benchmarks.study_machine.model.outline import CHECKS, LESSONS, OUTLINE, READS, Part
from benchmarks.study_machine.model.remembering import Recall
from benchmarks.study_machine.model.sitting import QUIZZES, result_of
from benchmarks.study_machine.model.things import ALONE, Fact, Note, Place, Post, Told


class Progress:
    """All there is, by its places. `now` is the clock."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.places: list[Place] = []
        self.posts: list[Post] = []
        self.outline = dict(OUTLINE)
        self.retired: set[Part] = set()
        self.versions: dict[str, int] = {}
        self.tutors = {"circle": "ada"}
        self.keys = {"circle": "ada", "round": "eve"}
        self.guests: list[str] = []  #: in the order in which they came
        self.visitors: list[str] = []  #: browsers in which nobody has an account
        self.accounts: list[str] = ["dee"]  #: people who may have no place yet
        self.gone: set[str] = set()  #: guests whose browser holds another by now
        self.recall: dict[str, Recall] = defaultdict(Recall)  #: what each person remembers
        self.told: dict[str, set[Told]] = defaultdict(set)  #: of what each person has a notice
        self.notes: list[Note] = []
        self._facts = count()

    # Who is where

    def people(self) -> list[str]:
        """Return everybody who sits before a browser."""
        known = dict.fromkeys([*(one.person for one in self.places), *self.visitors, *self.accounts])
        return [one for one in known if one not in self.gone]

    def place(self, person: str, group: str) -> Place | None:
        """Return the live place of PERSON in GROUP, or alone."""
        for one in self.places:
            if one.person == person and one.group == group and not one.left:
                return one
        return None

    def former(self, person: str, group: str) -> Place | None:
        """Return the place that PERSON had in GROUP and left."""
        return next((one for one in self.places if (one.person, one.group, one.left) == (person, group, True)), None)

    def doors(self) -> list[tuple[str, str]]:
        """Return where somebody can study now: (person, group), or alone."""
        groups = [(one.person, one.group) for one in self.places if not one.left and one.group != ALONE]
        return groups + [(one, ALONE) for one in self.people()]

    def new_place(self, person: str, group: str) -> Place:
        """Return a place that PERSON would have from their first act on."""
        return Place(person, group, self.now)

    def arrive(self, place: Place) -> None:
        """Let PLACE be there."""
        self.places.append(place)
        if place.person in self.visitors:
            self.guests.append(place.person)

    def acting(self, person: str, group: str) -> Place:
        """Return the place of PERSON for an act: alone one has one from one's first act on."""
        place = self.place(person, group)
        if place is None:
            place = self.new_place(person, group)
            self.arrive(place)
        return place

    def name_of(self, person: str) -> str:
        """Return how PERSON is known: guests are numbered in the order in which they came."""
        return f"guest {self.guests.index(person) + 1}" if person in self.guests else person

    def users(self) -> list[str]:
        """Return everybody whom a site knows: all but visitors, and guests whose work is another's."""
        return list(dict.fromkeys([*(one.person for one in self.places), *self.accounts, *self.guests]))

    def has_account(self, person: str) -> bool:
        """Say whether PERSON has signed up."""
        return person not in self.guests and person not in self.visitors

    # What is done

    def all_parts(self) -> list[Part]:
        """Return all that can be done, or could: parts and lessons."""
        return [*OUTLINE, *LESSONS]

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
        posts = [one for one in self.posts if one.place is place and one.prompt == prompt]
        if any(one.to is None for one in posts):
            return "done"
        if place.entries[prompt] and place.group == ALONE:
            return "done"
        drafts = any(one.text for one in place.drafts[f"prompt:{prompt}"].values())
        return "begun" if posts or place.entries[prompt] or drafts else "none"

    def _reading_work(self, place: Place, reading: str) -> str:
        checks = CHECKS.get(READS.get(reading, ""), ())
        answered = sum(bool(place.answered[one]) for one in checks)
        if checks and answered == len(checks):
            return "done"
        noted = any(one.place is place and one.text == READS.get(reading) for one in self.notes)
        return "begun" if answered or noted else "none"

    def state(self, place: Place, part: Part) -> str:
        """Return where PLACE stands with PART, or with a lesson: the last fact wins, without one the work speaks."""
        if part.kind == "lesson":
            return self._lesson_state(place, part)
        if facts := place.facts.get(part):
            return "done" if facts[-1].done else "begun"
        return self.work(place, part)

    def parts_of(self, lesson: Part) -> list[Part]:
        """Return the parts of a lesson that are not retired."""
        return [one for one, where in self.outline.items() if where.lesson == lesson.ident and one not in self.retired]

    def _lesson_state(self, place: Place, lesson: Part) -> str:
        parts = self.parts_of(lesson)
        states = {part: self.state(place, part) for part in parts}
        required = [part for part in parts if self.outline[part].required]
        facts = place.facts.get(lesson) or []
        ticked = bool(facts) and facts[-1].done
        if all(states[part] == "done" for part in required) if required else ticked:
            return "done"
        return "begun" if facts or any(state != "none" for state in states.values()) else "none"

    def is_hidden(self, place: Place | None, part: Part) -> bool:
        """Say whether PART is retired, and so not there for those without work on it."""
        return part in self.retired and (place is None or self.state(place, part) == "none")

    def tick(self, place: Place, part: Part, *, done: bool) -> None:
        """Tick PART, or take the tick back; ticking twice is one tick."""
        facts = place.facts[part]
        if (bool(facts) and facts[-1].done) != done:
            facts.append(self._fact("tick" if done else "untick", done=done))
        self.settle(place)

    def _fact(self, kind: str, *, done: bool) -> Fact:
        return Fact(kind, done, self.now, next(self._facts))

    def settle(self, place: Place) -> None:
        """Let what was reached by the last act be a fact: of parts first, of lessons after them."""
        for part in OUTLINE:
            if not place.facts.get(part) and self.work(place, part) == "done":
                place.facts[part].append(self._fact("reached", done=True))
        for lesson in LESSONS:
            if not any(self.outline[one].required for one in self.parts_of(lesson)):
                continue
            facts = place.facts.get(lesson)
            if self._lesson_state(place, lesson) == "done" and not (facts and facts[-1].kind == "reached"):
                place.facts[lesson].append(self._fact("reached", done=True))

    def progress(self, place: Place) -> tuple[int, int]:
        """Return how many of the required parts are done, and how many there are."""
        required = [one for one, where in self.outline.items() if where.required and one not in self.retired]
        return sum(self.state(place, part) == "done" for part in required), len(required)
