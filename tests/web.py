"""How tests act as a visitor without scripts: forms are fetched, filled in and sent with their token."""

import re
from collections.abc import Mapping
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def token_of(client: FlaskClient, page: str = "/reset") -> str:
    """Return the token of the forms of CLIENT's session."""
    found = TOKEN.search(client.get(page).text)
    assert found, f"no form on {page}"
    return found[1]


def post(
    client: FlaskClient, url: str, data: Mapping[str, Any] | None = None, *, json: bool = False, **more: Any
) -> TestResponse:
    """Send a form as CLIENT; with JSON as the page's script does."""
    headers = {"Accept": "application/json"} if json else {}
    return client.post(url, data={"csrf_token": token_of(client), **(data or {})}, headers=headers, **more)
