"""Write before you see, on every road: what Anna wrote is nowhere to be read by Boris before he has written himself.

A new road on which words of members stand is one more row of ROADS."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.jobs import Job
from course.base.web import Application
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, ActivityKind, Unit
from course.syllabus.models import AssignmentTarget
from course.texts.models import Text
from lessons.audience import subgroup_for
from lessons.discussion.following import set_following
from lessons.discussion.models import Post
from lessons.discussion.posts import reply, talk_on, write_post
from lessons.models import Document, Prompt
from lessons.notes.models import Note, NoteReply
from tests import factories
from tests.conftest import NOW
from tests.test_access import ABOUT, browser_of
from tests.web import post

#: What Anna wrote, by its kind: words that stand nowhere else.
WORDS = {
    "post": "dvoevlastie",
    "answer": "smychka",
    "note": "ispolkom",
    "reply to a note": "peredyshka",
    "frame": "narkompros",
}
EVERYTHING = frozenset(WORDS)
NOTES, POSTS = frozenset({"note", "reply to a note"}), frozenset({"post", "answer"})


class Road(NamedTuple):
    """An address that Boris may go to, and what of Anna's stands there once he has written.

    With SENT it is what answers that form, sent by the page's script where it is JSON."""

    address: str
    shows: frozenset[str] = frozenset()
    sent: dict[str, str] | None = None
    json: bool = False
    status: int = 200  #: once he has written all there is to write


ROADS: dict[str, Road] = {
    "prompt": Road("{prompt}", POSTS),
    "prompt, unfolded": Road("{prompt}&all=1&page=1", POSTS),
    "prompt, at a post": Road("{prompt}&post={post}", POSTS),
    "prompt, replying": Road("{prompt}&reply={post}", POSTS),
    "prompt, editing": Road("{prompt}&edit={post}", status=403),
    "prompt, writing anew": Road("{prompt}&anew=1", POSTS),
    "preview of an answer": Road("{write}", POSTS, {"text": "Brief.", "preview": "1"}),
    "draft of a reply": Road("{posts}/reply/draft", sent={"text": "Brief.", "base": "0"}, json=True),
    "draft of an edit": Road("{posts}/edit/draft", sent={"text": "Brief.", "base": "0"}, json=True, status=403),
    "preview of a reply": Road("{posts}/reply", POSTS, {"text": "Brief.", "preview": "1"}),
    "preview of an edit": Road("{posts}/edit", sent={"text": "Brief.", "preview": "1"}, status=403),
    "where a post stands": Road("{posts}", status=302),
    "asking to have it looked at": Road("{posts}/complaint", frozenset({"post"})),
    "hiding": Road("{posts}/hide", status=403),
    "list of discussions": Road("{group}/discussions"),
    "complaints": Road("{group}/complaints", status=403),
    "group": Road("{group}"),
    "syllabus": Road("{group}/syllabus"),
    "members": Road("{group}/members"),
    "today": Road("/today?group={slug}"),
    "lesson": Road("{lesson}", frozenset({"note"})),
    "lesson, its notes opened": Road("{lesson}&notes=p-1", frozenset({"note"})),
    "text": Road("{text}", frozenset({"note"})),
    "text, its notes opened": Road("{text}&notes=p-1", frozenset({"note"})),
    "print of a unit": Road("{course}/units/{unit}/pack?group={slug}"),
    "place for a note": Road("{course}/texts/{ident}/notes/new?at=p-1&group={slug}"),
    "note": Road("/notes/{note}", NOTES),
    "draft of a reply to a note": Road("/notes/{note}/reply/draft", sent={"text": "Brief.", "base": "0"}, json=True),
    "asking to have a note looked at": Road("{group}/notes/{note}/complaint", frozenset({"note"})),
    "asking to have a reply looked at": Road("{group}/replies/{reply}/complaint", frozenset({"reply to a note"})),
    "frame": Road("{course}/texts/{ident}/frame?group={slug}"),
    "frames side by side": Road("{group}/texts/{ident}/frames", frozenset({"frame"})),
    "quoting": Road("{group}/quote?quote={ident}:p-1"),
    "notices": Road("/notices"),
    "my notes": Road("/me/notes"),
    "my notes of the group": Road("/me/notes?group={slug}&of=group"),
    "my notes, taken away": Road("/me/notes.md"),
    "places": Road("/me/places"),
    "own record": Road("/me/places/{place}"),
    "somebody else's record": Road("{group}/progress/{anna}", status=403),
    **{
        f"search for a {kind}": Road(f"/search?q={word}&course={{ident_of_course}}&group={{slug}}", frozenset({kind}))
        for kind, word in WORDS.items()
    },
    **{f"search everywhere for a {kind}": Road(f"/search?q={word}", frozenset({kind})) for kind, word in WORDS.items()},
}


