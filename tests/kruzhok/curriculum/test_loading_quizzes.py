"""What loading makes of the rules, the sections and the plain text of a quiz."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from course.outline.models import Course
from course.texts.models import Text
from kruzhok.curriculum import prepare
from kruzhok.curriculum.export import exported_files
from quizzes.models import Behaviour, Item, Quiz, QuizSection, QuizSlot
from tests.kruzhok.curriculum.small import QUIZ, changed, course_of, load, quiz, small, versions_of
from tests.kruzhok.curriculum.test_loading import every_row
from tests.kruzhok.curriculum.test_quizzes import EVERYTHING


def the_quiz(session):
    return session.scalars(select(Quiz)).one()


def test_a_quiz_that_says_nothing_has_the_rules_of_the_manual(database):
    load(database, quiz("items: [Q(one)]\n"))
    with database.transaction(writing=False) as session:
        one = the_quiz(session)
        assert (one.attempts_allowed, one.time_limit, one.opens_at, one.closes_at) == (None, None, None, None)
        assert (one.behaviour, one.penalty, one.shuffled, one.one_at_a_time) == (Behaviour.end, 1 / 3, False, False)
        assert (one.shows, one.sections) == ({}, [])


def test_the_rules_of_a_quiz_are_kept(database):
    load(database, quiz(EVERYTHING))
    with database.transaction(writing=False) as session:
        one = the_quiz(session)
        assert one.time_limit == 45 * 60
        assert one.opens_at == datetime(2026, 10, 1, 9, tzinfo=UTC)
        assert one.closes_at == datetime(2026, 10, 8, 7, tzinfo=UTC)
        assert (one.behaviour, one.penalty, one.shuffled, one.one_at_a_time) == (Behaviour.tries, 0.25, True, True)
        assert one.shows == {
            "during": ["score", "right", "feedback"],
            "after": [],
            "closed": ["score", "right", "feedback", "key"],
        }


def test_rules_that_are_taken_out_are_no_more(database):
    load(database, quiz(EVERYTHING))
    rules, _sections, questions = EVERYTHING.partition("sections:")
    assert "penalty" in rules
    changes = load(database, quiz(f"sections:{questions}"), days=1)
    assert changes.changed == {"quiz": 1, "file": 1}
    with database.transaction(writing=False) as session:
        one = the_quiz(session)
        assert (one.time_limit, one.opens_at, one.closes_at, one.shows) == (None, None, None, {})
        assert (one.behaviour, one.penalty, one.shuffled, one.one_at_a_time) == (Behaviour.end, 1 / 3, False, False)


def test_sections_keep_their_title_introduction_text_range_and_draws(database):
    load(database, quiz(EVERYTHING))
    with database.transaction(writing=False) as session:
        first, second = the_quiz(session).sections
        assert (first.position, first.title, first.first, first.last) == (1, "The deposed", "deposed", "assured")
        assert (
            first.introduction_html == '<p>Two paragraphs.</p>\n<p>Of <a href="#person-vladimir-lenin">Lenin</a>.</p>'
        )
        assert first.draws == {"draws": [{"count": 1, "tag": None}]}
        assert (second.position, second.title, second.introduction_html) == (2, "", "")
        assert (second.first, second.last) == (None, None)
        assert second.draws == {"draws": [{"count": 1, "tag": "war"}, {"count": 1, "tag": "land"}]}
        texts = [session.get_one(Text, section.text_id).ident for section in (first, second)]
        assert texts == ["to-the-citizens", "first-lesson"]


def test_questions_are_in_their_section_in_one_order(database):
    load(database, quiz(EVERYTHING))
    with database.transaction(writing=False) as session:
        slots = the_quiz(session).slots
        assert [(slot.position, slot.item.ident, slot.section.position) for slot in slots] == [
            (1, "one", 1),
            (2, "two", 1),
            (3, "three", 2),
            (4, "four", 2),
        ]
        assert [slot.before_html for slot in slots] == ["<p>First this.</p>", "", "", ""]


def test_several_plain_texts_are_joined_before_the_next_question(database):
    load(database, quiz("items:\n  - Q(one)\n  - text: |\n      A\n\n      B\n  - text: C\n  - Q(two)\n"))
    with database.transaction(writing=False) as session:
        slots = the_quiz(session).slots
        assert [slot.before_html for slot in slots] == ["", "<p>A</p>\n<p>B</p>\n<p>C</p>"]
        assert [slot.section_id for slot in slots] == [None, None]


def test_loading_sections_again_changes_nothing(database):
    first = load(database, quiz(EVERYTHING))
    assert (first.added["quiz"], first.added["item"]) == (1, 4)
    before = every_row(database)
    with database.transaction() as session:
        session.execute(update(Course).values(hash="as before this format"))
    again = load(database, quiz(EVERYTHING), days=1)
    assert not again
    after = every_row(database)
    assert {name for name in before if before[name] != after[name]} == {"course"}  # when it was loaded


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      - text: First this.\n", ""),
        ("First this.", "First that."),
        ("title: The deposed", "title: Deposed"),
        ("Two paragraphs.", "2 paragraphs."),
        ("    range: {first: deposed, last: assured}\n", ""),
        ("text: first-lesson", "text: to-the-citizens"),
        ("    draw: 1\n", ""),
        ("shuffle: true", "shuffle: false"),
        ("opens: '2026-10-01 09:00'", "opens: '2026-10-01 09:01'"),
        ("after: []", "after: [score]"),
    ],
)
def test_a_quiz_that_says_anything_else_is_counted_as_changed_and_its_items_are_not(database, old, new):
    load(database, quiz(EVERYTHING))
    changes = load(database, changed(quiz(EVERYTHING), QUIZ, old, new), days=1)
    assert changes.changed == {"quiz": 1, "file": 1}
    assert changes.unchanged["item"] == 4
    assert not changes.added
    assert not changes.retired


def test_an_item_that_moves_to_another_section_stays_the_same_item(database):
    load(database, quiz("sections:\n  - items: [Q(one), Q(two)]\n  - items: [Q(three)]\n"))
    with database.transaction(writing=False) as session:
        before = {item.ident: item.id for item in session.scalars(select(Item))}
    changes = load(database, quiz("sections:\n  - items: [Q(one)]\n  - items: [Q(three), Q(two)]\n"), days=1)
    assert changes.changed == {"quiz": 1, "file": 1}
    with database.transaction(writing=False) as session:
        assert {item.ident: item.id for item in session.scalars(select(Item))} == before
        assert [len(versions_of(session, ident)) for ident in before] == [1, 1, 1]
        assert [(slot.item.ident, slot.section.position) for slot in the_quiz(session).slots] == [
            ("one", 1),
            ("three", 2),
            ("two", 2),
        ]


def test_sections_come_and_go(database):
    load(database, quiz("items: [Q(one), Q(two)]\n"))
    load(database, quiz("sections:\n  - items: [Q(two)]\n  - items: [Q(one)]\n"), days=1)
    load(database, quiz("sections:\n  - items: [Q(two)]\n"), days=2)
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count()).select_from(QuizSection)) == 1
        assert session.scalar(select(func.count()).select_from(QuizSlot)) == 1
    load(database, quiz("items: [Q(one), Q(two)]\n"), days=3)
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count()).select_from(QuizSection)) == 0
        assert [slot.item.ident for slot in the_quiz(session).slots] == ["one", "two"]


def test_a_database_of_an_older_format_gets_the_new_things_once(database, monkeypatch):
    monkeypatch.setattr(prepare, "FORMAT", 1)
    load(database, quiz(EVERYTHING))
    with database.transaction() as session:
        session.execute(update(Quiz).values(time_limit=None))
    monkeypatch.undo()
    changes = load(database, quiz(EVERYTHING), days=1)
    assert changes.changed == {"quiz": 1}
    assert not load(database, quiz(EVERYTHING), days=2)


def test_a_quiz_in_sections_comes_out_as_it_went_in(database):
    load(database, quiz(EVERYTHING))
    with database.transaction(writing=False) as session:
        assert exported_files(session, course_of(session)) == quiz(EVERYTHING)


def test_another_order_of_the_items_is_a_change_of_the_quiz(database):
    load(database, small())
    head, *items = small()[QUIZ].decode().split("  - ident: ")
    swapped = head + "".join(f"  - ident: {item}" for item in [items[1], items[0], *items[2:]])
    changes = load(database, {**small(), QUIZ: swapped.encode()}, days=1)
    assert changes.changed == {"quiz": 1, "file": 1}
