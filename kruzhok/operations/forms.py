"""What the addresses for machines read from a request."""

from flask import request


def bearer_token() -> str:
    """Return the token of the header `Authorization: Bearer …`, empty where there is none."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer":
        return ""
    return authorization.token or ""
