"""The order of finds, as far as a page of them needs it."""

from hypothesis import given
from hypothesis import strategies as st

from lessons.search.asking import understood
from lessons.search.contents import Content
from lessons.search.models import Kind
from lessons.search.ranking import Entry, ranked

WORDS = st.lists(st.sampled_from("strike strikes striking land lands soviet soviets power in the".split()), max_size=12)  # noqa: SIM905


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    """Return some entries as the index has them."""
    found = []
    for number in range(draw(st.integers(0, 25))):
        head, body = " ".join(draw(WORDS)[:3]), " ".join(draw(WORDS))
        kind = draw(st.sampled_from([Kind.person, Kind.lesson, Kind.passage, Kind.note]))
        said = Content(kind, number, number, head, body).columns()
        found.append(Entry(kind, number, number, said["head_size"], said["head"], said["body"], said["words"]))
    return found


@given(entries(), st.sampled_from(["strikes", "strike lands", '"land soviets" power']), st.integers(0, 30))
def test_a_page_of_finds_stands_in_the_order_of_all(found: list[Entry], typed: str, most: int) -> None:
    query = understood(typed)
    weights = {one: 1.0 + number for number, one in enumerate(query.wanted)}
    assert ranked(query, found, weights, most=most) == ranked(query, found, weights)[:most]
