"""Where the curriculum names things: what loading keeps of it, and that loading again changes nothing of it."""

from sqlalchemy import delete, select

from course.reference.models import Mention
from tests.kruzhok.curriculum.small import LESSON, TEXT, changed, load, small

LENIN = ("person", "vladimir-lenin")
OLD_STYLE = ("term", "old-style")
DEPOSED = ("event", "provisional-government-deposed")
PROCLAMATION = ("source", "lenin-1917-to-the-citizens")


def places(database, kind, ident):
    """Return (place, ident, passage) of every mention of a thing, in order."""
    mine = select(Mention).where(Mention.kind == kind, Mention.ident == ident).order_by(Mention.position)
    with database.transaction(writing=False) as session:
        return [(one.place, one.place_ident, one.passage) for one in session.scalars(mine)]


def rows(database):
    with database.transaction(writing=False) as session:
        return set(session.scalars(select(Mention.id)))


def test_a_link_is_a_mention_in_its_passage(database):
    load(database, small())
    assert places(database, *LENIN) == [("lesson", "first-lesson", "posted-up")]
    assert places(database, *OLD_STYLE) == [("lesson", "first-lesson", "posted-up")]


def test_what_the_front_matter_alone_names_is_mentioned_by_the_lesson(database):
    files = changed(small(), LESSON, "[Lenin](person:vladimir-lenin)", "Lenin")
    load(database, files)
    assert places(database, *LENIN) == [("lesson", "first-lesson", None)]
    assert places(database, *DEPOSED) == [("lesson", "first-lesson", None)]


def test_an_event_is_mentioned_where_it_says_that_it_is_told(database):
    told = "    key: true\n    passages: [first-lesson#not-yet, to-the-citizens#deposed]\n"
    load(database, changed(small(), "timeline.yaml", "    key: true\n", told))
    assert places(database, *DEPOSED) == [
        ("lesson", "first-lesson", "not-yet"),
        ("text", "to-the-citizens", "deposed"),
    ]


def test_a_source_is_mentioned_by_all_that_rests_on_it_in_the_order_of_the_course(database):
    load(database, small())
    found = places(database, *PROCLAMATION)
    assert found[:2] == [("lesson", "first-lesson", "posted-up"), ("text", "to-the-citizens", None)]
    assert {place for place, _ident, _passage in found[2:-1]} == {"item"}
    assert found[-1] == ("event", "provisional-government-deposed", None)


def test_a_place_that_names_a_thing_twice_is_one_mention(database):
    twice = "[Lenin](person:vladimir-lenin), yes [Lenin](person:vladimir-lenin), had"
    load(database, changed(small(), LESSON, "[Lenin](person:vladimir-lenin) had", twice))
    assert places(database, *LENIN) == [("lesson", "first-lesson", "posted-up")]


def test_nothing_mentions_itself(database):
    load(database, changed(small(), "people.yaml", "Leader", "He, [Lenin](person:vladimir-lenin), leader"))
    assert ("person", "vladimir-lenin", None) not in places(database, *LENIN)


def test_entries_mention_each_other(database):
    files = changed(small(), "terms.yaml", "Dates by", "A way of [Lenin](person:vladimir-lenin) to date. Dates by")
    files = changed(files, "timeline.yaml", "A proclamation says", "Words of [his](person:vladimir-lenin) say")
    load(database, files)
    assert places(database, *LENIN)[1:] == [
        ("term", "old-style", None),
        ("event", "provisional-government-deposed", None),
    ]


def test_the_opening_of_a_unit_mentions_what_it_links_to(database):
    opening = "    title: The first unit\n    opening: It begins with [Lenin](person:vladimir-lenin).\n"
    load(database, changed(small(), "course.yaml", "    title: The first unit\n", opening))
    assert places(database, *LENIN)[0] == ("unit", "first-unit", None)


def test_how_its_author_reads_a_text_is_not_told_of(database):
    read = (
        "minutes: 2\nframe: {who: '[Lenin](person:vladimir-lenin)', when: Then., to_whom: All., "
        "to_what_end: To tell., left_out: Much.}\n"
    )
    load(database, changed(small(), TEXT, "minutes: 2\n", read))
    assert places(database, *LENIN) == [("lesson", "first-lesson", "posted-up")]


def test_loading_what_changed_elsewhere_keeps_every_mention_and_reports_none(database):
    load(database, small())
    before = rows(database)
    changes = load(database, changed(small(), "course.yaml", "title: My course", "title: Our course"), days=1)
    assert rows(database) == before
    assert (changes.added, changes.changed, changes.retired) == ({}, {"course": 1, "file": 1}, {})


def test_a_mention_that_is_new_moves_those_after_it(database):
    load(database, small())
    files = changed(small(), LESSON, "- an offer", "- [Lenin’s](person:vladimir-lenin) offer")
    files = changed(files, LESSON, "[Lenin](person:vladimir-lenin) had", "He had")
    files = changed(files, TEXT, "Long live", "[Long](person:vladimir-lenin) live")
    load(database, files)
    assert places(database, *LENIN) == [
        ("lesson", "first-lesson", "aims"),
        ("text", "to-the-citizens", "long-live"),
    ]


def test_what_is_named_no_more_has_no_mention(database):
    load(database, small())
    files = changed(small(), LESSON, "[Old Style](term:old-style)", "Old Style")
    load(database, changed(files, LESSON, "terms: [old-style]\n", ""))
    assert places(database, *OLD_STYLE) == []


def test_an_index_that_was_lost_is_made_anew(database):
    load(database, small())
    before = places(database, *PROCLAMATION)
    with database.transaction() as session:
        session.execute(delete(Mention))
    load(database, changed(small(), "course.yaml", "title: My course", "title: Our course"), days=1)
    assert places(database, *PROCLAMATION) == before
