"""The talk on the page of a prompt, as members without scripts meet it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.held import Held
from course.base.web import Application
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.models import Notice
from course.users.models import User
from lessons.discussion.models import Post
from lessons.discussion.posts import edit_post, reply, write_post
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle
from tests.test_access import browser_of
from tests.web import post

Browser = Callable[[Enrolment], FlaskClient]

ONCE = re.compile(r'name="once" value="([^"]+)"')
VERSION = re.compile(r'name="version" value="([^"]+)"')


@pytest.fixture
def browser(app: Application, database: Database) -> Browser:
    """Return what opens the browser of a member."""
    return lambda enrolment: browser_of(app, database, enrolment.user_id)


@pytest.fixture
def first(database: Database, there: Circle) -> Post:
    """Return Ivan's post, the first of the talk."""
    with database.transaction() as session:
        return write(session, there, there.ivan, "Dual power was *not* shared.")


def write(session: Session, circle: Circle, who: Enrolment, text: str) -> Post:
    prompt = session.merge(circle.prompt, load=False)
    return write_post(session, session.merge(who), prompt, text, once=None, base=0, now=NOW)


def page(circle: Circle, more: str = "") -> str:
    return f"{circle.address}?group={circle.group.slug}{more}"


def to_write(circle: Circle) -> str:
    return f"/groups/{circle.group.slug}/lessons/" + circle.address.partition("/lessons/")[2]


def on(circle: Circle, written: Post, doing: str) -> str:
    return f"/groups/{circle.group.slug}/posts/{written.id}/{doing}"


def unread(session: Session, who: Enrolment) -> int:
    found = select(func.count(Notice.id)).where(Notice.user_id == who.user_id, Notice.seen_at.is_(None))
    return session.scalar(found) or 0


def archive(database: Database, circle: Circle) -> None:
    with database.transaction() as session:
        session.execute(update(StudyGroup).where(StudyGroup.id == circle.group.id).values(archived_at=NOW))


def test_the_page_says_who_will_see_what_is_written(browser: Browser, there: Circle) -> None:
    shown = browser(there.vera).get(page(there)).text
    assert "Seen by the members of <strong>Thursday circle</strong>" in shown
    assert "<strong>Private to you</strong>" in shown
    assert "Nobody has posted yet" in shown


def test_what_is_posted_is_read_by_the_others_under_its_authors_name(browser: Browser, there: Circle) -> None:
    answer = post(browser(there.vera), to_write(there), {"text": "It was *not* simple."})
    assert answer.status_code == 303
    assert re.fullmatch(re.escape(page(there)) + r"&post=(\d+)#post-\1", answer.headers["Location"])
    read = browser(there.ivan).get(page(there)).text
    assert "It was <em>not</em> simple." in read
    assert "Vera" in read


def test_what_is_kept_in_the_journal_is_read_by_nobody_else(browser: Browser, there: Circle) -> None:
    vera = browser(there.vera)
    post(vera, there.address, {"text": "Only for me.", "group": there.group.slug})
    post(vera, f"{there.address}/draft", {"text": "A draft of mine", "group": there.group.slug})
    assert "Only for me." in vera.get(page(there)).text
    for other in (there.ivan, there.tutor):
        read = browser(other).get(page(there)).text
        assert "Only for me." not in read
        assert "A draft of mine" not in read


