"""The pages of notes: made without scripts and with, shown to whom they are open, changed, replied to, listed."""

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, StudyGroup
from course.texts.models import Anchor, AnchorState
from course.users.models import User
from lessons.models import Draft
from lessons.notes.choosing import Chosen
from lessons.notes.models import Note, NotePlace, NoteReply
from lessons.notes.noting import Said, make_note, reply_to
from lessons.notes.showing import cut
from tests.conftest import NOW
from tests.lessons.notes.conftest import Circle, make_circle, passages_of
from tests.test_access import browser_of
from tests.web import post

Browser = Callable[[Enrolment | None], FlaskClient]


@pytest.fixture
def browser(app: Application, database: Database) -> Browser:
    """Return what gives a client in which somebody is signed in, or nobody."""
    return lambda who: browser_of(app, database, who.user_id if who else None)


LONG = "What somebody wrote and would not like to lose."


def making(there: Circle) -> str:
    """Return where notes on the text are made."""
    return f"{there.address}/notes"


def in_group(there: Circle, address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}group={there.group.slug}"


def write(database: Database, there: Circle, who: Enrolment, words: str = "Is *it* so?", **told: object) -> int:
    """Return the id of a note of WHO, on "dual power" unless TOLD otherwise."""
    with database.transaction() as session:
        mine = session.get_one(Enrolment, who.id)
        chosen = [told.get("chosen", Chosen("p-1", "dual power"))]
        said = Said(words, tuple(told.get("tags", ())))  # type: ignore[arg-type]
        note = make_note(session, mine, there.text, chosen, said, shared=bool(told.get("shared")), once=None, now=NOW)  # type: ignore[arg-type]
        return note.id


def notes(database: Database) -> list[tuple[str, bool, list[str]]]:
    """Return what all notes say, whether they are shared, and the words they are on."""
    with database.transaction(writing=False) as session:
        return [
            (note.words, note.shared_at is not None, [place.anchor.exact for place in note.places])
            for note in session.scalars(select(Note).order_by(Note.id))
        ]


def count(database: Database, table: type[Note | NoteReply | Draft | Enrolment | User]) -> int:
    with database.transaction(writing=False) as session:
        return session.scalar(select(func.count(table.id))) or 0


# Making


def test_each_passage_leads_to_a_place_to_write_a_note_on_it(browser: Browser, there: Circle) -> None:
    client = browser(there.vera)
    page = client.get(in_group(there, there.address)).text
    links = re.findall(rf'href="({there.address}/notes/new[^"]*)"', page)
    assert len(links) == 3
    form = client.get(links[0].replace("&amp;", "&")).text
    assert "On passage 1" in form
    assert "There was dual power in Russia after February." in form
    assert "Share it with" in form


def test_without_scripts_a_note_is_on_the_passage_or_on_words_typed_in(
    browser: Browser, database: Database, there: Circle
) -> None:
    client = browser(there.vera)
    group = {"group": there.group.slug}
    whole = post(client, making(there), {"passage": "p-3", "exact": "", "text": "All of it.", **group})
    assert whole.status_code == 303
    assert f"#note-{_last(database)}" in whole.location
    post(client, making(there), {"passage": "p-1", "exact": "dual power", "text": "Two.", "shared": "y", **group})
    assert notes(database) == [("All of it.", False, ["Nobody had bread."]), ("Two.", True, ["dual power"])]


def _last(database: Database) -> int:
    with database.transaction(writing=False) as session:
        return session.scalars(select(func.max(Note.id))).one()


