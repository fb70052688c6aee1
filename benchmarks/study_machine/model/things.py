"""What people have and make: places, posts, notes, entries of a journal, drafts, facts, notices."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
    subgroup: "Subgroup | None" = None  #: whose talk it is in, None for that of the whole group
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
    subgroup: "Subgroup | None" = None  #: with whom it is shared, None for the whole group
    replies: list[tuple["Place", str]] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)  #: kind of site -> the id it has there


class Told(NamedTuple):
    """What somebody was told: the kind of notice, and of what: a post, a place, an essay, or the rule of a quiz that is
    another for one place; an entry of a journal; what is asked of one."""

    kind: str
    of: "Post | Place | Note | Question | Assignment | tuple[Place, Entry] | tuple[Place, str, str]"


@dataclass(slots=True, eq=False)
class Subgroup:
    """Some students of a group; without a name where a prompt is asked of somebody alone."""

    group: str
    name: str
    members: "set[Place]"
    limits: dict[str, timedelta] = field(default_factory=dict)  #: quiz -> the time limit it has by exception
    ids: dict[str, int] = field(default_factory=dict)  #: kind of site -> the id it has there


@dataclass(slots=True, eq=False)
class Assignment:
    """Something that is asked of a whole group, or of those of it whom `to` says."""

    part: Part
    group: str
    to: "Subgroup | Place | None"
    required: bool = True
    due: datetime | None = None
    close: datetime | None = None
    withdrawn: bool = False
    ids: dict[str, int] = field(default_factory=dict)  #: kind of site -> the id it has there

    def is_for(self, place: "Place") -> bool:
        """Say whether it is for PLACE, as long as it is asked."""
        if isinstance(self.to, Subgroup):
            return place in self.to.members
        return place.group == self.group and self.to in (None, place)


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
    days: int = 0  #: by which whatever is due or closes does so later

    def open_attempt(self, quiz: str) -> Attempt | None:
        """Return the attempt at QUIZ that is open."""
        last = self.attempts[quiz][-1:]
        return last[0] if last and last[0].submitted is None else None
