"""Under which letter names, terms and works are filed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.filing import author_key, letter_of, person_key, plain, term_key


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("Vladimir Lenin", "L"),
        ("Nicholas II", "N"),
        ("Grand Duke Michael", "M"),
        ("Vladimir Antonov-Ovseyenko", "A"),
        ("Žanna Élias", "E"),
        ("Parvus (Alexander Helphand)", "P"),
        ("Лев Троцкий", "Т"),
        ("II", "I"),
        ("?", "#"),
    ],
)
def test_a_person_stands_under_the_surname(name, letter):
    assert letter_of(person_key(name)) == letter


def test_a_chinese_name_begins_with_the_surname():
    assert letter_of(person_key("Chen Duxiu", "陳獨秀")) == "C"
    assert letter_of(person_key("Lev Trotsky", "Лев Троцкий")) == "T"


@pytest.mark.parametrize(
    ("term", "letter"), [("soviet", "S"), ("“white terror”", "W"), ("the Duma", "D"), ("A", "A"), ("1905", "#")]
)
def test_a_term_stands_under_its_first_word(term, letter):
    assert letter_of(term_key(term)) == letter


@pytest.mark.parametrize(
    ("author", "letter"),
    [
        ("V. I. Lenin", "L"),
        ("Lars T. Lih", "L"),
        ("Steve Smith and Diane Koenker", "S"),
        ("World Socialist Web Site", "W"),
        ("International Youth and Students for Social Equality", "I"),
        ("The Petrograd Military Revolutionary Committee", "P"),
        ("Mehring Books", "M"),
        ("Socialist Equality Party", "S"),
        ("The Manchester Guardian", "M"),
        ("Presidential Library, St Petersburg", "P"),
    ],
)
def test_a_work_stands_under_the_surname_of_its_author_or_under_the_name_of_an_office(author, letter):
    assert letter_of(author_key(author)) == letter


def test_works_of_one_author_stand_together():
    keys = sorted(
        author_key(author) for author in ("N. Lenin", "Lih, L.", "V. I. Lenin", "Karl Kautsky", "V. I. Lenin")
    )
    assert [key.split()[0] for key in keys] == ["kautsky", "lenin", "lenin", "lenin", "lih"]


@given(st.text())
def test_whatever_a_thing_is_called_it_is_filed_somewhere(words):
    for key in (person_key(words), term_key(words), author_key(words)):
        assert letter_of(key)


@given(st.text())
def test_capitals_and_accents_change_nothing(words):
    assert plain(plain(words)) == plain(words)
