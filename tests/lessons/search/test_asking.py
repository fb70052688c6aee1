"""What somebody looks for, as it is understood."""

from hypothesis import given
from hypothesis import strategies as st

from lessons.search.asking import LONGEST, MOST_WORDS, Name, Names, Wanted, nearest_names, understood

TROTSKY = Name(["Leon Trotsky", "Лев Давидович Троцкий", "Trotsky", "Bronstein"], is_person=True)
ASSEMBLY = Name(["Constituent Assembly", "Учредительное собрание"])
NAMES = Names([TROTSKY, ASSEMBLY])


def stems(text: str) -> list[tuple[tuple[str, ...], ...]]:
    return [one.spellings for one in understood(text).wanted]


def test_each_word_is_wanted() -> None:
    assert stems("strikes 1905") == [(("strike",),), (("1905",),)]


def test_words_in_quotation_marks_are_wanted_side_by_side() -> None:
    assert stems('"dual power" land') == [(("dual", "power"),), (("land",),)]
    assert stems("“dual power”") == stems("«dual power»") == [(("dual", "power"),)]


def test_a_quotation_without_its_end_goes_to_the_end() -> None:
    assert stems('peace "and bread') == [(("and", "bread"),), (("peac",),)]


def test_a_word_after_a_minus_must_not_stand_there() -> None:
    query = understood('soviet -Moscow -"dual power"')
    assert [one.spellings for one in query.wanted] == [(("sovet",),)]
    assert query.unwanted == (("moscow",), ("dual", "power"))


def test_a_hyphen_inside_a_word_is_no_minus() -> None:
    assert stems("counter-revolution") == [(("counter", "revolut"), ("counterrevolut",))]


def test_words_of_every_sentence_are_left_out_unless_there_are_no_others() -> None:
    assert stems("what is the soviet") == [(("sovet",),)]
    assert stems("what is") == [(("what",),), (("is",),)]


def test_a_word_typed_twice_is_wanted_once() -> None:
    assert len(stems("land land Land")) == 1


def test_a_name_is_wanted_in_all_its_spellings() -> None:
    query = understood("Бронштейн Bronstein", Names([TROTSKY]))
    found = [one for one in query.wanted if ("trotski",) in one.spellings]
    assert [one.spellings[0] for one in found] == [("bronstein",)]


def test_the_last_word_of_a_persons_name_is_a_spelling() -> None:
    assert ("bronstein",) in understood("Троцкий", Names([TROTSKY])).wanted[0].spellings


def test_words_that_are_a_name_together_may_stand_apart_as_they_were_typed() -> None:
    query = understood("Учредительное собрание 1918", Names([ASSEMBLY]))
    assert query.wanted[0].apart
    assert query.wanted[0].spellings[1:] == (("constitu", "assembl"),)
    assert query.wanted[1] == Wanted((("1918",),), "1918")


def test_a_name_in_quotation_marks_may_not_stand_apart() -> None:
    assert not understood('"Constituent Assembly"', Names([ASSEMBLY])).wanted[0].apart


def test_the_nearest_names_are_offered_for_a_slip_of_the_pen() -> None:
    assert nearest_names(understood("Trotsy"), NAMES) == ["Leon Trotsky"]
    assert nearest_names(understood("Constitunt Assembly"), NAMES) == ["Constituent Assembly"]


def test_nothing_is_offered_for_another_word() -> None:
    assert nearest_names(understood("potato"), NAMES) == []


@given(st.text(max_size=2 * LONGEST))
def test_whatever_is_typed_is_understood_within_limits(text: str) -> None:
    query = understood(text, NAMES)
    assert len(query.wanted) <= MOST_WORDS
    assert all(one.spellings and all(one.spellings) for one in query.wanted)
