"""Words as they are looked for."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.search.words import LONGEST, forms_of, joined_forms_of, stem_of, stems_of

#: Spellings of one word, which must find each other.
ALIKE = [
    "Trotsky Trotskii Trotskiy Trotzky Троцкий троцкий ТРОЦКИЙ",
    "Zinoviev Zinovyev Zinov’ev Zinov'ev Zinovʹev Зиновьев",
    "Lenin Ленин Ле\u0301нин Lenin’s LENIN",
    "Dostoevsky Dostoyevsky Достоевский",
    "Miliukov Milyukov Милюков",
    "Ulyanov Ulianov Ul’ianov Ульянов",
    "Kerensky Kerenskii Керенский",
    "Pyotr Petr Пётр Петр",
    "Khrushchev Хрущёв Хрущев",
    "Ilyich Ilich Il’ich Ильич",
    "Krupskaya Krupskaia Крупская",
    "Alekseev Alekseyev Alexeyev Алексеев",
    "Yeltsin Eltsin Ельцин",
    "Bolshevik Bolsheviks большевик",
    "soviet Soviets совет",
    "strike strikes striking",
    "revolution revolutions",
    "party parties",
    "naïve naive",
    "état etat ÉTAT e\u0301tat",
    "office o\ufb03ce",
    "1000 1,000 1\u202f000",
    "22nd 22",
]


@pytest.mark.parametrize("spellings", ALIKE)
def test_spellings_of_one_word_have_one_stem(spellings: str) -> None:
    words = [stems_of(word) for word in spellings.split(" ")]
    assert words == [words[0]] * len(words)
    assert len(words[0]) == 1


@pytest.mark.parametrize(
    "two", ["Lenin Lenin-Orden", "war wars-end", "II I", "1905 1906", "Lvov Lviv", "Kamenev Kamensky", "x 1"]
)
def test_other_words_have_other_stems(two: str) -> None:
    one, other = two.split(" ")
    assert stems_of(one) != stems_of(other)


def test_a_date_in_figures_is_the_date_in_words() -> None:
    assert stems_of("1905-01-22") == stems_of("22.1.1905") == stems_of("22 January 1905")


def test_figures_that_are_no_date_stay_figures() -> None:
    assert stems_of("1905-13-45") == ["1905", "13", "45"]


def test_a_word_with_hyphens_is_its_words_and_one_word() -> None:
    assert forms_of("counter-revolution") == ["counter", "revolution"]
    assert joined_forms_of("a counter-revolution of 1905-07") == ["counterrevolution"]


@given(st.text(max_size=200))
def test_stems_are_letters_and_figures_alone(text: str) -> None:
    for stem in stems_of(text):
        assert stem
        assert stem.isascii()
        assert stem.isalnum()
        assert stem == stem.lower()


@given(st.text(max_size=200))
def test_case_does_not_matter(text: str) -> None:
    assert stems_of(text.casefold()) == stems_of(text)


def test_a_word_without_end_is_cut() -> None:
    assert stems_of("z" * 100_000) == [stem_of("z" * LONGEST)]


def test_words_that_are_stemmed_at_once_have_the_stems_they_have_alone() -> None:
    forms = [f"{start}{end}" for start in ("nation", "revolution", "organis") for end in ("s", "ing", "alities", "ed")]
    forms = [f"{letter}{form}" for letter in "abcdefghijklmnoprst" for form in forms]
    alone = [stem_of.__wrapped__(form) for form in forms]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            found = [threads.submit(lambda: [stem_of.__wrapped__(form) for form in forms]) for _thread in range(4)]
            assert all(one.result() == alone for one in found)
    finally:
        sys.setswitchinterval(before)
