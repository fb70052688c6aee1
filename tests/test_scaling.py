"""What an active student costs: answers are those of a form, and the page says what its own table comes to."""

from pathlib import Path
from random import Random

import pytest

from benchmarks.answering import fields_of
from benchmarks.cost_model import (
    SIZES,
    WEEK,
    Assumed,
    Cost,
    needs_of,
    read_costs,
    table_of_costs,
    table_of_needs,
    week_of,
)
from benchmarks.questions import KINDS, PASSAGES, raw_item
from kruzhok.demo.answers import right_answer, wrong_answer
from quizzes.items import parse_data, type_of

PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"


@pytest.mark.parametrize("kind", KINDS)
def test_the_fields_of_an_answer_are_that_answer_again(kind: str) -> None:
    data = parse_data(raw_item(kind, 1))
    shown = [one.ident for one in getattr(data, "entries", [])] or PASSAGES
    for response in (right_answer(data), wrong_answer(data, Random(1917))):
        assert type_of(data).parse(data, fields_of(response), shown) == response


def test_the_page_says_what_the_cost_model_makes_of_its_table() -> None:
    page = PAGE.read_text()
    sizes = [int(size) for size in SIZES.split(",")]
    assert table_of_needs(read_costs(page), sizes, Assumed()) in page


def test_a_table_is_read_as_it_was_written() -> None:
    costs = {kind: Cost(1, 20.5, 5.0, 8, 3000, 2.5, 600) for kind in WEEK}
    assert read_costs(f"Before.\n\n{table_of_costs(costs)}\n\nAfter.") == costs


def test_a_table_that_lacks_an_act_is_refused() -> None:
    costs = {kind: Cost(1) for kind in WEEK if kind != "its answer"}
    with pytest.raises(ValueError, match="its answer"):
        read_costs(table_of_costs(costs))


def test_a_thousand_students_need_what_a_thousand_weeks_take_of_the_busiest_hour() -> None:
    week = week_of({kind: Cost(1, 36.0, 7.2, 8, 3000, 2.0, 500) for kind in WEEK})
    needs = needs_of(1000, week, Assumed(busiest=0.1, used=0.5, weeks=40))
    assert week.times == 228
    assert needs.ours == pytest.approx(1000 * 228 * 36 / 1000 * 0.1 / 3600 / 0.5)  # seconds of work in that hour
    assert needs.rows == pytest.approx(1000 * 40 * 228 * 2 / 1e6)
