"""The page of a meeting: its agenda made of what is there, who leads it, its minutes; what each may see and do."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.models import Notice
from course.syllabus.models import Meeting
from lessons.agenda.items import LONGEST, MOST_ITEMS
from lessons.agenda.models import AgendaItem, Minutes
from lessons.discussion.models import Discussion, Post, PostVersion
from lessons.models import Draft
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.meetings.conftest import Browser, Friends, make_friends
from tests.web import post

LONG = "What somebody wrote and would not like to lose."


def section(page: str, ident: str) -> str:
    """Return the part of PAGE that begins with the heading of that id."""
    return page[page.index(f'id="{ident}"') :].partition("</section>")[0]


def put_passage(client: FlaskClient, there: Friends, passage: str = "p-1") -> int:
    sent = {"text": there.text.id, "passage": passage}
    return post(client, f"{there.address}/agenda/passage", sent).status_code


def lead(database: Database, there: Friends, who: Enrolment | None, **columns: Any) -> None:
    """Let WHO lead the first meeting, which has COLUMNS."""
    with database.transaction() as session:
        meeting = session.get_one(Meeting, there.meeting.id)
        meeting.chair_id = who.id if who else None
        for name, value in columns.items():
            setattr(meeting, name, value)


def chairs(database: Database, there: Friends) -> list[int | None]:
    with database.transaction(writing=False) as session:
        its = select(Meeting.chair_id).where(Meeting.group_id == there.group.id)
        return list(session.scalars(its.order_by(Meeting.number)))


def say(session: Session, talk: Discussion, who: Enrolment, text: str, **columns: Any) -> int:
    """Return the post of WHO in TALK that says TEXT by now."""
    made = factories.make_post(session, talk, who, **columns)
    said = {"text": text, "html": f"<p>{text}</p>", "made_at": NOW}
    factories.add(session, PostVersion(post_id=made.id, number=3, **said))
    return made.id


def archive(database: Database, there: Friends) -> None:
    with database.transaction() as session:
        session.get_one(StudyGroup, there.group.id).archived_at = NOW


# The agenda


def test_words_stand_on_the_agenda_and_nobody_reads_whose_they_are(there: Friends, browser: Browser) -> None:
    vera = browser(there.vera)
    answer = post(vera, f"{there.address}/agenda", {"text": " What I did not understand: <b>the vote</b>. "})
    assert answer.location == f"{there.address}#agenda"
    shown = section(browser(there.ivan).get(there.address).text, "agenda")
    assert "What I did not understand: &lt;b&gt;the vote&lt;/b&gt;." in shown
    assert "Vera" not in shown
    assert "it is yours" not in shown
    assert "it is yours" in section(vera.get(there.address).text, "agenda")


def test_the_same_words_twice_are_one_thing(there: Friends, browser: Browser, database: Database) -> None:
    vera = browser(there.vera)
    for _time in range(2):
        post(vera, f"{there.address}/agenda", {"text": "Why then?"})
    with database.transaction(writing=False) as session:
        assert len(session.scalars(select(AgendaItem)).all()) == 1


@pytest.mark.parametrize(
    ("text", "said"), [("  ", "There is nothing written here yet"), ("a" * (LONGEST + 1), "at most 1000 fit")]
)
def test_what_is_no_words_is_said_beside_the_field(there: Friends, browser: Browser, text: str, said: str) -> None:
    answer = post(browser(there.vera), f"{there.address}/agenda", {"text": text})
    assert answer.status_code == 422
    assert said in answer.text
    assert text.strip() in answer.text


def test_a_passage_is_put_there_by_one_press_and_counted_without_names(there: Friends, browser: Browser) -> None:
    for who in (there.vera, there.ivan, there.vera):
        assert put_passage(browser(who), there) == 303
    shown = section(browser(there.nadia).get(there.address).text, "agenda")
    assert "“Paragraph 1.”" in shown
    assert "2 members want to talk about it" in shown
    assert "Vera" not in shown
    assert "Ivan" not in shown


def test_who_puts_a_passage_there_is_led_back_to_where_they_were(there: Friends, browser: Browser) -> None:
    sent = {"text": there.text.id, "passage": "p-1"}
    vera = browser(there.vera)
    for back, leads in (("/today", "/today"), ("https://example.org/", f"{there.address}#agenda")):
        assert post(vera, f"{there.address}/agenda/passage", {**sent, "back": back}).location == leads


@pytest.mark.parametrize("passage", ["p-9", ""])
def test_a_passage_that_is_not_there_is_not_put_there(there: Friends, browser: Browser, passage: str) -> None:
    assert put_passage(browser(there.vera), there, passage) == 404


def test_a_text_that_only_one_member_has_is_not_put_there(there: Friends, browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        own = factories.make_imported_text(session, session.get_one(Enrolment, there.vera.id)).id
    for text in (own, 0, 10**17, "none"):
        answer = post(browser(there.vera), f"{there.address}/agenda/passage", {"text": text, "passage": "p-1"})
        assert answer.status_code == 404


def test_who_put_something_there_takes_it_off(there: Friends, browser: Browser, database: Database) -> None:
    vera, ivan = browser(there.vera), browser(there.ivan)
    post(vera, f"{there.address}/agenda", {"text": "Why then?"})
    with database.transaction(writing=False) as session:
        off = f"{there.address}/agenda/{session.scalars(select(AgendaItem.id)).one()}/off"
    assert post(ivan, off).status_code == 403
    assert post(vera, off).status_code == 303
    assert "Why then?" not in vera.get(there.address).text


def test_words_that_an_organiser_takes_off_come_back_to_their_writer_as_a_draft(
    there: Friends, browser: Browser, database: Database
) -> None:
    vera, nadia = browser(there.vera), browser(there.nadia)
    post(vera, f"{there.address}/agenda", {"text": LONG})
    with database.transaction(writing=False) as session:
        off = f"{there.address}/agenda/{session.scalars(select(AgendaItem.id)).one()}/off"
    assert post(nadia, off).status_code == 303
    assert LONG not in nadia.get(there.address).text
    assert LONG in vera.get(there.address).text


def test_a_passage_is_taken_off_by_nobody_else(there: Friends, browser: Browser, database: Database) -> None:
    put_passage(browser(there.vera), there)
    with database.transaction(writing=False) as session:
        item = session.scalars(select(AgendaItem.id)).one()
    assert post(browser(there.nadia), f"{there.address}/agenda/{item}/off").status_code == 403


def test_who_leads_ticks_off_for_all_who_put_it_there(there: Friends, browser: Browser, database: Database) -> None:
    for who in (there.vera, there.ivan):
        put_passage(browser(who), there)
    lead(database, there, there.ivan)
    with database.transaction(writing=False) as session:
        item = session.scalars(select(AgendaItem.id).order_by(AgendaItem.id)).first()
    tick, vera, ivan = f"{there.address}/agenda/{item}/talked", browser(there.vera), browser(there.ivan)
    assert post(vera, tick, {"talked": "1"}).status_code == 403
    assert post(ivan, tick, {"talked": "1"}).status_code == 303
    assert "Talked about" in section(vera.get(there.address).text, "agenda")
    assert "want to talk about it" not in vera.get(there.address).text
    assert post(ivan, tick, {"talked": "0"}).status_code == 303
    assert "2 members want to talk about it" in vera.get(there.address).text


def test_what_was_talked_about_is_open_again_when_one_more_member_wants_it(
    there: Friends, browser: Browser, database: Database
) -> None:
    put_passage(browser(there.vera), there)
    with database.transaction() as session:
        session.scalars(select(AgendaItem)).one().talked_at = NOW
    put_passage(browser(there.ivan), there)
    assert "2 members want to talk about it" in browser(there.vera).get(there.address).text


def test_an_agenda_takes_so_much_of_one_member(there: Friends, browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        for number in range(MOST_ITEMS):
            told = {"meeting_id": there.meeting.id, "enrolment_id": there.vera.id, "words": str(number), "at": NOW}
            session.add(AgendaItem(**told))
    vera = browser(there.vera)
    answer = post(vera, f"{there.address}/agenda", {"text": LONG})
    assert answer.status_code == 409
    assert LONG in answer.text
    assert put_passage(vera, there) == 409
    assert post(browser(there.ivan), f"{there.address}/agenda", {"text": LONG}).status_code == 303


@pytest.mark.parametrize("how", [{"cancelled_at": NOW}, {"day": NOW.date() - timedelta(days=400)}])
def test_nothing_is_put_on_the_agenda_of_a_meeting_that_is_over(
    there: Friends, browser: Browser, database: Database, how: dict[str, Any]
) -> None:
    lead(database, there, None, **how)
    vera = browser(there.vera)
    answer = post(vera, f"{there.address}/agenda", {"text": LONG})
    assert answer.status_code == 409
    assert LONG in answer.text
    assert put_passage(vera, there) == 409
    page = vera.get(there.address)
    assert page.status_code == 200
    assert "Put it on the agenda" not in page.text


def test_a_draft_of_words_is_kept_and_thrown_away(there: Friends, browser: Browser) -> None:
    vera = browser(there.vera)
    assert post(vera, f"{there.address}/agenda/draft", {"text": LONG, "base": "0"}, json=True).status_code == 200
    assert LONG in vera.get(there.address).text
    assert LONG not in browser(there.ivan).get(there.address).text
    post(vera, f"{there.address}/agenda/draft/discard", {"copy": "0"})
    assert LONG not in vera.get(there.address).text
    too_long = post(vera, f"{there.address}/agenda/draft", {"text": "a" * (LONGEST + 1)}, json=True)
    assert too_long.status_code == 422


def test_the_draft_goes_when_its_words_are_on_the_agenda(there: Friends, browser: Browser, database: Database) -> None:
    vera = browser(there.vera)
    post(vera, f"{there.address}/agenda/draft", {"text": LONG, "base": "0"})
    post(vera, f"{there.address}/agenda", {"text": LONG, "base": "1"})
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Draft)).all() == []


# What was asked


def test_questions_nobody_answered_stand_there_for_who_may_read_them(browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        there = make_friends(session, write_first=True)
        talk = factories.make_discussion(session, there.group, there.prompt)
        say(session, talk, there.vera, "So it was. But who *counted*?")
        say(session, talk, there.ivan, "> Why?\n\nSo it was.")
        factories.make_note(session, there.vera, there.text, words="Could they?", shared_at=NOW)
        factories.make_note(session, there.vera, there.text, words="Should they?")
    asked = section(browser(there.ivan).get(there.address).text, "open")
    assert "But who counted?" in asked
    assert "Why?" not in asked
    assert "Could they?" not in asked  # Ivan shares no note of his own on the text
    assert "Should they?" not in asked
    assert "None that you can read" in section(browser(there.nadia).get(there.address).text, "open")


def test_what_somebody_else_replied_to_is_answered(there: Friends, browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        talk = factories.make_discussion(session, there.group, there.prompt)
        first = say(session, talk, there.vera, "Who counted?")
        say(session, talk, there.vera, "Anybody?", reply_to_id=first)
    ivan = browser(there.ivan)
    asked = section(ivan.get(there.address).text, "open")
    assert "Who counted?" in asked
    assert "Anybody?" in asked
    with database.transaction() as session:
        post_id = session.scalars(select(Post.id).order_by(Post.id)).first()
    post(ivan, f"/groups/{there.group.slug}/posts/{post_id}/reply", {"text": "The soviets."})
    assert "Who counted?" not in section(ivan.get(there.address).text, "open")


def test_a_hidden_question_stands_there_for_nobody(there: Friends, browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        talk = factories.make_discussion(session, there.group, there.prompt)
        say(session, talk, there.vera, "Who?", hidden_at=NOW, hidden_why="It is rude.")
    for who in (there.nadia, there.vera, there.ivan):
        assert "None that you can read" in section(browser(who).get(there.address).text, "open")


def test_before_one_has_written_the_prompt_says_only_how_many_posts_wait(browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        there = make_friends(session, write_first=True)
        factories.make_post(session, factories.make_discussion(session, there.group, there.prompt), there.vera)
    assert "1 post waits until you have written" in browser(there.ivan).get(there.address).text
    assert "1 post waits" not in browser(there.vera).get(there.address).text


# Who leads


def test_turns_go_round_and_each_is_told(there: Friends, browser: Browser, database: Database) -> None:
    nadia = browser(there.nadia)
    assert post(nadia, f"{there.address}/turns", {"turns": "1"}).status_code == 303
    assert chairs(database, there) == [there.nadia.id, there.vera.id]
    with database.transaction(writing=False) as session:
        told = session.scalars(select(Notice).where(Notice.kind == "chairing")).all()
        assert [one.user_id for one in told] == [there.vera.user_id]
    vera = browser(there.vera)
    assert "it is your turn to lead the meeting of" in vera.get("/notices").text
    assert "It is your turn. That means:" in vera.get(there.address[:-1] + "2").text
    assert "Nadia leads it" in vera.get(there.address).text


def test_who_was_chosen_by_hand_stays_and_others_are_asked_no_longer(
    there: Friends, browser: Browser, database: Database
) -> None:
    nadia = browser(there.nadia)
    post(nadia, f"{there.address}/chair", {"chair": there.ivan.id})
    post(nadia, f"{there.address}/turns", {"turns": "1"})
    assert chairs(database, there) == [there.ivan.id, there.nadia.id]
    post(nadia, f"{there.address}/turns", {"turns": "0"})
    assert chairs(database, there) == [None, None]


def test_who_cannot_hands_on_to_the_next(there: Friends, browser: Browser, database: Database) -> None:
    lead(database, there, there.nadia)
    assert post(browser(there.vera), f"{there.address}/chair/hand-on").status_code == 403
    for who, then in ((there.nadia, there.vera), (there.vera, there.ivan), (there.ivan, there.nadia)):
        assert post(browser(who), f"{there.address}/chair/hand-on").status_code == 303
        assert chairs(database, there)[0] == then.id


def test_who_is_alone_has_nobody_to_hand_on_to(browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        there = make_friends(session)
        there.vera.left_at = there.ivan.left_at = NOW
        there.meeting.chair_id = there.nadia.id
    answer = post(browser(there.nadia), f"{there.address}/chair/hand-on")
    assert answer.status_code == 409
    assert "There is nobody else to lead it" in answer.text


def test_who_has_left_leads_nothing(there: Friends, browser: Browser, database: Database) -> None:
    lead(database, there, there.vera)
    with database.transaction() as session:
        session.get_one(Enrolment, there.vera.id).left_at = NOW
    nadia = browser(there.nadia)
    assert "Nobody leads it yet" in nadia.get(there.address).text
    assert post(nadia, f"{there.address}/chair", {"chair": there.vera.id}).status_code == 422
    post(nadia, f"{there.address}/turns", {"turns": "1"})
    assert chairs(database, there) == [there.nadia.id, there.ivan.id]


def test_a_tutor_takes_no_turns_but_can_be_asked(browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        there = make_friends(session)
        there.nadia.role = Role.tutor
    nadia = browser(there.nadia)
    post(nadia, f"{there.address}/turns", {"turns": "1"})
    assert chairs(database, there) == [there.vera.id, there.ivan.id]
    post(nadia, f"{there.address}/chair", {"chair": there.nadia.id})
    assert chairs(database, there)[0] == there.nadia.id


@pytest.mark.parametrize("what", ["turns", "chair"])
def test_nobody_is_chosen_for_a_meeting_that_was(
    there: Friends, browser: Browser, database: Database, what: str
) -> None:
    lead(database, there, there.nadia, day=NOW.date() - timedelta(days=400))
    nadia = browser(there.nadia)
    assert post(nadia, f"{there.address}/{what}", {"chair": there.ivan.id}).status_code == 409
    assert post(nadia, f"{there.address}/chair/hand-on").status_code == 409


# The minutes


def test_who_leads_writes_minutes_and_all_read_them(there: Friends, browser: Browser, database: Database) -> None:
    lead(database, there, there.vera)
    vera, ivan = browser(there.vera), browser(there.ivan)
    assert ivan.get(f"{there.address}/minutes").status_code == 403
    assert "Write the minutes" in vera.get(there.address).text
    sent = {"text": "We *settled* it.\n\n<script>x</script>", "version": "0", "base": "0"}
    assert post(ivan, f"{there.address}/minutes", sent).status_code == 403
    assert post(vera, f"{there.address}/minutes", sent).location == f"{there.address}#minutes"
    page = ivan.get(there.address).text
    assert "We <em>settled</em> it." in page
    assert "<script>x" not in page
    assert "Written by Vera" in page


def test_minutes_written_on_older_ones_are_kept_and_said(there: Friends, browser: Browser, database: Database) -> None:
    lead(database, there, there.vera)
    vera, nadia, at = browser(there.vera), browser(there.nadia), f"{there.address}/minutes"
    post(vera, at, {"text": "As Vera has it.", "version": "0"})
    refused = post(nadia, at, {"text": "As Nadia has it.", "version": "0"})
    assert refused.status_code == 409
    assert "As Vera has it." in refused.text
    assert "As Nadia has it." in refused.text
    number = re.findall(r'name="version" value="(\d+)"', refused.text)[0]
    assert post(nadia, at, {"text": "As Nadia has it.", "version": number}).status_code == 303
    earlier = browser(there.ivan).get(f"{at}/earlier").text
    assert earlier.index("As Nadia has it.") < earlier.index("As Vera has it.")


def test_the_same_minutes_twice_are_saved_once(there: Friends, browser: Browser, database: Database) -> None:
    nadia = browser(there.nadia)
    for _time in range(2):
        assert post(nadia, f"{there.address}/minutes", {"text": LONG, "version": "0"}).status_code == 303
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Minutes.number)).all() == [1]


def test_minutes_without_words_are_none(there: Friends, browser: Browser) -> None:
    nadia = browser(there.nadia)
    assert post(nadia, f"{there.address}/minutes", {"text": " ", "version": "0"}).status_code == 422
    assert post(nadia, f"{there.address}/minutes", {"text": ">" * 500 + LONG, "version": "0"}).status_code == 422
    assert nadia.get(f"{there.address}/minutes/earlier").status_code == 404


def test_a_draft_of_the_minutes_is_kept_and_gone_on_with(there: Friends, browser: Browser) -> None:
    nadia, at = browser(there.nadia), f"{there.address}/minutes"
    assert post(nadia, f"{at}/draft", {"text": LONG, "base": "0"}, json=True).json["step"] == 1
    assert LONG in nadia.get(at).text
    assert LONG not in nadia.get(there.address).text
    assert "Preview" in post(nadia, at, {"text": "*So*.", "preview": "1"}).text
    post(nadia, f"{at}/draft/discard", {"copy": "0"})
    assert LONG not in nadia.get(at).text
    assert post(nadia, f"{at}/draft", {"text": "word " * 30_000}, json=True).status_code == 422


# A group that is over


def test_in_a_group_that_is_over_all_is_read_and_nothing_done(
    there: Friends, browser: Browser, database: Database
) -> None:
    nadia = browser(there.nadia)
    post(nadia, f"{there.address}/agenda", {"text": "Why then?"})
    post(nadia, f"{there.address}/minutes", {"text": "We settled it.", "version": "0"})
    with database.transaction(writing=False) as session:
        item = session.scalars(select(AgendaItem.id)).one()
    lead(database, there, there.nadia)
    archive(database, there)
    page = nadia.get(there.address).text
    assert "Why then?" in page
    assert "We settled it." in page
    assert 'method="post"' not in page[page.index("<main") : page.index("</main")]
    sent: dict[str, dict[str, Any]] = {
        "agenda": {"text": LONG},
        "agenda/draft": {"text": LONG},
        "agenda/passage": {"text": there.text.id, "passage": "p-1"},
        f"agenda/{item}/off": {},
        f"agenda/{item}/talked": {"talked": "1"},
        "chair": {"chair": ""},
        "chair/hand-on": {},
        "turns": {"turns": "1"},
        "minutes": {"text": LONG, "version": "1"},
        "minutes/draft": {"text": LONG},
    }
    for where, fields in sent.items():
        answer = post(nadia, f"{there.address}/{where}", fields)
        assert answer.status_code == 409, where
        assert LONG not in fields.values() or LONG in answer.text, where


def test_what_stands_on_another_agenda_does_not_exist_here(
    there: Friends, browser: Browser, database: Database
) -> None:
    nadia = browser(there.nadia)
    post(nadia, f"{there.address[:-1]}2/agenda", {"text": "Why then?"})
    with database.transaction(writing=False) as session:
        item = session.scalars(select(AgendaItem.id)).one()
    for what in ("talked", "off"):
        for number in (item, 0, 10**17):
            assert post(nadia, f"{there.address}/agenda/{number}/{what}").status_code == 404
    assert nadia.get(f"/groups/{there.group.slug}/meetings/3").status_code == 404
    assert nadia.get(f"/groups/{there.group.slug}/meetings/{10**17}").status_code == 404


def test_a_meeting_says_when_and_where_it_is(there: Friends, browser: Browser, database: Database) -> None:
    begins = datetime(2026, 1, 1, 19, 30, tzinfo=UTC).time()
    lead(database, there, None, begins=begins, lasts=90, where="The library", title="A first evening")
    page = browser(there.vera).get(there.address).text
    for words in ("19:30", "1 h 30 min", "The library", "A first evening"):
        assert words in page
