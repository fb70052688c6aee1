"""What people have and make: places, posts, notes, entries of a journal, drafts, facts, notices."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from benchmarks.study_machine.model.outline import Part
from benchmarks.study_machine.model.sitting import Attempt, Question

ALONE = "alone"


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
