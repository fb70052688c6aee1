"""Codes that change every half minute, against the vectors of RFC 6238 (appendix B) and RFC 4226 (appendix D)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.users.totp import PERIOD, address_of, code_at, in_words, step_at, step_of_code

SECRET = b"12345678901234567890"

moments = st.integers(9 * PERIOD, 250 * 366 * 86400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
     (2000000000, "69279037"), (20000000000, "65353130")],
)  # fmt: skip
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    step = step_at(datetime.fromtimestamp(seconds, UTC))
    assert code_at(SECRET, step, digits=8) == code


def test_codes_of_six_digits_are_those_of_rfc_4226() -> None:
    codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    assert [code_at(SECRET, step) for step in range(10)] == codes


@given(now=moments, drift=st.integers(-4, 4))
def test_a_clock_may_be_one_period_off_and_no_more(now: datetime, drift: int) -> None:
    there = step_at(now) + drift
    found = step_of_code(SECRET, code_at(SECRET, there), now=now)
    around = {code_at(SECRET, step_at(now) + n) for n in (-1, 0, 1)}
    assert (found is not None) == (abs(drift) <= 1 or code_at(SECRET, there) in around)


@given(now=moments, later=st.integers(0, 3 * PERIOD))
def test_a_period_that_was_taken_is_never_taken_again(now: datetime, later: int) -> None:
    code = code_at(SECRET, step_at(now))
    taken = step_of_code(SECRET, code, now=now)
    assert taken is not None
    again = step_of_code(SECRET, code, now=now + timedelta(seconds=later), after=taken)
    assert again is None or again > taken


@given(st.text(max_size=8))
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    plain = typed.encode("ascii", "ignore").decode()
    now = datetime.fromtimestamp(59, UTC)
    assert (step_of_code(SECRET, plain, now=now) is None) == (plain not in {code_at(SECRET, n) for n in (0, 1, 2)})


def test_the_address_in_the_picture_says_all_a_program_must_know() -> None:
    address = urlsplit(address_of(SECRET, issuer="Kruzhok", account="ada+x@example.org"))
    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/Kruzhok:ada%2Bx@example.org")
    said = {name: value for name, (value,) in parse_qs(address.query).items()}
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert said == {"secret": secret, "issuer": "Kruzhok", "digits": "6", "period": "30"}
    assert in_words(SECRET).replace(" ", "") == secret
