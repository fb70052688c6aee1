"""What forms make of what a request says."""

from hypothesis import given
from hypothesis import strategies as st

from course.base.db import LARGEST_ID
from course.base.forms import whole_number


@given(st.integers(0, 10**18 - 1))
def test_a_whole_number_is_read_as_it_was_written(number: int) -> None:
    assert whole_number(str(number)) == number <= LARGEST_ID


@given(
    st.one_of(
        st.none(), st.text(), st.from_regex(r"[0-9]{19,30}", fullmatch=True), st.sampled_from(["-1", "٣", "1.0", " 1"])
    )
)
def test_what_is_none_or_too_long_is_none(said: str | None) -> None:
    found = whole_number(said)
    assert found is None or str(said).lstrip("0") in {str(found), ""}