def test_the_script_says_what_was_chosen_and_one_press_highlights_it(
    browser: Browser, database: Database, there: Circle
) -> None:
    client = browser(there.vera)
    sent = {
        "passage": ["p-1", "p-2"],
        "start": ["24", "0"],
        "exact": ["after February.", "The soviet"],
        "do": "highlight",
        "once": "a",
        "group": there.group.slug,
    }
    answers = [post(client, making(there), sent) for _twice in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    assert notes(database) == [("", False, ["after February.", "The soviet"])]
    page = client.get(answers[0].location)
    assert '<mark class="hl"><span id="words-' in page.text
    assert '<mark class="hl">The soviet</mark> had power' in page.text
    assert "1 highlight of yours" in page.text
    assert "Highlighted." in page.text


def test_the_button_that_writes_leads_to_the_place_to_write_with_the_words(browser: Browser, there: Circle) -> None:
    client = browser(there.vera)
    sent = {"passage": "p-2", "start": "9", "exact": "had power", "do": "note", "group": there.group.slug}
    led = post(client, making(there), sent)
    assert led.status_code == 303
    form = client.get(led.location).text
    assert '<mark class="hl">had power</mark>' in form
    assert re.search(r'name="start" value="9"', form)
    assert re.search(r'name="exact" value="had power"', form)


@pytest.mark.parametrize(
    ("exact", "said"),
    [("triple power", "do not stand here"), ("had", "more than once"), ("power,  no", "do not stand")],
)
def test_words_that_are_not_there_are_refused_and_what_was_typed_stays(
    browser: Browser, database: Database, there: Circle, exact: str, said: str
) -> None:
    sent = {"passage": "p-2", "exact": exact, "text": "Of some length.", "tags": "power", "group": there.group.slug}
    answer = post(browser(there.vera), making(there), sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Of some length." in answer.text
    assert f'value="{exact}"' in answer.text
    assert count(database, Note) == 0


def test_a_note_on_a_passage_that_is_gone_says_so(browser: Browser, there: Circle) -> None:
    answer = post(browser(there.vera), making(there), {"passage": "p-9", "start": "0", "text": LONG})
    assert answer.status_code == 409
    assert "no longer in the text" in answer.text
    assert LONG in answer.text
    assert browser(there.vera).get(f"{making(there)}/new?at=p-9").status_code == 409


@pytest.mark.parametrize("do", [{}, {"do": "note"}, {"do": "highlight"}], ids=["saved", "to write", "highlighted"])
def test_a_note_on_no_passage_at_all_is_refused_and_what_was_typed_stays(
    browser: Browser, there: Circle, do: dict[str, str]
) -> None:
    answer = post(browser(there.vera), making(there), {"text": LONG, **do})
    assert answer.status_code == 409
    assert LONG in answer.text


@pytest.mark.parametrize(
    ("tags", "said"), [(", ".join("abcdefghijk"), "11 tags"), ("x" * 41, "40 characters")], ids=["many", "long"]
)
def test_too_many_or_too_long_tags_are_refused(
    browser: Browser, database: Database, there: Circle, tags: str, said: str
) -> None:
    answer = post(browser(there.vera), making(there), {"passage": "p-1", "text": "So.", "tags": tags})
    assert answer.status_code == 422
    assert said in answer.text
    assert count(database, Note) == 0


def test_a_note_longer_than_a_post_may_be_is_refused(browser: Browser, database: Database, there: Circle) -> None:
    answer = post(browser(there.vera), making(there), {"passage": "p-1", "text": "word " * 20_001})
    assert answer.status_code == 422
    assert count(database, Note) == 0


def test_a_visitor_who_notes_becomes_a_guest_with_the_note(browser: Browser, database: Database, there: Circle) -> None:
    client, before = browser(None), count(database, User)
    answer = post(client, making(there), {"passage": "p-1", "text": "Mine."})
    assert answer.status_code == 303
    assert count(database, User) == before + 1
    page = client.get(answer.location).text
    assert "Mine." in page
    assert "Share it" not in client.get(f"{making(there)}/new?at=p-1").text
    refused = post(client, making(there), {"passage": "p-1", "text": "For all.", "shared": "y"})
    assert refused.status_code == 409
    assert "You study alone here" in refused.text


def test_a_preview_shows_the_words_and_keeps_nothing(browser: Browser, database: Database, there: Circle) -> None:
    answer = post(browser(there.vera), making(there), {"passage": "p-1", "text": "So *it* was.", "preview": "1"})
    assert answer.status_code == 200
    assert "So <em>it</em> was." in answer.text
    assert count(database, Note) == 0


def test_a_draft_is_kept_as_it_is_typed_and_waits_at_the_passage(
    browser: Browser, database: Database, there: Circle
) -> None:
    client = browser(there.vera)
    kept = post(client, f"{making(there)}/draft?at=p-1", {"text": "So far", "base": "0"}, json=True)
    assert kept.json is not None
    assert kept.json["step"] == 1
    page = client.get(f"{making(there)}/new?at=p-1").text
    assert "So far</textarea>" in page
    made = post(client, making(there), {"passage": "p-1", "exact": "", "text": "So far", "base": "1"})
    assert made.status_code == 303
    assert count(database, Draft) == 0


def test_two_drafts_of_two_windows_are_both_kept_and_one_is_thrown_away(
    browser: Browser, database: Database, there: Circle
) -> None:
    client = browser(there.vera)
    for words in ("Of one window.", "Of another."):
        assert post(client, f"{making(there)}/draft?at=p-1", {"text": words, "base": "0"}).status_code == 303
    page = client.get(f"{making(there)}/new?at=p-1").text
    assert "Of one window." in page
    assert "Of another." in page
    post(client, f"{making(there)}/draft/discard?at=p-1", {"copy": "1"})
    assert count(database, Draft) == 1


def test_in_a_group_that_is_over_nothing_is_noted(browser: Browser, database: Database, there: Circle) -> None:
    own = write(database, there, there.vera, shared=True)
    with database.transaction() as session:
        session.get_one(StudyGroup, there.group.id).archived_at = NOW
    client, group = browser(there.vera), {"group": there.group.slug}
    page = client.get(in_group(there, there.address)).text
    assert "notes/new" not in page
    assert "data-choosing" not in page
    assert "Is <em>it</em> so?" in page
    for address, sent in (
        (making(there), {"passage": "p-1", "text": "More."}),
        (f"/notes/{own}", {"text": "Other.", "number": "1"}),
        (f"/notes/{own}/share", {"shared": "0"}),
        (f"/notes/{own}/reply", {"text": "More."}),
        (f"/notes/{own}/reply/draft", {"text": "More."}),
    ):
        assert post(client, address, {**sent, **group}).status_code == 409, address
    assert notes(database) == [("Is *it* so?", True, ["dual power"])]
    assert count(database, NoteReply) == count(database, Draft) == 0


# Seeing


def seen(client: FlaskClient, there: Circle) -> str:
    return client.get(in_group(there, there.address)).text


def test_a_private_note_is_its_writers_alone(browser: Browser, database: Database, there: Circle) -> None:
    own = write(database, there, there.vera)
    assert "Is <em>it</em> so?" in seen(browser(there.vera), there)
    for other in (there.ivan, there.tutor):
        page = seen(browser(other), there)
        assert "Is <em>it</em>" not in page
        assert "<mark" not in page
        assert browser(other).get(f"/notes/{own}").status_code == 404
    assert browser(None).get(f"/notes/{own}").status_code == 401


def test_a_shared_note_is_seen_by_members_and_by_nobody_else(
    browser: Browser, database: Database, there: Circle
) -> None:
    own = write(database, there, there.vera, shared=True)
    page = seen(browser(there.ivan), there)
    assert "1 note of others" in page
    assert "Is <em>it</em> so?" in page
    assert '<mark class="hl theirs"><span id="words-' in page
    assert f'<a href="#words-{own}">dual power</a>' in page
    assert browser(there.ivan).get(f"/notes/{own}").status_code == 200
    for outside in (there.left, there.alone):
        assert "Is <em>it</em>" not in browser(outside).get(there.address).text
        assert browser(outside).get(f"/notes/{own}").status_code == 404


def test_a_note_taken_back_is_private_again(browser: Browser, database: Database, there: Circle) -> None:
    own = write(database, there, there.vera, shared=True)
    assert post(browser(there.vera), f"/notes/{own}/share", {"shared": "0"}).status_code == 303
    assert "Is <em>it</em>" not in seen(browser(there.ivan), there)
    assert post(browser(there.vera), f"/notes/{own}/share", {"shared": "1"}).status_code == 303
    assert "Is <em>it</em>" in seen(browser(there.ivan), there)


def test_who_has_to_write_first_is_told_how_many_notes_wait_and_sees_them_once_they_share_one(
    browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        there = make_circle(session, write_first=True)
    own = write(database, there, there.ivan, shared=True)
    client = browser(there.vera)
    highlight = {"passage": "p-2", "text": "", "shared": "y", "group": there.group.slug}
    for step in ({}, {**highlight, "text": "Private.", "shared": ""}, highlight):
        if step:
            post(client, making(there), step)
        page = seen(client, there)
        assert "1 note of others is shown once you share one of your own" in page
        assert "Is <em>it</em>" not in page
        assert client.get(f"/notes/{own}").status_code == 404
    assert "Is <em>it</em>" in seen(browser(there.tutor), there)
    post(client, making(there), {**highlight, "text": "I think it was."})
    page = seen(client, there)
    assert "shown once you share" not in page
    assert "Is <em>it</em> so?" in page


def hide(database: Database, thing: type[Note | NoteReply], thing_id: int, why: str = "Names a third person.") -> None:
    with database.transaction() as session:
        found = session.get_one(thing, thing_id)
        found.hidden_at, found.hidden_why = NOW, why


def test_of_a_hidden_note_the_others_read_why_in_its_place_and_nothing_that_it_says(
    browser: Browser, database: Database, there: Circle
) -> None:
    own = write(database, there, there.vera, shared=True, tags=["secret"])
    hide(database, Note, own)
    page = seen(browser(there.ivan), there)
    assert "1 note of others" in page
    assert "Names a third person." in page
    for said in ("Is <em>it</em>", "secret", "<mark", f'href="/notes/{own}"'):
        assert said not in page
    assert browser(there.ivan).get(f"/notes/{own}").status_code == 404
    for reader in (there.vera, there.tutor):
        read = seen(browser(reader), there)
        assert "Names a third person." in read
        assert "Is <em>it</em> so?" in read
    assert "Names a third person." not in browser(there.left).get(there.address).text
    assert "Names a third person." in browser(there.vera).get(f"/notes/{own}").text


def test_a_hidden_note_takes_no_place_from_those_that_are_read_and_is_not_there_once_taken_back(
    browser: Browser, database: Database, there: Circle
) -> None:
    hidden = write(database, there, there.vera, shared=True)
    for number in range(3):
        write(database, there, there.vera, f"Thought {number}.", shared=True)
    hide(database, Note, hidden)
    page = seen(browser(there.ivan), there)
    assert "4 notes of others" in page
    assert len(re.findall(r"Thought \d", page)) == 3
    assert "Names a third person." in browser(there.ivan).get(f"{in_group(there, there.address)}&notes=p-1").text
    post(browser(there.vera), f"/notes/{hidden}/share", {"shared": "0"})
    assert "3 notes of others" in seen(browser(there.ivan), there)


def test_why_a_note_is_hidden_waits_with_the_notes_for_ones_own(browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        there = make_circle(session, write_first=True)
    hide(database, Note, write(database, there, there.ivan, shared=True))
    client = browser(there.vera)
    assert "Names a third person." not in seen(client, there)
    write(database, there, there.vera, shared=True)
    assert "Names a third person." in seen(client, there)


def test_of_many_notes_at_a_passage_a_few_are_shown_and_a_link_shows_them_all(
    browser: Browser, database: Database, there: Circle
) -> None:
    for number in range(5):
        write(database, there, there.vera, f"Thought {number}.", shared=True)
    client = browser(there.ivan)
    page = seen(client, there)
    assert "5 notes of others" in page
    assert len(re.findall(r"Thought \d", page)) == 3
    link = re.search(r'href="([^"]*notes=p-1[^"]*)"', page)
    assert link is not None
    strange = client.get(in_group(there, f"{there.address}?_scheme=javascript&_external=1&course=other")).text
    assert f'href="{link[1]}"' in strange
    opened = client.get(link[1].replace("&amp;", "&")).text
    assert len(re.findall(r"Thought \d", opened)) == 5
    assert '<details class="noted" id="notes-p-1" open>' in opened


def test_a_long_note_is_cut_beside_its_passage_and_whole_on_its_own_page(
    browser: Browser, database: Database, there: Circle
) -> None:
    own = write(database, there, there.vera, "word " * 200 + "*end*", shared=True)
    page = seen(browser(there.ivan), there)
    assert "<em>end</em>" not in page
    assert "Read on" in page
    assert "<em>end</em>" in browser(there.ivan).get(f"/notes/{own}").text


@pytest.mark.parametrize(("words", "said"), [("so it was", "so it …"), ("soitwas", "soitwa …"), ("so\n\nit", "so it")])
def test_what_is_too_long_is_cut_between_words_if_there_are_any(words: str, said: str) -> None:
    assert cut(words, 6) == said


def test_what_became_of_the_words_of_a_note_is_said(browser: Browser, database: Database, there: Circle) -> None:
    moved, gone = write(database, there, there.vera), write(database, there, there.vera, "It is lost.")
    with database.transaction() as session:
        third = passages_of(session, there.text)[2]
        anchors = {
            note_id: session.scalars(select(Anchor).join(NotePlace).where(NotePlace.note_id == note_id)).one()
            for note_id in (moved, gone)
        }
        anchors[moved].now_passage_id, anchors[moved].state = third.id, AnchorState.moved
        anchors[moved].start, anchors[moved].end = 0, 6
        anchors[gone].now_passage_id, anchors[gone].state = None, AnchorState.orphaned
    page = seen(browser(there.vera), there)
    assert "Its words moved to this passage" in page
    assert re.search(r'<mark class="hl"><span id="words-\d+"></span>Nobody</mark>', page)
    lost = page.partition("Notes whose place is gone")[2]
    assert "It is lost." in lost
    assert "dual power" in lost


# Changing, replying, deleting


def test_who_changes_an_older_state_sees_both_and_keeps_what_they_typed(
    browser: Browser, database: Database, there: Circle
) -> None:
    own = write(database, there, there.vera)
    client = browser(there.vera)
    assert post(client, f"/notes/{own}", {"text": "Of one window.", "number": "1"}).status_code == 303
    answer = post(client, f"/notes/{own}", {"text": "Of another.", "number": "1", "tags": "power"})
    assert answer.status_code == 409
    assert "changed in the meantime" in answer.text
    assert "<p>Of one window.</p>" in answer.text
    assert "Of another.</textarea>" in answer.text
    assert 'value="power"' in answer.text
    assert post(client, f"/notes/{own}", {"text": "Of another.", "number": "2"}).status_code == 303
    assert notes(database)[0][0] == "Of another."


def test_only_its_writer_changes_shares_or_deletes_a_note(browser: Browser, database: Database, there: Circle) -> None:
    own = write(database, there, there.vera, shared=True)
    for doing in ("", "/share", "/delete", "/change/draft", "/change/draft/discard"):
        sent = {"text": "Mine now.", "number": "1", "shared": "0", "copy": "0"}
        assert post(browser(there.tutor), f"/notes/{own}{doing}", sent).status_code == 403, doing
        assert post(browser(there.alone), f"/notes/{own}{doing}", sent).status_code == 404, doing
    assert notes(database) == [("Is *it* so?", True, ["dual power"])]


def test_who_left_reads_and_deletes_what_they_wrote_and_changes_nothing(
    browser: Browser, database: Database, there: Circle
) -> None:
    own = write(database, there, there.left, shared=True)
    client = browser(there.left)
    assert client.get(f"/notes/{own}").status_code == 200
    assert post(client, f"/notes/{own}", {"text": "Other.", "number": "1"}).status_code == 403
    assert post(client, f"/notes/{own}/reply", {"text": "More."}).status_code == 403
    assert post(client, f"/notes/{own}/delete").status_code == 303
    assert count(database, Note) == 0


def test_a_reply_stands_under_the_note_and_its_writer_is_told_where(
    browser: Browser, database: Database, there: Circle
) -> None:
    own = write(database, there, there.vera, shared=True)
    answer = post(browser(there.ivan), f"/notes/{own}/reply", {"text": "I *think* so.", "once": "a"})
    assert answer.status_code == 303
    assert "I <em>think</em> so." in browser(there.vera).get(answer.location).text
    assert "1 reply" in seen(browser(there.vera), there)
    notices = browser(there.vera).get("/notices").text
    assert "Ivan replied to your note" in notices


def test_a_notice_of_a_reply_says_nothing_once_the_reply_is_hidden(
    browser: Browser, database: Database, there: Circle
) -> None:
    own = write(database, there, there.vera, shared=True)
    post(browser(there.ivan), f"/notes/{own}/reply", {"text": "I think so."})
    with database.transaction() as session:
        reply = session.scalars(select(NoteReply)).one()
        reply.hidden_at, reply.hidden_why = NOW, "Unkind."
    assert "Ivan" not in browser(there.vera).get("/notices").text
    assert "I think so." not in browser(there.vera).get(f"/notes/{own}").text


def answer(database: Database, note_id: int, who: Enrolment, words: str = "I *think* so.") -> int:
    """Return the id of a reply of WHO to the note of that id."""
    with database.transaction() as session:
        note, place = session.get_one(Note, note_id), session.get_one(Enrolment, who.id)
        return reply_to(session, place, note, words, once=None, now=NOW).id


def replies(database: Database) -> list[str]:
    with database.transaction(writing=False) as session:
        return list(session.scalars(select(NoteReply.words).order_by(NoteReply.id)))


def test_who_wrote_a_reply_changes_it(browser: Browser, database: Database, there: Circle) -> None:
    own = write(database, there, there.vera, shared=True)
    answered = answer(database, own, there.ivan)
    client = browser(there.ivan)
    assert f'href="/notes/replies/{answered}"' in client.get(f"/notes/{own}").text
    assert f'href="/notes/replies/{answered}"' not in browser(there.vera).get(f"/notes/{own}").text
    page = client.get(f"/notes/replies/{answered}").text
    assert "The note of Vera" in page
    assert "I *think* so.</textarea>" in page
    changed = post(client, f"/notes/replies/{answered}", {"text": "I *know*.", "state": _state(page)})
    assert changed.status_code == 303
    assert "I <em>know</em>." in browser(there.vera).get(changed.location).text
    assert replies(database) == ["I *know*."]


def _state(page: str) -> str:
    found = re.search(r'name="state" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_who_changes_an_older_state_of_a_reply_sees_both_and_keeps_what_they_typed(
    browser: Browser, database: Database, there: Circle
) -> None:
    answered = answer(database, write(database, there, there.vera, shared=True), there.ivan)
    client, address = browser(there.ivan), f"/notes/replies/{answered}"
    state = _state(client.get(address).text)
    assert post(client, address, {"text": "Of one window.", "state": state}).status_code == 303
    refused = post(client, address, {"text": "Of another.", "state": state})
    assert refused.status_code == 409
    assert "changed in the meantime" in refused.text
    assert "<p>Of one window.</p>" in refused.text
    assert "Of another.</textarea>" in refused.text
    assert replies(database) == ["Of one window."]
    assert post(client, address, {"text": "Of another.", "state": _state(refused.text)}).status_code == 303
    assert replies(database) == ["Of another."]


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"text": " "}, 422), ({"text": "> " * 200 + "deep"}, 422), ({"text": "So.", "preview": "1"}, 200)],
)
def test_new_words_for_a_reply_that_are_refused_or_only_looked_at_change_nothing(
    browser: Browser, database: Database, there: Circle, sent: dict[str, str], status: int
) -> None:
    answered = answer(database, write(database, there, there.vera, shared=True), there.ivan)
    client, address = browser(there.ivan), f"/notes/replies/{answered}"
    state = _state(client.get(address).text)
    page = post(client, address, {**sent, "state": state})
    assert page.status_code == status
    assert _state(page.text) == state
    assert replies(database) == ["I *think* so."]


