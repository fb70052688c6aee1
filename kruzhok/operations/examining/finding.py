"""What is said of one thing that was looked at."""

from typing import Literal, NamedTuple

State = Literal["ok", "warn", "fail"]


class Finding(NamedTuple):
    """What was looked at, how it stands, what was found, and how to mend it where that is needed."""

    about: str
    state: State
    said: str
    mend: str = ""
