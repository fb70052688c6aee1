"""Passwords: which are good enough, and how they are kept (Argon2id)."""

import gzip
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, cached_property, lru_cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from course.base.errors import DomainError
from course.base.web import new_secret
from course.base.words import _

SHORTEST, LONGEST = 8, 1024

#: Those of eight characters or more among the thirty thousand that are used most, one a line; licence and origin stand
#: beside it.
COMMON_FILE = Path(__file__).with_name("common_passwords.txt.gz")

#: The name of the house, which whoever tries passwords here knows.
HOUSE = "kruzhok"

#: So many are hashed at once in one process: each takes a core for a while, and 64 MiB.
AT_ONCE = 2
#: Who has waited so many seconds for their turn is asked to come again.
LONGEST_WAIT = 10.0


class TooBusy(DomainError):
    """More passwords at once than this process can hash."""

    status = 503
    title = _("Many people are signing in at this moment")
    hint = _("Try again in half a minute.")


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords that are tried first by everybody who tries, folded."""
    return frozenset(gzip.decompress(COMMON_FILE.read_bytes()).decode().split())


def folded(password: str) -> str:
    """Return PASSWORD as it is hashed: the same keys on another keyboard must give the same characters."""
    return unicodedata.normalize("NFC", password)


def weakness(password: str, *, email: str, name: str) -> str | None:
    """Return why PASSWORD is not good enough, None where it is. Length is asked for, a mixture of signs is not."""
    if len(password) < SHORTEST:
        return _("Use {n} characters or more. A few words in a row are easy to keep.").format(n=SHORTEST)
    if len(password) > LONGEST:
        return _("At most {n} characters fit.").format(n=LONGEST)
    plain = password.casefold().strip()
    stem = LETTERS.sub("", plain)  # "Figner1917!" is "figner", to who tries
    own = {part for word in (email, name, HOUSE) for part in _parts(word)}
    if plain in own or (stem in own and len(plain) - len(stem) <= DECORATION):
        return _("Your e-mail, your name and the name of this site are the first that others would try.")
    if {plain, stem} & common_passwords() or len(set(plain)) == 1:
        return _("This is one of the passwords that are tried first. Choose another.")
    return None


#: What is no letter.
LETTERS = re.compile(r"[\W\d_]+")

#: So many digits and signs around a word make it no better.
DECORATION = 6


def _parts(said: str) -> set[str]:
    """Return what SAID, an e-mail or a name, consists of, folded: itself, its words, and these joined."""
    folded = said.casefold().strip()
    words = [word for word in LETTERS.split(folded.partition("@")[0]) if len(word) > 2]
    host = folded.rpartition("@")[2] if "@" in folded else ""
    labels = [label for label in host.split(".") if len(label) > 3]
    return {folded, folded.partition("@")[0], "".join(words), *words, host, *labels} - {""}


_turns = BoundedSemaphore(AT_ONCE)


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one of the few turns to hash; raise TooBusy where none comes."""
    if not _turns.acquire(timeout=LONGEST_WAIT):
        raise TooBusy
    try:
        yield
    finally:
        _turns.release()


class Passwords:
    """Hashes passwords and compares them. Slow by design: few at once, and none inside a transaction that writes."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._hasher = PasswordHasher(**options)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(new_secret())

    def hash(self, password: str) -> str:
        """Return what is kept of PASSWORD."""
        with _turn():
            return self._hasher.hash(folded(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Return whether PASSWORD is the one KEPT; with nothing kept it takes as long to say no."""
        with _turn():
            nobodys = self._nobodys  # made by whoever comes first, known e-mail or not
            try:
                self._hasher.verify(kept or nobodys, folded(password))
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Return whether KEPT was made with other parameters than hashes are made with now."""
        return self._hasher.check_needs_rehash(kept)


def passwords_with(options: Mapping[str, Any] | None = None) -> Passwords:
    """Return the passwords with these OPTIONS of Argon2 (the library's own, RFC 9106, without), one for each set."""
    return _with(tuple(sorted((options or {}).items())))


@lru_cache(maxsize=4)
def _with(options: tuple[tuple[str, Any], ...]) -> Passwords:
    return Passwords(dict(options))