def test_a_double_click_is_one_post(browser: Browser, there: Circle) -> None:
    vera = browser(there.vera)
    found = ONCE.search(vera.get(page(there)).text)
    assert found
    sent = {"text": "Once is enough.", "once": found[1]}
    answers = [post(vera, to_write(there), sent).headers["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert "1 post" in browser(there.ivan).get(page(there)).text


def test_posting_takes_the_draft_away_and_the_place_to_write_with_it(browser: Browser, there: Circle) -> None:
    vera = browser(there.vera)
    kept = post(vera, f"{there.address}/draft", {"text": "So far", "group": there.group.slug}, json=True).json or {}
    assert "So far</textarea>" in vera.get(page(there)).text
    post(vera, to_write(there), {"text": "So far, and no further.", "base": str(kept["step"])})
    assert "<textarea" not in vera.get(page(there)).text
    assert "<textarea" in vera.get(page(there, "&anew=1")).text


def test_replies_stand_under_the_post_and_say_whom_they_answer(
    browser: Browser, database: Database, there: Circle, first: Post
) -> None:
    vera, tutor = browser(there.vera), browser(there.tutor)
    assert "Your reply to Ivan" in vera.get(page(there, f"&reply={first.id}")).text
    answer = post(vera, on(there, first, "reply"), {"text": "Why not?"})
    reply_id = answer.headers["Location"].rpartition("-")[2]
    post(tutor, f"/groups/{there.group.slug}/posts/{reply_id}/reply", {"text": "Say more."})
    shown = browser(there.ivan).get(page(there)).text
    assert f'in reply to <a href="#post-{reply_id}">Vera</a>' in shown
    assert shown.count("in reply to") == 1
    assert shown.index("Why not?") < shown.index("Say more.")


def test_a_draft_of_a_reply_keeps_itself_and_is_found_again(browser: Browser, there: Circle, first: Post) -> None:
    vera = browser(there.vera)
    saved = post(vera, on(there, first, "reply/draft"), {"text": "Wh", "base": "0"}, json=True).json or {}
    assert saved["step"] == 1
    assert "Go on with your reply" in vera.get(page(there)).text
    assert "Wh</textarea>" in vera.get(page(there, f"&reply={first.id}")).text
    by_button = post(vera, on(there, first, "reply/draft"), {"text": "Why", "base": "1"})
    assert by_button.headers["Location"] == page(there, f"&reply={first.id}#write")
    post(vera, on(there, first, "reply/draft/discard"), {"copy": "0"})
    assert "Go on with your reply" not in vera.get(page(there)).text


def test_an_edited_post_says_so_and_what_it_said_before(browser: Browser, there: Circle, first: Post) -> None:
    ivan = browser(there.ivan)
    opened = ivan.get(page(there, f"&edit={first.id}")).text
    assert "Dual power was *not* shared.</textarea>" in opened
    version = VERSION.search(opened)
    assert version
    answer = post(ivan, on(there, first, "edit"), {"text": "Power was not shared.", "version": version[1]})
    assert answer.headers["Location"] == page(there, f"&post={first.id}#post-{first.id}")
    read = browser(there.vera).get(page(there)).text
    assert "Power was not shared." in read
    assert "what it said before" in read
    assert "Dual power was <em>not</em> shared." in read


def test_editing_in_two_windows_loses_nothing(browser: Browser, database: Database, there: Circle, first: Post) -> None:
    with database.transaction() as session:
        edit_post(session, session.merge(there.ivan), session.merge(first), "The newer words.", base=1, now=NOW)
    ivan = browser(there.ivan)
    refused = post(ivan, on(there, first, "edit"), {"text": "The older window's words.", "version": "1"})
    assert refused.status_code == 409
    assert "The older window&#39;s words.</textarea>" in refused.text
    assert "The newer words." in refused.text
    version = VERSION.search(refused.text)
    assert version
    again = {"text": "The older window's words.", "version": version[1]}
    assert post(ivan, on(there, first, "edit"), again).status_code == 303
    assert "The newer words." in ivan.get(page(there)).text


def test_beside_a_draft_of_an_edit_stands_what_the_post_says_now(
    browser: Browser, database: Database, there: Circle, first: Post
) -> None:
    ivan = browser(there.ivan)
    post(ivan, on(there, first, "edit/draft"), {"text": "Words on their way", "base": "0"})
    with database.transaction() as session:
        edit_post(session, session.merge(there.ivan), session.merge(first), "The newer words.", base=1, now=NOW)
    shown = ivan.get(page(there, f"&edit={first.id}")).text
    assert "Words on their way</textarea>" in shown
    assert "The newer words." in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [(" \n", "nothing written"), ("word " * 20_001, "20001 words"), ("> " * 200 + "deep", "too deeply")],
)
@pytest.mark.parametrize("doing", ["write", "reply", "edit"])
def test_what_will_not_do_stays_in_the_page(
    browser: Browser, there: Circle, first: Post, doing: str, text: str, said: str
) -> None:
    address = to_write(there) if doing == "write" else on(there, first, doing)
    answer = post(browser(there.ivan), address, {"text": text, "version": "1"})
    assert answer.status_code == 422
    assert said in answer.text
    assert text.strip()[:200].replace(">", "&gt;") in answer.text


@pytest.mark.parametrize("doing", ["write", "reply", "edit", "reply/draft", "edit/draft", "journal", "draft"])
def test_an_archived_group_gives_back_what_was_typed_for_it(
    browser: Browser, database: Database, there: Circle, first: Post, doing: str
) -> None:
    archive(database, there)
    own = {"write": to_write(there), "journal": there.address, "draft": f"{there.address}/draft"}
    address = own.get(doing) or on(there, first, doing)
    sent = {"text": "Brief.", "version": "1", "group": there.group.slug}
    answer = post(browser(there.ivan), address, sent)
    assert answer.status_code == 409
    assert "This study group is archived" in answer.text
    assert "Brief.</textarea>" in answer.text


def test_in_an_archived_group_the_talk_is_read_and_not_gone_on_with(
    browser: Browser, database: Database, there: Circle, first: Post
) -> None:
    archive(database, there)
    shown = browser(there.vera).get(page(there)).text
    assert "Dual power was" in shown
    assert "<textarea" not in shown
    assert ">Reply" not in shown


def test_a_preview_without_scripts_shows_and_posts_nothing(browser: Browser, there: Circle, first: Post) -> None:
    vera = browser(there.vera)
    for address in (to_write(there), on(there, first, "reply")):
        answer = post(vera, address, {"text": "*so*", "preview": "1"})
        assert answer.status_code == 200
        assert "<em>so</em>" in answer.text
        assert "*so*</textarea>" in answer.text
    assert re.search(r"\b1 post\b", vera.get(page(there)).text)


def test_a_post_is_new_until_it_was_shown(browser: Browser, there: Circle, first: Post) -> None:
    vera, lesson = browser(there.vera), there.address.partition("/prompts/")[0] + f"?group={there.group.slug}"
    assert "1 post, 1 new to you" in vera.get(lesson).text
    assert "1 new to you" in vera.get(f"/groups/{there.group.slug}/discussions").text
    assert "1 new to you" in vera.get(page(there)).text
    for address in (page(there), lesson, f"/groups/{there.group.slug}/discussions"):
        assert "new to you" not in vera.get(address).text
    assert "new to you" not in browser(there.ivan).get(page(there)).text


def test_a_reply_is_told_until_it_was_shown(browser: Browser, database: Database, there: Circle, first: Post) -> None:
    with database.transaction() as session:
        reply(session, session.merge(there.vera), session.merge(first), "Why?", once=None, now=NOW)
        assert unread(session, there.ivan) == 1
    browser(there.ivan).get(page(there))
    with database.transaction() as session:
        assert unread(session, there.ivan) == 0


def test_who_left_is_named_as_a_former_member_and_reads_and_writes_no_more(
    browser: Browser, database: Database, there: Circle
) -> None:
    with database.transaction() as session:
        theirs = write(session, there, there.left, "I was here.")
    shown = browser(there.vera).get(page(there)).text
    assert "I was here." in shown
    assert "former member" in shown
    left = browser(there.left)
    assert left.get(page(there)).status_code == 404
    for address in (to_write(there), on(there, theirs, "edit"), on(there, theirs, "reply")):
        assert post(left, address, {"text": "Still here.", "version": "1"}).status_code == 404


def test_a_post_of_another_talk_is_not_there(browser: Browser, there: Circle, first: Post) -> None:
    vera = browser(there.vera)
    for doing in ("reply", "edit"):
        for said in (first.id + 1, 2**70, "x", ""):
            assert vera.get(page(there, f"&{doing}={said}")).status_code == 404, (doing, said)
    assert post(vera, f"/groups/{there.group.slug}/posts/{2**70}/reply", {"text": "Hm."}).status_code == 404


def test_the_talks_of_a_group_are_listed_the_newest_first(
    browser: Browser, database: Database, there: Circle, first: Post
) -> None:
    with database.transaction() as session:
        later = NOW + timedelta(hours=1)
        reply(session, session.merge(there.vera), session.merge(first), "Why?", once=None, now=later)
    shown = browser(there.tutor).get(f"/groups/{there.group.slug}/discussions").text
    assert "2 posts" in shown
    assert "2 new to you" in shown
    assert "15:02, Vera" in shown


def test_hostile_markup_is_harmless(browser: Browser, there: Circle) -> None:
    vera = browser(there.vera)
    post(vera, to_write(there), {"text": "<script>alert(1)</script> [x](javascript:alert(1)) \0", "once": "\0"})
    read = browser(there.ivan).get(page(there)).text
    assert "<script>alert" not in read
    assert "javascript:" not in read


ONES_OWN = re.compile(r'name="(csrf_token|once)" value="[^"]+"|nonce="[^"]+"')


def test_what_is_held_of_a_talk_is_what_would_be_drawn(
    browser: Browser, database: Database, there: Circle, first: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        write(session, there, there.vera, "It was shared.")
        answer = reply(session, session.merge(there.tutor), session.merge(first), "Why?", once=None, base=0, now=NOW)
    readers = [browser(one) for one in (there.vera, there.ivan, there.tutor)]
    own, another = f"/groups/{there.group.slug}/posts/{first.id}/reply/draft", {"text": "Since"}

    def change(table: type, key: int, **columns: object) -> None:
        with database.transaction() as session:
            session.execute(update(table).where(table.id == key).values(**columns))

    def edit() -> None:
        with database.transaction() as session:
            edit_post(session, session.merge(there.ivan), session.merge(first), "Dual.", base=1, draft=0, now=NOW)

    changes: list[Callable[[], object]] = [
        lambda: None,
        edit,
        lambda: change(User, there.ivan.user_id, name="Ivan the second"),
        lambda: change(User, there.vera.user_id, zone="Asia/Vladivostok"),
        lambda: post(readers[0], own, another, json=True),
        lambda: change(Post, answer.id, hidden_at=NOW, hidden_why="It is rude."),
        lambda: change(Enrolment, there.vera.id, organiser=True),
        lambda: change(Enrolment, there.vera.id, role=Role.tutor),
        lambda: change(Enrolment, there.ivan.id, role=Role.tutor),
        lambda: change(StudyGroup, there.group.id, archived_at=NOW),
    ]
    seen = set()
    for done in changes:
        done()
        for reader in readers:
            shown = [ONES_OWN.sub("", reader.get(page(there)).text) for _twice in range(3)][1:]
            with monkeypatch.context() as nothing_held:
                nothing_held.setattr(Held, "get", lambda _self, _key, make: make())
                assert shown == [ONES_OWN.sub("", reader.get(page(there)).text)] * 2
            seen.add(shown[0])
    assert len(seen) > 2 * len(changes)
