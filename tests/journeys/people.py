"""Who looks at the pages of the site: each person sent the forms that put something of theirs on the pages."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import NamedTuple
from zipfile import ZipFile
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from sqlalchemy import select, update

from course.base.db import Database
from course.base.jobs import Job
from course.base.web import Application
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, Course
from course.syllabus import planning
from course.texts.models import Passage, Text
from course.users.accounts import promote
from course.users.links import LINK, TOKEN_HERE, letter_with_link, new_setup_token
from course.users.models import LinkKind, User
from course.users.second_step import begin, confirm, secret_of
from course.users.totp import code_at, step_at
from kruzhok.admin.uploads import keep_upload
from kruzhok.config import SHIPPED_COURSE
from kruzhok.digest.tokens import unsubscribe_token
from lessons.moderation.models import Complaint
from lessons.outline import lessons_of
from quizzes.marking.releasing import release
from quizzes.models import Attempt, Quiz
from quizzes.review.models import Card
from quizzes.scheduling import study_day
from tests import factories
from tests.quizzes.marking.make import FAIR, HALF, draft, hand_in, make_essay_quiz
from tests.web import post

COURSE = "/courses/why-study-the-russian-revolution"
LESSON = f"{COURSE}/lessons/why-study-the-russian-revolution"
OTHER_LESSON = f"{COURSE}/lessons/lenins-return-april-theses"
READING = f"{LESSON}/readings/read-to-the-citizens/tick"
PROMPT = f"{LESSON}/prompts/fact-and-judgement"
POSTING = PROMPT.replace(COURSE, "/groups/{group}")  #: where one posts to a group
LOCKED = f"{LESSON}/prompts/after-1991"  #: on which nothing more is posted
QUIZ = f"{COURSE}/quizzes/why-study"
OTHER_QUIZ = f"{COURSE}/quizzes/lenins-return"
TEXT = f"{COURSE}/texts/april-theses"
RULES = "/groups/{group}/quizzes/why-study/rules"  #: where a tutor sees, and changes, what holds for whom

#: An essay with a quotation that is found, and one that is not.
LETTER = 'He says: "No support for the Provisional Government". And: "All power to the Provisional Government now".'

EMAIL, PASSWORD = "vera@example.org", "peace, land and bread"

CHOICE = re.compile(r'name="(item-\d+)" value="([^"]+)"')
TYPED = re.compile(r'type="text" id="[^"]+" name="(item-\d+)"')
DATED = re.compile(r'type="text" id="[^"]+" name="(item-\d+)"[^>]*-hint"')
HIDDEN = re.compile(r'name="(item|once|shown_at|seen|version)" value="([^"]*)"')
BASE = re.compile(r'name="(base-\d+)" value="(\d+)"')
WRONG = re.compile(r'href="([^"]+/wrong\?[^"]*(?:passage|item)=(\d+)[^"]*)"')
PLACE = re.compile(r'<select name="item-(\d+)-([^"]+)" aria-label="Place of')


class House(NamedTuple):
    """Person -> the browser they are signed in with, and what addresses name: "{sitting}" is its word here."""

    people: Mapping[str, FlaskClient]
    names: Mapping[str, str]


def make_house(app: Application, database: Database) -> House:
    """Return people at work on the shipped course, who have come by all of it through the site."""
    visitor, guest, student, merging, member, planner, administrator = (app.test_client() for _ in range(7))
    _tick(guest)
    sign_up(student, EMAIL, "Vera")
    result, sitting = work(student)
    check, closed = _check(student)
    reviewed = _review(database, student, EMAIL, check, closed)
    ordering, entry = PLACE.findall(student.get(f"/attempts/{sitting}").text)[0]
    _tick(merging)
    post(merging, "/sign-in", {"email": EMAIL, "password": PASSWORD})
    sign_up(member, "nadia@example.org", "Nadia")
    sign_up(planner, "sofia@example.org", "Sofia")
    sign_up(administrator, "olga@example.org", "Olga")
    with database.transaction() as session:
        promote(session, "olga@example.org", now=datetime.now(UTC))
    post(administrator, "/sign-in", {"email": "olga@example.org", "password": PASSWORD})
    post(visitor, "/reset", {"email": EMAIL})
    half_way, recovering = _with_second_step(app, database), app.test_client()
    sign_up(recovering, "larissa@example.org", "Larissa")
    turn_second_step_on(app, database, "larissa@example.org")
    group = _join_group(database, "nadia@example.org", planner="sofia@example.org")
    join, ask, _not_seen_yet = invite(planner, group), invite(planner, group, way="by-approval"), _link(planner, group)
    post(administrator, f"/join/{ask}", {"words": "I heard of you from Nadia."})
    place, seen = _work_with_a_tutor(database, member, planner, group)
    _frame(member, planner, group)
    _meet(database, member, planner, group)
    passage, item, reported, answered = _report(student, administrator, result)
    _review(database, member, "nadia@example.org", minutes=0)
    names = {
        "post": (first := _discuss(member, planner, group)),
        **_moderate(database, member, planner, group, first),
        **_note(member, planner, group),
        **_bring(planner, group),
        "passage": passage,
        "item": item,
        "reported": reported,
        "answered": answered,
        "place": place,
        "message": _write_to(planner, group, place),
        "seen": seen,
        "subgroup": _except(database, planner, group, place),
        "result": result,
        "sitting": sitting,
        "check": check,
        "closed": closed,
        "reviewed": reviewed,
        "ordering": ordering,
        "entry": entry,
        "reset": _token_in_letter(database),
        "sign-up link": _sent(database, LinkKind.sign_up, "rosa@example.org"),
        "e-mail link": _sent(database, LinkKind.email, "alexandra@example.org", "nadia@example.org"),
        "no_more": _unsubscribe(app, database),
        "group": group,
        "roster": _bring_roster(planner, group),
        "bare": _open_group(planner),
        "join": join,
        "ask": ask,
        "upload": _upload(database),
        "over": _over(database, administrator),
        **_write_essays(database, group),
    }
    people = {
        "visitor": visitor,
        "guest": guest,
        "student": student,
        "merging": merging,
        "member": member,
        "planner": planner,
        "administrator": administrator,
        "half way": half_way,
        "recovering": recovering,
    }
    for client, email in ((student, EMAIL), (member, "nadia@example.org")):  # it may be long ago that they signed in
        assert post(client, "/me/proof", {"old": PASSWORD}).status_code == 303, email
    assert post(member, "/me/second-step/begin").status_code == 303
    return House(people, names)


def _with_second_step(app: Application, database: Database) -> FlaskClient:
    """Return the browser of somebody who gave their password and has yet to show a code."""
    sign_up(app.test_client(), "clara@example.org", "Clara")
    turn_second_step_on(app, database, "clara@example.org")
    client = app.test_client()
    assert (
        post(client, "/sign-in", {"email": "clara@example.org", "password": PASSWORD}).location
        == "/sign-in/code?next=/"
    )
    return client


def turn_second_step_on(app: Application, database: Database, email: str) -> None:
    """Let whoever has that E-MAIL show a code when they sign in."""
    now, keys = datetime.now(UTC), [app.config["SECRET_KEY"]]
    with database.transaction() as session:
        user = session.scalars(select(User).where(User.email == email)).one()
        secret = secret_of(begin(session, user, keys, now=now), keys)
        assert secret is not None
        confirm(session, user, keys, code_at(secret, step_at(now)), now=now)


def _sent(database: Database, kind: LinkKind, email: str, of: str | None = None) -> str:
    """Return the token of a link of KIND that was sent to EMAIL, for the account OF that e-mail."""
    with database.transaction() as session:
        user = session.scalar(select(User).where(User.email == of)) if of else None
        told = {"kind": kind.value, "email": email, "address": TOKEN_HERE, "user": user.id if user else None}
        letter = letter_with_link(session, told, now=datetime.now(UTC))
    assert letter
    return re.findall(r"^\S{43}$", letter.body, flags=re.MULTILINE)[0]


def _bring(planner: FlaskClient, group: str) -> Mapping[str, str]:
    """Return the names of a text that the planner keeps, one that waits, and of readings that they gave the group."""
    long = f"<p>{'It was said in the queue, and believed. ' * 150}</p>"
    chapters = "".join(
        f"<h2>Chapter {n}</h2>{long * 3}<blockquote><p>Bread!</p></blockquote>"
        "<table><tr><th>Day</th><th>Bread</th></tr><tr><td>First</td><td>none</td></tr></table>"
        "<p>מלחמה ושלום</p><script>alert(1)</script>"
        for n in (1, 2, 3)
    )
    about = {"by": "A Clerk", "language": "en", "direction": "ltr", "licence": "CC0", "group": group}
    texts = {}
    for title in ("The queue", "The bridge", "The night"):
        page = f"<title>{title}</title><h1>{title}</h1>{chapters}"
        sent = {"words": page, "written": "page", "group": group}
        texts[title] = post(planner, f"{COURSE}/imports/new", sent).location.split("?")[0]
        if title != "The night":
            kept = post(planner, texts[title], {"title": title, **about}).location
            texts[title] = kept.split("/texts/")[1].split("?")[0]
    told = {"by": "A Clerk", "minutes": "30", "look_for": "Who *believes* it?", "required": "y"}
    given = told | {"title": "The queue", "text": texts["The queue"], "meeting": "", "day": "2099-12-01"}
    outside = told | {"title": "The road", "address": "https://example.org/road", "meeting": "", "day": ""}
    readings = [
        post(planner, f"/groups/{group}/readings/new", sent).location.rsplit("/", 1)[1] for sent in (given, outside)
    ]
    asked = {"what": "Who paid for the war?", "due": "1 December 2099", "required": "y", "once": "0123456789ab"}
    at = post(planner, f"/groups/{group}/assign", asked).location
    page = planner.get(f"/groups/{group}/assignments").text
    listed = "# November\nThe war, by A. Clerk: https://example.org/war\nhttps://example.org/peace-at-last 2026-11-20"
    post(planner, f"/groups/{group}/articles", {"words": listed, "group": group})
    return {
        "text_of_group": texts["The queue"],
        "text_of_planner": texts["The bridge"],
        "waits": texts["The night"].rsplit("/", 1)[1],
        "given": readings[0],
        "outside": readings[1],
        "own_prompt": "prompt-0123456789ab",
        "assigned": at.rsplit("-", 1)[1],
        "assigned_activity": page.split("Who paid for the war?")[1].split("/activities/")[1].split("/")[0],
    }


def _over(database: Database, client: FlaskClient) -> str:
    """Return the id of an attempt whose time was up a minute ago, and which nobody has handed in yet."""
    number = int(post(client, f"{COURSE}/quizzes/legacy-of-1905").location.rsplit("/", 1)[1])
    with database.transaction() as session:
        attempt = session.get_one(Attempt, number)
        session.execute(update(Quiz).where(Quiz.activity_id == attempt.activity_id).values(time_limit=60))
        attempt.started_at -= timedelta(minutes=2)
        attempt.deadline_at = attempt.started_at + timedelta(minutes=1)
    return str(number)


def make_new_house(app: Application, database: Database) -> House:
    """Return people on a site that nobody runs yet, without a course."""
    visitor, student = app.test_client(), app.test_client()
    sign_up(student, EMAIL, "Vera")
    with database.transaction() as session:
        token = str(new_setup_token(session, datetime.now(UTC)))
    return House({"visitor": visitor, "student": student}, {"set-up": token})


def sign_up(client: FlaskClient, email: str, name: str) -> None:
    """Make an account and sign CLIENT in to it."""
    assert post(client, "/sign-up", {"email": email, "name": name, "password": PASSWORD}).status_code == 303


def work(client: FlaskClient) -> tuple[str, str]:
    """Do in the first lesson all there is to do; return the ids of a submitted attempt and of an open one."""
    _tick(client)
    for text in ("What it cost, and *whom*.", "Who counted the votes?\n\n> All power to the soviets!"):
        post(client, PROMPT, {"text": text, "base": "0"})
    post(client, f"{PROMPT}/draft", {"text": "And who swept the floor afterwards?", "base": "0"})
    post(client, f"{PROMPT}/draft", {"text": "Written meanwhile in another window.", "base": "0"})
    result, sitting = take(client, QUIZ), take(client, OTHER_QUIZ, flagging=True)
    post(client, f"{result}/submission")
    return result.rsplit("/", 1)[1], sitting.rsplit("/", 1)[1]


def take(client: FlaskClient, quiz: str, *, flagging: bool = False) -> str:
    """Begin QUIZ and answer what can be answered by a choice or a word, some of it wrongly; return its address."""
    address = str(post(client, quiz).location)
    page = client.get(address).text
    chosen = dict(sorted(CHOICE.findall(page)))
    answers = dict(BASE.findall(page)) | chosen | dict.fromkeys(TYPED.findall(page), "Military Revolutionary Committee")
    answers |= dict.fromkeys(DATED.findall(page), "7 November 1917")
    if flagging:
        answers[next(iter(chosen)).replace("item", "flag")] = "1"
    assert post(client, address, answers).status_code == 303
    return address


def invite(organiser: FlaskClient, group: str, **fields: str) -> str:
    """Make a link into GROUP as its ORGANISER; return its token."""
    page = organiser.get(_link(organiser, group, **fields)).text
    return str(re.findall(r'value="http://[^/"]+/join/([^"]+)"', page)[0])


def _link(organiser: FlaskClient, group: str, **fields: str) -> str:
    """Make a link into GROUP; return the address of the page that shows it once."""
    told = {"role": "student", "way": "at-once", "uses": "", "days": "14"} | fields
    return str(post(organiser, f"/groups/{group}/invitations", told).location)


def _bring_roster(organiser: FlaskClient, group: str) -> str:
    """Bring two rosters to GROUP, of which one is taken over; return what names the other, with rows of all sorts."""
    address = f"/groups/{group}/roster"
    taken = post(organiser, address, {"words": "Clara,clara@example.org\nRosa,rosa@example.org"}).location
    mark = re.findall(r'name="mark" value="([^"]+)"', organiser.get(taken).text)[0]
    post(organiser, taken, {"mark": mark})
    rows = (
        "name,email,subgroup,role",
        "Clara,clara@example.org,,",
        "Nadia,nadia@example.org,Readers A,tutor",
        "Emma,emma@example.org,Readers B,tutor",
        "Emma,Emma@example.org,,",
        "Ines,ines,,",
        "=cmd|' /C calc'!A0,inessa.armand.with.a.very.long.address@a-rather-long-domain.example.org,Readers B,",
    )
    return str(post(organiser, address, {"words": "\n".join(rows)}).location.rpartition("/")[2])


def _work_with_a_tutor(database: Database, student: FlaskClient, tutor: FlaskClient, group: str) -> tuple[str, str]:
    """Have a STUDENT of GROUP work and a TUTOR look at it; return the place of the student there, and an attempt."""
    post(student, PROMPT, {"text": "What I think, and nobody else reads.", "base": "0"})
    attempt = take(student, QUIZ)
    post(student, f"{attempt}/submission")
    with database.transaction(writing=False) as session:
        found = session.get_one(Attempt, int(attempt.rsplit("/", 1)[1]))
        place, seen = str(found.enrolment_id), str(found.id)
    assert tutor.get(f"/groups/{group}/progress/{place}").status_code == 200
    return place, seen


def _write_to(planner: FlaskClient, group: str, place: str) -> str:
    """Write to the student in PLACE; return the name of the message."""
    told = {"to": place, "subject": "Thursday", "text": "We meet *at seven*, in the reading room.", "once": "0" * 12}
    address = post(planner, f"/groups/{group}/messages/new", told).location
    assert address is not None
    return address.rsplit("/", 1)[1]


def _except(database: Database, planner: FlaskClient, group: str, place: str) -> str:
    """Make exceptions from the rules of a quiz for PLACE, who has used up all attempts; return a subgroup of theirs."""
    with database.transaction() as session:
        member = session.get_one(Enrolment, int(place))
        assert member.group is not None
        subgroup = str(factories.make_subgroup(session, member.group, member, name="Readers").id)
    rules = RULES.format(group=group)
    sent: list[tuple[str, dict[str, str]]] = [
        (f"{rules}/{place}", {"field": "attempts", "attempts-value": "1", "attempts-reason": "One is enough here"}),
        (f"{rules}/{place}", {"field": "time_limit", "time_limit-value": "40", "time_limit-reason": "It is long"}),
        (f"{rules}/subgroups/{subgroup}", {"field": "close", "close-none": "y", "close-reason": "They read on"}),
        (f"/groups/{group}/members/{place}/accommodation", {"factor": "1.5", "days": "3", "reason": "Dyslexia"}),
    ]
    for address, fields in sent:
        assert post(planner, address, fields).status_code == 303
    return subgroup


def _report(student: FlaskClient, administrator: FlaskClient, result: str) -> tuple[str, str, str, str]:
    """Report a passage and a question of RESULT as wrong, have the first answered; return the ids of all four."""
    passage, question = (WRONG.findall(student.get(page).text)[0] for page in (LESSON, f"/attempts/{result}"))
    sent = {
        f"{COURSE}/wrong?passage={passage[1]}": "Is the date right?",
        f"{COURSE}/wrong?item={question[1]}": "Two of them are right.",
    }
    answered, reported = (str(post(student, way, {"words": words}).location) for way, words in sent.items())
    post(administrator, answered, {"outcome": "planned", "answer": "It is not. Thank you!"})
    return passage[1], question[1], reported.rsplit("/", 1)[1], answered.rsplit("/", 1)[1]


def _write_essays(database: Database, group: str) -> Mapping[str, str]:
    """Have two students of GROUP hand in an essay with quotations, of which one is marked and drafted anew; return the
    ids of the question and of both answers."""
    with database.transaction() as session:
        place = session.scalars(select(StudyGroup).where(StudyGroup.slug == group)).one()
        first = session.get_one(Activity, lessons_of(session, place.course)[0].activity_id)
        quiz = make_essay_quiz(session, first, quote_from=["april-theses"], quotations=1, for_marker="*Look* twice.")
        drafted, waiting = (
            hand_in(session, factories.make_enrolment(session, group=place), quiz, f"{LETTER}\n\n{more}")
            for more in ("So it was.", "So it had to be.")
        )
        for levels in (FAIR, HALF):
            draft(session, drafted, levels, by_id=drafted.attempt.user_id)
            release(session, [drafted.id], by=drafted.attempt.user_id, now=datetime.now(UTC))
        return {"essay": str(drafted.version.item_id), "drafted": str(drafted.id), "waiting": str(waiting.id)}


def _discuss(member: FlaskClient, planner: FlaskClient, group: str) -> str:
    """Post as the PLANNER, edit it, have the MEMBER reply and begin another reply; return the id of the first post."""
    there = str(post(planner, POSTING.format(group=group), {"text": "What did it cost, and *whom*?"}).location)
    first = there.rpartition("-")[2]
    at = f"/groups/{group}/posts/{first}"
    post(planner, f"{at}/edit", {"text": "What did it cost, and whom did it cost *most*?", "version": "1"})
    answered = str(post(member, f"{at}/reply", {"text": "Those who had nothing to say in it."}).location)
    answer = answered.rpartition("-")[2]
    post(planner, f"/groups/{group}/posts/{answer}/reply", {"text": "> nothing to say\n\nDid they?"})
    for text in ("And who counted?", "Written meanwhile in another window."):
        post(member, f"{at}/reply/draft", {"text": text, "base": "0"})
    return first


def _note(member: FlaskClient, planner: FlaskClient, group: str) -> dict[str, str]:
    """Highlight as the MEMBER, share a note and have the PLANNER reply to it and share one, and begin two drafts of a
    change of each; return the ids of the note and of the reply."""
    at, place = f"{LESSON}/notes", {"group": group}
    post(member, at, {"passage": "dual-power", "exact": "on conditions", **place})
    told = {"passage": "dual-power", "exact": "did not mean to govern", "text": "*Could* they?", "tags": "why not"}
    there = str(post(member, at, {**told, "shared": "y", **place}).location)
    note = there.rpartition("-")[2]
    replied = str(post(planner, f"/notes/{note}/reply", {"text": "Keep both questions.\n\n> not mean to"}).location)
    reply = replied.rpartition("-")[2]
    for number in range(4):
        told = {"passage": "dual-power", "exact": "recognised abroad", "text": f"Thought {number}."}
        post(planner, at, {**told, "shared": "y", **place})
    for text in ("And who paid?", "Written meanwhile in another window."):
        post(member, f"/notes/{note}/change/draft", {"text": text, "base": "0"})
        post(planner, f"/notes/replies/{reply}/draft", {"text": text, "base": "0"})
    return {"note": note, "note_reply": reply}


def _meet(database: Database, member: FlaskClient, planner: FlaskClient, group: str) -> None:
    """Let the MEMBER lead the meetings to come, put words and a passage on the agenda of the next, as does the PLANNER,
    tick one off, and write minutes twice, with two drafts more."""
    at = f"/groups/{group}/meetings/2"
    assert post(planner, f"{at}/turns", {"turns": "1"}).status_code == 303
    with database.transaction(writing=False) as session:
        its = select(Passage).join(Text, Text.current_version_id == Passage.version_id)
        first, second = session.scalars(its.where(Text.ident == "april-theses", Passage.number.is_not(None)).limit(2))
        texts = {"text": str(session.scalars(select(Text.id).where(Text.ident == "april-theses")).one())}
        passages = [first.ident, second.ident]
    for client, passage in ((member, 0), (planner, 0), (planner, 1)):
        sent = {**texts, "passage": passages[passage]}
        assert post(client, f"{at}/agenda/passage", sent).status_code == 303
    for words in ("Who *counted*?\nAnd how?", "What I did not understand: the vote."):
        assert post(member, f"{at}/agenda", {"text": words}).status_code == 303
    item = re.findall(rf'"{at}/agenda/(\d+)/talked"', member.get(at).text)[-1]
    assert post(member, f"{at}/agenda/{item}/talked", {"talked": "1"}).status_code == 303
    for number, words in enumerate(("We settled it.", "- We settled *this*.\n- Vera brings tea.")):
        assert post(member, f"{at}/minutes", {"text": words, "version": str(number)}).status_code == 303
    for words in ("And who paid?", "Written meanwhile in another window."):
        for what in ("agenda", "minutes"):
            post(member, f"{at}/{what}/draft", {"text": words, "base": "0"})


def _frame(member: FlaskClient, planner: FlaskClient, group: str) -> None:
    """Share what PLANNER and MEMBER say of a document as a source, write it anew, and begin two drafts more."""
    at, place = f"{TEXT}/frame", {"group": group}
    told = {"who": "Lenin, for himself.", "when": "In April 1917.", "to_whom": "To Bolsheviks first.\nThen to all."}
    for client in (planner, member):
        post(client, at, {**told, "share": "1", **place})
    post(member, at, {**told, "left_out": "The journey through Germany.", "share": "1", **place})
    for words in ("And who paid?", "Written meanwhile in another window."):
        post(member, f"{at}/draft", {"to_what_end": words, "base": "0", **place})


def _moderate(database: Database, member: FlaskClient, planner: FlaskClient, group: str, first: str) -> dict[str, str]:
    """Have the PLANNER hide and complain of posts of the MEMBER, and lock a talk in which somebody quotes the text;
    return the ids of the post that is hidden, and of the complaint."""
    locked = LOCKED.replace(COURSE, f"/groups/{group}")
    posted = [
        str(post(member, locked, {"text": text}).location).rpartition("-")[2]
        for text in (
            "It is as it is.",
            "> By 10 March (25 February) the city stood still.\n\nIs that so?",
            "You are all fools.",
        )
    ]
    at = f"/groups/{group}/posts"
    assert post(planner, f"{at}/{posted[2]}/hide", {"why": "We speak of the text."}).status_code == 303
    assert post(planner, f"{at}/{posted[0]}/complaint", {"why": "It says nothing."}).status_code == 303
    assert post(planner, f"{locked}/lock", {"locked": "1"}).status_code == 303
    with database.transaction(writing=False) as session:
        complaint = session.scalars(select(Complaint.id)).one()
    return {"hidden": posted[2], "complaint": str(complaint)}


def _check(client: FlaskClient) -> tuple[str, str]:
    """Answer a self-check of the first lesson; return its item, and one that the open attempt at another quiz asks."""
    field, value = CHOICE.findall(client.get(LESSON).text)[-1]
    check = field.removeprefix("item-")
    assert post(client, f"{LESSON}/checks/{check}", {field: value, "certainty": "3"}).status_code == 303
    return check, re.findall(r'id="check-(\d+)"', client.get(OTHER_LESSON).text)[0]


def _review(
    database: Database,
    client: FlaskClient,
    email: str,
    item: str | None = None,
    closed: str | None = None,
    *,
    minutes: int = 15,
) -> str:
    """Let all that the user of CLIENT answered be due, and have ITEM, else any, answered once more, wrongly; return the
    name of that answer. They also have a card of CLOSED, and so many MINUTES a day."""
    with database.transaction() as session:
        user = session.scalars(select(User).where(User.email == email)).one()
        today = study_day(datetime.now(UTC), ZoneInfo(user.zone))
        told = {"last_on": today - timedelta(days=3), "due_on": today}
        theirs = (Card.user_id == user.id, Card.last_on.is_not(None))
        session.execute(update(Card).where(*theirs).values(**told))
        item = item or str(session.scalars(select(Card.item_id).where(*theirs).order_by(Card.item_id)).first())
        if closed is not None:
            session.add(Card(user_id=user.id, item_id=int(closed), made_at=datetime.now(UTC)))
        user.review_minutes = minutes
    page = client.get(f"/review?item={item}").text
    sent = dict(HIDDEN.findall(page)) | dict(CHOICE.findall(page)) | dict.fromkeys(TYPED.findall(page), "Thermidor")
    return str(post(client, "/review", sent | {"do": "answer"}).location).rsplit("/", 1)[1]


def _tick(client: FlaskClient) -> None:
    assert post(client, READING, {"done": "1"}).status_code == 303


def _unsubscribe(app: Application, database: Database) -> str:
    """Return the token in the letters to somebody who looks at no other page."""
    with database.transaction() as session:
        return unsubscribe_token(app.config["SECRET_KEY"], factories.make_user(session, name="Inessa").id)


def _token_in_letter(database: Database) -> str:
    with database.transaction() as session:
        payload = session.scalars(select(Job).filter_by(kind=LINK)).one().payload
        letter = letter_with_link(session, payload, now=datetime.now(UTC))
    assert letter
    return re.findall(r"/reset/(\S+)", letter.body)[0]


def _upload(database: Database) -> str:
    """Upload a curriculum that has something wrong with it: what the check of it says stands on its page."""
    archive = BytesIO()
    with ZipFile(archive, "w") as files:
        for path in sorted(SHIPPED_COURSE.rglob("*.*")):
            if path.name != "people.yaml":
                files.write(path, path.relative_to(SHIPPED_COURSE))
    with database.transaction() as session:
        given_up = {"tries": 6, "failed_at": datetime.now(UTC), "error": "Hopeless('550 no such user here')"}
        session.add(Job(kind="mail", payload={}, run_at=datetime.now(UTC), **given_up))
        return str(keep_upload(session, archive.getvalue(), now=datetime.now(UTC)).sha256)


def _open_group(organiser: FlaskClient) -> str:
    """Return a study group just opened: nothing is laid out yet."""
    opened = post(organiser, f"{COURSE}/groups/new", {"name": "Monday circle", "role": "tutor", "zone": "UTC"})
    return str(opened.location.split("/")[-2])


def _join_group(database: Database, email: str, *, planner: str) -> str:
    """Return a study group whose meetings its PLANNER laid out: one is past, one goes on, one is cancelled."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        group = factories.make_group(session, course)
        student, organiser = (session.scalars(select(User).filter_by(email=one)).one() for one in (email, planner))
        factories.make_enrolment(session, student, course, group)
        factories.make_enrolment(session, organiser, course, group, role=Role.tutor, organiser=True)
        first, second, *_rest = [line.activity_id for line in lessons_of(session, course)]
        start = now.date() - timedelta(days=3)
        told = {"start": start, "weekday": start.weekday(), "lessons": [first, second, second, None, None]}
        meetings = planning.plan_meetings(session, group, **told, by_id=organiser.id, now=now)
        planning.cancel_meeting(session, group, meetings[-1], by_id=organiser.id, now=now)
        return str(group.slug)
