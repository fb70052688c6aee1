"""The words a reader chose are found where they stand, or not at all: no place is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.notes.choosing import (
    MOST_PASSAGES,
    Ambiguous,
    Block,
    Chosen,
    Gone,
    NotThere,
    Stretch,
    chosen_at,
    find,
    letters,
    said_of,
)

TEXT = [
    Block("p-1", "There was dual power in Russia."),
    Block("p-2", "The soviet had power,\nthe government\thad none. No power at all."),
]

PLAIN = st.text(alphabet="ab \n\tю", min_size=1, max_size=30)


def test_the_letters_before_the_words_say_which_of_several_are_meant() -> None:
    second = TEXT[1].plain.rindex("power")
    before = len(letters(TEXT[1].plain[:second]))
    assert find(TEXT, [Chosen("p-2", "power", before)]) == [Stretch(1, second, second + 5)]


def test_words_as_the_page_shows_them_are_found_whatever_white_space_stands_between() -> None:
    assert find(TEXT, [Chosen("p-2", "power, the government had")]) == [Stretch(1, 15, 40)]


def test_without_words_the_whole_passage_is_meant() -> None:
    assert find(TEXT, [Chosen("p-1")]) == [Stretch(0, 0, len(TEXT[0].plain))]


def test_a_choice_over_several_passages_is_a_place_in_each_in_the_order_of_the_text() -> None:
    assert find(TEXT, [Chosen("p-2", "The soviet", 0), Chosen("p-1", "in Russia.", 17)]) == [
        Stretch(0, 21, 31),
        Stretch(1, 0, 10),
    ]


def test_a_wrong_count_of_letters_is_mended_by_the_words() -> None:
    assert find(TEXT, [Chosen("p-1", "dual", 2)]) == [Stretch(0, 10, 14)]


def test_words_that_stand_twice_are_not_guessed_at() -> None:
    with pytest.raises(Ambiguous):
        find(TEXT, [Chosen("p-2", "power", 1)])
    with pytest.raises(Ambiguous):
        find(TEXT, [Chosen("p-2", "power")])


def test_words_whose_passage_is_gone_are_found_in_the_one_where_they_stand_now() -> None:
    assert find(TEXT, [Chosen("p-9", "dual power", 3)]) == [Stretch(0, 10, 20)]


def test_words_that_stand_nowhere_are_refused() -> None:
    for chosen in (Chosen("p-1", "triple power", 8), Chosen("p-9", "power"), Chosen("p-9")):
        with pytest.raises(Gone):
            find(TEXT, [chosen])


def test_a_choice_of_more_passages_than_fit_ends_there() -> None:
    blocks = [Block(f"p-{n}", f"Word {n}.") for n in range(MOST_PASSAGES + 5)]
    assert len(find(blocks, [Chosen(block.ident) for block in blocks])) == MOST_PASSAGES


@given(PLAIN, st.data())
def test_what_is_found_says_just_the_words_that_were_chosen(plain: str, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(plain))] * 2)))
    exact = plain[start:end]
    if not letters(exact):
        return
    block = [Block("p", plain)]
    [found] = find(block, [Chosen("p", exact, len(letters(plain[:start])))])
    assert plain[found.start : found.end] == exact.strip()
    assert find(block, chosen_at(block, said_of(block, [found]))) == [found]


@given(PLAIN, PLAIN, st.none() | st.integers(0, 40))
def test_whatever_is_sent_what_is_found_are_its_words(plain: str, exact: str, start: int | None) -> None:
    try:
        [found] = find([Block("p", plain)], [Chosen("p", exact, start)])
    except NotThere:
        return
    assert letters(plain[found.start : found.end]) == (letters(exact) or letters(plain))


@pytest.mark.parametrize("said", ["", "p-7", "p-1.x.3", "p-1.900.3", "P-1", "p-1.1.2.3", "../p-1", "p-1.99999999.1"])
def test_an_address_that_names_nothing_chooses_nothing(said: str) -> None:
    assert chosen_at(TEXT, [said]) == []
