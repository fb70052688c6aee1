"""Every address and method, as every role: who gets what. What is not yours does not exist."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest
from flask import session as cookie_of_request
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.jobs import Job
from course.base.web import Application
from course.groups.invitations import make_invitation, open_invitation
from course.groups.joining import ask_to_join
from course.groups.models import Division, Enrolment, Role
from course.groups.roster.taking import bring
from course.notices.models import Notice
from course.notices.records import JOINED, tell
from course.outline.models import ActivityKind, Course
from course.texts.models import Text
from course.users.models import SignIn, User
from course.users.sign_ins import add_sign_in
from kruzhok.calendar.feeds import make_feed
from kruzhok.digest.tokens import unsubscribe_token
from lessons.agenda.items import put_passage
from lessons.agenda.minutes import write_minutes
from lessons.discussion.models import Post
from lessons.discussion.posts import write_post
from lessons.journal import write_entry
from lessons.models import Document, Prompt
from lessons.moderation.complaints import complain
from lessons.notes.noting import reply_to
from lessons.reports.reports import Meant, make_report
from quizzes.attempts.ending import submit_attempt
from quizzes.models import ItemVersion
from quizzes.review.answering import Given as InReview
from quizzes.review.answering import answer_review
from quizzes.review.asking import asked
from tests import factories
from tests.conftest import NOW
from tests.quizzes.marking.make import hand_in, make_essay_quiz
from tests.rows import differing, rows_of

ROLES = (
    "visitor",
    "guest",
    "stranger",
    "student",
    "former member",
    "student of another group",
    "tutor",
    "another group's tutor",
    "organiser",
    "administrator",
)
MEMBERS = ("student", "tutor", "organiser")
WITH_ACCOUNT = tuple(role for role in ROLES if role not in {"visitor", "guest"})


#: What a document says of itself, at its shortest.
ABOUT = {"title": "A decree", "by": "A council", "licence": "CC-BY-4.0", "minutes": 2}


class World(NamedTuple):
    """Two study groups on one course and somebody of each role; what the addresses name."""

    users: Mapping[str, int | None]
    names: Mapping[str, Any]


def make_world(session: Session) -> World:
    """Return the world; its names belong to the study group `circle`, its attempt to that group's student."""
    course = factories.make_bare_course(session)
    circle, other = factories.make_group(session, course), factories.make_group(session, course)
    enrolments = {
        "student": factories.make_enrolment(session, course=course, group=circle),
        "former member": factories.make_enrolment(session, course=course, group=circle, left_at=NOW),
        "student of another group": factories.make_enrolment(session, course=course, group=other),
        "tutor": factories.make_enrolment(session, course=course, group=circle, role=Role.tutor),
        "another group's tutor": factories.make_enrolment(session, course=course, group=other, role=Role.tutor),
        "organiser": factories.make_enrolment(session, course=course, group=circle, organiser=True),
    }
    users: dict[str, int | None] = {role: enrolment.user_id for role, enrolment in enrolments.items()}
    users["visitor"] = None
    users["guest"] = factories.make_guest(session).id
    users["stranger"] = factories.make_user(session).id
    users["administrator"] = factories.make_user(session, administrator=True).id
    document = factories.make_text(session, course)
    session.add(Document(text_id=document.id, about=ABOUT))
    notes = factories.notes_of(session, factories.activity_of(session, course, ActivityKind.lesson))
    content = {kind.value: factories.activity_of(session, course, kind).ident for kind in ActivityKind}
    student, subgroup = enrolments["student"], factories.make_subgroup(session, circle, enrolments["student"])
    session.add(Division(group_id=circle.id, number=1, size=2, made_at=NOW))
    names = {
        "person": factories.make_person(session, course).ident,
        "term": factories.make_term(session, course).ident,
        "event": factories.make_event(session, course, "1917-04").ident,
        "source": factories.make_source(session, course).ident,
        "subgroup": subgroup.id,
        "readers": factories.make_subgroup(session, circle, student, name="Readers").id,
        "subgroup_elsewhere": factories.make_subgroup(session, other, name="Readers").id,
        "exception": factories.make_exception(
            session, student, factories.activity_of(session, course, ActivityKind.quiz)
        ).id,
        "course": course.ident,
        "figure": factories.make_figure(session, course).ident,
        "unit": course.units[0].ident,
        "text": document.ident,
        "notes": notes.ident,
        "check": factories.make_check(session, notes).item_id,
        "check_of_text": factories.make_check(session, document).item_id,
        "circle": circle.slug,
        "meeting": factories.make_meeting(session, circle).number,
        "feed": make_feed(session, student.user, circle.id, now=NOW),
        "member": enrolments["student"].id,
        "former": enrolments["former member"].id,
        "elsewhere": enrolments["student of another group"].id,
        "organiser": enrolments["organiser"].id,
        "given_up": _given_up(session).id,
        "given_up_too": _given_up(session).id,
        "message": factories.make_message(session, enrolments["tutor"], student).id,
        "no_more": unsubscribe_token("a secret for tests, 0123456789 abcdef", student.user_id),
    }
    student = enrolments["student"]
    told = content | names | _invited(session, enrolments["organiser"]) | _done(session, course, student)
    told |= _brought(session, student, enrolments["tutor"])
    told |= _complained(session, enrolments["organiser"], told["post"])
    told |= _led(session, student, notes) | _reviewed(session, course, student)
    return World(users, told | _wrote(session, course, student) | _noted(session, notes, student))


def _given_up(session: Session) -> Job:
    """Return a job that was tried too often."""
    return factories.add(session, Job(kind="mail", payload={}, run_at=NOW, tries=6, failed_at=NOW, error="gone"))


def _reviewed(session: Session, course: Course, student: Enrolment) -> dict[str, Any]:
    """Return the names of a question that STUDENT answered in review today, and of that answer."""
    question = asked(session, factories.make_item(session, course).id)
    assert question is not None
    given = InReview({"option": "yes"})
    log = answer_review(session, student.user, question, given, now=datetime.now(UTC))
    return {"to_review": question.item_id, "reviewed": log.id}


def _led(session: Session, student: Enrolment, text: Text) -> dict[str, Any]:
    """Return the names of a meeting that STUDENT is to lead, and of a passage of TEXT that they want to talk about."""
    assert student.group is not None
    meeting = factories.make_meeting(session, student.group, number=77, day=date(2099, 11, 7), chair_id=student.id)
    write_minutes(session, meeting, student, "We settled it.", number=0, base=0, now=NOW)
    wish = put_passage(session, meeting, student, text, "p-1", now=NOW)
    return {"led": meeting.number, "wish": wish.id, "notes_id": text.id}


def _complained(session: Session, member: Enrolment, post_id: int) -> dict[str, Any]:
    """Return the name of what MEMBER asks to have looked at: the post of that id."""
    return {"complaint": complain(session, member, session.get_one(Post, post_id), "It is rude.", now=NOW).id}


def _brought(session: Session, student: Enrolment, tutor: Enrolment) -> dict[str, Any]:
    """Return the names of what STUDENT brought along, waiting and kept, and of what TUTOR gave the group to read."""
    assert student.group is not None
    text = factories.make_imported_text(session, tutor, enrolment_id=None, group_id=tutor.group_id)
    reading = factories.make_group_reading(session, student.group, text=text)
    assigned = factories.make_assignment(session, student.group, reading)
    prompt = factories.make_group_prompt(session, student.group)
    factories.make_assignment(session, student.group, prompt)
    exception = factories.make_exception(session, student, reading, field="due")
    own = factories.make_imported_text(session, student)
    return {
        "waiting": factories.make_import(session, student).id,
        "own_text": own.ident,
        "own_text_id": own.id,
        "group_text": text.ident,
        "group_reading": reading.ident,
        "assigned": assigned.id,
        "assigned_activity": reading.id,
        "date_exception": exception.id,
        "own_prompt": prompt.ident,
        "article": factories.make_article(session, student.group).id,
        "course_article": factories.make_article(session, student.course).id,
    }


