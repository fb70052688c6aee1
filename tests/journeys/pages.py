"""All pages of the site, as they are looked at for barriers: a new page belongs into this table.

Each look costs about half a second: of two pages with the same parts the fuller one is enough."""

from collections.abc import Mapping
from typing import NamedTuple

from tests.journeys.people import COURSE, LESSON, OTHER_LESSON, OTHER_QUIZ, POSTING, PROMPT, QUIZ, RULES


class Shown(NamedTuple):
    """A page as one person sees it. {words} in ADDRESS and SENT are names of `people.House`.

    With SENT (field -> what is typed into it) it is what answers that form, else what stands at the address."""

    person: str
    address: str
    status: int = 200
    sent: Mapping[str, str] | None = None


LONG = "What somebody wrote and would not like to lose: " + "an answer of some length. " * 8

#: The other documents of a course look like this one.
TEXT = f"{COURSE}/texts/april-theses"

PAGES: list[Shown] = [
    # What everybody reads, with nothing done
    Shown("visitor", "/"),
    Shown("visitor", COURSE),
    Shown("visitor", f"{OTHER_LESSON}?checked={{closed}}"),
    Shown("visitor", PROMPT),
    Shown("visitor", TEXT),
    Shown("visitor", f"{COURSE}/reference"),
    Shown("visitor", QUIZ),
    Shown("visitor", f"{QUIZ}/paper"),
    Shown("visitor", "/today"),
    Shown("visitor", "/reading-settings"),
    Shown("visitor", "/styleguide"),
    # The door
    Shown("visitor", "/sign-up"),
    Shown("visitor", "/sign-up", 422, {"email": "vera", "password": "password"}),
    Shown("visitor", "/sign-up", 409, {"email": "vera@example.org", "name": "V", "password": "not the one of Vera"}),
    Shown("visitor", "/sign-in"),
    Shown("visitor", "/sign-in", 422, {"email": "vera@example.org", "password": "not the one of Vera"}),
    Shown("visitor", "/reset"),
    Shown("visitor", "/reset", 200, {"email": "nobody@example.org"}),
    Shown("visitor", "/reset/{reset}"),
    Shown("visitor", "/reset/{reset}", 422, {"password": "password"}),
    # A guest
    Shown("guest", "/today"),
    Shown("guest", "/me"),
    Shown("guest", "/me/calibration"),
    Shown("guest", "/sign-up"),
    Shown("guest", "/sign-out", 200, {}),
    # A student who has done all there is to do in a lesson
    Shown("student", "/"),
    Shown("student", COURSE),
    Shown("student", f"{LESSON}?from=attempt-{{result}}-1&checked={{check}}"),
    Shown("student", f"{LESSON}/checks/{{check}}", 422, {"certainty": "3"}),
    Shown("student", f"{OTHER_LESSON}?checked={{closed}}"),
    Shown("student", f"{OTHER_LESSON}/checks/{{closed}}"),
    Shown("student", "/me/calibration"),
    Shown("student", "/today"),
    Shown("student", PROMPT),
    Shown("student", PROMPT, 200, {"text": "It **showed** that power can change hands.", "preview": "1"}),
    Shown("student", f"{PROMPT}/draft", 422, {"text": "word " * 20_001}),
    Shown("student", QUIZ),
    Shown("student", OTHER_QUIZ),
    Shown("student", "/attempts/{sitting}", 422, {"base-{ordering}": "0", "item-{ordering}-{entry}": "99"}),
    Shown("student", "/attempts/{sitting}/submission"),
    Shown("student", "/attempts/{result}"),
    Shown("administrator", "/attempts/{over}"),
    Shown("student", "/attempts/{result}/questions/1/score"),
    Shown("student", "/me", 422, {"name": "", "zone": "Nowhere"}),
    Shown("student", "/me/password"),
    Shown("student", "/me/password", 422, {"password": "password"}),
    Shown("merging", "/me"),
    Shown("merging", "/me/merge"),
    Shown("student", "/reading-settings", 422, {"theme": "no theme"}),
    # In a study group
    Shown("visitor", "/groups/{group}", 401),
    Shown("student", "/groups"),
    Shown("member", "/groups"),
    Shown("member", "/groups/{group}"),
    Shown("student", f"{COURSE}/groups/new"),
    Shown("student", f"{COURSE}/groups/new", 422, {"name": "", "about": "On Thursdays.", "zone": "Nowhere"}),
    Shown("visitor", "/join/{join}"),
    Shown("student", "/join/{join}"),
    Shown("student", "/join/{ask}", 422, {"words": 2 * LONG}),
    Shown("administrator", "/join/{ask}"),
    Shown("administrator", "/groups"),
    Shown("visitor", "/join/nonsense", 410),
    Shown("planner", "/groups/{group}/invitations"),
    Shown("planner", "/groups/{group}/invitations", 422, {"role": "nobody", "uses": "many"}),
    Shown("member", "/groups/{group}/members"),
    Shown("planner", "/groups/{group}/members"),
    Shown("member", "/groups/{group}/leave"),
    Shown("planner", "/groups/{group}/leave", 409, {}),
    Shown("planner", "/groups/{group}/settings"),
    Shown("planner", "/groups/{group}/settings", 422, {"name": ""}),
    Shown("member", "/today?group={group}"),
    Shown("member", "/groups/{group}/syllabus"),
    Shown("planner", "/groups/{group}/syllabus"),
    Shown("planner", "/groups/{bare}"),
    Shown("planner", "/groups/{bare}/syllabus/plan"),
    Shown("planner", "/groups/{group}/syllabus/plan", 422, {"start": "soon", "meetings": "3"}),
    Shown("planner", "/groups/{group}/syllabus/add"),
    Shown("planner", "/groups/{group}/syllabus/add", 422, {"day": "soon"}),
    Shown("planner", "/groups/{group}/syllabus/2"),
    Shown("planner", "/groups/{group}/syllabus/2", 422, {"day": "2000-01-01", "lesson": ""}),
    Shown("member", f"{COURSE}?group={{group}}"),
    Shown("planner", "/groups/{group}/progress"),
    Shown("planner", "/groups/{group}/progress/{place}"),
    Shown("planner", "/groups/{group}/progress/{place}/attempts/{seen}"),
    Shown("planner", "/groups/{group}/members/{place}/attempts/{seen}/questions/1/score"),
    Shown("planner", "/groups/{group}/members/{place}/attempts/{seen}/questions/1/score", 422, {"points": "much"}),
    Shown("planner", f"{OTHER_QUIZ}/paper?group={{group}}&key=1"),
    Shown("visitor", f"{QUIZ}/rules"),
    Shown("member", f"{QUIZ}/rules?group={{group}}"),
    Shown("planner", RULES),
    Shown("planner", f"{RULES}/{{place}}"),
    Shown("planner", f"{RULES}/{{place}}", 422, {"field": "close", "close-value": "soon"}),
    Shown("planner", f"{RULES}/{{place}}/attempt", 422, {"reason": ""}),
    Shown("planner", f"{RULES}/subgroups/{{subgroup}}"),
    Shown("planner", f"{RULES}/subgroups/{{subgroup}}", 422, {"field": "time_limit", "time_limit-value": "long"}),
    Shown("planner", "/groups/{group}/members/{place}/accommodation"),
    Shown("planner", "/groups/{group}/members/{place}/accommodation", 422, {"factor": "half", "days": "-1"}),
    Shown("guest", "/me/places"),
    Shown("member", "/me/places/{place}"),
    # Essays are marked
    Shown("planner", "/groups/{bare}/marking"),
    Shown("planner", "/groups/{bare}/marking/{essay}"),
    Shown("planner", "/groups/{group}/marking"),
    Shown("planner", "/groups/{group}/marking/{essay}?n=1"),
    Shown("planner", "/groups/{group}/marking/{essay}", 422, {"answer": "{waiting}", "seen": "1-0-0", "do": "release"}),
    Shown("planner", "/groups/{group}/marking/{essay}", 409, {"answer": "{drafted}", "seen": "0", "comment": LONG}),
    Shown("planner", "/groups/{group}/marking/{essay}/release"),
    # A group discusses
    Shown("member", "/groups/{group}/discussions"),
    Shown("planner", f"{PROMPT}?group={{group}}"),
    Shown("planner", f"{PROMPT}?group={{group}}&edit={{post}}"),
    Shown("member", f"{PROMPT}?group={{group}}&reply={{post}}"),
    Shown("member", f"{LESSON}?group={{group}}"),
    Shown("member", POSTING, 422, {"text": " "}),
    Shown("member", "/groups/{group}/posts/{post}/reply", 200, {"text": "*Why* not?", "preview": "1"}),
    Shown("member", "/groups/{group}/posts/{post}/reply/draft", 422, {"text": "word " * 20_001}),
    Shown("planner", "/groups/{group}/posts/{post}/edit", 422, {"text": "> " * 200 + "deep", "version": "2"}),
    Shown("planner", "/groups/{group}/posts/{post}/edit", 409, {"text": "Of another window.", "version": "1"}),
    # What one is told, and what is wrong
    Shown("student", "/notices"),
    Shown("planner", "/notices"),
    Shown("administrator", "/notices?before=1"),
    Shown("visitor", f"{COURSE}/wrong?passage={{passage}}"),
    Shown("student", f"{COURSE}/wrong?item={{item}}", 422, {"words": ""}),
    Shown("guest", "/reports"),
    Shown("administrator", "/reports"),
    Shown("student", "/reports/{answered}"),
    Shown("administrator", "/reports/{reported}"),
    Shown("administrator", "/reports/{reported}", 422, {}),
    Shown("administrator", "/reports/{answered}", 409, {"outcome": "mended", "answer": LONG}),
    # Who runs the site
    Shown("administrator", "/admin"),
    Shown("administrator", "/admin/users"),
    Shown("administrator", "/admin/groups"),
    Shown("administrator", COURSE.replace("/courses", "/admin/courses")),
    Shown("administrator", "/admin/upload"),
    Shown("administrator", "/admin/upload", 422, {}),
    Shown("administrator", "/admin/uploads/{upload}"),
    Shown("administrator", "/admin/uploads/{upload}", 422, {}),
    # What went wrong
    Shown("visitor", "/nothing-here", 404),
    Shown("visitor", "/reset/nonsense", 410),
    Shown("visitor", "/me/password", 401),
    Shown("guest", "/me/password", 403),
    Shown("student", PROMPT, 400, {"text": LONG, "csrf_token": "of a page that is too old"}),
    Shown("student", "/attempts/{result}", 409, {"do": "save"}),
]

