"""Letters to who owns an account, about what was done to it: whoever did it, they are to know."""

from datetime import datetime

from sqlalchemy.orm import Session

from course.base.jobs import add_job
from course.base.words import _
from course.users.models import User

#: The job that sends one, and sends nothing where no server takes letters.
OWNER = "owner"

PASSWORD = _("Your password was changed, and every other browser signed out.")
EMAIL = _("The e-mail of your account was changed to {email}. No more letters go to this one.")
STEP_ON = _("A second step was turned on: from now on signing in also takes a code of your telephone.")
STEP_OFF = _("The second step was turned off: from now on the password alone is enough to sign in.")
NEW_CODES = _("New codes to recover your account were made. The ones before are void.")
CODE_USED = _("Somebody signed in with one of your codes to recover. {n} are left.")
HALF_WAY = _(
    "Somebody gave your password and then wrong codes, again and again. They did not get in. If it was not you, your"
    " password is known to somebody: choose a new one."
)

LETTER = _(
    """Hello {name},

{what}

If that was you, there is nothing to do. If not, ask for a new password where one signs in ("I forgot my password"),
then look at "Your account": it says what was done and when, and where you are signed in.
"""
)


def tell_owner(session: Session, user: User, what: str, *, now: datetime, to: str | None = None) -> None:
    """Write to USER that WHAT was done; TO another address than theirs of now."""
    if to is None and user.email is None:
        return
    body = LETTER.format(name=user.name, what=what)
    add_job(session, OWNER, {"to": to or user.email, "subject": _("Your account at Kruzhok"), "body": body}, run_at=now)