def _invited(session: Session, organiser: Enrolment) -> dict[str, Any]:
    """Return the names of a link into the group of ORGANISER, and of somebody who asks to join by it."""
    at = datetime.now(UTC)
    token = make_invitation(
        session, organiser, role=Role.student, by_approval=False, uses_allowed=None, days=14, now=at
    )
    somebody, invitation = factories.make_user(session), open_invitation(session, token, now=at)
    asked = ask_to_join(session, somebody, invitation, bring=False, words="May I?", now=at)
    assert organiser.group is not None
    sent = factories.make_invitation(
        session, organiser.group, email="sent@example.org", uses_allowed=1, created_at=at, expires_at=at
    )
    roster = bring(session, organiser, "roster.csv", b"new@example.org", now=at)
    return {
        "token": token,
        "invitation": invitation.id,
        "request": asked.id,
        "sent": sent.id,
        "roster": roster.id,
    }


def _done(session: Session, course: Course, student: Enrolment) -> dict[str, Any]:
    """Return the names of what STUDENT has: a sign-in, a notice; an attempt, a post, a report of something wrong."""
    prompt, quiz = (factories.activity_of(session, course, kind) for kind in (ActivityKind.prompt, ActivityKind.quiz))
    result = factories.make_attempt(session, student, quiz)
    submit_attempt(session, result, now=NOW)
    attempt = factories.make_attempt(session, student, quiz, number=2)
    version_id = attempt.items[0].item_version_id
    meant = Meant(item=session.get_one(ItemVersion, version_id))
    asked = session.scalars(select(Prompt).where(Prompt.activity_id == prompt.id)).one()
    tell(session, [student.user_id], JOINED, "enrolment:0", now=NOW)
    write_entry(session, student, asked, "What I think of it.", base=0, now=NOW)
    signed_in = SignIn(user_id=student.user_id, token_hash=factories.one_more("hash"), created_at=NOW)
    return {
        "sign_in": factories.add(session, signed_in).id,
        "notice": session.scalars(select(Notice.id).where(Notice.user_id == student.user_id)).one(),
        "attempt": attempt.id,
        "result": result.id,
        "item": attempt.items[0].id,
        "version": version_id,
        "post": write_post(session, student, asked, "I think so.", once=None, base=0, now=NOW).id,
        "report": make_report(session, course, student.user, student, meant, "It is wrong.", now=NOW).id,
    }


def _noted(session: Session, text: Text, student: Enrolment) -> dict[str, Any]:
    """Return the names of two notes of STUDENT on TEXT, one shared and replied to, one not; and of the reply."""
    shared = factories.make_note(session, student, text, shared_at=NOW)
    reply = reply_to(session, student, shared, "I add this.", once=None, now=NOW)
    private = factories.make_note(session, student, text)
    return {"note": shared.id, "private_note": private.id, "note_reply": reply.id}


def _wrote(session: Session, course: Course, student: Enrolment) -> dict[str, Any]:
    """Return the names of an essay question and of the answer of STUDENT to it, which waits to be marked."""
    essay = hand_in(
        session, student, make_essay_quiz(session, factories.activity_of(session, course, ActivityKind.lesson))
    )
    return {"essay": essay.version.item_id, "answer": essay.id}


def browser_of(app: Application, database: Database, user_id: int | None) -> FlaskClient:
    """Return a client in which that user is signed in, by a sign-in of its own."""
    client = app.test_client()
    if user_id is not None:
        with database.transaction() as session:
            token = add_sign_in(session, session.get_one(User, user_id), "test", datetime.now(UTC))
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
    return client


def of(*roles: str, then: int = 200, others: int = 404) -> dict[str, int]:
    """Return role -> status: THEN for ROLES, OTHERS for everybody else."""
    return {role: then if role in roles else others for role in ROLES}


def accounts(then: int) -> dict[str, int]:
    """Return THEN for who has an account; a visitor is asked to sign in, a guest to sign up."""
    return of(*WITH_ACCOUNT, then=then) | {"visitor": 401, "guest": 403}


EVERYBODY = of(*ROLES)
ACCOUNTS = accounts(200)
#: Who has no account is told to sign in, or to sign up.
NO_ACCOUNT = {"visitor": 401, "guest": 403}
#: What the student brought along.
OWNER = of("student") | NO_ACCOUNT
#: Roles -> status for what members of the group may do: to a visitor it says "sign in", for others it is not there.
IN_GROUP = of(*MEMBERS) | {"visitor": 401}
PLANNERS = of("organiser", "tutor") | {"visitor": 401, "student": 403}
ORGANISERS = of("organiser") | {"visitor": 401, "student": 403, "tutor": 403}
#: Whose the report is: who made it, the tutors of the group it was made in, who runs the site.
OF_REPORT = of("student", "tutor", "administrator") | {"visitor": 401}
TUTORS = of("tutor") | {"visitor": 401, "student": 403, "organiser": 403}
AUTHOR = of("student", then=303) | {"visitor": 401, "tutor": 403, "organiser": 403}
OWN_NOTE = of("student", then=303) | {"visitor": 401}
ADMINISTRATORS = of("administrator") | {"visitor": 401}
NOBODY = of(then=200, others=404)

SCORE_OF = "/groups/{circle}/members/{member}"

