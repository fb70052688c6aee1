"""A quotation is found again where it stands now; what nothing speaks for gets no place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.texts.anchoring import Block, Found, Quote, around, locate

TEXT = [
    Block("march", "In March the workers of the Putilov works were locked out, and the strike spread to the city."),
    Block("bread", "Bread was short. Queues formed before dawn, and the women in them were the first to march."),
    Block("april", "In April Lenin came back, and said what nobody in Petrograd had dared to say aloud before."),
]


def quote(ident: str, exact: str, *, text: list[Block] = TEXT) -> Quote:
    """Return the quotation of EXACT from the passage IDENT of TEXT."""
    index = next(at for at, block in enumerate(text) if block.ident == ident)
    start = text[index].plain.index(exact)
    return Quote(exact, *around(text, index, start, start + len(exact)), start, exact == text[index].plain)


def words(found: Found | None, text: list[Block]) -> tuple[str, str] | None:
    return (text[found.block].ident, text[found.block].plain[found.start : found.end]) if found else None


def changed(old: str, new: str) -> list[Block]:
    assert any(old in block.plain for block in TEXT)
    return [Block(ident, plain.replace(old, new)) for ident, plain in TEXT]


LOCKED = "were locked out"


def test_words_in_front_move_it_along() -> None:
    text = changed("In March", "Early in March of that year")
    assert words(locate(quote("march", LOCKED), "march", text), text) == ("march", LOCKED)


def test_of_two_places_the_one_with_its_surroundings_is_meant() -> None:
    text = changed("Bread was short", "They were locked out again. Bread was short")
    assert words(locate(quote("march", LOCKED), "march", text), text) == ("march", LOCKED)


def test_of_two_places_in_one_passage_too() -> None:
    twice = [Block("p", "He said no to the war, and no to the banks, and no to the landlords.")]
    asked = quote("p", "no to the", text=twice)._replace(start=23, prefix="to the war, and ", suffix=" banks, and no")
    later = [Block("p", "At the station he said no to the war, and no to the banks, and no to the landlords.")]
    found = locate(asked, "p", later)
    assert found is not None
    assert later[0].plain[found.start :].startswith("no to the banks")


def test_a_word_changed_within_it_leaves_it_where_it_is() -> None:
    text = changed("workers of the Putilov works were", "workers of the great Putilov works had been")
    asked = quote("march", "the workers of the Putilov works were locked out")
    ident, now = words(locate(asked, "march", text), text) or ("", "")
    assert ident == "march"
    assert now.startswith("the workers of the great Putilov works")


def test_a_passage_that_is_split_takes_it_to_its_second_half() -> None:
    first, second = TEXT[0].plain.split(", and ")
    text = [Block("march", first + "."), Block("the-strike", "And " + second), *TEXT[1:]]
    asked = quote("march", "the strike spread to the city")
    assert words(locate(asked, "march", text), text) == ("the-strike", "the strike spread to the city")


def test_a_passage_that_is_merged_into_another_takes_it_along() -> None:
    text = [Block("march", TEXT[0].plain + " " + TEXT[1].plain), TEXT[2]]
    asked = quote("bread", "Queues formed before dawn")
    assert words(locate(asked, "bread", text), text) == ("march", "Queues formed before dawn")


def test_where_its_address_leads_is_looked_first() -> None:
    text = [TEXT[0], Block("hunger", "Bread was short, and dear."), TEXT[2]]
    asked = quote("bread", "Bread was short")
    assert words(locate(asked, "bread", text, {"bread": "hunger"}), text) == ("hunger", "Bread was short")


def test_where_its_address_leads_all_of_the_passage_is_meant_if_its_words_are_gone() -> None:
    text = [TEXT[0], Block("hunger", "There was hunger."), TEXT[2]]
    assert locate(quote("bread", "Queues formed"), "bread", text, {"bread": "hunger"}) == Found(1, 0, 17)


def test_a_short_word_that_stands_elsewhere_by_chance_is_no_place() -> None:
    text = [TEXT[0], TEXT[2]]
    assert locate(quote("bread", "march"), "bread", text) is None
    assert locate(quote("bread", "and the"), "bread", text) is None


def test_what_was_deleted_has_no_place() -> None:
    text = changed("Queues formed before dawn, and the women in them were the first to march.", "")
    assert locate(quote("bread", "the women in them were the first to march"), "bread", text) is None


def test_a_whole_passage_goes_where_its_ident_goes_whatever_it_says() -> None:
    text = [Block("bread", "It says something else."), *TEXT[2:]]
    assert locate(quote("bread", TEXT[1].plain), "bread", text) == Found(0, 0, 23)


def test_a_whole_passage_whose_ident_is_gone_is_found_by_its_words() -> None:
    text = [TEXT[0], Block("renamed", TEXT[1].plain)]
    assert words(locate(quote("bread", TEXT[1].plain), "bread", text), text) == ("renamed", TEXT[1].plain)
    nearly = [TEXT[0], Block("renamed", TEXT[1].plain.replace("short", "scarce"))]
    assert (words(locate(quote("bread", TEXT[1].plain), "bread", nearly), nearly) or ("",))[0] == "renamed"


@pytest.mark.parametrize("blocks", [[], [Block("empty", "")], [Block("other", "Nothing of the kind.")]])
def test_in_another_text_there_is_no_place(blocks: list[Block]) -> None:
    assert locate(quote("april", "what nobody in Petrograd had dared"), "april", blocks) is None


letters = st.text("ab c", max_size=30)


@given(plain=letters, exact=st.text("ab c", min_size=1, max_size=8), prefix=letters, suffix=letters)
def test_a_place_is_always_inside_its_passage(plain: str, exact: str, prefix: str, suffix: str) -> None:
    found = locate(Quote(exact, prefix, suffix), "p", [Block("p", plain), Block("q", plain[::-1])])
    if found is not None:
        assert 0 <= found.start <= found.end <= 30
    if exact in plain:
        assert found is not None
        assert exact in (plain, plain[::-1])[found.block][found.start : found.end]


@given(data=st.data())
def test_an_unchanged_text_has_everything_where_it_was(data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(TEXT) - 1))
    plain = TEXT[index].plain
    start = data.draw(st.integers(0, len(plain) - 1))
    end = data.draw(st.integers(start + 1, len(plain)))
    asked = Quote(plain[start:end], *around(TEXT, index, start, end), start, whole=(start, end) == (0, len(plain)))
    assert locate(asked, TEXT[index].ident, TEXT) == Found(index, start, end)