def test_drafts_of_new_words_for_a_reply_are_kept_until_it_is_changed(
    browser: Browser, database: Database, there: Circle
) -> None:
    answered = answer(database, write(database, there, there.vera, shared=True), there.ivan)
    client, address = browser(there.ivan), f"/notes/replies/{answered}"
    kept = post(client, f"{address}/draft", {"text": "I thin", "base": "0"}, json=True)
    assert kept.status_code == 200
    assert post(client, f"{address}/draft", {"text": "", "base": "0"}).status_code == 303
    page = client.get(address).text
    assert "I thin</textarea>" in page
    assert post(client, f"{address}/draft/discard", {"copy": "1"}).status_code == 303
    assert kept.json is not None
    sent = {"text": "I thin.", "state": _state(page), "base": str(kept.json["step"])}
    assert post(client, address, sent).status_code == 303
    assert count(database, Draft) == 0


def test_who_wrote_a_reply_deletes_it_with_its_drafts(browser: Browser, database: Database, there: Circle) -> None:
    own = write(database, there, there.vera, shared=True)
    first, second = answer(database, own, there.ivan), answer(database, own, there.ivan, "And again.")
    client = browser(there.ivan)
    post(client, f"/notes/replies/{first}/draft", {"text": "I thin", "base": "0"})
    gone = post(client, f"/notes/replies/{first}/delete")
    assert gone.status_code == 303
    assert gone.location == f"/notes/{own}#replies"
    assert replies(database) == ["And again."]
    assert count(database, Draft) == 0
    assert client.get(f"/notes/replies/{first}").status_code == 404
    assert client.get("/notices").status_code == browser(there.vera).get("/notices").status_code == 200
    assert f'href="/notes/replies/{second}"' in client.get(gone.location).text