#: A site that nobody runs yet, without a course.
NEW_SITE: list[Shown] = [
    Shown("visitor", "/"),
    Shown("visitor", "/today"),
    Shown("visitor", "/set-up/{set-up}"),
    Shown("visitor", "/set-up/{set-up}", 422, {"email": "vera"}),
    Shown("student", "/set-up/{set-up}"),
    Shown("student", "/groups/new"),
]

#: (endpoint, method) -> why no page of its own answers.
NO_PAGE: Mapping[tuple[str, str], str] = {
    ("static", "GET"): "a file",
    ("courses.image", "GET"): "a picture",
    ("site.healthz", "GET"): "plain text",
    ("lessons.preview", "POST"): "a fragment, which the preview of a prompt shows",
    ("quizzes.save_item", "POST"): "data",
    ("lessons.tick", "POST"): "leads elsewhere",
    ("lessons.tick_one", "POST"): "leads elsewhere",
    ("lessons.discard", "POST"): "leads elsewhere",
    ("quizzes.begin", "POST"): "leads elsewhere",
    ("quizzes.submit", "POST"): "leads elsewhere",
    ("quizzes.rating", "POST"): "leads elsewhere",
    ("progress.accept", "POST"): "leads elsewhere",
    ("merging.ask", "POST"): "leads elsewhere",
    ("notices.seen", "POST"): "leads elsewhere",
    ("notices.open_notice", "POST"): "leads elsewhere",
    ("groups.revoke", "POST"): "leads elsewhere",
    ("quiz_rules.revoke", "POST"): "leads elsewhere",
    ("marking.release_all", "POST"): "leads elsewhere",
    ("groups.leave", "POST"): "leads elsewhere",
    ("groups.change_member", "POST"): "leads elsewhere",
    ("groups.answer_request", "POST"): "leads elsewhere",
    ("groups.archive", "POST"): "leads elsewhere",
    ("groups.reopen", "POST"): "leads elsewhere",
    ("discussion.discard", "POST"): "leads elsewhere",
    ("syllabus.cancel", "POST"): "leads elsewhere",
    ("syllabus.hold", "POST"): "leads elsewhere",
    ("admin.test_mail", "POST"): "leads elsewhere",
    ("users.end_sign_in", "POST"): "leads elsewhere",
    ("users.sign_out_everywhere", "POST"): "leads elsewhere",
}
