"""A browser's cookie holds whatever the clock says."""

from datetime import timedelta

import time_machine
from flask.testing import FlaskClient

from tests.conftest import NOW
from tests.web import post


def test_a_clock_that_is_set_back_signs_nobody_out(client: FlaskClient) -> None:
    sent = {"email": "vera@example.org", "name": "Vera", "password": "a long pass phrase of hers"}
    with time_machine.travel(NOW):
        assert post(client, "/sign-up", sent).status_code == 303
        assert client.get("/me").status_code == 200
    with time_machine.travel(NOW - timedelta(days=10)):
        assert client.get("/me").status_code == 200
        assert post(client, "/me", {"name": "Vera Z.", "zone": "UTC"}).status_code == 303


def test_a_cookie_that_somebody_else_signed_says_nothing(client: FlaskClient) -> None:
    client.set_cookie("kruzhok", "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert client.get("/me").location.startswith("/sign-in")