def test_nobody_else_changes_or_deletes_a_reply(browser: Browser, database: Database, there: Circle) -> None:
    answered = answer(database, write(database, there, there.vera, shared=True), there.ivan)
    for who, status in ((there.vera, 403), (there.tutor, 403), (there.left, 404), (there.alone, 404), (None, 401)):
        client = browser(who)
        assert client.get(f"/notes/replies/{answered}").status_code == status
        for doing in ("", "/delete", "/draft", "/draft/discard"):
            sent = {"text": "Mine now.", "copy": "0"}
            assert post(client, f"/notes/replies/{answered}{doing}", sent).status_code == status, doing
    assert replies(database) == ["I *think* so."]
    assert count(database, Draft) == 0


@pytest.mark.parametrize("why", ["hidden", "over"])
def test_a_reply_that_is_hidden_or_in_a_group_that_is_over_stays_as_it_is(
    browser: Browser, database: Database, there: Circle, why: str
) -> None:
    own = write(database, there, there.vera, shared=True)
    answered = answer(database, own, there.ivan)
    client, address = browser(there.ivan), f"/notes/replies/{answered}"
    state = _state(client.get(address).text)
    if why == "hidden":
        hide(database, NoteReply, answered)
    else:
        with database.transaction() as session:
            session.get_one(StudyGroup, there.group.id).archived_at = NOW
    assert f'href="{address}"' not in client.get(f"/notes/{own}").text
    assert client.get(address).status_code == 409
    refused = post(client, address, {"text": "I never said so.", "state": state})
    assert refused.status_code == 409
    assert "I never said so.</textarea>" in refused.text
    assert post(client, f"{address}/delete").status_code == 409
    assert replies(database) == ["I *think* so."]


