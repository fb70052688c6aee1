"""What several tries are worth (RULES, section 3), and where a question stands between them."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.attempts.replay import score_of, tries_allowed, turn_of
from quizzes.attempts.steps import History
from quizzes.items import Response, parse_data, type_of
from quizzes.items.matching import choice_ident
from quizzes.models import Behaviour, Step, StepKind
from quizzes.policy import Policy
from quizzes.scoring import count_back, less_penalty
from tests.quizzes.items.make import raw_item

THIRD = Fraction(1, 3)
TRIES = Policy(behaviour=Behaviour.tries)
SEE = Policy(behaviour=Behaviour.see)
HINTS = {"hints": ["Think of April.", "Think of the station."]}
WRONG, RIGHT = {"option": "a"}, {"option": "b"}


def acts(kind: str, *given: Response | str, **fields: Any) -> History:
    """Return the steps of a question of KIND: each response is saved and checked, "again" opens it, "save" comes before
    a response that is saved only."""
    data = parse_data(raw_item(kind, **fields))
    steps: list[Step] = []

    def step(what: StepKind, response: Response | None, score: float | None = None) -> None:
        steps.append(Step(number=len(steps) + 1, kind=what, response=response, score=score, counts=True))

    only_save = False
    for one in given:
        if one == "again":
            step(StepKind.again, steps[-1].response)
        elif one == "save":
            only_save = True
        else:
            assert not isinstance(one, str)
            step(StepKind.save, one)
            if not only_save:
                step(StepKind.check, one, float(type_of(data).score(data, one).score))
    return History(steps)


def worth(policy: Policy, *given: Response | str, kind: str = "single", **fields: Any) -> Fraction | None:
    data = parse_data(raw_item(kind, **fields))
    return score_of(data, policy, acts(kind, *given, **fields), ())


@pytest.mark.parametrize(
    ("given", "score"),
    [
        ([RIGHT], 1),
        ([WRONG, "again", RIGHT], 1 - THIRD),
        ([WRONG, "again", {"option": "c"}, "again", RIGHT], 1 - 2 * THIRD),
        ([WRONG, "again", {"option": "c"}, "again", WRONG], 0),
        ([WRONG], 0),
        ([WRONG, "again", "save", RIGHT], 1 - THIRD),  # to finish with an unchecked change is one more try
        ([WRONG, "again", "save", WRONG], 0),
    ],
)
def test_each_further_try_takes_a_third(given: list[Response | str], score: Fraction) -> None:
    assert worth(TRIES, *given, **HINTS) == score


def test_the_penalty_is_the_quizs_own() -> None:
    half = Policy(behaviour=Behaviour.tries, penalty=0.5)
    assert worth(half, WRONG, "again", RIGHT, **HINTS) == Fraction(1, 2)


def match(**rights: str) -> Response:
    return {"pairs": {ident: choice_ident(right) for ident, right in rights.items()}}


def test_of_an_item_of_parts_each_loses_only_by_its_own_tries() -> None:
    first = match(lenin="Bolsheviks", martov="Bolsheviks", chernov="Bolsheviks")
    second = match(lenin="Bolsheviks", martov="Mensheviks", chernov="Mensheviks")
    third = match(lenin="Bolsheviks", martov="Mensheviks", chernov="Socialist Revolutionaries")
    got = worth(TRIES, first, "again", second, "again", third, kind="matching", **HINTS)
    assert got == (1 + (1 - THIRD) + (1 - 2 * THIRD)) / 3


def test_a_part_that_was_right_and_is_given_up_is_worth_nothing() -> None:
    parts = [{"a": Fraction(1), "b": Fraction(0)}, {"a": Fraction(0), "b": Fraction(1)}]
    assert count_back(parts, THIRD) == (0 + 1 - THIRD) / 2


def test_a_part_that_was_wrong_again_loses_by_its_last_wrong_try() -> None:
    parts = [{"a": Fraction(1)}, {"a": Fraction(0)}, {"a": Fraction(1)}]
    assert count_back(parts, THIRD) == 1 - 2 * THIRD


scores = st.fractions(0, 1, max_denominator=6)
tries = st.lists(st.fixed_dictionaries({"a": scores, "b": scores, "c": scores}), min_size=1, max_size=5)


@given(tries=tries, penalty=scores)
def test_count_back_never_takes_more_than_the_penalty_of_the_whole(
    tries: list[dict[str, Fraction]], penalty: Fraction
) -> None:
    whole = sum(tries[-1].values()) / 3
    got = count_back(tries, penalty)
    assert 0 <= got <= whole
    assert got >= less_penalty(whole, penalty, len(tries) - 1)


def test_where_answers_are_seen_at_once_there_is_one_try() -> None:
    data = parse_data(raw_item("single", **HINTS))
    assert tries_allowed(data, SEE) == 1
    turn = turn_of(data, SEE, acts("single", WRONG))
    assert (turn.state, turn.left, list(turn.hints)) == ("finished", 0, [])


def test_between_two_tries_a_question_is_closed_until_the_next_is_asked_for() -> None:
    data = parse_data(raw_item("single", **HINTS))
    assert turn_of(data, TRIES, History()).state == "open"
    checked = turn_of(data, TRIES, acts("single", WRONG))
    assert (checked.state, checked.left, list(checked.hints)) == ("checked", 2, HINTS["hints"][:1])
    assert turn_of(data, TRIES, acts("single", WRONG, "again")).state == "open"
    assert turn_of(data, TRIES, acts("single", RIGHT)).state == "finished"


def test_at_the_end_nothing_is_checked_before() -> None:
    data = parse_data(raw_item("single", **HINTS))
    assert tries_allowed(data, Policy()) == 0


def test_nothing_given_is_worth_nothing() -> None:
    assert score_of(parse_data(raw_item("single")), Policy(), History(), ()) == 0
