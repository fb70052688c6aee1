"""How one likes to read, and how fast: kept with the user, for a visitor in their browser. Nobody measures anything."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import session as cookie

from course.users.access import whoever
from course.users.models import User

SLOWEST, FASTEST = 50, 1000


class ReadingSettings(NamedTuple):
    """How texts look (only what is not as for everybody), and words a minute; None where nobody said."""

    look: Mapping[str, str]
    pace: int | None


def settings_here() -> ReadingSettings:
    """Return how whoever asks likes to read: who never said is taken for whoever set this browser."""
    user = whoever()
    if user is None or (user.reading is None and user.pace is None):
        return _of_browser()
    return ReadingSettings(user.reading or {}, user.pace)


def keep_settings(user: User | None, wanted: ReadingSettings) -> None:
    """Keep what is WANTED with USER, for a visitor in their browser."""
    if user is None:
        pace = {"pace": wanted.pace} if wanted.pace else {}
        cookie["reading"] = {**wanted.look, **pace}
        cookie.permanent = True
    else:
        user.reading, user.pace = dict(wanted.look), wanted.pace


def bring_settings(user: User, guest: User | None = None) -> None:
    """Give USER the settings of the GUEST, else of the browser, that they come from; their own stay."""
    before = ReadingSettings(guest.reading or {}, guest.pace) if guest else _of_browser()
    if user.reading is None and before.look:
        user.reading = dict(before.look)
    if user.pace is None:
        user.pace = before.pace


def _of_browser() -> ReadingSettings:
    kept: Any = cookie.get("reading")
    kept = kept if isinstance(kept, dict) else {}
    pace = kept.get("pace")
    fits = isinstance(pace, int) and SLOWEST <= pace <= FASTEST
    return ReadingSettings({name: said for name, said in kept.items() if name != "pace"}, pace if fits else None)
