"""The model of study: who is where, what they did, and what that amounts to. Plain Python, written from DESIGN and
RULES (section 7 above all), and never from the code that it is compared with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import count
from typing import Any, NamedTuple, cast

from benchmarks.study_machine.remembering import Recall, Row, rating_of
from benchmarks.study_machine.sitting import GRACE, QUIZZES, Attempt, Question, Step, result_of

ALONE = "alone"


class Part(NamedTuple):
    """A part of a lesson, or a lesson, by its kind and ident."""

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
LESSONS = tuple(Part("lesson", ident) for ident in ("first", "second", "third", "fourth"))

#: Text -> the self-checks in it.
CHECKS: Mapping[str, tuple[str, ...]] = {"first": ("one-of-three",), "theses": ("true-or-not",)}

#: Reading -> the text in the house that it is of.
READS = {"read-theses": "theses"}

#: Rubric of the essay: criterion -> its weight and what each level is worth.
RUBRIC: Mapping[str, tuple[int, Mapping[str, Fraction]]] = {
    "argument": (2, {"none": Fraction(0), "some": Fraction(1, 2), "good": Fraction(1)}),
    "words": (1, {"poor": Fraction(0), "fine": Fraction(1)}),
}


#: Whatever review asks, and whatever new questions have a third of the day for, this is time for it.
TIME_FOR_ALL = timedelta(minutes=7)


class Draft(NamedTuple):
    """One copy of a draft, and how often it was saved: by both a window knows what it has seen."""

    text: str
    saves: int


@dataclass(slots=True, eq=False)
class Entry:
    """What somebody put into their journal; shared, the tutors of their group read it."""

    text: str
    shared: bool = False


class Fact(NamedTuple):
    """What made something done or not, and the how-manieth of all facts it is."""

    kind: str
    done: bool
    at: datetime
    nth: int


@dataclass(slots=True, eq=False)
class Post:
    """What somebody posted to a group: its versions, the newest last."""

    place: "Place"
    group: str
    prompt: str
    words: list[str]
    to: "Post | None" = None
    hidden: bool = False
    hidden_by: str = ""
    ids: dict[str, int] = field(default_factory=dict)  #: kind of site -> the id it has there


@dataclass(slots=True, eq=False)
class Note:
    """What somebody noted on a text in the house; shared, its group reads it."""

    place: "Place"
    text: str
    words: str
    shared: bool
    replies: list[tuple["Place", str]] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)  #: kind of site -> the id it has there


class Told(NamedTuple):
    """What somebody was told: the kind of notice, and of what: a post, a place, an essay, or the rule of a quiz that is
    another for one place; an entry of a journal."""

    kind: str
    of: "Post | Place | Note | Question | tuple[Place, Entry] | tuple[Place, str, str]"


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
    entries: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    drafts: dict[str, dict[int, Draft]] = field(default_factory=lambda: defaultdict(dict))
    answered: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    #: (quiz, rule) -> what it is by exception, those given last at the end: `attempts`, `time_limit`, `close`.
    rules: dict[tuple[str, str], Any] = field(default_factory=dict)
    factor: Fraction = Fraction(1)  #: by which the time of everything is multiplied

    def open_attempt(self, quiz: str) -> Attempt | None:
        """Return the attempt at QUIZ that is open."""
        last = self.attempts[quiz][-1:]
        return last[0] if last and last[0].submitted is None else None


class World:
    """All of it. `now` is the clock."""

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

    # Attempts

    def begin(self, place: Place, quiz: str) -> Attempt | None:
        """Return the open attempt at QUIZ, or a new one; None where no more are allowed."""
        if (going_on := place.open_attempt(quiz)) is not None:
            return going_on
        rules, before = QUIZZES[quiz], place.attempts[quiz]
        allowed = self.allowed(place, quiz)
        if allowed is not None and self.used(place, quiz) >= allowed and place.role != "tutor":
            return None
        close = place.rules.get((quiz, "close"))
        if close is not None and self.now > close:
            return None
        questions = [
            Question(ident, asked, rules.tries, self.versions.get(ident, 1)) for ident, asked in rules.asks.items()
        ]
        attempt = Attempt(quiz, len(before) + 1, self.now, self.end(place, quiz, self.now), questions)
        before.append(attempt)
        return attempt

    def used(self, place: Place, quiz: str) -> int:
        """Return how many attempts count against the limit: those begun since one is in the group."""
        return sum(one.started >= place.joined for one in place.attempts[quiz])

    def allowed(self, place: Place, quiz: str) -> int | None:
        """Return how many attempts PLACE may make at QUIZ: its own exception is nearer than the quiz."""
        return cast("int | None", place.rules.get((quiz, "attempts"), QUIZZES[quiz].allowed))

    def limit(self, place: Place, quiz: str) -> timedelta | None:
        """Return how long an attempt may last: by one's own exception, else as the quiz says, times one's factor and
        rounded up to the minute."""
        if (quiz, "time_limit") in place.rules:
            return cast(timedelta, place.rules[quiz, "time_limit"])
        limit = QUIZZES[quiz].limit
        if limit is None:
            return None
        minutes = Fraction(limit // timedelta(minutes=1)) * place.factor
        return timedelta(minutes=-(-minutes.numerator // minutes.denominator))

    def end(self, place: Place, quiz: str, start: datetime) -> datetime | None:
        """Return until when an attempt at QUIZ begun at START may last, by the rules as they are: who begins no later
        than one must for the whole time that everybody has, has their own whole time, past the close if need be."""
        own, close = self.limit(place, quiz), cast("datetime | None", place.rules.get((quiz, "close")))
        if own is None or close is None:
            return close if own is None else start + own
        latest_full_start = close - (QUIZZES[quiz].limit or own)
        return min(start + own, max(close, latest_full_start + own))

    def deadline(self, place: Place, attempt: Attempt) -> datetime | None:
        """Return until when ATTEMPT, which is open, may last: what is better for its user applies at once, and what is
        worse does not."""
        if attempt.deadline is None:
            return None
        end = self.end(place, attempt.quiz, attempt.started)
        return None if end is None else max(attempt.deadline, end)

    def is_late(self, place: Place, attempt: Attempt) -> bool:
        """Say whether what is saved now comes too late to count. A better deadline is written down when it is asked."""
        if attempt.submitted is not None:
            return True
        if attempt.deadline is None or self.now <= attempt.deadline + GRACE:
            return False
        attempt.deadline = self.deadline(place, attempt)
        return attempt.deadline is not None and self.now > attempt.deadline + GRACE

    def submit(self, place: Place, attempt: Attempt) -> None:
        """Hand ATTEMPT in."""
        if attempt.submitted is not None:
            return
        if attempt.deadline is not None and self.now > attempt.deadline:
            attempt.deadline = self.deadline(place, attempt)
        attempt.submit(self.now, awaits=place.group in self.tutors and place.role != "tutor")
        if place.role == "student":
            self._remember(place.person, attempt)
        self.settle(place)

    def _remember(self, person: str, attempt: Attempt) -> None:
        """Let PERSON remember what they answered in ATTEMPT, which they handed in; an essay they have only met."""
        assert attempt.submitted is not None
        for one in attempt.questions:
            if one.asked.by_hand and one.response is not None:
                self.recall[person].card(one.ident)
            elif one.worths:
                row = Row(attempt.submitted, rating_of(one.worths), "quiz")
                self.recall[person].add(one.ident, row)

    def work_of_worker(self) -> None:
        """Hand in what is over, as the worker does."""
        for place in self.places:
            for attempts in list(place.attempts.values()):
                for one in attempts:
                    if one.submitted is None and self.is_late(place, one):
                        self.submit(place, one)

    def in_open_attempt(self, person: str, ident: str) -> bool:
        """Say whether an attempt of PERSON is open, anywhere, that asks the question IDENT."""
        return any(one.ident == ident for attempt in self._open_attempts(person) for one in attempt.questions)

    def _open_attempts(self, person: str) -> Iterable[Attempt]:
        for place in self.places:
            if place.person == person and place.role == "student":  # a tutor's preview is none
                for attempts in place.attempts.values():
                    yield from (one for one in attempts if one.submitted is None)

    def mark(self, place: Place, question: Question, levels: Mapping[str, str], *, release: bool) -> bool:
        """Keep LEVELS as the draft of a mark and perhaps release it; return whether it lacked something for that."""
        verdict = question.verdict
        released = dict(verdict.levels or {}) if verdict is not None and verdict.kind in {"mark", "override"} else {}
        now = dict(question.draft) if question.draft is not None else released
        if dict(levels) != now:
            question.draft = None if question.draft is not None and dict(levels) == released else dict(levels)
        if not release:
            return False
        if set(levels) != set(RUBRIC):
            return True
        if question.draft is not None:
            if dict(question.draft) != released:
                weights = sum(weight for weight, _worths in RUBRIC.values())
                score = sum(
                    (weight * worths[levels[one]] for one, (weight, worths) in RUBRIC.items()), Fraction(0)
                ) / Fraction(weights)
                step = Step("mark", question.response, question.counting, score=score, levels=dict(levels))
                question.steps.append(step)
                self.told[place.person].add(Told("marked", question))
            question.draft = None
            self.settle(place)
        return False

    def override(self, place: Place, attempt: Attempt, question: Question, points: Fraction) -> bool:
        """Put POINTS in the place of what QUESTION came to; return whether that may be."""
        last, score = question.verdict, points / question.asked.points
        if last is None and attempt.points is None:
            return False
        if last is None or (last.kind, last.score) != ("override", score):
            question.steps.append(Step("override", question.response, question.counting, score=score))
            self.settle(place)
        return True

    def accept(self, place: Place, attempt: Attempt, question: Question, number: int) -> None:
        """Let the save NUMBER count, which came late or from an older page: it is scored, or goes back to be marked."""
        attempt.awaits = attempt.points is None or question.asked.by_hand
        question.steps.append(Step("accept", question.steps[number - 1].response, number))
        if (score := question.earned()) is not None:
            question.steps.append(Step("score", question.response, question.counting, score=score))
        self.settle(place)

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

    def draft_answer(self, place: Place, prompt: str, text: str, base: tuple[int, int]) -> None:
        """Keep a draft of an answer to PROMPT; what was handed over already makes no new one."""
        posts = [one.words[-1] for one in self.posts_of(place, prompt) if one.to is None]
        entries = [one.text for one in place.entries[prompt]]
        if text.strip() not in {one.strip() for one in (*entries[-1:], *posts[-1:])}:
            self.keep_draft(place, f"prompt:{prompt}", text, base)
            self.settle(place)

    def write_entry(self, place: Place, prompt: str, text: str, base: tuple[int, int]) -> None:
        """Put TEXT into the journal; the same as last time adds nothing."""
        if [one.text for one in place.entries[prompt][-1:]] != [text]:
            place.entries[prompt].append(Entry(text))
        self.hand_over(place, f"prompt:{prompt}", text, base)
        self.settle(place)

    def share_entry(self, place: Place, entry: Entry) -> None:
        """Share an entry with the tutors of the group, who are told; or take it back."""
        entry.shared = not entry.shared
        if entry.shared:
            self.told[self.tutors[place.group]].add(Told("shared", (place, entry)))

    def reads_entry(self, person: str, place: Place, entry: Entry) -> bool:
        """Say whether PERSON may read an entry of PLACE, which is another's: a tutor what a student shares who is still
        there."""
        return entry.shared and not place.left and self.tutors.get(place.group) == person

    def except_rule(self, place: Place, quiz: str, rule: str, value: Any) -> None:
        """Let a rule of QUIZ be VALUE for PLACE. Who has it so already has it so; of a date one is told."""
        if (quiz, rule) not in place.rules or place.rules[quiz, rule] != value:
            place.rules.pop((quiz, rule), None)
            place.rules[quiz, rule] = value
        if rule == "close":
            self.told[place.person].add(Told("moved", (place, quiz, rule)))

    def has_answered(self, place: Place, ident: str) -> bool:
        """Say whether a self-check was answered as it asks now: in other words it is asked anew."""
        return self.versions.get(ident, 1) in place.answered[ident]

    def answer_check(self, place: Place, ident: str, score: Fraction) -> None:
        """Answer a self-check with what is worth SCORE."""
        place.answered[ident].append(self.versions.get(ident, 1))
        self.recall[place.person].add(ident, Row(self.now, rating_of([score]), "check"))
        self.settle(place)

    # Talk

    def posts_of(self, place: Place, prompt: str) -> list[Post]:
        """Return what was posted from PLACE to PROMPT."""
        return [one for one in self.posts if one.place is place and one.prompt == prompt]

    def post(
        self, place: Place, prompt: str, text: str, where: str, base: tuple[int, int], to: Post | None = None
    ) -> Post:
        """Post TEXT to the group, in reply TO another where that is said; its draft, at WHERE, is done with."""
        made = Post(place, place.group, prompt, [text], to)
        self.posts.append(made)
        self._tell_of_post(made)
        self.hand_over(place, where, text, base)
        self.settle(place)
        return made

    def _tell_of_post(self, post: Post) -> None:
        """Tell of POST whom it answers, and who follows the talk since they posted there; of those who may read it."""
        for one in self.places:
            if one.left or one.group != post.group or one is post.place or not self.has_open(one, post):
                continue
            if post.to is not None and post.to.place is one:
                self.told[one.person].add(Told("replied", post))
            elif self.posts_of(one, post.prompt):
                self.told[one.person].add(Told("posted", post))

    def hide(self, post: Post, by: str, *, hidden: bool) -> None:
        """Hide POST, or show it again: its writer is told, if they are still there."""
        post.hidden, post.hidden_by = hidden, by
        if not post.place.left and post.place.person != by:
            self.told[post.place.person].add(Told("hidden", post))

    def talk(self, group: str, prompt: str) -> list[Post]:
        """Return what was posted in GROUP on PROMPT."""
        return [one for one in self.posts if (one.group, one.prompt) == (group, prompt)]

    def sees(self, place: Place, post: Post) -> bool:
        """Say whether who has PLACE may read POST: their own; others' once they answered, a tutor at once; what is
        hidden only who looks after the talk."""
        if post.place is place:
            return True
        if place.left or place.group != post.group:
            return False
        looks_after = place.role == "tutor" or (
            place.group not in self.tutors and self.keys.get(place.group) == place.person
        )
        if post.hidden and not looks_after:
            return False
        return self.has_open(place, post)

    def has_open(self, place: Place, post: Post) -> bool:
        """Say whether the talk that POST stands in is open to who has PLACE: they answered, or are a tutor."""
        return place.role == "tutor" or any(one.to is None for one in self.posts_of(place, post.prompt))

    def secrets(self, person: str, url: str) -> list[str]:
        """Return what must not be told to PERSON now, on whatever page: words of others that are not theirs to read,
        and why an answer is right while an attempt that asks it is open."""
        mine = [one for one in self.places if one.person == person]
        seen, all_of_it = set(), set()
        for post in self.posts:
            if post.place.person == person:
                continue
            all_of_it |= set(post.words)
            if any(self.sees(place, post) for place in mine):
                seen |= set(post.words)
        for note in self.notes:
            reads = any(self.sees_note(place, note) for place in mine)
            for place, words in ((note.place, note.words), *note.replies):
                if place.person != person:
                    all_of_it.add(words)
                    seen |= {words} if reads else set()
        for place in self.places:
            if place.person != person:
                for entry in (one for entries in place.entries.values() for one in entries):
                    all_of_it.add(entry.text)
                    seen |= {entry.text} if self.reads_entry(person, place, entry) else set()
                for copies in place.drafts.values():
                    all_of_it |= {draft.text for draft in copies.values()}
        keys = {
            f"Explained: {one.ident}."
            for attempt in self._open_attempts(person)
            for one in attempt.questions
            if not (one.tries and f"/attempts/{next(iter(attempt.ids.values()), 0)}" in url)
        }
        return sorted((all_of_it - seen - {""}) | keys)

    # Notes

    def note(self, place: Place, text: str, words: str, *, shared: bool) -> Note:
        """Note WORDS on TEXT."""
        made = Note(place, text, words, shared)
        self.notes.append(made)
        self.settle(place)
        return made

    def sees_note(self, place: Place, note: Note) -> bool:
        """Say whether who has PLACE may read NOTE: their own, and what is shared in the group once they share words of
        their own on the text; a tutor at once."""
        if note.place is place:
            return True
        if place.left or place.group == ALONE or place.group != note.place.group or not note.shared:
            return False
        mine = (one for one in self.notes if one.place is place and one.text == note.text)
        return place.role == "tutor" or any(one.shared for one in mine)

    def delete_note(self, note: Note) -> bool:
        """Delete NOTE, unless others replied to it; return whether it was."""
        if any(place is not note.place for place, _words in note.replies):
            return False
        self.notes.remove(note)
        self.settle(note.place)
        return True

    def reply_to_note(self, place: Place, note: Note, words: str) -> None:
        """Reply to NOTE; its writer is told, if they are still there. The same by the same press is one."""
        note.replies.append((place, words))
        if place is not note.place and not note.place.left:
            self.told[note.place.person].add(Told("note_replied", note))

    # Review

    def reached(self, person: str) -> set[str]:
        """Return the questions of lessons that PERSON has done as a student, those of quizzes once they stood in one
        that was handed in."""
        mine = [one for one in self.places if one.person == person]
        students = [one for one in mine if one.role == "student"]
        sat = [one for place in students for attempts in place.attempts.values() for one in attempts]
        stood = {one.ident for attempt in sat if attempt.submitted is not None for one in attempt.questions}
        found: set[str] = set()
        for lesson in LESSONS:
            if any(not one.left and self.state(one, lesson) == "done" for one in students):
                asked = {ident for text in self._texts_of(lesson) for ident in CHECKS.get(text, ())}
                found |= asked
                for part in self.parts_of(lesson):
                    found |= stood & QUIZZES[part.ident].asks.keys() if part.kind == "quiz" else set()
        return found

    def _texts_of(self, lesson: Part) -> list[str]:
        """Return the texts in the house that a lesson has: its own, and those that it reads."""
        return [lesson.ident, *(READS[one.ident] for one in self.parts_of(lesson) if one.ident in READS)]

    def may_review(self, person: str) -> set[str]:
        """Return what review may ask PERSON by itself now. An essay that they never wrote does not come."""
        recall = self.recall[person]
        reached = {one for one in self.reached(person) if not self.by_hand(one)}
        return {one for one in recall.may_come(reached, self.now) if not self.in_open_attempt(person, one)}

    def must_review(self, person: str) -> bool:
        """Say whether review must ask PERSON something: something is due, and there is time for whatever it is."""
        recall = self.recall[person]
        due = [one for one in recall.must_come(self.now) if not self.in_open_attempt(person, one)]
        return bool(due) and recall.left(self.now) >= TIME_FOR_ALL

    def by_hand(self, ident: str) -> bool:
        """Say whether the question IDENT is an essay."""
        return any(ident in quiz.asks and quiz.asks[ident].by_hand for quiz in QUIZZES.values())

    # Groups

    def join(self, person: str, group: str, *, bring: bool) -> Place:
        """Let PERSON join GROUP, or come back: with the work done alone, which is then the group's, or afresh."""
        if (former := self.former(person, group)) is not None:
            former.left, former.role = False, "student"
            place = former
        elif bring and (alone := self.place(person, ALONE)) is not None:
            alone.group, alone.joined = group, self.now
            place = alone
        else:
            place = Place(person, group, self.now)
            self.places.append(place)
        self.settle(place)
        for one in self.places:
            leads = one.role == "tutor" or self.keys.get(group) == one.person
            if one.group == group and not one.left and leads and one.person != person:
                self.told[one.person].add(Told("joined", place))
        return place

    def sign_up(self, guest: str) -> None:
        """Let a guest, or a visitor, have an account: what they did is theirs."""
        for among in (self.guests, self.visitors):
            if guest in among:
                among.remove(guest)
        self.accounts.append(guest)

    def merge(self, guest: str, person: str) -> None:
        """Let what GUEST did alone be PERSON's: attempts and entries after theirs, facts as they came, all drafts."""
        there = self.place(guest, ALONE)
        self.guests.remove(guest)
        self.gone.add(guest)
        if there is None:
            return
        place = self.place(person, ALONE)
        self.places.remove(there)
        if place is None:
            place = Place(person, ALONE, there.joined)
            self.places.append(place)
        self._merge_attempts(there, place)
        for part, facts in there.facts.items():
            place.facts[part] = sorted([*place.facts[part], *facts], key=lambda fact: fact.nth)
        for prompt, entries in there.entries.items():
            place.entries[prompt] += entries
        for where, copies in there.drafts.items():
            for _copy, draft in sorted(copies.items()):
                own_copies = place.drafts[where]
                own_copies[max(own_copies, default=-1) + 1] = draft
        for note in self.notes:
            if note.place is there:
                note.place = place
        for ident, answers in there.answered.items():
            place.answered[ident] += answers
        self.recall[person].take_up(self.recall.pop(guest, Recall()))
        self.settle(place)

    def _merge_attempts(self, there: Place, place: Place) -> None:
        """Let the attempts of THERE come after those of PLACE; of two that are open the guest's is handed in."""
        for quiz, attempts in there.attempts.items():
            own = place.attempts[quiz]
            mine = place.open_attempt(quiz)
            if mine is not None:
                for one in attempts:
                    self.submit(there, one)
                own.remove(mine)
            own += attempts
            if mine is not None:
                own.append(mine)
            for number, one in enumerate(own, 1):
                one.number = number