def test_a_reply_without_words_is_refused(browser: Browser, database: Database, there: Circle) -> None:
    own, private = write(database, there, there.vera, shared=True), write(database, there, there.vera)
    assert post(browser(there.ivan), f"/notes/{own}/reply", {"text": " "}).status_code == 422
    assert post(browser(there.vera), f"/notes/{private}/reply", {"text": "To myself."}).status_code == 409
    assert count(database, NoteReply) == 0


def test_drafts_of_a_change_and_of_a_reply_are_kept_apart(browser: Browser, database: Database, there: Circle) -> None:
    own = write(database, there, there.vera, shared=True)
    client = browser(there.vera)
    for doing, words in (("change", "Other words"), ("reply", "To myself")):
        assert post(client, f"/notes/{own}/{doing}/draft", {"text": words, "base": "0"}, json=True).status_code == 200
    page = client.get(f"/notes/{own}").text
    assert "Other words</textarea>" in page
    assert "To myself</textarea>" in page
    assert post(client, f"/notes/{own}/change/draft/discard", {"copy": "0"}).status_code == 303
    assert count(database, Draft) == 1


def test_a_note_is_deleted_unless_others_replied(browser: Browser, database: Database, there: Circle) -> None:
    first, second = write(database, there, there.vera, shared=True), write(database, there, there.vera, shared=True)
    post(browser(there.ivan), f"/notes/{first}/reply", {"text": "I think so."})
    client = browser(there.vera)
    refused = post(client, f"/notes/{first}/delete")
    assert refused.status_code == 409
    assert "Others replied" in refused.text
    gone = post(client, f"/notes/{second}/delete")
    assert gone.status_code == 303
    assert client.get(f"/notes/{second}").status_code == 404
    assert count(database, Note) == 1


