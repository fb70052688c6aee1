"""The signed cookie of a browser: what it says holds, whatever the clock says."""

from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature


class Cookies(SecureCookieSessionInterface):
    """Reads what was signed and asks not when.

    Flask's own refuses a cookie that is older than it may be, and also one that is signed in the future: where a clock
    is set back, it signs everybody out. How long a sign-in lasts stands in its row; a cookie alone opens nothing."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what REQUEST's cookie says, nothing where it was not signed by us; None where APP has no secret."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        try:
            said: dict[str, Any] = serializer.loads(request.cookies.get(self.get_cookie_name(app), ""))
        except BadSignature:
            return self.session_class()
        return self.session_class(said)
