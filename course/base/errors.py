"""Errors of the subject. Each has words for people and a status; one place (kruzhok.errors) draws their page."""

from typing import ClassVar

from course.base.words import _


class DomainError(Exception):
    """Something the subject refuses. `str(error)` is the message, in words for the person who met it."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = _("That did not work")
    hint: ClassVar[str | None] = None
    #: After how many seconds it is worth asking again, where that is known.
    retry_after: int | None = None

    def __init__(self, message: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        if retry_after is not None:
            self.retry_after = retry_after


class NotFound(DomainError):
    """What was asked for is not there, or is not this user's: the two look the same."""

    status = 404
    title = _("There is nothing at this address")
    hint = _("It may have moved, or it belongs to somebody else. Nothing you wrote is lost.")


class Forbidden(DomainError):
    """A member without the right to do this."""

    status = 403
    title = _("This is not open to you")


class Conflict(DomainError):
    """What was asked for no longer fits what is there."""

    status = 409
    title = _("Something changed in the meantime")


class Gone(DomainError):
    """A link that worked once: used, expired or revoked."""

    status = 410
    title = _("This link has done its work")


class TooMany(DomainError):
    """More tries than are allowed in a stretch of time."""

    status = 429
    title = _("Too many tries")
