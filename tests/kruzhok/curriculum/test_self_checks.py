"""Which items a curriculum puts into its texts as self-checks, and what loading makes of that."""

from collections import Counter

import pytest
from sqlalchemy import select, update

from course.outline.models import Course
from course.texts.models import Text
from kruzhok.config import SHIPPED_COURSE
from kruzhok.curriculum.reading import read_curriculum, read_folder
from quizzes.models import Item, SelfCheck
from tests.kruzhok.curriculum.small import QUIZ, changed, findings, load, quiz, small, versions_of

TWO = "items: [Q(one, check: true), Q(two)]\n"


def there(database):
    """Return (text, passage, item) of each self-check, in order."""
    with database.transaction(writing=False) as session:
        rows = session.execute(
            select(Text.ident, SelfCheck.passage_ident, Item.ident)
            .join(Text, Text.id == SelfCheck.text_id)
            .join(Item, Item.id == SelfCheck.item_id)
            .order_by(SelfCheck.id)
        )
        return [tuple(row) for row in rows]


def test_an_item_says_that_it_is_a_self_check_and_stands_after_its_passage(database):
    changes = load(database, quiz(TWO))
    assert there(database) == [("to-the-citizens", "deposed", "one")]
    assert changes.added["self-check"] == 1
    assert "1 self-check" in str(changes)


def test_loading_again_changes_nothing(database):
    load(database, quiz(TWO))
    with database.transaction() as session:
        session.execute(update(Course).values(hash="as before this format"))
    again = load(database, quiz(TWO), days=1)
    assert not again
    assert again.unchanged["self-check"] == 1
    assert len(there(database)) == 1


def test_self_checks_come_and_go_and_their_items_stay_as_they_are(database):
    load(database, quiz("items: [Q(one), Q(two)]\n"))
    came = load(database, quiz("items: [Q(one), Q(two, check: true)]\n"), days=1)
    assert (came.added["self-check"], came.unchanged["item"]) == (1, 2)
    moved = load(database, quiz(TWO), days=2)
    assert (moved.added["self-check"], moved.retired["self-check"], moved.unchanged["item"]) == (1, 1, 2)
    assert there(database) == [("to-the-citizens", "deposed", "one")]
    gone = load(database, quiz("items: [Q(one, check: false), Q(two)]\n"), days=3)
    assert gone.retired["self-check"] == 1
    assert there(database) == []
    with database.transaction(writing=False) as session:
        assert [len(versions_of(session, ident)) for ident in ("one", "two")] == [1, 1]


def test_a_self_check_goes_with_its_item_to_another_passage(database):
    load(database, quiz(TWO))
    load(database, changed(quiz(TWO), QUIZ, "to-the-citizens#deposed", "first-lesson#not-yet"), days=1)
    assert there(database) == [("first-lesson", "not-yet", "one")]


def test_a_self_check_goes_when_its_item_goes(database):
    load(database, quiz(TWO))
    load(database, quiz("items: [Q(two)]\n"), days=1)
    assert there(database) == []


def test_several_after_one_passage_stand_in_the_order_of_the_files(database):
    load(database, quiz("items: [Q(b, check: true), Q(a, check: true)]\n"))
    assert [ident for _text, _passage, ident in there(database)] == ["b", "a"]


@pytest.mark.parametrize("kind", ["evidence", "essay"])
def test_what_is_picked_in_a_text_or_marked_by_a_human_is_no_self_check(kind):
    [(path, _line, _column, message, hint)] = findings(
        changed(small(), QUIZ, f"    type: {kind}\n", f"    type: {kind}\n    check: true\n")
    )
    assert (path, message) == (QUIZ, f"An item of type `{kind}` is no self-check.")
    assert "Take `check` out" in hint


def test_check_is_true_or_false():
    assert findings(quiz("items: [Q(one, check: soon)]\n"))


def test_the_shipped_course_has_some_and_no_passage_has_three():
    curriculum = read_curriculum(read_folder(SHIPPED_COURSE))
    assert curriculum.findings == []
    items = [item for sheet in curriculum.quizzes.values() if sheet.data for item in sheet.data.all_items]
    passages = [item.passage for item in items if item.check]
    assert len(passages) >= 8
    assert max(Counter(passages).values()) <= 2
