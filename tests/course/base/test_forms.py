"""What forms make of what a request says."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from course.base.db import LARGEST_ID
from course.base.forms import whole_number
from tests.web import post, token_of


@given(st.integers(0, 10**18 - 1))
def test_a_whole_number_is_read_as_it_was_written(number: int) -> None:
    assert whole_number(str(number)) == number <= LARGEST_ID


@pytest.mark.parametrize("said", [None, "", "-1", "+1", "1.0", " 1", "1e3", "٣", "²", "9" * 19, "1\x00"])
def test_what_is_no_whole_number_or_too_long_is_none(said: str | None) -> None:
    assert whole_number(said) is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_is_no_words_whatever_field_it_is_sent_under(client: FlaskClient) -> None:
    answer = post(client, "/preview", {"text": (BytesIO(b"*words*"), "words.txt")})
    assert (answer.status_code, answer.text) == (200, "")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("body", ['{"text": 7}', '{"text": ["*words*"]}', "[" * 5000, "7"])
def test_a_body_of_json_is_no_form(client: FlaskClient, body: str) -> None:
    headers = {"X-CSRFToken": token_of(client), "Content-Type": "application/json"}
    answer = client.post("/preview", data=body, headers=headers)
    assert (answer.status_code, answer.text) == (200, "")