# All of one's own


def test_all_ones_notes_are_listed_with_where_they_stand(browser: Browser, database: Database, there: Circle) -> None:
    write(database, there, there.vera, "Mine.", tags=["power"])
    write(database, there, there.ivan, "Ivan's.", shared=True)
    page = browser(there.vera).get("/me/notes").text
    assert "Mine." in page
    assert "#power" in page
    assert "passage 1" in page
    assert "Ivan" not in page


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("q=SOVIET", {"Two"}),
        ("q=élan", {"Elan"}),
        ("tag=power", {"Elan"}),
        ("kind=highlights", set()),
        ("kind=notes&seen=shared", {"Two"}),
        ("seen=private", {"Elan"}),
        ("course=none", set()),
        ("text=1&text=nonsense&kind=other&before=x", {"Elan", "Two"}),
    ],
)
def test_a_filter_leaves_what_it_says(
    browser: Browser, database: Database, there: Circle, asked: str, left: set[str]
) -> None:
    asked = asked.replace("text=1", f"text={there.text.id}")
    write(database, there, there.vera, "Elan", tags=["power"])
    write(database, there, there.vera, "", chosen=Chosen("p-3"))
    write(database, there, there.vera, "Two", shared=True, chosen=Chosen("p-2", "The soviet"))
    client = browser(there.vera)
    page, file = client.get(f"/me/notes?{asked}").text, client.get(f"/me/notes.md?{asked}").text
    assert {word for word in ("Elan", "Two") if word in page} == left
    assert {word for word in ("Elan", "Two") if word in file} == left


