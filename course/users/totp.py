"""Codes of six digits that change every half minute (TOTP, RFC 6238, with SHA-1 as every program on telephones has it).

Pure: the time is said by the caller."""

import hmac
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote

PERIOD = 30  #: seconds that a code stands
DIGITS = 6

#: Clocks may differ by so many periods, in either direction.
DRIFT = 1


def step_at(now: datetime) -> int:
    """Return the number of the period NOW lies in, counted from 1970."""
    return int(now.timestamp()) // PERIOD


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """Return the code of SECRET in the period STEP (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of_code(secret: bytes, code: str, *, now: datetime, after: int | None = None) -> int | None:
    """Return the period whose code of SECRET is CODE, of those around NOW; None where there is none.

    A period up to AFTER is none: its code, or a later one, was taken before."""
    here = step_at(now)
    fitting = [
        step for step in range(here - DRIFT, here + DRIFT + 1) if hmac.compare_digest(code_at(secret, step), code)
    ]  # all are looked at, whichever fits
    return next((step for step in fitting if after is None or step > after), None)


def in_words(secret: bytes) -> str:
    """Return SECRET as one types it into a program: groups of four letters and digits (base 32)."""
    letters = b32encode(secret).decode().rstrip("=")
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def address_of(secret: bytes, *, issuer: str, account: str) -> str:
    """Return the otpauth address of SECRET, which programs read out of a QR code."""
    letters = in_words(secret).replace(" ", "")
    label = f"{quote(issuer, safe='')}:{quote(account, safe='@')}"
    return f"otpauth://totp/{label}?secret={letters}&issuer={quote(issuer, safe='')}&digits={DIGITS}&period={PERIOD}"
