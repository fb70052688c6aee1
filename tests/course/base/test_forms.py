"""What forms make of what a request says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.base.db import LARGEST_ID
from course.base.forms import whole_number


@given(st.integers(0, 10**18 - 1))
def test_a_whole_number_is_read_as_it_was_written(number: int) -> None:
    assert whole_number(str(number)) == number <= LARGEST_ID


@pytest.mark.parametrize("said", [None, "", "-1", "+1", "1.0", " 1", "1e3", "٣", "²", "9" * 19, "1\x00"])
def test_what_is_no_whole_number_or_too_long_is_none(said: str | None) -> None:
    assert whole_number(said) is None
