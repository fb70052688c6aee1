"""Passwords: which are good enough, and how they are kept (Argon2id)."""

import unicodedata
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from course.base.web import new_secret
from course.base.words import _

SHORTEST, LONGEST = 8, 1024

#: Those of eight characters or more that are tried first by everybody who tries.
COMMON = frozenset(
    """
    12345678 123456789 1234567890 0123456789 87654321 11111111 00000000 88888888 12341234 123123123 password password1
    password123 passw0rd p@ssw0rd qwertyui qwertyuiop qwerty12 qwerty123 asdfghjk asdfghjkl 1q2w3e4r 1qaz2wsx q1w2e3r4
    abcd1234 iloveyou sunshine princess football baseball superman trustno1 welcome1 admin123 letmein1 whatever
    dragon123 monkey123 changeme zxcvbnm1
    """.split()  # noqa: SIM905 (forty lines of one word each say no more)
)


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
    if plain in {email.casefold(), email.partition("@")[0].casefold(), name.casefold().strip()}:
        return _("Your e-mail or your name is the first that others would try.")
    if plain in COMMON or len(set(plain)) == 1:
        return _("This is one of the passwords that are tried first. Choose another.")
    return None


class Passwords:
    """Hashes passwords and compares them. Slow by design, so never inside a transaction that writes."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._hasher = PasswordHasher(**options)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(new_secret())

    def hash(self, password: str) -> str:
        """Return what is kept of PASSWORD."""
        return self._hasher.hash(folded(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Return whether PASSWORD is the one KEPT; with nothing kept it takes as long to say no."""
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
