"""The second step of signing in: a code of one's telephone, or one of those kept for the day it is lost.

What codes are made from is nowhere: it follows from the secret of the site and a salt of the user (decision 32).
"""

import hmac
import logging
import secrets
from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from course.base.errors import Conflict, DomainError
from course.base.web import hash_of_secret
from course.base.words import _
from course.users import totp
from course.users.audit import record
from course.users.models import Act, RecoveryCode, SecondStep, User

log = logging.getLogger(__name__)

#: So many codes to recover one gets. Each is 15 bytes: 120 bits, so that a plain hash keeps it (ASVS 6.5.2).
RECOVERY_CODES, RECOVERY_BYTES = 10, 15


class WrongCode(DomainError):
    """A code that does not fit, or fitted once before."""

    status = 422
    title = _("This code does not fit")
    field = "code"

    def __init__(self) -> None:
        super().__init__(_("This code does not fit. Wait for the next one: each works once, for half a minute."))


def mark_of(key: str) -> str:
    """Return what tells the KEY of a site from another one, and nothing else of it."""
    return hmac.digest(key.encode(), b"mark of the key", "sha256").hex()[:8]


def secret_of(step: SecondStep, keys: Sequence[str]) -> bytes | None:
    """Return what the codes of STEP are made from; None where the site no longer has the key it was made with.

    KEYS are the secrets of the site, the newest first."""
    key = next((key for key in keys if mark_of(key) == step.key_mark), None)
    if key is None:
        return None
    return hmac.digest(key.encode(), f"second step of user {step.user_id}: {step.salt}".encode(), "sha256")[:20]


def step_of(session: Session, user_id: int) -> SecondStep | None:
    """Return the second step of the user, asked for or only begun."""
    return session.scalar(select(SecondStep).where(SecondStep.user_id == user_id))


def is_asked(session: Session, user_id: int) -> bool:
    """Return whether the user is asked for a code when they sign in."""
    step = step_of(session, user_id)
    return step is not None and step.confirmed_at is not None


def begin(session: Session, user: User, keys: Sequence[str], *, now: datetime) -> SecondStep:
    """Return a second step of USER to be confirmed, in place of one only begun; raise Conflict where one is on."""
    found = session.scalar(select(SecondStep).where(SecondStep.user_id == user.id).with_for_update())
    if found is None:
        found = SecondStep(user_id=user.id)
        session.add(found)
    elif found.confirmed_at is not None:
        raise Conflict(_("It is on already. Turn it off first."))
    found.salt, found.key_mark, found.made_at = secrets.token_hex(16), mark_of(keys[0]), now
    session.flush()
    return found


def confirm(session: Session, user: User, keys: Sequence[str], code: str, *, now: datetime) -> list[str]:
    """Ask USER for codes from now on, since CODE shows that they have them; return their codes to recover.

    Raise WrongCode, or Conflict where nothing was begun or it is on already."""
    step = session.scalar(select(SecondStep).where(SecondStep.user_id == user.id).with_for_update())
    if step is None or step.confirmed_at is not None:
        raise Conflict(_("Begin anew: it was turned on or off elsewhere in the meantime."))
    secret = secret_of(step, keys)
    at = totp.step_of_code(secret, _plain(code), now=now) if secret else None
    if at is None:
        raise WrongCode
    step.confirmed_at, step.last_step = now, at
    record(session, Act.second_step_on, by=user.id, about=user.id, now=now)
    log.info("User %d turned their second step on", user.id)
    return new_recovery_codes(session, user)


def check(session: Session, user_id: int, keys: Sequence[str], code: str, *, now: datetime) -> bool:
    """Take CODE, of the telephone or to recover, of a user who is asked for one, and return whether it was one of
    those to recover; raise WrongCode.

    Of two who send one code at once one is let in."""
    step = step_of(session, user_id)
    plain = _plain(code)
    if step is None or step.confirmed_at is None:
        raise WrongCode
    if plain.isdecimal():
        secret = secret_of(step, keys)
        at = totp.step_of_code(secret, plain, now=now, after=step.last_step) if secret else None
        if at is None:
            raise WrongCode
        taken = update(SecondStep).where(SecondStep.id == step.id, SecondStep.last_step < at).values(last_step=at)
        if not session.execute(taken).rowcount:  # type: ignore[attr-defined]
            raise WrongCode
        return False
    mine = (RecoveryCode.user_id == user_id, RecoveryCode.code_hash == hash_of_secret(plain))
    used = update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=now)
    if not session.execute(used).rowcount:  # type: ignore[attr-defined]
        raise WrongCode
    record(session, Act.recovery_code_used, by=user_id, about=user_id, now=now)
    log.info("User %d used a code to recover", user_id)
    return True


def renew_recovery_codes(session: Session, user: User, *, now: datetime) -> list[str]:
    """Return new codes to recover of USER, in place of the old ones; raise Conflict where no second step is on."""
    if not is_asked(session, user.id):
        raise Conflict(_("Your second step is off."))
    record(session, Act.recovery_codes_made, by=user.id, about=user.id, now=now)
    return new_recovery_codes(session, user)


def new_recovery_codes(session: Session, user: User) -> list[str]:
    """Return new codes to recover of USER; the old ones are void. They are told here once, and kept as hashes."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    plain = [b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _number in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=hash_of_secret(code)) for code in plain)
    session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in plain]


def codes_left(session: Session, user: User) -> int:
    """Return how many codes to recover USER still has."""
    mine = select(func.count(RecoveryCode.id)).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return session.scalar(mine) or 0


def turn_off(session: Session, user: User, *, by: int | None, now: datetime) -> bool:
    """Ask USER for no code any more; return whether they were asked. BY is who did it, None in the shell."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    was_on = is_asked(session, user.id)
    session.execute(delete(SecondStep).where(SecondStep.user_id == user.id))
    if was_on:
        record(session, Act.second_step_off, by=by, about=user.id, now=now)
        log.info("The second step of user %d was turned off", user.id)
    return was_on


def _plain(code: str) -> str:
    """Return CODE without the spaces and hyphens that make it easier to read."""
    return "".join(sign for sign in code.lower() if sign.isalnum() and sign.isascii())
