"""A quotation is found again where it stands now; what nothing speaks for gets no place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.base.markdown import derived_ident
from course.texts.anchoring import Block, Found, Quote, around, locate
from course.texts.succession import Succession

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


# With the text as it was at hand


def since(old: list[Block], new: list[Block], moved: dict[str, str] | None = None) -> Succession:
    return Succession(old, new, moved or {})


def traced(asked: Quote, ident: str, new: list[Block], old: list[Block] = TEXT) -> tuple[str, str] | None:
    """Return in which passage of NEW, which was OLD, the quotation stands, and its words there."""
    return words(locate(asked, ident, new, {}, since(old, new)), new)


def of_words(plain: str) -> Block:
    """Return a passage without an ident of its own."""
    return Block(derived_ident("paragraph", plain), plain)


REFRAIN = of_words("So the question stood open.")
AGAIN = Block(REFRAIN.ident + "-2", REFRAIN.plain)
CHORUS = [TEXT[0], REFRAIN, TEXT[1], AGAIN, TEXT[2]]


@pytest.mark.parametrize("exact", ["the question", REFRAIN.plain])
def test_a_refrain_put_in_before_takes_nothing_from_the_others(exact: str) -> None:
    third = Block(REFRAIN.ident + "-3", REFRAIN.plain)
    new = [REFRAIN, TEXT[0], AGAIN, TEXT[1], third, TEXT[2]]
    for ident, now in ((REFRAIN.ident, 2), (AGAIN.ident, 4)):
        found = locate(quote(ident, exact, text=CHORUS), ident, new, {}, since(CHORUS, new))
        assert found is not None
        assert found.block == now


@pytest.mark.parametrize("exact", ["the question", REFRAIN.plain])
def test_a_refrain_taken_out_is_not_looked_for_in_the_one_that_stays(exact: str) -> None:
    new = [TEXT[0], TEXT[1], REFRAIN, TEXT[2]]
    assert traced(quote(REFRAIN.ident, exact, text=CHORUS), REFRAIN.ident, new, CHORUS) is None
    assert traced(quote(AGAIN.ident, exact, text=CHORUS), AGAIN.ident, new, CHORUS) == (REFRAIN.ident, exact)


def test_words_that_stood_elsewhere_all_along_are_not_where_deleted_ones_went() -> None:
    old = [*TEXT, Block("may", "In May the strike spread to the city again, and from there to the Donbass.")]
    new = [Block("march", "In March the workers of the Putilov works were locked out."), *old[1:]]
    assert traced(quote("march", "the strike spread to the city", text=old), "march", new, old) is None


def test_of_words_said_twice_in_a_passage_the_ones_taken_out_are_gone() -> None:
    old = [Block("p", "He said no to the war. In the evening he was tired, and said no to the tea."), *TEXT]
    new = [Block("p", "He said no to the war. In the evening he was tired."), *TEXT]
    start = old[0].plain.rindex("said no")
    second = Quote("said no", *around(old, 0, start, start + 7), start)
    assert traced(second, "p", new, old) is None
    assert traced(quote("p", "said no", text=old), "p", new, old) == ("p", "said no")


def test_a_passage_known_by_its_words_alone_is_found_between_its_neighbours_when_they_change() -> None:
    old = [TEXT[0], of_words("Bread was short. Queues formed before dawn, and the trams stood still."), TEXT[2]]
    now = of_words("Bread was very short. Queues formed long before dawn, and the trams stood still.")
    ident = old[1].ident
    asked = quote(ident, "Queues formed before dawn", text=old)
    assert traced(asked, ident, [TEXT[0], now, TEXT[2]], old) == (now.ident, "Queues formed long before dawn")
    whole = quote(ident, old[1].plain, text=old)
    assert traced(whole, ident, [TEXT[0], now, TEXT[2]], old) == (now.ident, now.plain)


@pytest.mark.parametrize(
    ("asked", "old", "new", "now"),
    [
        # words put into it belong to it, however many
        (
            "Queues formed before dawn",
            "formed before",
            "formed, in rain and frost and always outside the same few shops, before",
            "Queues formed, in rain and frost and always outside the same few shops, before dawn",
        ),
        # and so does what takes the place of its first or last words
        ("the women in them were the first", "the first to", "the earliest to", "the women in them were the earliest"),
        ("Queues formed before dawn", "Queues formed", "Lines formed", "Lines formed before dawn"),
        ("Queues formed before dawn", "Queues formed", "Always queues formed", "queues formed before dawn"),
        ("women in them", "women in", "woman in", "woman in them"),
        ("short", "short", "scarce", None),
        ("were the first to march", "and the women in them were the first to march", "and they marched", None),
    ],
)
def test_what_was_reworded_is_where_its_words_were(asked: str, old: str, new: str, now: str | None) -> None:
    text = changed(old, new)
    found = traced(quote("bread", asked), "bread", text)
    assert found == (("bread", now) if now else None)


def test_a_whole_passage_merged_into_another_is_its_part_of_that() -> None:
    new = [Block("march", TEXT[0].plain + " " + TEXT[1].plain), TEXT[2]]
    asked = quote("bread", TEXT[1].plain)
    assert traced(asked, "bread", new) == ("march", TEXT[1].plain)
    led = locate(asked, "bread", new, {}, since(TEXT, new, {"bread": "march"}))
    assert words(led, new) == ("march", TEXT[1].plain)


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[Block], list[Block], int]:
    """Return passages, each of words that no other has; the same after some were put in, taken out and moved, some with
    words before or after; and which passage to quote."""
    size = draw(st.integers(1, 6))
    old = [Block(f"p{at}", f"A{at}one b{at}two c{at}three d{at}four e{at}five.") for at in range(size)]
    new = [
        Block(
            block.ident, draw(st.sampled_from(["", "Put in. "])) + block.plain + draw(st.sampled_from(["", " Behind."]))
        )
        for block in draw(st.permutations(old))[: draw(st.integers(0, size))]
    ]
    renamed = [Block(draw(st.sampled_from([block.ident, f"n{block.ident}"])), block.plain) for block in new]
    return old, renamed, draw(st.integers(0, size - 1))


@given(edits())
def test_words_that_are_still_said_are_found_and_others_are_not(edited: tuple[list[Block], list[Block], int]) -> None:
    old, new, at = edited
    exact = f"b{at}two c{at}three d{at}four"
    place = next((block.ident for block in new if exact in block.plain), None)
    assert traced(quote(f"p{at}", exact, text=old), f"p{at}", new, old) == (place and (place, exact))
