"""The script of the demo: who is in the group and what they wrote, as circle.yaml tells it."""

from collections.abc import Mapping, Sequence
from datetime import time
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

Habit = Literal["ahead", "keen", "steady", "late", "new", "gone"]


class Strict(BaseModel):
    """Nothing in the script is there by mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Group(Strict):
    """What the group is called; on which day of the week it meets (Monday is 0), when, how many minutes, and where."""

    name: str
    about: str
    weekday: int
    begins: time
    lasts: int
    where: str
    zone: str


class Reviewing(Strict):
    """How somebody reviews: so many MINUTES a day, as they set them; from so many days ago to so many, on so many DAYS
    of seven; `pace` is 1 for who takes as long as is usual.

    What happens seldom happens so many days ago: an answer is taken back, a question rests from then on, and one
    is missed on every evening since."""

    minutes: int
    begins: int
    ends: int = 1
    days: int = 7
    pace: float = 1
    takes_back: int | None = None
    rests: int | None = None
    stumbles: int = 0


class Person(Strict):
    """Somebody in it; `brings` who studied alone before and brings that along; `missed` are the numbers of the meetings
    for which they did nothing; who follows a `path` alone is in no group; who says nothing of `reviews` makes none.
    It `shows` what is seen by who signs in as them."""

    name: str
    email: str
    shows: str
    habit: Habit = "steady"
    brings: bool = False
    missed: Sequence[int] = ()
    path: str = ""
    reviews: Reviewing | None = None


class Reply(Strict):
    """What somebody replied, so many days ago."""

    by: str
    ago: int
    text: str


class Opening(Reply):
    """What somebody posted, with the replies to it; `before` says which words it had instead at first."""

    before: Mapping[str, str] = {}
    replies: Sequence[Reply] = ()


class Discussion(Strict):
    """The discussion of one prompt."""

    lesson: str
    prompt: str
    discussion: Sequence[Opening]


class Entry(Strict):
    """What somebody keeps in their journal, or a tutor says before a discussion."""

    by: str
    lesson: str
    prompt: str
    ago: int
    text: str


class Wrong(Strict):
    """What somebody found wrong, and what the tutor answered."""

    by: str
    lesson: str
    passage: str
    ago: int
    words: str
    answer: str


class Noted(Strict):
    """What somebody noted on a QUOTE of a passage of a lesson, or of a document; without words of their own they
    highlighted them."""

    by: str
    lesson: str = ""
    document: str = ""
    passage: str
    quote: str
    ago: int
    text: str = ""
    tags: Sequence[str] = ()
    shared: bool = False
    replies: Sequence[Reply] = ()


class Mark(Strict):
    """What the tutor says of an essay: its levels by criterion, and a comment; a draft is not given out yet."""

    ago: int
    levels: Mapping[str, str]
    comment: str
    draft: bool = False


class Essayed(Strict):
    """What somebody wrote on an essay question when they sat its quiz, and what the tutor said of it."""

    by: str
    item: str
    words: str
    mark: Mark | None = None


class Framed(Strict):
    """What somebody says of a text as a source."""

    by: str
    text: str
    ago: int
    shared: bool = True
    answers: Mapping[str, str]


class Brought(Strict):
    """A text in Markdown that the tutor brought along and gave the group, for the meeting of that number, and who has
    read it."""

    name: str
    title: str
    licence: str
    origin: str
    ago: int
    meeting: int
    look_for: str
    read_by: Sequence[str]
    text: str


class Listed(Strict):
    """What the tutor put on the reading list, as it was pasted."""

    ago: int
    words: str


class Written(Strict):
    """What a meeting came to, as BY, who led it, wrote it."""

    meeting: int
    by: str
    ago: int
    words: str


class Wished(Strict):
    """What a member wants to talk about at a meeting: words of their own, or a passage of a lesson."""

    by: str
    meeting: int
    ago: int
    words: str = ""
    lesson: str = ""
    passage: str = ""


class Script(Strict):
    """All of it."""

    group: Group
    tutor: Person
    students: Sequence[Person]
    alone: Person
    posts: Sequence[Discussion]
    seeds: Sequence[Entry]
    journals: Sequence[Entry]
    reports: Sequence[Wrong]
    notes: Sequence[Noted] = ()
    essays: Sequence[Essayed] = ()
    frames: Sequence[Framed] = ()
    texts: Sequence[Brought] = ()
    articles: Listed
    minutes: Sequence[Written] = ()
    wishes: Sequence[Wished] = ()


@cache
def read_script() -> Script:
    """Return the script; raise ValidationError where it says what cannot be meant."""
    return Script.model_validate(yaml.safe_load((Path(__file__).parent / "circle.yaml").read_text("utf-8")))