def test_the_list_goes_on_where_it_ended(
    browser: Browser, database: Database, there: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lessons.notes.views.MOST_LISTED", 2)
    for number in range(3):
        write(database, there, there.vera, f"Thought {number}.")
    client = browser(there.vera)
    page = client.get("/me/notes").text
    assert re.findall(r"Thought \d", page) == ["Thought 2", "Thought 1"]
    older = re.search(r'href="(/me/notes\?before=\d+)"', page)
    assert older is not None
    assert re.findall(r"Thought \d", client.get(older[1]).text) == ["Thought 0"]


def test_notes_are_taken_away_as_markdown_with_quotations_addresses_and_replies(
    browser: Browser, database: Database, there: Circle
) -> None:
    own = write(database, there, there.vera, "Is *it* so?", shared=True, tags=["dual power"])
    with database.transaction() as session:
        note, ivan = session.get_one(Note, own), session.get_one(Enrolment, there.ivan.id)
        for words, why in (("Yes.\n\nNo.", None), ("Hidden words.", "Unkind.")):
            reply = reply_to(session, ivan, note, words, once=None, now=NOW)
            reply.hidden_at, reply.hidden_why = (NOW, why) if why else (None, None)
    answer = browser(there.vera).get("/me/notes.md")
    assert answer.mimetype == "text/markdown"
    assert 'filename="notes.md"' in answer.headers["Content-Disposition"]
    assert answer.text == (
        f"# Notes\n\n## Lesson 1: {_title(database, there)}\n\n> dual power\n\n"
        f"[Passage 1](http://localhost{there.address}?group={there.group.slug}#p-1)"
        " · 2026-11-23, shared · #dual-power\n\n"
        "Is *it* so?\n\nIvan replied:\n\n> Yes.\n>\n> No.\n"
    )


def _title(database: Database, there: Circle) -> str:
    with database.transaction(writing=False) as session:
        found = session.get_one(type(there.reading), there.reading.id).parent
        assert found is not None
        return found.title


def test_drafts_of_notes_are_listed_with_where_one_goes_on(browser: Browser, database: Database, there: Circle) -> None:
    theirs, own = write(database, there, there.ivan, shared=True), write(database, there, there.vera)
    answered = answer(database, theirs, there.vera)
    client = browser(there.vera)
    places = {
        in_group(there, f"{making(there)}/draft?at=p-2"): "A new thought",
        f"/notes/{own}/change/draft": "Other words",
        f"/notes/{theirs}/reply/draft": "One more reply",
        f"/notes/replies/{answered}/draft": "Better words",
    }
    for address, words in places.items():
        sent = {"text": words, "base": "0", "group": there.group.slug}
        assert post(client, address, sent, json=True).status_code == 200, address
    page = client.get("/me/notes").text
    assert "4 drafts" in page
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)">Go on<', page)]
    for words, link in zip(reversed(places.values()), links, strict=True):
        assert f'<p class="said">{words}</p>' in page
        assert f"{words}</textarea>" in client.get(link).text
    assert "drafts" not in client.get("/me/notes?kind=notes").text
    assert "A new thought" not in browser(there.ivan).get("/me/notes").text