class House(NamedTuple):
    """Who looks, what addresses name, and the ids of what they write to."""

    boris: int
    tutor: int
    names: dict[str, Any]
    prompt: int
    text: int
    notes: int
    place: int


def make_house(session: Session, *, in_round: bool, parted: bool = False) -> House:
    """Return a group in which Anna wrote something of each kind; Boris follows the discussion and is mentioned.

    PARTED: all of it was given to two subgroups, she is in the one and he in the other."""
    course = factories.make_bare_course(session)
    group = factories.make_group(session, course, write_first=not in_round)
    anna, boris = (
        factories.make_enrolment(session, factories.make_user(session, name=name), group=group)
        for name in ("Anna", "Boris")
    )
    tutor = factories.make_enrolment(session, group=group, role=Role.tutor)
    lesson, activity = (
        factories.activity_of(session, course, kind) for kind in (ActivityKind.lesson, ActivityKind.prompt)
    )
    if in_round:
        factories.make_assignment(session, group, lesson, due_at=NOW, reply_due_at=NOW)
    prompt = session.scalars(select(Prompt).filter_by(activity_id=activity.id)).one()
    text, notes = factories.make_text(session, course), factories.notes_of(session, lesson)
    if parted:
        factories.make_reading(session, lesson, text=text)
        part(session, group, lesson, {"3A": anna, "3B": boris})
    session.add(Document(text_id=text.id, about=ABOUT))
    set_following(session, boris, talk_on(session, boris, activity), follows=True, now=NOW)
    told: dict[str, Any] = {"once": None, "base": 0, "now": NOW}
    first = write_post(session, anna, prompt, f"{WORDS['post']}, @Boris?", **told)
    reply(session, anna, first, f"{WORDS['answer']}, @Boris!", once=None, now=NOW)
    made = [_note(session, anna, on) for on in (text, notes)]
    kept = subgroup_for(session, anna, text)
    factories.make_frame(session, anna, text, answers={"who": WORDS["frame"]}, shared_at=NOW, subgroup_id=kept)
    slug, at = group.slug, f"/courses/{course.ident}"
    names = {
        "slug": slug,
        "group": f"/groups/{slug}",
        "course": at,
        "ident_of_course": course.ident,
        "unit": session.get_one(Unit, lesson.unit_id).ident,
        "lesson": f"{at}/lessons/{lesson.ident}?group={slug}",
        "prompt": f"{at}/lessons/{lesson.ident}/prompts/{activity.ident}?group={slug}",
        "write": f"/groups/{slug}/lessons/{lesson.ident}/prompts/{activity.ident}",
        "post": first.id,
        "posts": f"/groups/{slug}/posts/{first.id}",
        "text": f"{at}/texts/{text.ident}?group={slug}",
        "ident": text.ident,
        "note": made[0][0].id,
        "reply": made[0][1].id,
        "place": boris.id,
        "anna": anna.id,
    }
    return House(boris.user_id, tutor.user_id, names, activity.id, text.id, notes.id, boris.id)


def _note(session: Session, anna: Enrolment, text: Text) -> tuple[Note, NoteReply]:
    told: dict[str, Any] = {"shared_at": NOW, "words": WORDS["note"], "html": f"<p>{WORDS['note']}</p>"}
    told["subgroup_id"] = subgroup_for(session, anna, text)
    note = factories.make_note(session, anna, text, **told)
    word = WORDS["reply to a note"]
    answer = NoteReply(note_id=note.id, enrolment_id=anna.id, words=word, html=f"<p>{word}</p>", made_at=NOW)
    return note, factories.add(session, answer)


def part(session: Session, group: StudyGroup, lesson: Activity, members: dict[str, Enrolment]) -> None:
    """Give LESSON to a subgroup for each of MEMBERS, by its name."""
    given = factories.make_assignment(session, group, lesson)
    for name, member in members.items():
        some = factories.make_subgroup(session, group, member, name=name)
        target = AssignmentTarget(assignment_id=given.id, group_id=group.id, subgroup_id=some.id)
        factories.add(session, target)


def write(session: Session, house: House, kind: str) -> None:
    """Let Boris write something of his own of that KIND."""
    boris = session.get_one(Enrolment, house.place)
    if kind == "post":
        prompt = session.scalars(select(Prompt).filter_by(activity_id=house.prompt)).one()
        write_post(session, boris, prompt, "So I think.", once=None, base=0, now=NOW)
    elif kind == "note":
        for text in (house.text, house.notes):
            factories.make_note(session, boris, session.get_one(Text, text), shared_at=NOW)
    else:
        factories.make_frame(session, boris, session.get_one(Text, house.text), shared_at=NOW)


