from fractions import Fraction
from random import Random

import pytest

from quizzes.items import BadResponse, matching
from quizzes.items.matching import choice_ident, choices
from tests.quizzes.items.make import item, pairs

BOLSHEVIKS, MENSHEVIKS = choice_ident("Bolsheviks"), choice_ident("Mensheviks")


def people(**fields):
    return item("matching", **{"pairs": pairs(lenin="Bolsheviks", kamenev="Bolsheviks", martov="Mensheviks")} | fields)


def test_equal_words_on_the_right_are_one_choice():
    offered = choices(people(distractors=["Kadets"]))
    assert sorted(choice.text for choice in offered) == ["Bolsheviks", "Kadets", "Mensheviks"]
    assert len({choice.ident for choice in offered}) == 3


def test_words_that_differ_by_white_space_are_equal():
    assert len(choices(people(pairs=pairs(a="Left  bank", b="Left bank\n", c="Right bank")))) == 2


def test_a_choice_has_its_ident_from_its_words_alone():
    here = {choice.text: choice.ident for choice in choices(people())}
    elsewhere = {choice.text: choice.ident for choice in choices(people(pairs=pairs(x="Mensheviks", y="Bolsheviks")))}
    assert here == elsewhere == {"Bolsheviks": BOLSHEVIKS, "Mensheviks": MENSHEVIKS}


def test_neither_idents_nor_their_order_tell_of_the_pairs():
    lefts, rights = "abcdefgh", "hgfedcba"
    one = people(pairs=pairs(**{left: f"Right of {left}" for left in lefts}))
    other = people(pairs=pairs(**{left: f"Right of {right}" for left, right in zip(lefts, rights, strict=True)}))
    assert choices(one) == choices(other)


def test_the_choices_are_shown_shuffled():
    assert {tuple(matching.shown(people(), Random(seed))) for seed in range(20)} == {
        (BOLSHEVIKS, MENSHEVIKS),
        (MENSHEVIKS, BOLSHEVIKS),
    }


def test_what_was_left_blank_is_not_in_the_response():
    raw = {"lenin": [BOLSHEVIKS], "kamenev": [""], "martov": [], "stranger": [BOLSHEVIKS], "": ["x"]}
    response = matching.parse(people(), raw, [])
    assert response == {"pairs": {"lenin": BOLSHEVIKS}}
    assert not matching.is_complete(people(), response)


@pytest.mark.parametrize("values", [["bolsheviks"], ["Bolsheviks"], [BOLSHEVIKS, MENSHEVIKS], ["kamenev"]])
def test_a_choice_that_is_not_there_or_a_second_one_is_refused(values):
    with pytest.raises(BadResponse):
        matching.parse(people(), {"lenin": values}, [])


def test_each_pair_counts_alike_and_a_blank_one_nothing():
    scored = matching.score(people(), {"pairs": {"lenin": BOLSHEVIKS, "martov": BOLSHEVIKS}})
    assert scored.score == Fraction(1, 3)
    assert scored.parts == {"lenin": 1, "kamenev": 0, "martov": 0}


def test_the_result_has_a_line_for_each_pair():
    assert matching.says(people(), {"pairs": {"martov": BOLSHEVIKS}}) == ["Martov → Bolsheviks"]
    assert matching.key_says(people()) == ["Lenin → Bolsheviks", "Kamenev → Bolsheviks", "Martov → Mensheviks"]