def test_a_draft_whose_place_is_gone_is_still_there_to_be_copied(
    browser: Browser, database: Database, there: Circle
) -> None:
    theirs = write(database, there, there.ivan, shared=True)
    answered = answer(database, theirs, there.vera)
    client = browser(there.vera)
    for doing in (f"{theirs}/reply", f"replies/{answered}"):
        post(client, f"/notes/{doing}/draft", {"text": LONG, "base": "0"}, json=True)
    post(client, in_group(there, f"{making(there)}/draft?at=p-2"), {"text": LONG, "group": there.group.slug}, json=True)
    assert client.get("/me/notes").text.count("Go on") == 3
    with database.transaction() as session:
        passages_of(session, there.text)[1].ident = "p-9"
        session.get_one(Note, theirs).shared_at = None
    page = client.get("/me/notes").text
    assert "Go on" not in page
    assert page.count(f"{LONG}</textarea>") == 3


def test_in_a_group_that_is_over_no_draft_leads_to_where_nothing_is_written(
    browser: Browser, database: Database, there: Circle
) -> None:
    client = browser(there.vera)
    post(client, in_group(there, f"{making(there)}/draft?at=p-2"), {"text": LONG, "group": there.group.slug}, json=True)
    with database.transaction() as session:
        session.get_one(StudyGroup, there.group.id).archived_at = NOW
    page = client.get("/me/notes").text
    assert "Go on" not in page
    assert f"{LONG}</textarea>" in page


def test_who_has_noted_nothing_is_told_how(browser: Browser, there: Circle) -> None:
    assert "Nothing noted yet" in browser(there.vera).get("/me/notes").text
    assert browser(None).get("/me/notes").status_code == 401


def test_a_lesson_on_paper_has_no_notes_unless_they_are_asked_for(
    browser: Browser, database: Database, there: Circle
) -> None:
    write(database, there, there.vera)
    client = browser(there.vera)
    assert "with-notes" not in seen(client, there)
    assert "with-notes" in client.get(in_group(there, f"{there.address}?notes=print")).text
