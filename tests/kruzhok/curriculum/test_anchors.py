"""What becomes of anchors when their text changes: kept, moved or orphaned, and found again."""

import pytest
from sqlalchemy import select

from course.outline.models import Course
from course.texts.models import Anchor, AnchorState, Text
from lessons.discussion.posts import write_post
from lessons.models import Prompt
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.curriculum.small import LESSON, changed, current_passage, load, make_anchor, small

LISTED = "- an offer of peace;\n- an end to the landlords’ property in land;\n- workers’ control of production;\n"


@pytest.fixture
def note(database):
    """Return the id of an anchor on two words of a passage that no item names."""
    load(database, small())
    with database.transaction() as session:
        return make_anchor(session, current_passage(session, "first-lesson", "aims-introduced"), "list of aims").id


def anchor(database, note):
    """Return the anchor with what it is on now."""
    with database.transaction(writing=False) as session:
        found = session.get_one(Anchor, note)
        return found, found.now, found.made_on


def test_an_edit_elsewhere_keeps_an_anchor(database, note):
    changes = load(database, changed(small(), LESSON, "a short proclamation", "a proclamation"), days=1)
    assert changes.anchors == {"kept": 4}  # the note's, and those of the three items on the lesson
    found, now, made_on = anchor(database, note)
    assert (found.state, now.ident) == (AnchorState.kept, "aims-introduced")
    assert now.version_id != made_on.version_id
    assert now.plain[found.start : found.end] == "list of aims"


def test_notes_and_quotations_in_posts_are_counted_with_what_becomes_of_them(database, note):
    with database.transaction() as session:
        group = factories.make_group(session, session.scalars(select(Course)).one())
        member = factories.make_enrolment(session, group=group)
        text = session.scalars(select(Text).where(Text.ident == "first-lesson")).one()
        factories.make_note(session, member, text)
        prompt = session.scalars(select(Prompt)).first()
        short = "> Its list of aims is short"
        write_post(session, member, prompt, short, once=None, base=0, now=NOW)
    gone = changed(small(), LESSON, "Its list of aims is short: {#aims-introduced}\n\n", "")
    changes = load(database, gone, days=1)
    assert changes.anchors == {"kept": 4, "orphaned": 2}
    assert str(changes).endswith("anchors 4 kept, 2 orphaned")


def test_an_edit_before_the_words_moves_them_within_their_passage(database, note):
    load(database, changed(small(), LESSON, "Its list of aims", "Its printed list of aims"), days=1)
    found, now, _made_on = anchor(database, note)
    assert found.state is AnchorState.kept
    assert now.plain[found.start : found.end] == found.exact == "list of aims"


def test_an_edit_of_the_words_themselves_keeps_the_likest(database, note):
    load(database, changed(small(), LESSON, "Its list of aims", "Its lists of aims"), days=1)
    found, now, _made_on = anchor(database, note)
    assert found.state is AnchorState.kept
    assert now.plain[found.start : found.end] == "lists of aims"


def test_a_renamed_passage_with_the_same_words_is_moved_to(database, note):
    changes = load(database, changed(small(), LESSON, "{#aims-introduced}", "{#what-they-want}"), days=1)
    assert changes.anchors == {"kept": 3, "moved": 1}
    found, now, _made_on = anchor(database, note)
    assert (found.state, now.ident) == (AnchorState.moved, "what-they-want")


def merged(files):
    """Return FILES in which the passage is part of the one before it, and its address leads there."""
    files = changed(files, LESSON, "\n\nIts list of aims is short: {#aims-introduced}", "")
    files = changed(
        files, LESSON, "following night. {#not-yet}", "following night. Its list of aims is short. {#not-yet}"
    )
    return changed(files, LESSON, "quiz: first-quiz", "quiz: first-quiz\nmoved: {aims-introduced: not-yet}")


def test_an_anchor_goes_where_its_passage_was_moved(database, note):
    load(database, merged(small()), days=1)
    found, now, _made_on = anchor(database, note)
    assert (found.state, now.ident) == (AnchorState.moved, "not-yet")
    assert now.plain[found.start : found.end] == "list of aims"


def test_an_anchor_whose_passage_is_gone_is_orphaned_and_keeps_its_words(database, note):
    gone = changed(small(), LESSON, "Its list of aims is short: {#aims-introduced}\n\n", "")
    changes = load(database, gone, days=1)
    assert changes.anchors == {"kept": 3, "orphaned": 1}
    found, now, made_on = anchor(database, note)
    assert (found.state, now, found.exact) == (AnchorState.orphaned, None, "list of aims")
    assert found.exact in made_on.plain


def test_an_orphan_comes_home_when_its_passage_does(database, note):
    load(database, changed(small(), LESSON, "Its list of aims is short: {#aims-introduced}\n\n", ""), days=1)
    load(database, small(), days=2)
    found, now, _made_on = anchor(database, note)
    assert (found.state, now.ident) == (AnchorState.kept, "aims-introduced")


def test_an_orphan_finds_its_way_when_it_is_said_later_where_its_passage_went(database, note):
    gone = changed(small(), LESSON, "Its list of aims is short: {#aims-introduced}\n\n", "")
    load(database, gone, days=1)
    told = changed(gone, LESSON, "quiz: first-quiz", "quiz: first-quiz\nmoved: {aims-introduced: not-yet}")
    changes = load(database, told, days=2)
    assert changes.anchors == {"moved": 1}
    assert anchor(database, note)[1].ident == "not-yet"


def test_a_moved_anchor_stays_moved_through_later_edits(database, note):
    load(database, merged(small()), days=1)
    load(database, changed(merged(small()), LESSON, "a short proclamation", "a proclamation"), days=2)
    found, now, _made_on = anchor(database, note)
    assert (found.state, now.ident) == (AnchorState.moved, "not-yet")


def test_an_item_on_another_passage_has_another_anchor(database, note):
    load(database, changed(small(), "quizzes/first-quiz.yaml", "first-lesson#not-yet", "first-lesson#aims"), days=1)
    with database.transaction(writing=False) as session:
        places = [found.now.ident for found in session.scalars(select(Anchor).order_by(Anchor.id))]
        assert places.count("aims") == places.count("not-yet") == 1