def go(client: FlaskClient, road: Road, house: House) -> str:
    address = road.address.format(**house.names)
    if road.sent is None:
        return client.get(address).text
    return post(client, address, {"group": house.names["slug"]} | road.sent, json=road.json).text


def statuses(client: FlaskClient, house: House) -> dict[str, int]:
    """Return road -> what the site answers there."""
    answers = {}
    for name, road in ROADS.items():
        address = road.address.format(**house.names)
        if road.sent is None:
            answers[name] = client.get(address).status_code
        else:
            sent = {"group": house.names["slug"]} | road.sent
            answers[name] = post(client, address, sent, json=road.json).status_code
    return answers


def found(client: FlaskClient, house: House) -> dict[str, set[str]]:
    """Return road -> what of Anna's stands on it, where anything does."""
    seen = {
        name: {kind for kind, word in WORDS.items() if word in go(client, road, house)} for name, road in ROADS.items()
    }
    # What a search was asked for stands on its page in the field: it says nothing of what was found.
    for name in list(seen):
        if name.startswith("search"):
            page = go(client, ROADS[name], house)
            seen[name] = {kind for kind, word in WORDS.items() if f"<mark>{word}</mark>" in page.lower()}
    return {name: kinds for name, kinds in seen.items() if kinds}


Opened = Callable[[House], FlaskClient]


@pytest.fixture
def boris(app: Application, database: Database) -> Opened:
    return lambda house: browser_of(app, database, house.boris)


@pytest.fixture
def house(app: Application, database: Database) -> House:
    with database.transaction() as session:
        return make_house(session, in_round=False)


def test_before_writing_no_word_of_others_is_on_any_road(boris: Opened, house: House, database: Database) -> None:
    client = boris(house)
    assert found(client, house) == {}
    assert "Anna" not in client.get("/notices").text
    with database.transaction(writing=False) as session:
        mails = " ".join(str(job.payload) for job in session.scalars(select(Job)))
    assert not any(word in mails for word in WORDS.values())


@pytest.mark.parametrize(("kind", "opens"), [("post", POSTS), ("note", NOTES), ("frame", frozenset({"frame"}))])
def test_writing_opens_what_is_of_its_kind_on_every_road(
    boris: Opened, house: House, database: Database, kind: str, opens: frozenset[str]
) -> None:
    with database.transaction() as session:
        write(session, house, kind)
    expected = {name: set(road.shows & opens) for name, road in ROADS.items() if road.shows & opens}
    assert found(boris(house), house) == expected


def test_every_road_is_there(boris: Opened, house: House, database: Database) -> None:
    """So that what is not found is not found for no other reason."""
    with database.transaction() as session:
        for kind in ("post", "note", "frame"):
            write(session, house, kind)
    assert statuses(boris(house), house) == {name: road.status for name, road in ROADS.items()}


def test_a_round_is_held_back_where_the_group_does_not_have_it_so(
    app: Application, database: Database, boris: Opened
) -> None:
    with database.transaction() as session:
        house = make_house(session, in_round=True)
    client = boris(house)
    held = {name: kinds & POSTS for name, kinds in found(client, house).items()}
    assert not any(held.values()), held
    with database.transaction() as session:
        write(session, house, "post")
    assert {name: kinds & POSTS for name, kinds in found(client, house).items() if kinds & POSTS} == {
        name: road.shows & POSTS for name, road in ROADS.items() if road.shows & POSTS
    }


def test_a_notice_made_in_time_says_no_more_once_it_is_held_back(
    boris: Opened, database: Database, app: Application
) -> None:
    """Boris was told while everybody saw everything; then the prompt became a round."""
    with database.transaction() as session:
        house = make_house(session, in_round=False)
        session.scalars(select(StudyGroup).filter_by(slug=house.names["slug"])).one().write_first = False
    with database.transaction() as session:
        anna = session.get_one(Enrolment, house.names["anna"])
        prompt = session.scalars(select(Prompt).filter_by(activity_id=house.prompt)).one()
        write_post(session, anna, prompt, "@Boris, once more.", once=None, base=0, now=NOW)
    client = boris(house)
    assert "Anna mentioned you" in client.get("/notices").text
    with database.transaction() as session:
        group = session.scalars(select(StudyGroup).filter_by(slug=house.names["slug"])).one()
        activity = session.get_one(Activity, house.prompt)
        factories.make_assignment(session, group, activity, due_at=NOW, reply_due_at=NOW)
        newest = session.scalars(select(Post.id).order_by(Post.id.desc())).first()
    shown = client.get("/notices").text
    assert "Somebody has posted on" in shown
    assert "Anna" not in shown
    assert f"post-{newest}" not in shown
