"""The answers of the demo's students: right and wrong, for every item of the shipped course."""

import random

import pytest

from kruzhok.config import SHIPPED_COURSE
from kruzhok.curriculum.reading import read_curriculum, read_folder
from kruzhok.demo.answers import right_answer, wrong_answer
from quizzes.items import ItemData, type_of
from quizzes.items.essay import Essay

ITEMS = [
    item
    for quiz in read_curriculum(read_folder(SHIPPED_COURSE)).quizzes.values()
    if quiz.data
    for item in quiz.data.items
    if not isinstance(item, Essay)  # which no machine scores
]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.ident)
def test_a_right_answer_has_the_full_score_and_a_wrong_one_has_not(item: ItemData):
    assert type_of(item).score(item, right_answer(item)).score == 1
    for seed in range(5):
        assert type_of(item).score(item, wrong_answer(item, random.Random(seed))).score < 1