#: (endpoint, method, address) -> role -> status
LOOKING: list[tuple[str, str, dict[str, int]]] = [
    ("courses.front", "/", EVERYBODY),
    ("courses.course", "/courses/{course}", EVERYBODY),
    ("courses.course", "/courses/{course}?group={circle}", of(*MEMBERS)),
    ("courses.unit", "/courses/{course}/units/{unit}", EVERYBODY),
    ("courses.unit", "/courses/{course}/units/{unit}?group={circle}", of(*MEMBERS)),
    ("courses.image", "/courses/{course}/images/none.webp", NOBODY),
    ("lessons.lesson", "/courses/{course}/lessons/{lesson}", EVERYBODY),
    ("lessons.lesson", "/courses/{course}/lessons/{lesson}?group={circle}", of(*MEMBERS)),
    ("lessons.prompt", "/courses/{course}/lessons/{lesson}/prompts/{prompt}", EVERYBODY),
    ("lessons.prompt", "/courses/{course}/lessons/{lesson}/prompts/{prompt}?group={circle}", of(*MEMBERS)),
    (
        "lessons.prompt",
        "/courses/{course}/lessons/{lesson}/prompts/{prompt}?group={circle}&reply={post}",
        of(*MEMBERS),
    ),
    (
        "lessons.prompt",
        "/courses/{course}/lessons/{lesson}/prompts/{prompt}?group={circle}&edit={post}",
        of("student") | {"tutor": 403, "organiser": 403},
    ),
    ("discussion.discussions", "/groups/{circle}/discussions", IN_GROUP),
    ("seeds.seed", "/groups/{circle}/lessons/{lesson}/prompts/{prompt}/seed", TUTORS),
    ("quoting.choose", "/groups/{circle}/quote?quote={notes}:p-1", IN_GROUP),
    ("moderation.where", "/groups/{circle}/posts/{post}", IN_GROUP | dict.fromkeys(MEMBERS, 302)),
    ("moderation.hide_it", "/groups/{circle}/posts/{post}/hide", TUTORS),
    ("moderation.complaint", "/groups/{circle}/posts/{post}/complaint", IN_GROUP | {"student": 403}),
    ("moderation.complaints", "/groups/{circle}/complaints", PLANNERS),
    ("moderation.all_complaints", "/complaints", ADMINISTRATORS),
    ("moderation.settling", "/complaints/{complaint}", of("tutor") | {"visitor": 401}),
    ("lessons.text", "/courses/{course}/texts/{text}", EVERYBODY),
    ("lessons.text", "/courses/{course}/texts/{text}?group={circle}", of(*MEMBERS)),
    ("frames.frame", "/courses/{course}/texts/{text}/frame", EVERYBODY),
    ("frames.frame", "/courses/{course}/texts/{text}/frame?group={circle}", of(*MEMBERS)),
    ("frames.frame", "/courses/{course}/texts/nonsense/frame", NOBODY),
    ("frames.compare", "/groups/{circle}/texts/{text}/frames", IN_GROUP),
    ("lessons.text", "/courses/{course}/texts/{own_text}?group={circle}", of("student")),
    ("lessons.text", "/courses/{course}/texts/{own_text}", of("student")),
    ("lessons.text", "/courses/{course}/texts/{group_text}?group={circle}", of(*MEMBERS)),
    ("imports.imports", "/courses/{course}/imports", ACCOUNTS),
    ("imports.imports", "/courses/{course}/imports?group={circle}", of(*MEMBERS) | NO_ACCOUNT),
    ("imports.new", "/courses/{course}/imports/new", ACCOUNTS),
    ("imports.preview", "/courses/{course}/imports/{waiting}", OWNER),
    ("imports.about", "/courses/{course}/texts/{own_text}/about", OWNER),
    ("imports.about", "/courses/{course}/texts/{group_text}/about", of("tutor") | NO_ACCOUNT),
    ("imports.file", "/courses/{course}/texts/{own_text}/file", OWNER),
    ("imports.file", "/courses/{course}/texts/{group_text}/file", of("tutor") | NO_ACCOUNT),
    ("imports.delete", "/courses/{course}/texts/{own_text}/delete", OWNER),
    ("articles.of_group", "/groups/{circle}/articles", IN_GROUP),
    ("next_run.begin", "/groups/{circle}/next-run", ORGANISERS),
    ("articles.of_course", "/courses/{course}/articles", EVERYBODY),
    ("subgroups.subgroups", "/groups/{circle}/subgroups", PLANNERS),
    ("subgroups.preview", "/groups/{circle}/subgroups/part?size=2&seed=1", PLANNERS),
    ("subgroups.subgroup", "/groups/{circle}/subgroups/of/{readers}", PLANNERS),
    (
        "subgroups.subgroup",
        "/groups/{circle}/subgroups/of/{subgroup_elsewhere}",
        NOBODY | {"visitor": 401, "student": 403},
    ),
    ("group_readings.readings", "/groups/{circle}/readings", IN_GROUP),
    ("group_readings.reading", "/groups/{circle}/readings/{group_reading}", IN_GROUP),
    ("group_readings.new", "/groups/{circle}/readings/new", PLANNERS | {"tutor": 303, "organiser": 303}),
    ("group_readings.new", "/groups/{circle}/readings/new?text={own_text}", NOBODY | {"visitor": 401, "student": 403}),
    (
        "group_readings.change",
        "/groups/{circle}/readings/{group_reading}/change",
        PLANNERS | {"tutor": 303, "organiser": 303},
    ),
    ("assigning.assignments", "/groups/{circle}/assignments", PLANNERS),
    ("assigning.assign", "/groups/{circle}/assign", PLANNERS),
    ("assigning.change", "/groups/{circle}/assignments/{assigned}/change", PLANNERS),
    ("own_dates.dates", "/groups/{circle}/activities/{assigned_activity}/dates", PLANNERS),
    ("lessons.prompt", "/groups/{circle}/prompts/{own_prompt}", IN_GROUP),
    ("seeds.seed", "/groups/{circle}/prompts/{own_prompt}/seed", TUTORS),
    ("notes.write", "/courses/{course}/lessons/{lesson}/notes/new?at=p-1", EVERYBODY),
    ("notes.write", "/courses/{course}/lessons/{lesson}/notes/new?at=p-1&group={circle}", of(*MEMBERS)),
    ("notes.write", "/courses/{course}/texts/{text}/notes/new?at=p-1", EVERYBODY),
    ("notes.note", "/notes/{note}", IN_GROUP),
    ("notes.note", "/notes/{private_note}", OWN_NOTE | {"student": 200}),
    ("note_replies.reply", "/notes/replies/{note_reply}", AUTHOR | {"student": 200}),
    ("notes.mine", "/me/notes", of(*ROLES[1:], others=401)),
    ("notes.download", "/me/notes.md", of(*ROLES[1:], others=401)),
    ("checks.check", "/courses/{course}/lessons/{lesson}/checks/{check}", EVERYBODY),
    ("checks.check", "/courses/{course}/lessons/{lesson}/checks/{check}?group={circle}", of(*MEMBERS)),
    ("checks.check", "/courses/{course}/lessons/{lesson}/checks/{check_of_text}", NOBODY),
    ("checks.check", "/courses/{course}/texts/{text}/checks/{check_of_text}", EVERYBODY),
    ("calibration.mine", "/me/calibration", of(*ROLES[1:], others=401)),
    ("review.review", "/review", EVERYBODY),
    ("review.review", "/review?item={to_review}", of("student") | {"visitor": 200}),
    ("review.outcome", "/review/answers/{reviewed}", of("student") | {"visitor": 401}),
    ("review.settings", "/review/settings", of(*ROLES[1:], others=401)),
    ("memory.mine", "/me/memory", EVERYBODY),
    ("memory.people", "/me/memory/people", of(*ROLES[1:], others=401)),
    ("memory.terms", "/me/memory/terms", of(*ROLES[1:], others=401)),
    ("memory.passages", "/me/memory/passages", of(*ROLES[1:], others=401)),
    ("memory.estimate", "/me/memory/estimate", of(*ROLES[1:], others=401)),
    ("explore.reference", "/courses/{course}/reference", EVERYBODY),
    ("explore.timeline", "/courses/{course}/timeline", EVERYBODY),
    ("explore.timeline", "/courses/{course}/timeline?group={circle}", of(*MEMBERS)),
    ("explore.people", "/courses/{course}/people", EVERYBODY),
    ("explore.terms", "/courses/{course}/terms", EVERYBODY),
    ("explore.sources", "/courses/{course}/sources", EVERYBODY),
    ("explore.person", "/courses/{course}/people/{person}", EVERYBODY),
    ("explore.person", "/courses/{course}/people/{person}?group={circle}", of(*MEMBERS)),
    ("explore.person", "/courses/{course}/people/nobody", NOBODY),
    ("explore.term", "/courses/{course}/terms/{term}", EVERYBODY),
    ("explore.source", "/courses/{course}/sources/{source}", EVERYBODY),
    ("explore.event", "/courses/{course}/events/{event}", EVERYBODY),
    ("explore.event", "/courses/{course}/events/nothing", NOBODY),
    ("figures.figures", "/courses/{course}/figures", EVERYBODY),
    ("figures.figures", "/courses/{course}/figures?group={circle}", of(*MEMBERS)),
    ("figures.figure", "/courses/{course}/figures/{figure}", EVERYBODY),
    ("figures.figure", "/courses/{course}/figures/{figure}?group={circle}", of(*MEMBERS)),
    ("figures.figure", "/courses/{course}/figures/nothing", NOBODY),
    ("lessons.pack", "/courses/{course}/units/{unit}/pack", EVERYBODY),
    ("lessons.pack", "/courses/{course}/units/{unit}/pack?group={circle}", of(*MEMBERS)),
    ("search.search", "/search?q=paragraph", EVERYBODY),
    ("search.search", "/search?q=paragraph&course={course}", EVERYBODY),
    ("search.search", "/search?q=paragraph&group={circle}", IN_GROUP),
    ("quizzes.quiz", "/courses/{course}/quizzes/{quiz}", EVERYBODY),
    ("quizzes.quiz", "/courses/{course}/quizzes/{quiz}?group={circle}", of(*MEMBERS)),
    ("quizzes.attempt", "/attempts/{attempt}", of("student")),
    ("quizzes.submission", "/attempts/{attempt}/submission", of("student")),
    ("scores.score", "/attempts/{result}/questions/1/score", of("student")),
    ("scores.score", "/attempts/{attempt}/questions/1/score", NOBODY),
    ("paper.paper", "/courses/{course}/quizzes/{quiz}/paper", EVERYBODY),
    ("paper.paper", "/courses/{course}/quizzes/{quiz}/paper?key=1", of("tutor", "another group's tutor", others=403)),
    ("paper.paper", "/courses/{course}/quizzes/{quiz}/paper?group={circle}", of(*MEMBERS)),
    (
        "paper.paper",
        "/courses/{course}/quizzes/{quiz}/paper?group={circle}&key=1",
        of("tutor") | {"student": 403, "organiser": 403},
    ),
    ("quiz_rules.mine", "/courses/{course}/quizzes/{quiz}/rules", EVERYBODY),
    ("quiz_rules.mine", "/courses/{course}/quizzes/{quiz}/rules?group={circle}", of(*MEMBERS)),
    ("quiz_rules.group", "/groups/{circle}/quizzes/{quiz}/rules", TUTORS),
    ("quiz_rules.member", "/groups/{circle}/quizzes/{quiz}/rules/{member}", TUTORS),
    ("quiz_rules.member", "/groups/{circle}/quizzes/{quiz}/rules/{former}", TUTORS | {"tutor": 404}),
    ("quiz_rules.member", "/groups/{circle}/quizzes/{quiz}/rules/{elsewhere}", TUTORS | {"tutor": 404}),
    ("quiz_rules.subgroup", "/groups/{circle}/quizzes/{quiz}/rules/subgroups/{subgroup}", TUTORS),
    ("quiz_rules.accommodation", "/groups/{circle}/members/{member}/accommodation", TUTORS),
    ("quiz_rules.accommodation", "/groups/{circle}/members/{elsewhere}/accommodation", TUTORS | {"tutor": 404}),
    ("today.today", "/today", EVERYBODY),
    ("today.today", "/today?group={circle}", of(*MEMBERS)),
    ("admin.admin", "/admin", ADMINISTRATORS),
    ("admin.users", "/admin/users", ADMINISTRATORS),
    ("running.running", "/admin/running", ADMINISTRATORS),
    ("admin.groups", "/admin/groups", ADMINISTRATORS),
    ("admin.audit", "/admin/audit", ADMINISTRATORS),
    ("admin.course", "/admin/courses/{course}", ADMINISTRATORS),
    ("admin.upload", "/admin/upload", ADMINISTRATORS),
    ("admin.uploaded", "/admin/uploads/nonsense", of(then=200, others=404) | {"visitor": 401}),
    ("groups.groups", "/groups", ACCOUNTS),
    ("groups.choose_course", "/groups/new", accounts(303)),
    ("groups.new", "/courses/{course}/groups/new", ACCOUNTS),
    ("groups.invited", "/join/{token}", of(*ROLES) | dict.fromkeys(MEMBERS, 303)),
    ("groups.invited", "/join/nonsense", of(then=200, others=410)),
    ("roster.roster", "/groups/{circle}/roster", ORGANISERS),
    ("roster.preview", "/groups/{circle}/roster/{roster}", ORGANISERS),
    ("groups.invitations", "/groups/{circle}/invitations", ORGANISERS),
    ("groups.members", "/groups/{circle}/members", IN_GROUP),
    ("groups.leave", "/groups/{circle}/leave", IN_GROUP),
    ("groups.settings", "/groups/{circle}/settings", ORGANISERS),
    ("group_page.group", "/groups/{circle}", IN_GROUP),
    ("syllabus.syllabus", "/groups/{circle}/syllabus", IN_GROUP),
    ("syllabus.plan", "/groups/{circle}/syllabus/plan", PLANNERS | {"tutor": 303, "organiser": 303}),
    ("syllabus.add", "/groups/{circle}/syllabus/add", PLANNERS),
    ("syllabus.change", "/groups/{circle}/syllabus/{meeting}", PLANNERS),
    ("syllabus.insert", "/groups/{circle}/syllabus/{meeting}/insert", PLANNERS),
    ("arranging.arrange", "/groups/{circle}/syllabus/arrange", PLANNERS),
    ("arranging.holidays", "/groups/{circle}/syllabus/holidays", PLANNERS),
    ("syllabus_print.on_paper", "/groups/{circle}/syllabus/print", IN_GROUP),
    ("meetings.meeting", "/groups/{circle}/meetings/{meeting}", IN_GROUP),
    ("meetings.meeting", "/groups/{circle}/meetings/78", NOBODY | {"visitor": 401}),
    ("minutes.minutes", "/groups/{circle}/meetings/{meeting}/minutes", PLANNERS),
    ("minutes.minutes", "/groups/{circle}/meetings/{led}/minutes", IN_GROUP),
    ("minutes.earlier", "/groups/{circle}/meetings/{led}/minutes/earlier", IN_GROUP),
    ("minutes.earlier", "/groups/{circle}/meetings/{meeting}/minutes/earlier", NOBODY | {"visitor": 401}),
    ("calendar.month", "/calendar", of(*ROLES[1:], others=401)),
    ("calendar.month", "/calendar?month=2026-13", of(then=200, others=404) | {"visitor": 401}),
    ("calendar.month_of_group", "/groups/{circle}/calendar", IN_GROUP),
    ("calendar.feeds", "/calendar/feed", ACCOUNTS),
    ("calendar.feed", "/calendar/{feed}.ics", EVERYBODY),
    ("calendar.feed", "/calendar/nonsense.ics", NOBODY),
    ("notices.notices", "/notices", of(*ROLES[1:], others=401)),
    ("reports.wrong", "/courses/{course}/wrong?item={version}", EVERYBODY),
    ("reports.wrong", "/courses/{course}/wrong?item={version}&group={circle}", of(*MEMBERS)),
    ("reports.wrong", "/courses/{course}/wrong", NOBODY),
    ("reports.reports", "/reports", of(*ROLES[1:], others=401)),
    ("reports.report", "/reports/{report}", OF_REPORT),
    ("progress.table", "/groups/{circle}/progress", TUTORS),
    ("results.results", "/groups/{circle}/results", TUTORS),
    ("results.quiz", "/groups/{circle}/results/{quiz}", TUTORS),
    ("results.quiz_file", "/groups/{circle}/results/{quiz}.csv", TUTORS),
    ("results.answers_file", "/groups/{circle}/results/{quiz}/answers.csv", TUTORS),
    ("results.questions", "/groups/{circle}/results/{quiz}/questions", TUTORS),
    ("results.questions_file", "/groups/{circle}/results/{quiz}/questions.csv", TUTORS),
    ("progress.csv_file", "/groups/{circle}/progress.csv", TUTORS),
    ("progress.help_page", "/groups/{circle}/progress/help", TUTORS),
    ("progress.parts", "/groups/{circle}/progress/parts", TUTORS),
    ("together.together", "/groups/{circle}/progress/passages", IN_GROUP),
    ("messages.new", "/groups/{circle}/messages/new?everybody=1", PLANNERS),
    ("messages.new", "/groups/{circle}/messages/new?all=1", TUTORS),
    ("messages.sent", "/groups/{circle}/messages", PLANNERS),
    ("messages.message", "/messages/{message}", of("student", "tutor") | {"visitor": 401}),
    ("progress.member", "/groups/{circle}/progress/{member}", TUTORS),
    ("progress.member", "/groups/{circle}/progress/{former}", TUTORS | {"tutor": 404}),
    ("progress.member", "/groups/{circle}/progress/{elsewhere}", TUTORS | {"tutor": 404}),
    ("progress.attempt", "/groups/{circle}/progress/{member}/attempts/{attempt}", TUTORS),
    ("progress.attempt", "/groups/{circle}/progress/{organiser}/attempts/{attempt}", TUTORS | {"tutor": 404}),
    ("marking.queue", "/groups/{circle}/marking", TUTORS),
    ("marking.answer", "/groups/{circle}/marking/{essay}", TUTORS),
    ("marking.answer", "/groups/{circle}/marking/0", TUTORS | {"tutor": 404}),
    ("marking.confirm", "/groups/{circle}/marking/{essay}/release", TUTORS),
    ("progress.score", f"{SCORE_OF}/attempts/{{result}}/questions/1/score", TUTORS),
    ("progress.score", f"{SCORE_OF}/attempts/{{attempt}}/questions/1/score", TUTORS | {"tutor": 404}),
    (
        "progress.score",
        "/groups/{circle}/members/{former}/attempts/{result}/questions/1/score",
        TUTORS | {"tutor": 404},
    ),
    ("progress.places", "/me/places", of(*ROLES[1:], others=401)),
    ("progress.mine", "/me/places/{member}", of("student") | {"visitor": 401}),
    ("progress.mine", "/me/places/{former}", of("former member") | {"visitor": 401}),
    ("progress.record", "/me/places/{member}/record", of("student") | {"visitor": 401}),
    ("progress.record", "/me/places/{former}/record", of("former member") | {"visitor": 401}),
    ("progress.record_file", "/me/places/{member}/record.md", of("student") | {"visitor": 401}),
    ("progress.record_file", "/me/places/{former}/record.md", of("former member") | {"visitor": 401}),
    ("site.healthz", "/healthz", EVERYBODY),
    ("site.readyz", "/readyz", EVERYBODY),
    ("site.metrics", "/metrics", NOBODY),  # but to who has the token of the settings
    ("site.styleguide", "/styleguide", EVERYBODY),
    ("static", "/static/kruzhok.css", EVERYBODY),
    ("users.sign_up", "/sign-up", of("visitor", "guest", others=303)),
    ("users.sign_in", "/sign-in", EVERYBODY),
    ("users.me", "/me", of(*ROLES[1:], others=303)),
    ("privacy.privacy", "/privacy", EVERYBODY),
    ("privacy.data", "/me/data", of(*ROLES[1:], others=401)),
    ("privacy.erase_me", "/me/erase", accounts(303) | {"guest": 200}),
    ("privacy.erased", "/erased", EVERYBODY),
    ("users.password", "/me/password", ACCOUNTS),
    ("users.security", "/me/security", ACCOUNTS),
    ("users.proof", "/me/proof", ACCOUNTS),
    # To who has shown not long ago that it is them; the others are asked to.
    ("users.email", "/me/email", accounts(303)),
    ("users.show_second_step", "/me/second-step", accounts(303)),
    ("users.code", "/sign-in/code", of(*ROLES, then=303)),
    ("users.finish_sign_up", "/sign-up/nonsense", of(then=200, others=410)),
    ("users.email_link", "/me/email/nonsense", of(then=200, others=410)),
    ("digest.digest", "/digest", ACCOUNTS),
    ("digest.unsubscribe", "/unsubscribe/{no_more}", EVERYBODY),
    ("digest.unsubscribe", "/unsubscribe/{no_more}x", NOBODY),
    ("users.reset", "/reset", EVERYBODY),
    ("users.reset_link", "/reset/nonsense", of(then=200, others=410)),
    ("users.set_up", "/set-up/nonsense", of(then=200, others=410)),
    ("users.reading_settings", "/reading-settings", EVERYBODY),
    ("merging.ask", "/me/merge", of(then=200, others=303)),
]
ACTING: list[tuple[str, str, dict[str, Any], dict[str, int]]] = [
    ("courses.path", "/courses/{course}/path", {"group": "alone"}, of(*ROLES, then=303)),
    ("courses.path", "/courses/{course}/path", {"group": "{circle}"}, of(*MEMBERS, then=409)),
    (
        "lessons.tick_one",
        "/courses/{course}/lessons/{lesson}/readings/{reading}/tick",
        {"done": "1"},
        of(*ROLES, then=303),
    ),
    (
        "lessons.tick_one",
        "/courses/{course}/lessons/{lesson}/readings/{reading}/tick",
        {"done": "1", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    (
        "lessons.tick",
        "/courses/{course}/lessons/{lesson}/tick",
        {"done": "1", "group": "{circle}"},
        of(*MEMBERS, then=409),
    ),
    (
        "lessons.answer",
        "/courses/{course}/lessons/{lesson}/prompts/{prompt}",
        {"text": "My answer.", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    (
        "frames.write",
        "/courses/{course}/texts/{text}/frame",
        {"who": "A clerk.", "share": "1", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    ("frames.write", "/courses/{course}/texts/{text}/frame", {"who": "A clerk."}, of(*ROLES, then=303)),
    ("lessons.seen_lesson", "/courses/{course}/lessons/{lesson}/seen", {"group": "{circle}"}, of(*MEMBERS, then=303)),
    ("lessons.seen_text", "/courses/{course}/texts/{text}/seen", {}, of(*ROLES, then=303)),
    (
        "frames.draft",
        "/courses/{course}/texts/{text}/frame/draft",
        {"who": "A clerk.", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    (
        "frames.discard",
        "/courses/{course}/texts/{text}/frame/draft/discard",
        {"copy": "1", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    (
        "frames.share",
        "/courses/{course}/texts/{text}/frame/sharing",
        {"shared": "1", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    (
        "notes.make",
        "/courses/{course}/lessons/{lesson}/notes",
        {"passage": "p-1", "text": "So?", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    ("notes.make", "/courses/{course}/texts/{text}/notes", {"passage": "p-1", "do": "highlight"}, of(*ROLES, then=303)),
    (
        "notes.draft",
        "/courses/{course}/lessons/{lesson}/notes/draft?at=p-1",
        {"text": "So", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    (
        "notes.discard_new",
        "/courses/{course}/lessons/{lesson}/notes/draft/discard?at=p-1",
        {"copy": "0", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    ("notes.keep_draft", "/notes/{note}/change/draft", {"text": "So", "base": "0"}, AUTHOR),
    ("notes.discard", "/notes/{note}/change/draft/discard", {"copy": "0"}, AUTHOR),
    ("notes.change", "/notes/{note}", {"text": "So it was.", "number": "1"}, AUTHOR),
    ("notes.keep_draft", "/notes/{note}/reply/draft", {"text": "Wh"}, IN_GROUP | dict.fromkeys(MEMBERS, 303)),
    ("notes.discard", "/notes/{note}/reply/draft/discard", {"copy": "0"}, IN_GROUP | dict.fromkeys(MEMBERS, 303)),
    ("notes.reply", "/notes/{note}/reply", {"text": "Why?"}, IN_GROUP | dict.fromkeys(MEMBERS, 303)),
    ("notes.share", "/notes/{note}/share", {"shared": "1"}, AUTHOR),
    ("note_replies.change", "/notes/replies/{note_reply}", {"text": "I add this."}, AUTHOR),
    ("note_replies.draft", "/notes/replies/{note_reply}/draft", {"text": "I a", "base": "0"}, AUTHOR),
    ("note_replies.discard", "/notes/replies/{note_reply}/draft/discard", {"copy": "0"}, AUTHOR),
    ("note_replies.remove", "/notes/replies/{note_reply}/delete", {}, AUTHOR),
    ("notes.remove", "/notes/{note}/delete", {}, AUTHOR | {"student": 303}),
    ("notes.remove", "/notes/{private_note}/delete", {}, OWN_NOTE),
    (
        "lessons.draft",
        "/courses/{course}/lessons/{lesson}/prompts/{prompt}/draft",
        {"text": "My answer so far.", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    (
        "lessons.discard",
        "/courses/{course}/lessons/{lesson}/prompts/{prompt}/draft/discard",
        {"copy": "1", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    (
        "discussion.write",
        "/groups/{circle}/lessons/{lesson}/prompts/{prompt}",
        {"text": "My answer."},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    (
        "discussion.reply",
        "/groups/{circle}/posts/{post}/reply",
        {"text": "Why?"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    (
        "discussion.draft",
        "/groups/{circle}/posts/{post}/reply/draft",
        {"text": "Wh", "base": "0"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    (
        "discussion.discard",
        "/groups/{circle}/posts/{post}/reply/draft/discard",
        {"copy": "0"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    ("moderation.hide_it", "/groups/{circle}/posts/{post}/hide", {"why": ""}, TUTORS | {"tutor": 422}),
    ("moderation.show_it", "/groups/{circle}/posts/{post}/show", {}, TUTORS | {"tutor": 303}),
    (
        "moderation.complaint",
        "/groups/{circle}/posts/{post}/complaint",
        {"why": ""},
        IN_GROUP | {"student": 403, "tutor": 422, "organiser": 422},
    ),
    ("moderation.settle", "/complaints/{complaint}", {"why": ""}, of("tutor", then=422) | {"visitor": 401}),
    ("moderation.undo", "/complaints/{complaint}/show", {}, of("tutor", then=303) | {"visitor": 401}),
    ("moderation.leave_it", "/complaints/{complaint}/leave", {}, of("tutor", then=303) | {"visitor": 401}),
    (
        "moderation.lock",
        "/groups/{circle}/lessons/{lesson}/prompts/{prompt}/lock",
        {"locked": "0"},
        TUTORS | {"tutor": 303},
    ),
    (
        "journal.sharing",
        "/groups/{circle}/lessons/{lesson}/prompts/{prompt}/entries/1/sharing",
        {"shared": "1"},
        of("student", "organiser", then=303) | {"visitor": 401},
    ),
    (
        "discussion.follow",
        "/groups/{circle}/lessons/{lesson}/prompts/{prompt}/follow",
        {"follows": "1"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    ("seeds.put", "/groups/{circle}/lessons/{lesson}/prompts/{prompt}/seed", {"text": " "}, TUTORS | {"tutor": 422}),
    (
        "seeds.draft",
        "/groups/{circle}/lessons/{lesson}/prompts/{prompt}/seed/draft",
        {"text": "Think", "base": "0"},
        TUTORS | {"tutor": 303},
    ),
    (
        "seeds.discard",
        "/groups/{circle}/lessons/{lesson}/prompts/{prompt}/seed/draft/discard",
        {"copy": "0"},
        TUTORS | {"tutor": 303},
    ),
    ("seeds.withdraw", "/groups/{circle}/lessons/{lesson}/prompts/{prompt}/seed/withdraw", {}, TUTORS | {"tutor": 303}),
    ("discussion.edit", "/groups/{circle}/posts/{post}/edit", {"text": "I know so.", "version": "1"}, AUTHOR),
    ("discussion.draft", "/groups/{circle}/posts/{post}/edit/draft", {"text": "I kn", "base": "0"}, AUTHOR),
    ("discussion.discard", "/groups/{circle}/posts/{post}/edit/draft/discard", {"copy": "0"}, AUTHOR),
    (
        "checks.answer",
        "/courses/{course}/lessons/{lesson}/checks/{check}",
        {"item-{check}": "yes", "group": "{circle}"},
        of(*MEMBERS, then=303),
    ),
    (
        "checks.answer",
        "/courses/{course}/texts/{text}/checks/{check_of_text}",
        {"item-{check_of_text}": "yes"},
        of(*ROLES, then=303),
    ),
    ("imports.new", "/courses/{course}/imports/new", {"words": ""}, accounts(422)),
    ("imports.keep", "/courses/{course}/imports/{waiting}", {"title": ""}, OWNER | {"student": 422}),
    ("imports.throw_away", "/courses/{course}/imports/{waiting}/throw-away", {}, OWNER | {"student": 303}),
    ("imports.copy", "/courses/{course}/imports/copies", {"text": "{own_text_id}"}, OWNER | {"student": 303}),
    ("imports.about", "/courses/{course}/texts/{own_text}/about", {"title": ""}, OWNER | {"student": 422}),
    ("imports.delete", "/courses/{course}/texts/{own_text}/delete", {}, OWNER | {"student": 303}),
    (
        "group_readings.tick",
        "/groups/{circle}/readings/{group_reading}/tick",
        {"done": "1"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    ("next_run.begin", "/groups/{circle}/next-run", {}, ORGANISERS | {"organiser": 422}),
    ("articles.bring_to_group", "/groups/{circle}/articles", {}, PLANNERS | {"tutor": 422, "organiser": 422}),
    ("articles.give", "/groups/{circle}/articles/{article}/give", {}, PLANNERS | {"tutor": 303, "organiser": 303}),
    (
        "articles.remove_of_group",
        "/groups/{circle}/articles/{article}/remove",
        {},
        PLANNERS | {"tutor": 303, "organiser": 303},
    ),
    (
        "articles.bring_to_course",
        "/courses/{course}/articles",
        {},
        of("administrator", then=422, others=403) | {"visitor": 401},
    ),
    (
        "articles.remove_of_course",
        "/courses/{course}/articles/{course_article}/remove",
        {},
        of("administrator", then=303, others=403) | {"visitor": 401},
    ),
    ("subgroups.make", "/groups/{circle}/subgroups", {}, PLANNERS | {"tutor": 422, "organiser": 422}),
    ("subgroups.part", "/groups/{circle}/subgroups/part", {}, PLANNERS | {"tutor": 303, "organiser": 303}),
    ("subgroups.change", "/groups/{circle}/subgroups/of/{readers}", {}, PLANNERS | {"tutor": 422, "organiser": 422}),
    (
        "subgroups.remove",
        "/groups/{circle}/subgroups/of/{readers}/dissolve",
        {},
        PLANNERS | {"tutor": 303, "organiser": 303},
    ),
    (
        "subgroups.latecomers",
        "/groups/{circle}/subgroups/1/latecomers",
        {},
        PLANNERS | {"tutor": 303, "organiser": 303},
    ),
    ("group_readings.new", "/groups/{circle}/readings/new", {}, PLANNERS | {"tutor": 422, "organiser": 422}),
    ("assigning.assign", "/groups/{circle}/assign", {}, PLANNERS | {"tutor": 422, "organiser": 422}),
    (
        "assigning.change",
        "/groups/{circle}/assignments/{assigned}/change",
        {"due": "whenever"},
        PLANNERS | {"tutor": 422, "organiser": 422},
    ),
    (
        "assigning.back",
        "/groups/{circle}/assignments/{assigned}/take-back",
        {},
        PLANNERS | {"tutor": 303, "organiser": 303},
    ),
    (
        "own_dates.dates",
        "/groups/{circle}/activities/{assigned_activity}/dates",
        {},
        PLANNERS | {"tutor": 422, "organiser": 422},
    ),
    (
        "own_dates.more_days",
        "/groups/{circle}/activities/{assigned_activity}/dates/extend",
        {"member": "{member}"},
        PLANNERS | {"tutor": 303, "organiser": 303},
    ),
    (
        "own_dates.back",
        "/groups/{circle}/activities/{assigned_activity}/dates/{date_exception}/take-back",
        {},
        PLANNERS | {"tutor": 303, "organiser": 303},
    ),
    (
        "discussion.write",
        "/groups/{circle}/prompts/{own_prompt}",
        {"text": ""},
        IN_GROUP | dict.fromkeys(MEMBERS, 422),
    ),
    (
        "discussion.follow",
        "/groups/{circle}/prompts/{own_prompt}/follow",
        {"follows": "1"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    (
        "lessons.answer",
        "/groups/{circle}/prompts/{own_prompt}/journal",
        {"text": ""},
        IN_GROUP | dict.fromkeys(MEMBERS, 422),
    ),
    (
        "lessons.draft",
        "/groups/{circle}/prompts/{own_prompt}/draft",
        {"text": "x", "base": "0"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    (
        "lessons.discard",
        "/groups/{circle}/prompts/{own_prompt}/draft/discard",
        {"copy": "0"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    ("moderation.lock", "/groups/{circle}/prompts/{own_prompt}/lock", {"locked": "0"}, TUTORS | {"tutor": 303}),
    ("seeds.put", "/groups/{circle}/prompts/{own_prompt}/seed", {"text": ""}, TUTORS | {"tutor": 422}),
    ("seeds.draft", "/groups/{circle}/prompts/{own_prompt}/seed/draft", {"text": "x"}, TUTORS | {"tutor": 303}),
    ("seeds.discard", "/groups/{circle}/prompts/{own_prompt}/seed/draft/discard", {}, TUTORS | {"tutor": 303}),
    ("seeds.withdraw", "/groups/{circle}/prompts/{own_prompt}/seed/withdraw", {}, TUTORS | {"tutor": 303}),
    (
        "journal.sharing",
        "/groups/{circle}/prompts/{own_prompt}/entries/1/sharing",
        {"shared": "1"},
        NOBODY | {"visitor": 401},
    ),
    (
        "group_readings.change",
        "/groups/{circle}/readings/{group_reading}/change",
        {},
        PLANNERS | {"tutor": 422, "organiser": 422},
    ),
    (
        "group_readings.back",
        "/groups/{circle}/readings/{group_reading}/take-back",
        {},
        PLANNERS | {"tutor": 303, "organiser": 303},
    ),
    ("lessons.preview", "/preview", {"text": "*x*"}, EVERYBODY),
    ("quizzes.begin", "/courses/{course}/quizzes/{quiz}", {"group": "{circle}"}, of(*MEMBERS, then=303)),
    ("quizzes.save", "/attempts/{attempt}", {"do": "save"}, of("student", then=303)),
    ("quizzes.save_item", "/attempts/{attempt}/items/{item}", {"base": "0"}, of("student")),
    ("quizzes.submit", "/attempts/{attempt}/submission", {}, of("student", then=303)),
    ("quizzes.rating", "/attempts/{attempt}/items/{item}/rating", {}, of("student", then=303)),
    (
        "quiz_rules.except_member",
        "/groups/{circle}/quizzes/{quiz}/rules/{member}",
        {"field": "attempts", "attempts-value": "many"},
        TUTORS | {"tutor": 422},
    ),
    (
        "quiz_rules.one_more",
        "/groups/{circle}/quizzes/{quiz}/rules/{member}/attempt",
        {"reason": "Was ill"},
        TUTORS | {"tutor": 303},
    ),
    (
        "quiz_rules.except_subgroup",
        "/groups/{circle}/quizzes/{quiz}/rules/subgroups/{subgroup}",
        {"field": "attempts", "attempts-value": "many"},
        TUTORS | {"tutor": 422},
    ),
    (
        "quiz_rules.revoke",
        "/groups/{circle}/quizzes/{quiz}/rules/exceptions/{exception}/revoke",
        {},
        TUTORS | {"tutor": 303},
    ),
    ("quiz_rules.accommodation", "/groups/{circle}/members/{member}/accommodation", {}, TUTORS | {"tutor": 422}),
    (
        "marking.mark",
        "/groups/{circle}/marking/{essay}",
        {"answer": "{answer}", "seen": "1-0-0", "comment": "Well argued."},
        TUTORS | {"tutor": 303},
    ),
    ("marking.mark", "/groups/{circle}/marking/{essay}", {"answer": "{item}"}, TUTORS | {"tutor": 404}),
    ("marking.release_all", "/groups/{circle}/marking/{essay}/release", {}, TUTORS | {"tutor": 303}),
    ("progress.change_help", "/groups/{circle}/progress/help", {"late_parts": "many"}, TUTORS | {"tutor": 422}),
    (
        "messages.send",
        "/groups/{circle}/messages/new",
        {"subject": "", "to": "0"},
        PLANNERS | {"organiser": 422, "tutor": 422},
    ),
    (
        "progress.override",
        f"{SCORE_OF}/attempts/{{result}}/questions/1/score",
        {"points": "much"},
        TUTORS | {"tutor": 422},
    ),
    (
        "progress.accept",
        f"{SCORE_OF}/attempts/{{result}}/questions/1/score/accept",
        {"step": "0"},
        TUTORS | {"tutor": 409},
    ),
    ("review.answer", "/review", {"item": "{to_review}"}, of("student", then=422) | {"visitor": 401}),
    ("review.take_back", "/review/answers/{reviewed}/take-back", {}, of("student", then=303) | {"visitor": 401}),
    ("review.rest", "/review/cards/{to_review}/suspend", {}, of("student", then=303) | {"visitor": 401}),
    ("review.wake", "/review/cards/{to_review}/resume", {}, of("student", then=303) | {"visitor": 401}),
    ("review.settings", "/review/settings", {"minutes": "many"}, of(*ROLES[1:], then=422, others=401)),
    ("users.end_sign_in", "/me/sign-ins/{sign_in}/sign-out", {}, accounts(404) | {"student": 303}),
    ("users.sign_up", "/sign-up", {}, of("visitor", "guest", then=422, others=303)),
    ("users.sign_in", "/sign-in", {}, of(*ROLES, then=422)),
    ("users.me", "/me", {"name": "N", "zone": "Nowhere"}, of(*ROLES[1:], then=422, others=401)),
    ("privacy.archive", "/me/data.zip", {}, of(*ROLES[1:], others=401)),
    ("privacy.erase_me", "/me/erase", {}, accounts(403) | {"guest": 422}),
    ("users.password", "/me/password", {}, accounts(422)),
    ("users.proof", "/me/proof", {}, accounts(422)),
    ("users.email", "/me/email", {}, accounts(403)),
    ("users.begin_second_step", "/me/second-step/begin", {}, accounts(403)),
    ("users.confirm_second_step", "/me/second-step/confirm", {}, accounts(403)),
    ("users.renew_codes", "/me/second-step/codes", {}, accounts(403)),
    ("users.turn_off_second_step", "/me/second-step/off", {}, accounts(403)),
    ("users.code", "/sign-in/code", {}, of(*ROLES, then=303)),
    ("users.finish_sign_up", "/sign-up/nonsense", {}, of(then=200, others=410)),
    ("users.email_link", "/me/email/nonsense", {}, of(then=200, others=410)),
    ("digest.end_letters", "/unsubscribe/{no_more}", {}, EVERYBODY),
    ("digest.end_letters", "/unsubscribe/nonsense", {}, NOBODY),
    ("users.reset", "/reset", {}, of(*ROLES, then=422)),
    ("users.reset_link", "/reset/nonsense", {}, of(then=200, others=410)),
    ("users.set_up", "/set-up/nonsense", {}, of(then=200, others=410)),
    ("users.reading_settings", "/reading-settings", {"theme": "dark"}, of(*ROLES, then=303)),
    ("merging.ask", "/me/merge", {"answer": "add"}, of(then=200, others=303)),
    ("calendar.make", "/calendar/feed", {"group": ""}, accounts(303)),
    ("calendar.make", "/calendar/feed", {"group": "{circle}"}, of(*MEMBERS, then=303) | NO_ACCOUNT),
    ("calendar.revoke", "/calendar/feed/revoke", {"group": "{circle}"}, of(*MEMBERS, then=303) | NO_ACCOUNT),
    ("notices.seen", "/notices/seen", {"last": "0"}, of(*ROLES[1:], then=303, others=401)),
    ("notices.open_notice", "/notices/{notice}", {}, of("student", then=303) | {"visitor": 401}),
    ("reports.wrong", "/courses/{course}/wrong", {"item": "{version}", "words": ""}, of(*ROLES, then=422)),
    ("reports.report", "/reports/{report}", {}, OF_REPORT | {"student": 404, "tutor": 422, "administrator": 422}),
    ("groups.new", "/courses/{course}/groups/new", {"name": ""}, accounts(422)),
    (
        "groups.invite",
        "/groups/{circle}/invitations",
        {"role": "nobody"},
        ORGANISERS | {"organiser": 422},
    ),
    ("groups.revoke", "/groups/{circle}/invitations/{invitation}/revoke", {}, ORGANISERS | {"organiser": 303}),
    ("roster.bring_roster", "/groups/{circle}/roster", {"words": "a@example.org"}, ORGANISERS | {"organiser": 303}),
    ("roster.bring_roster", "/groups/{circle}/roster", {"words": "nobody"}, ORGANISERS | {"organiser": 422}),
    ("roster.take", "/groups/{circle}/roster/{roster}", {"mark": "another"}, ORGANISERS | {"organiser": 409}),
    ("roster.forget", "/groups/{circle}/roster/{roster}/forget", {}, ORGANISERS | {"organiser": 303}),
    ("roster.all_again", "/groups/{circle}/roster/again", {}, ORGANISERS | {"organiser": 303}),
    ("roster.again", "/groups/{circle}/roster/invitations/{sent}/again", {}, ORGANISERS | {"organiser": 303}),
    ("roster.again", "/groups/{circle}/roster/invitations/{invitation}/again", {}, ORGANISERS | {"organiser": 404}),
    ("roster.revoke", "/groups/{circle}/roster/invitations/{sent}/revoke", {}, ORGANISERS | {"organiser": 303}),
    (
        "groups.change_member",
        "/groups/{circle}/members",
        {"do": "make-student", "enrolment": "{member}"},
        ORGANISERS | {"organiser": 303},
    ),
    (
        "groups.answer_request",
        "/groups/{circle}/requests/{request}",
        {"answer": "decline"},
        ORGANISERS | {"organiser": 303},
    ),
    ("groups.settings", "/groups/{circle}/settings", {"name": ""}, ORGANISERS | {"organiser": 422}),
    ("syllabus.plan", "/groups/{circle}/syllabus/plan", {}, PLANNERS | {"tutor": 422, "organiser": 422}),
    ("syllabus.add", "/groups/{circle}/syllabus/add", {}, PLANNERS | {"tutor": 422, "organiser": 422}),
    ("syllabus.change", "/groups/{circle}/syllabus/{meeting}", {}, PLANNERS | {"tutor": 422, "organiser": 422}),
    ("syllabus.cancel", "/groups/{circle}/syllabus/{meeting}/cancel", {}, PLANNERS | {"tutor": 303, "organiser": 303}),
    ("syllabus.hold", "/groups/{circle}/syllabus/{meeting}/hold", {}, PLANNERS | {"tutor": 303, "organiser": 303}),
    ("syllabus.insert", "/groups/{circle}/syllabus/{meeting}/insert", {}, PLANNERS | {"tutor": 422, "organiser": 422}),
    ("syllabus.remove", "/groups/{circle}/syllabus/{meeting}/remove", {}, PLANNERS | {"tutor": 409, "organiser": 409}),
    ("arranging.arrange", "/groups/{circle}/syllabus/arrange", {}, PLANNERS | {"tutor": 422, "organiser": 422}),
    ("arranging.holidays", "/groups/{circle}/syllabus/holidays", {}, PLANNERS),
    ("meetings.put", "/groups/{circle}/meetings/{led}/agenda", {"text": ""}, IN_GROUP | dict.fromkeys(MEMBERS, 422)),
    (
        "meetings.draft",
        "/groups/{circle}/meetings/{led}/agenda/draft",
        {"text": "Wh", "base": "0"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    (
        "meetings.discard",
        "/groups/{circle}/meetings/{led}/agenda/draft/discard",
        {"copy": "0"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    (
        "meetings.put_on",
        "/groups/{circle}/meetings/{led}/agenda/passage",
        {"text": "{notes_id}", "passage": "p-2"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    (
        "meetings.talked",
        "/groups/{circle}/meetings/{led}/agenda/{wish}/talked",
        {"talked": "1"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    (
        "meetings.talked",
        "/groups/{circle}/meetings/{meeting}/agenda/{wish}/talked",
        {},
        PLANNERS | dict.fromkeys(("tutor", "organiser"), 404),
    ),
    ("meetings.take_it_off", "/groups/{circle}/meetings/{led}/agenda/{wish}/off", {}, AUTHOR),
    ("minutes.write", "/groups/{circle}/meetings/{led}/minutes", {"text": ""}, IN_GROUP | dict.fromkeys(MEMBERS, 422)),
    ("minutes.write", "/groups/{circle}/meetings/{meeting}/minutes", {}, PLANNERS | {"tutor": 422, "organiser": 422}),
    (
        "minutes.draft",
        "/groups/{circle}/meetings/{led}/minutes/draft",
        {"text": "We", "base": "0"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    (
        "minutes.discard",
        "/groups/{circle}/meetings/{led}/minutes/draft/discard",
        {"copy": "0"},
        IN_GROUP | dict.fromkeys(MEMBERS, 303),
    ),
    ("meetings.hand_it_on", "/groups/{circle}/meetings/{led}/chair/hand-on", {}, AUTHOR | {"student": 303}),
    (
        "meetings.chair",
        "/groups/{circle}/meetings/{led}/chair",
        {"chair": ""},
        PLANNERS | {"tutor": 303, "organiser": 303},
    ),
    (
        "meetings.turns",
        "/groups/{circle}/meetings/{led}/turns",
        {"turns": "0"},
        PLANNERS | {"tutor": 303, "organiser": 303},
    ),
    ("groups.archive", "/groups/{circle}/archive", {}, ORGANISERS | {"organiser": 303}),
    ("groups.reopen", "/groups/{circle}/reopen", {}, ORGANISERS | {"organiser": 303}),
    ("violations.take", "/csp-reports", {}, of(then=204, others=400)),
    ("admin.upload", "/admin/upload", {}, of("administrator", then=422) | {"visitor": 401}),
    ("admin.load", "/admin/uploads/nonsense", {}, of(then=200, others=404) | {"visitor": 401}),
    ("running.again", "/admin/jobs/{given_up}/again", {}, of("administrator", then=303) | {"visitor": 401}),
    ("running.drop", "/admin/jobs/{given_up_too}/drop", {}, of("administrator", then=303) | {"visitor": 401}),
    ("admin.test_mail", "/admin/test-mail", {}, of("administrator", then=303) | {"visitor": 401}),
    ("users.sign_out_everywhere", "/me/sign-out-everywhere", {}, accounts(303)),
    ("groups.leave", "/groups/{circle}/leave", {}, IN_GROUP | {"student": 303, "tutor": 303, "organiser": 409}),
    # Makes a member of everybody, so nothing of the group may come after it.
    ("groups.take_up", "/join/{token}", {"bring": "afresh"}, accounts(303)),
    ("users.sign_out", "/sign-out", {}, of("guest", then=200, others=303)),
]


#: Tables of what looking leaves: how far somebody has read, and a tutor's looks.
TRACES = frozenset({"read_mark", "look"})


def filled(words: Any, names: Mapping[str, Any]) -> Any:
    return words.format(**names) if isinstance(words, str) else words


def test_each_page_is_open_to_whom_it_is_for_and_looking_leaves_nothing_but_two_traces(
    app: Application, database: Database
) -> None:
    with database.transaction() as session:
        world = make_world(session)
    wrong: dict[tuple[str, str], Any] = {}
    for role in ROLES:
        client = browser_of(app, database, world.users[role])
        before = rows_of(database)
        for _endpoint, address, statuses in LOOKING:
            with client.get(filled(address, world.names)) as answer:
                if answer.status_code != statuses[role]:
                    wrong[role, address] = (answer.status_code, statuses[role])
        if written := differing(before, rows_of(database)) - TRACES:
            wrong[role, "wrote"] = written
    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
def test_each_act_is_open_to_whom_it_is_for(app: Application, database: Database, role: str) -> None:
    with database.transaction() as session:
        world = make_world(session)
    with app.test_request_context():
        token, half = generate_csrf(), cookie_of_request["csrf_token"]
    wrong = {}
    for _endpoint, address, fields, statuses in ACTING:
        client = browser_of(app, database, world.users[role])
        with client.session_transaction() as cookie:
            cookie["csrf_token"] = half
        form = {filled(name, world.names): filled(value, world.names) for name, value in fields.items()}
        answer = client.post(filled(address, world.names), data={"csrf_token": token, **form})
        if answer.status_code != statuses[role]:
            wrong[address, str(fields)] = (answer.status_code, statuses[role])
    assert wrong == {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_table_names_every_address_of_the_site(app: Application) -> None:
    site = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in {"GET", "POST"} & (rule.methods or set())
    }
    table = {(row[0], "GET") for row in LOOKING} | {(row[0], "POST") for row in ACTING}
    assert site - table == set()
    assert {endpoint for endpoint, _method in table - site} == set()
