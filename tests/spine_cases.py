"""What the database must refuse, noun by noun: for each key of the spine a row that breaks it, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from course.completion.models import FactKind, State
from course.groups.models import Role
from course.outline.models import ActivityKind
from course.texts.models import AnchorState
from course.users.models import LinkKind
from lessons.reports.models import Outcome
from lessons.search.models import COLUMN_OF, Kind
from quizzes.models import Purpose, StepKind
from quizzes.review.models import ReviewSource
from tests.conftest import NOW
from tests.scene import AFTER, BEFORE, Columns, Scene


class Case(NamedTuple):
    """`wrong` is what differs from a right row; `right`, where given, is what a right one needs beside."""

    key: str
    says: str
    wrong: Callable[[Scene], Columns]
    right: Callable[[Scene], Columns] = lambda _scene: {}


def step_of(kind: StepKind, score: float | None) -> Callable[[Scene], Columns]:
    """Return what makes a step one of KIND, with SCORE."""
    return lambda _scene: {"kind": kind, "score": score}


#: A key that no row gets by itself: the databases count on from test to test.
FAR = 10**9


USERS = [
    Case("uq_user_email", "an e-mail twice", lambda s: {"email": s["user"].email}),
    Case("ck_user_email_folded", "an e-mail with capitals", lambda s: {"email": "Ada@example.org"}),
    Case(
        "ck_user_guest_has_no_password",
        "a guest with a password",
        lambda s: {"email": None, "password_hash": "…"},
        lambda s: {"email": None},
    ),
    Case(
        "ck_user_guest_is_no_administrator",
        "a guest who runs the site",
        lambda s: {"email": None, "administrator": True},
        lambda s: {"email": None},
    ),
    Case("uq_sign_in_token_hash", "a token twice", lambda s: {"token_hash": s["sign_in"].token_hash}),
    Case("uq_one_time_link_token_hash", "a link twice", lambda s: {"token_hash": s["one_time_link"].token_hash}),
    Case(
        "ck_one_time_link_belongs_to_user",
        "a new password for nobody",
        lambda s: {"user_id": None},
        lambda s: {"user_id": None, "kind": LinkKind.setup},
    ),
    Case(
        "ck_one_time_link_shows_whose_email",
        "a new password that shows an e-mail",
        lambda s: {"email": "ada@example.org"},
        lambda s: {"email": "ada@example.org", "kind": LinkKind.email},
    ),
    Case(
        "ck_one_time_link_shows_whose_email",
        "an account to be made for no e-mail",
        lambda s: {"kind": LinkKind.sign_up, "user_id": None},
        lambda s: {"kind": LinkKind.sign_up, "user_id": None, "email": "ada@example.org"},
    ),
    Case(
        "ck_one_time_link_email_folded",
        "an e-mail with capitals",
        lambda s: {"kind": LinkKind.email, "email": "Ada@example.org"},
        lambda s: {"kind": LinkKind.email, "email": "ada@example.org"},
    ),
    Case("uq_second_step_user_id", "two second steps of one user", lambda s: {"user_id": s["second_step"].user_id}),
    Case(
        "ck_second_step_confirmed_with_a_code",
        "a second step that is asked for, and no code was ever taken",
        lambda s: {"last_step": None},
        lambda s: {"last_step": None, "confirmed_at": None},
    ),
    Case("uq_recovery_code_code_hash", "a code twice", lambda s: {"code_hash": s["recovery_code"].code_hash}),
    Case(
        "ck_audit_entry_the_shell_has_no_name",
        "somebody's act and the shell's",
        lambda s: {"in_shell": True},
        lambda s: {"in_shell": True, "actor_id": None},
    ),
    Case("ck_user_pace_of_a_reader", "slower than any", lambda s: {"pace": 49}, lambda s: {"pace": 50}),
    Case("ck_user_pace_of_a_reader", "faster than any", lambda s: {"pace": 1001}, lambda s: {"pace": 1000}),
    Case(
        "ck_user_minutes_of_a_day",
        "more review than anybody has time for",
        lambda s: {"review_minutes": 241},
        lambda s: {"review_minutes": 240},
    ),
    Case(
        "ck_user_minutes_of_a_day", "less than none", lambda s: {"review_minutes": -1}, lambda s: {"review_minutes": 0}
    ),
    Case(
        "ck_user_retention_is_a_share",
        "to know nearly all",
        lambda s: {"retention": 0.98},
        lambda s: {"retention": 0.97},
    ),
    Case("ck_user_retention_is_a_share", "to know half", lambda s: {"retention": 0.69}, lambda s: {"retention": 0.7}),
    Case(
        "one_open_set_up_link",
        "two open links to set the site up",
        lambda s: {"kind": LinkKind.setup},
        lambda s: {"kind": LinkKind.setup, "used_at": s["open set-up link"].expires_at},
    ),
]

OUTLINE = [
    Case("uq_course_ident", "a course twice", lambda s: {"ident": s["course"].ident}),
    Case(
        "uq_unit_course_id_ident",
        "a unit twice in one course",
        lambda s: {"ident": s["unit"].ident},
        lambda s: {"ident": s["unit"].ident, "course_id": s("other course")},
    ),
    Case(
        "uq_planned_lesson_unit_id_position",
        "two planned lessons at one place",
        lambda s: {"unit_id": s["planned_lesson"].unit_id},
        lambda s: {"unit_id": s["planned_lesson"].unit_id, "position": 2},
    ),
    Case(
        "ck_activity_lesson_stands_alone",
        "a lesson in a lesson",
        lambda s: {"unit_id": None, "parent_id": s("activity")},
        lambda s: {"unit_id": None},
    ),
    Case(
        "ck_activity_part_has_lesson",
        "a reading of the curriculum outside any lesson",
        lambda s: {"kind": ActivityKind.reading, "unit_id": None},
        lambda s: {"kind": ActivityKind.reading, "unit_id": None, "parent_id": s("activity")},
    ),
    Case(
        "ck_activity_only_lessons_in_units",
        "a reading directly in a unit",
        lambda s: {"kind": ActivityKind.reading, "parent_id": s("activity")},
        lambda s: {"kind": ActivityKind.reading, "parent_id": s("activity"), "unit_id": None},
    ),
    Case(
        "ck_activity_not_its_own_part",
        "a part of itself",
        lambda s: {"id": FAR, "kind": ActivityKind.reading, "unit_id": None, "parent_id": FAR},
        lambda s: {"id": FAR, "kind": ActivityKind.reading, "unit_id": None, "parent_id": s("activity")},
    ),
    Case("ck_activity_minutes_not_negative", "less than no time", lambda s: {"minutes": -1}),
    Case(
        "fk_activity_group_id_course_id_study_group",
        "an activity of a group that studies another course",
        lambda s: {"group_id": s("group of the other course")},
        lambda s: {"group_id": s("study_group")},
    ),
    Case(
        "fk_activity_parent_id_course_id_activity",
        "a part of a lesson of another course",
        lambda s: {"kind": ActivityKind.prompt, "unit_id": None, "parent_id": s("lesson of the other course")},
        lambda s: {"kind": ActivityKind.prompt, "unit_id": None, "parent_id": s("activity")},
    ),
    Case(
        "fk_activity_unit_id_course_id_unit",
        "a lesson in a unit of another course",
        lambda s: {"unit_id": s("unit of the other course")},
    ),
    Case(
        "uq_activity_parent_id_kind_ident",
        "a reading twice in one lesson",
        lambda s: part(s, ActivityKind.reading, "reading activity"),
        lambda s: part(s, ActivityKind.prompt, "reading activity"),
    ),
    Case(
        "one_ident_in_course",
        "a lesson twice in one course",
        lambda s: {"ident": s["activity"].ident},
        lambda s: {"ident": s["activity"].ident, "group_id": s("study_group")},
    ),
    Case(
        "one_ident_in_group",
        "a lesson twice in one group",
        lambda s: own_lesson(s, "study_group"),
        lambda s: own_lesson(s, "other group"),
    ),
    Case(
        "one_quiz_of_that_name",
        "a quiz twice in one course, in two lessons",
        lambda s: part(s, ActivityKind.quiz, "quiz activity") | {"parent_id": s("other lesson")},
        lambda s: part(s, ActivityKind.prompt, "quiz activity") | {"parent_id": s("other lesson")},
    ),
    Case("uq_curriculum_file_course_id_path", "a path twice", lambda s: {"path": s["curriculum_file"].path}),
]

REFERENCE = [
    Case("uq_person_course_id_ident", "a person twice", lambda s: {"ident": s["person"].ident}),
    Case("uq_term_course_id_ident", "a term twice", lambda s: {"ident": s["term"].ident}),
    Case("uq_event_course_id_ident", "an event twice", lambda s: {"ident": s["event"].ident}),
    Case("uq_source_course_id_ident", "a source twice", lambda s: {"ident": s["source"].ident}),
    Case("uq_figure_course_id_ident", "a figure twice", lambda s: {"ident": s["figure"].ident}),
    Case(
        "uq_mention_course_id_kind_ident_position",
        "two mentions at one place of the order",
        lambda s: {"ident": s["mention"].ident},
        lambda s: {"ident": s["mention"].ident, "position": 2},
    ),
    Case("ck_mention_of_reference", "a mention of a lesson", lambda s: {"kind": "lesson"}),
    Case(
        "ck_event_ends_after_start",
        "an end before the start",
        lambda s: {"earliest": NOW.date(), "latest": BEFORE.date()},
        lambda s: {"earliest": NOW.date(), "latest": NOW.date()},
    ),
]

GROUPS = [
    Case("uq_study_group_slug", "an address twice", lambda s: {"slug": s["study_group"].slug}),
    Case(
        "fk_enrolment_group_id_course_id_study_group",
        "a place in a group that studies another course",
        lambda s: {"group_id": s("group of the other course")},
        lambda s: {"group_id": s("study_group")},
    ),
    Case(
        "one_live_solo",
        "two live places alone in one course",
        lambda s: {"user_id": s["enrolment"].user_id},
        lambda s: {"user_id": s["enrolment"].user_id, "left_at": NOW},
    ),
    Case(
        "one_live_in_group",
        "two live places in one group",
        lambda s: {"group_id": s["member"].group_id},
        lambda s: {"group_id": s["member"].group_id, "left_at": NOW},
    ),
    Case(
        "ck_enrolment_alone_is_student",
        "a tutor of nobody",
        lambda s: {"role": Role.tutor},
        lambda s: {"role": Role.tutor, "group_id": s("study_group")},
    ),
    Case(
        "ck_enrolment_alone_has_no_keys",
        "an organiser of nobody",
        lambda s: {"organiser": True},
        lambda s: {"organiser": True, "group_id": s("study_group")},
    ),
    Case("uq_invitation_token_hash", "an invitation twice", lambda s: {"token_hash": s["invitation"].token_hash}),
    Case(
        "ck_invitation_uses_within_limit",
        "more uses than allowed",
        lambda s: {"uses": 3, "uses_allowed": 2},
        lambda s: {"uses": 2, "uses_allowed": 2},
    ),
    Case(
        "ck_invitation_uses_within_limit",
        "fewer uses than none",
        lambda s: {"uses": -1},
    ),
    Case("uq_subgroup_group_id_name", "a name twice in one group", lambda s: {"name": s["subgroup"].name}),
    Case(
        "fk_subgroup_member_enrolment_id_group_id_enrolment",
        "a member of another group",
        lambda s: {"enrolment_id": s("member of the other group")},
    ),
    Case(
        "fk_subgroup_member_subgroup_id_group_id_subgroup",
        "a subgroup of another group",
        lambda s: {"subgroup_id": s("subgroup of the other group")},
    ),
    Case(
        "uq_subgroup_member_subgroup_id_enrolment_id",
        "a member twice in one subgroup",
        lambda s: {"subgroup_id": s["subgroup_member"].subgroup_id},
    ),
    Case("uq_notice_user_id_kind_ref", "a notice twice", lambda s: {"ref": s["notice"].ref}),
    Case(
        "uq_study_group_previous_id",
        "two next runs of one group",
        lambda s: {"previous_id": s["next run"].previous_id},
        lambda s: {"previous_id": s("next run")},
    ),
    Case(
        "ck_invitation_email_folded",
        "an address with capitals",
        lambda s: {"email": "Ada@example.org"},
        lambda s: {"email": "ada@example.org"},
    ),
    Case(
        "one_open_invitation_by_mail",
        "two open invitations of one person",
        lambda s: {"email": s["invitation by mail"].email},
        lambda s: {"email": s["invitation by mail"].email, "revoked_at": NOW},
    ),
    Case(
        "fk_subgroup_division_id_group_id_division",
        "a part of another group's division",
        lambda s: {"division_id": s("division of the other group")},
        lambda s: {"division_id": s("division")},
    ),
    Case(
        "uq_division_group_id_number",
        "a division twice",
        lambda s: {"number": s["division"].number},
        lambda s: {"number": s["division"].number + 1},
    ),
    Case("ck_division_numbers_from_one", "division number nought", lambda s: {"number": 0}),
    Case("ck_division_nobody_alone", "subgroups of one", lambda s: {"size": 1}, lambda s: {"size": 2}),
    Case("ck_message_not_empty", "a message without words", lambda s: {"words": ""}),
    Case(
        "uq_message_by_id_once",
        "one press, two messages",
        lambda s: {"once": s["message of one click"].once},
        lambda s: {"once": "another click"},
    ),
    Case(
        "fk_message_to_message_id_group_id_message",
        "a message of another group",
        lambda s: {"message_id": s("message of the other group")},
    ),
    Case(
        "fk_message_to_enrolment_id_group_id_enrolment",
        "a message to a member of another group",
        lambda s: {"enrolment_id": s("member of the other group")},
    ),
    Case(
        "uq_message_to_message_id_enrolment_id",
        "a message twice to one member",
        lambda s: {"message_id": s["message_to"].message_id},
    ),
    Case(
        "uq_digest_user_id_day",
        "two letters of one day",
        lambda s: {"day": s["digest"].day},
        lambda s: {"day": s["digest"].day - timedelta(days=1)},
    ),
    Case(
        "uq_digest_message_id",
        "two letters of one name",
        lambda s: {"day": BEFORE.date(), "message_id": s["digest"].message_id},
        lambda s: {"day": BEFORE.date()},
    ),
]

SYLLABUS = [
    Case(
        "uq_meeting_group_id_number",
        "a number twice in one group",
        lambda s: {"number": s["meeting"].number},
        lambda s: {"number": s["meeting"].number + 1},
    ),
    Case("ck_meeting_numbers_from_one", "meeting number nought", lambda s: {"number": 0}),
    Case("ck_meeting_lasts_a_day_at_most", "no time at all", lambda s: {"lasts": 0}, lambda s: {"lasts": 1}),
    Case("ck_meeting_lasts_a_day_at_most", "longer than a day", lambda s: {"lasts": 1441}, lambda s: {"lasts": 1440}),
    Case(
        "fk_meeting_chair_id_group_id_enrolment",
        "a chair from another group",
        lambda s: {"chair_id": s("member of the other group")},
        lambda s: {"chair_id": s("member")},
    ),
    Case(
        "uq_pacing_group_id",
        "two paces of one group",
        lambda s: {"group_id": s["pacing"].group_id},
        lambda s: {"group_id": s("other group")},
    ),
    Case(
        "ck_pacing_one_way_or_the_other",
        "several lessons over several meetings",
        lambda s: {"lessons": 2, "meetings": 2},
        lambda s: {"lessons": 2},
    ),
    Case("ck_pacing_one_way_or_the_other", "no lesson", lambda s: {"lessons": 0}),
    Case("ck_pacing_one_way_or_the_other", "no meeting", lambda s: {"meetings": 0}),
    Case(
        "ck_pacing_ends_after_start",
        "an end before the start",
        lambda s: {"ends": BEFORE.date() - timedelta(days=1)},
        lambda s: {"ends": NOW.date()},
    ),
    Case(
        "ck_holiday_ends_after_start",
        "an end before the start",
        lambda s: {"last": s["holiday"].first - timedelta(days=1)},
        lambda s: {"last": s["holiday"].first},
    ),
    Case("ck_relative_date_known_field", "a field that no rule has", lambda s: {"field": "colour"}),
    Case(
        "uq_relative_date_assignment_id_field",
        "one date said twice",
        lambda s: {"field": s["relative_date"].field},
        lambda s: {"field": "close"},
    ),
    Case(
        "fk_relative_date_assignment_id_group_id_assignment",
        "a date of another group's assignment",
        lambda s: {"assignment_id": s("assignment of the other group")},
    ),
    Case(
        "fk_relative_date_meeting_id_group_id_meeting",
        "a date by another group's meeting",
        lambda s: {"meeting_id": s("meeting of the other group")},
    ),
    Case(
        "uq_calendar_feed_token_hash",
        "an address twice",
        lambda s: {"token_hash": s["calendar_feed"].token_hash, "revoked_at": NOW},
        lambda s: {"revoked_at": NOW},
    ),
    Case(
        "one_live_feed",
        "two live feeds of one user",
        lambda s: {"user_id": s["calendar_feed"].user_id},
        lambda s: {"user_id": s["calendar_feed"].user_id, "revoked_at": NOW},
    ),
    Case(
        "one_live_feed_of_group",
        "two live feeds of one user and group",
        lambda s: {"group_id": s["feed of a group"].group_id},
        lambda s: {"group_id": s("other group")},
    ),
    Case(
        "fk_assignment_group_id_course_id_study_group",
        "an assignment of a group that studies another course",
        lambda s: {"course_id": s("other course"), "activity_id": s("lesson of the other course")},
    ),
    Case(
        "fk_assignment_activity_id_course_id_activity",
        "an activity of another course",
        lambda s: {"activity_id": s("lesson of the other course")},
    ),
    Case(
        "fk_assignment_meeting_id_group_id_meeting",
        "a meeting of another group",
        lambda s: {"meeting_id": s("meeting of the other group")},
        lambda s: {"meeting_id": s("meeting")},
    ),
    Case(
        "ck_assignment_closes_after_opening",
        "closed before it opens",
        lambda s: {"opens_at": NOW, "closes_at": BEFORE},
        lambda s: {"opens_at": NOW, "closes_at": AFTER},
    ),
    Case(
        "ck_assignment_replies_after_posts",
        "replies due before posts",
        lambda s: {"due_at": NOW, "reply_due_at": BEFORE},
        lambda s: {"due_at": NOW, "reply_due_at": NOW},
    ),
    Case("ck_assignment_target_one_audience", "two audiences", lambda s: {"subgroup_id": s("subgroup")}),
    Case("ck_assignment_target_one_audience", "no audience", lambda s: {"enrolment_id": None}),
    Case(
        "fk_assignment_target_assignment_id_group_id_assignment",
        "an assignment of another group",
        lambda s: {"assignment_id": s.new("assignment", group_id=s("other group"))},
    ),
    Case(
        "fk_assignment_target_enrolment_id_group_id_enrolment",
        "a member of another group",
        lambda s: {"enrolment_id": s("member of the other group")},
    ),
    Case(
        "fk_assignment_target_subgroup_id_group_id_subgroup",
        "a subgroup of another group",
        lambda s: {"enrolment_id": None, "subgroup_id": s("subgroup of the other group")},
        lambda s: {"enrolment_id": None, "subgroup_id": s("subgroup")},
    ),
    Case(
        "uq_assignment_target_assignment_id_enrolment_id",
        "a member twice",
        lambda s: {"assignment_id": s["assignment_target"].assignment_id},
    ),
    Case(
        "uq_assignment_target_assignment_id_subgroup_id",
        "a subgroup twice",
        lambda s: to_subgroup_of(s, "target subgroup"),
        lambda s: {"enrolment_id": None, "subgroup_id": s("subgroup")},
    ),
    Case("ck_exception_one_audience", "two audiences", lambda s: {"subgroup_id": s("subgroup")}),
    Case("ck_exception_one_audience", "no audience", lambda s: {"enrolment_id": None}),
    Case("ck_exception_known_field", "a field that no rule has", lambda s: {"field": "colour"}),
    Case("ck_exception_has_reason", "no reason", lambda s: {"reason": ""}),
    Case(
        "one_live_of_enrolment",
        "two live exceptions of one field for one member",
        lambda s: {"enrolment_id": s["exception"].enrolment_id},
        lambda s: {"enrolment_id": s["exception"].enrolment_id, "revoked_at": NOW},
    ),
    Case(
        "one_live_of_subgroup",
        "two live exceptions of one field for one subgroup",
        lambda s: {"enrolment_id": None, "subgroup_id": s["exception of a subgroup"].subgroup_id},
        lambda s: {"enrolment_id": None, "subgroup_id": s("subgroup"), "field": "open"},
    ),
    Case("ck_accommodation_never_less_time", "less time than others", lambda s: {"factor": Decimal("0.9")}),
    Case("ck_accommodation_never_earlier", "a due date before that of others", lambda s: {"days": -1}),
    Case(
        "one_live_accommodation",
        "two live accommodations of one member",
        lambda s: {"enrolment_id": s["accommodation"].enrolment_id},
        lambda s: {"enrolment_id": s["accommodation"].enrolment_id, "revoked_at": NOW},
    ),
]

COMPLETION = [
    Case(
        "uq_help_rules_group_id",
        "two sets of rules of one group",
        lambda s: {"group_id": s["help_rules"].group_id},
        lambda s: {"group_id": s("other group")},
    ),
    Case("ck_help_rules_quiet_for_a_day", "quiet for no day", lambda s: {"quiet_days": 0}, lambda s: {"quiet_days": 1}),
    Case("ck_help_rules_one_part_late", "no part late", lambda s: {"late_parts": 0}, lambda s: {"late_parts": 1}),
    Case("ck_help_rules_score_in_percent", "below nothing", lambda s: {"score_below": 0}, lambda s: {"score_below": 1}),
    Case(
        "ck_help_rules_score_in_percent",
        "below more than all",
        lambda s: {"score_below": 101},
        lambda s: {"score_below": 100},
    ),
    Case("ck_completion_fact_means_what_it_says", "a tick that says not done", lambda s: {"done": False}),
    Case(
        "ck_completion_fact_override_says_why",
        "an override without a reason",
        lambda s: {"kind": FactKind.override},
        lambda s: {"kind": FactKind.override, "reason": "Read it on paper"},
    ),
    Case("ck_completion_done_has_a_time", "done at no time", lambda s: {"done_at": None}),
    Case("ck_completion_done_has_a_time", "a time without being done", lambda s: {"state": State.begun}),
    Case(
        "ck_completion_not_begun_has_no_row",
        "a row that says not begun",
        lambda s: {"state": State.none, "done_at": None},
        lambda s: {"state": State.begun, "done_at": None},
    ),
    Case(
        "uq_completion_enrolment_id_activity_id",
        "two states of one activity",
        lambda s: {"activity_id": s["completion"].activity_id},
    ),
]

TEXTS = [
    Case("ck_text_one_owner", "two owners", lambda s: {"group_id": s("study_group")}),
    Case(
        "ck_text_one_owner",
        "no owner",
        lambda s: {"course_id": None},
        lambda s: {"course_id": None, "group_id": s("study_group")},
    ),
    Case("uq_text_course_id_ident", "a text twice in one course", lambda s: {"ident": s["text"].ident}),
    Case(
        "uq_text_group_id_ident",
        "a text twice in one group",
        lambda s: {"course_id": None, "group_id": s("study_group"), "ident": s["text of the group"].ident},
        lambda s: {"course_id": None, "group_id": s("other group"), "ident": s["text of the group"].ident},
    ),
    Case(
        "uq_text_enrolment_id_ident",
        "a text twice for one reader",
        lambda s: {"course_id": None, "enrolment_id": s("enrolment"), "ident": s["text of a reader"].ident},
        lambda s: {"course_id": None, "enrolment_id": s("member"), "ident": s["text of a reader"].ident},
    ),
    Case(
        "uq_text_import_text_id",
        "a text of two files",
        lambda s: {"text_id": s["text_import"].text_id},
        lambda s: {"text_id": None},
    ),
    Case(
        "fk_text_current",
        "a current version that is another text's",
        lambda s: {"id": FAR, "current_version_id": s("version of another text")},
        lambda s: {"id": FAR},
    ),
    Case(
        "uq_text_version_text_id_number",
        "a number twice",
        lambda s: {"number": s["text_version"].number},
        lambda s: {"number": s["text_version"].number + 1},
    ),
    Case(
        "uq_text_version_text_id_hash",
        "the same state twice",
        lambda s: {"number": 2, "hash": s["text_version"].hash},
        lambda s: {"number": 2},
    ),
    Case(
        "uq_passage_version_id_ident",
        "an ident twice in one version",
        lambda s: {"position": 2, "ident": s["passage"].ident},
        lambda s: {"position": 2},
    ),
    Case(
        "uq_passage_version_id_position",
        "two passages at one place",
        lambda s: {"position": s["passage"].position},
        lambda s: {"position": s["passage"].position + 1},
    ),
    Case(
        "ck_passage_headings_have_no_number",
        "a heading with a number",
        lambda s: {"kind": "heading"},
        lambda s: {"kind": "heading", "number": None},
    ),
    Case("ck_anchor_ends_after_start", "an end before the start", lambda s: {"start": 2, "end": 1}),
    Case("ck_anchor_ends_after_start", "a start before the text", lambda s: {"start": -1}),
    Case(
        "ck_anchor_orphans_have_no_place",
        "an orphan with a place",
        lambda s: {"state": AnchorState.orphaned},
        lambda s: {"state": AnchorState.orphaned, "now_passage_id": None},
    ),
    Case(
        "ck_anchor_orphans_have_no_place",
        "no place without being an orphan",
        lambda s: {"state": AnchorState.moved, "now_passage_id": None},
        lambda s: {"state": AnchorState.moved},
    ),
    Case("uq_moved_ident_text_id_ident", "a passage that moved twice", lambda s: {"ident": s["moved_ident"].ident}),
]

LESSONS = [
    Case("uq_lesson_activity_id", "an activity twice", lambda s: {"activity_id": s["lesson"].activity_id}),
    Case("uq_lesson_text_id", "two lessons on one text", lambda s: {"text_id": s["lesson"].text_id}),
    Case("uq_document_text_id", "a text twice", lambda s: {"text_id": s["document"].text_id}),
    Case("uq_reading_activity_id", "an activity twice", lambda s: {"activity_id": s["reading"].activity_id}),
    Case("ck_reading_inside_or_outside", "both inside and outside", lambda s: {"text_id": s("text")}),
    Case(
        "ck_reading_inside_or_outside",
        "neither inside nor outside",
        lambda s: {"address": None},
        lambda s: {"address": None, "text_id": s("text")},
    ),
    Case("uq_prompt_activity_id", "an activity twice", lambda s: {"activity_id": s["prompt"].activity_id}),
    Case(
        "fk_prompt_current",
        "a current version that is another prompt's",
        lambda s: {"current_version_id": s("version of another prompt")},
    ),
    Case(
        "uq_prompt_version_prompt_id_number",
        "a number twice",
        lambda s: {"number": s["prompt_version"].number},
        lambda s: {"number": s["prompt_version"].number + 1},
    ),
    Case(
        "uq_prompt_version_prompt_id_hash",
        "the same state twice",
        lambda s: {"number": 2, "hash": s["prompt_version"].hash},
        lambda s: {"number": 2},
    ),
    Case("ck_journal_entry_not_empty", "nothing written", lambda s: {"text": ""}),
    Case(
        "uq_journal_entry_enrolment_id_activity_id_number",
        "a number twice",
        lambda s: {"number": s["journal_entry"].number},
        lambda s: {"number": s["journal_entry"].number + 1},
    ),
    Case(
        "uq_draft_enrolment_id_place_copy",
        "two drafts at one place that are no copies",
        lambda s: {"place": s["draft"].place},
        lambda s: {"place": s["draft"].place, "copy": 1},
    ),
]

ITEMS = [
    Case("ck_item_one_owner", "two owners", lambda s: {"group_id": s("study_group")}),
    Case(
        "ck_item_one_owner",
        "no owner",
        lambda s: {"course_id": None},
        lambda s: {"course_id": None, "group_id": s("study_group")},
    ),
    Case("uq_item_course_id_ident", "an item twice in one course", lambda s: {"ident": s["item"].ident}),
    Case(
        "uq_item_group_id_ident",
        "an item twice in one group",
        lambda s: {"course_id": None, "group_id": s("study_group"), "ident": s["item of the group"].ident},
        lambda s: {"course_id": None, "group_id": s("other group"), "ident": s["item of the group"].ident},
    ),
    Case(
        "fk_item_current",
        "a current version that is another item's",
        lambda s: {"current_version_id": s("version of another item")},
    ),
    Case(
        "uq_item_version_item_id_number",
        "a number twice",
        lambda s: {"number": s["item_version"].number},
        lambda s: {"number": s["item_version"].number + 1},
    ),
    Case(
        "uq_item_version_item_id_hash",
        "the same state twice",
        lambda s: {"number": 2, "hash": s["item_version"].hash},
        lambda s: {"number": 2},
    ),
    Case("uq_quiz_activity_id", "an activity twice", lambda s: {"activity_id": s["quiz"].activity_id}),
    Case("ck_quiz_one_attempt_at_least", "no attempt allowed", lambda s: {"attempts_allowed": 0}),
    Case(
        "ck_quiz_pass_mark_is_a_share",
        "a pass mark above everything",
        lambda s: {"pass_mark": 60.0},
        lambda s: {"pass_mark": 0.6},
    ),
    Case("ck_quiz_a_minute_at_least", "a time limit of a moment", lambda s: {"time_limit": 59}),
    Case(
        "ck_quiz_penalty_is_a_share",
        "a further try that costs more than everything",
        lambda s: {"penalty": 1.01},
        lambda s: {"penalty": 1.0},
    ),
    Case("ck_quiz_penalty_is_a_share", "a further try that pays", lambda s: {"penalty": -0.01}),
    Case(
        "ck_quiz_closes_after_opening",
        "closed in the moment in which it opens",
        lambda s: {"opens_at": NOW, "closes_at": NOW},
        lambda s: {"opens_at": NOW, "closes_at": AFTER},
    ),
    Case(
        "uq_quiz_section_quiz_id_position",
        "two sections at one place",
        lambda s: {"position": s["quiz_section"].position},
        lambda s: {"position": s["quiz_section"].position + 1},
    ),
    Case(
        "ck_quiz_section_ends_of_a_text",
        "the beginning of a range in no text",
        lambda s: {"first": "p-1"},
        lambda s: {"first": "p-1", "text_id": s("text")},
    ),
    Case(
        "ck_quiz_section_ends_of_a_text",
        "the end of a range in no text",
        lambda s: {"last": "p-2"},
        lambda s: {"last": "p-2", "text_id": s("text")},
    ),
    Case(
        "uq_quiz_slot_quiz_id_position",
        "two items at one place",
        lambda s: {"position": s["quiz_slot"].position},
        lambda s: {"position": s["quiz_slot"].position + 1},
    ),
    Case(
        "uq_quiz_slot_quiz_id_item_id",
        "an item twice in one quiz",
        lambda s: {"position": 2, "item_id": s["quiz_slot"].item_id},
        lambda s: {"position": 2},
    ),
    Case(
        "fk_quiz_slot_section_id_quiz_id_quiz_section",
        "an item in a section of another quiz",
        lambda s: {"section_id": s("section of another quiz")},
        lambda s: {"section_id": s("quiz_section")},
    ),
    Case(
        "uq_self_check_text_id_passage_ident_item_id",
        "an item twice after one passage",
        lambda s: {"passage_ident": s["self_check"].passage_ident},
    ),
    Case("uq_name_list_course_id_hash", "the same list twice in one course", lambda s: {"hash": s["name_list"].hash}),
]

ATTEMPTS = [
    Case(
        "fk_attempt_enrolment_id_user_id_enrolment",
        "an attempt in another user's place",
        lambda s: {"user_id": s("other user")},
    ),
    Case(
        "one_number_per_quiz",
        "a number twice",
        lambda s: {"number": s["attempt"].number, "submitted_at": AFTER},
        lambda s: {"number": s["attempt"].number + 1, "submitted_at": AFTER},
    ),
    Case(
        "one_open_per_quiz",
        "two open attempts at one quiz",
        lambda s: {"number": s["attempt"].number + 1},
        lambda s: {"number": s["attempt"].number + 1, "submitted_at": AFTER},
    ),
    Case(
        "ck_attempt_quiz_belongs_to_enrolment",
        "an attempt at a quiz outside any course",
        lambda s: {"enrolment_id": None},
        lambda s: {"enrolment_id": None, "purpose": Purpose.review},
    ),
    Case(
        "ck_attempt_quiz_belongs_to_enrolment",
        "a preview outside any course",
        lambda s: {"enrolment_id": None, "purpose": Purpose.preview},
        lambda s: {"purpose": Purpose.preview},
    ),
    Case(
        "ck_attempt_quiz_belongs_to_enrolment",
        "a preview of nothing",
        lambda s: {"activity_id": None, "purpose": Purpose.preview},
        lambda s: {"activity_id": None, "purpose": Purpose.review},
    ),
    Case(
        "ck_attempt_no_points_before_submission",
        "points before the submission",
        lambda s: {"points": 1.0},
        lambda s: {"points": 1.0, "submitted_at": AFTER},
    ),
    Case("ck_attempt_numbers_from_one", "attempt number nought", lambda s: {"number": 0}),
    Case(
        "ck_attempt_submitted_after_start",
        "submitted before it began",
        lambda s: {"submitted_at": BEFORE},
        lambda s: {"submitted_at": NOW},
    ),
    Case(
        "uq_attempt_item_attempt_id_slot",
        "two items at one place",
        lambda s: {"slot": s["attempt_item"].slot, "item_version_id": s("version of another item")},
        lambda s: {"slot": s["attempt_item"].slot + 1, "item_version_id": s("version of another item")},
    ),
    Case(
        "uq_attempt_item_attempt_id_item_version_id",
        "an item twice in one attempt",
        lambda s: {"slot": s["attempt_item"].slot + 1},
        lambda s: {"slot": s["attempt_item"].slot + 1, "item_version_id": s("version of another item")},
    ),
    Case(
        "uq_step_attempt_item_id_number",
        "a number twice",
        lambda s: {"number": s["step"].number},
        lambda s: {"number": s["step"].number + 1},
    ),
    Case(
        "uq_step_attempt_item_id_once",
        "a double click",
        lambda s: {"number": 3, "once": s["step of one click"].once},
        lambda s: {"number": 3, "once": "another click"},
    ),
    Case(
        "ck_step_numbers_in_order",
        "a step on a page that had seen it already",
        lambda s: {"number": 2, "base_step": 2},
        lambda s: {"number": 2, "base_step": 1},
    ),
    Case("ck_step_numbers_in_order", "step number nought", lambda s: {"number": 0, "base_step": -1}),
    Case(
        "ck_step_score_from_0_to_1",
        "a score above 1",
        lambda s: {"kind": StepKind.score, "score": 1.01},
        lambda s: {"kind": StepKind.score, "score": 1.0},
    ),
    Case(
        "ck_step_score_from_0_to_1",
        "a score below 0",
        lambda s: {"kind": StepKind.score, "score": -0.01},
        lambda s: {"kind": StepKind.score, "score": 0.0},
    ),
    *(
        Case("ck_step_scores_have_a_score", f"{kind.value} without a score", step_of(kind, None), step_of(kind, 0.5))
        for kind in (StepKind.check, StepKind.score, StepKind.mark, StepKind.override)
    ),
    *(
        Case("ck_step_scores_have_a_score", f"{kind.value} with a score", step_of(kind, 0.5), step_of(kind, None))
        for kind in (StepKind.save, StepKind.again, StepKind.accept, StepKind.rate)
    ),
    Case(
        "uq_mark_draft_attempt_item_id",
        "two drafts of one answer's mark",
        lambda s: {"attempt_item_id": s["mark_draft"].attempt_item_id},
    ),
]

#: What makes a card one that is remembered.
KNOWN = {"stability": 2.3, "difficulty": 2.1, "last_on": NOW.date(), "due_on": AFTER.date(), "reviews": 1}

REMEMBERING = [
    Case(
        "uq_card_user_id_item_id",
        "two memories of one item",
        lambda s: {"item_id": s["card"].item_id},
        lambda s: {"item_id": s["card"].item_id, "user_id": s("other user")},
    ),
    Case("ck_card_new_or_remembered", "remembered since no day", lambda s: KNOWN | {"last_on": None}, lambda s: KNOWN),
    Case("ck_card_new_or_remembered", "due on no day", lambda s: KNOWN | {"due_on": None}, lambda s: KNOWN),
    Case("ck_card_new_or_remembered", "no strength", lambda s: KNOWN | {"stability": None}, lambda s: KNOWN),
    Case("ck_card_new_or_remembered", "new, and difficult", lambda s: {"difficulty": 5.0}),
    Case("ck_card_stability_above_0", "no strength at all", lambda s: KNOWN | {"stability": 0.0}, lambda s: KNOWN),
    Case(
        "ck_card_difficulty_from_1_to_10",
        "more difficult than any",
        lambda s: KNOWN | {"difficulty": 10.1},
        lambda s: KNOWN | {"difficulty": 10.0},
    ),
    Case("ck_card_counts_add_up", "forgotten more often than reviewed", lambda s: {"lapses": 1}),
    Case(
        "ck_card_due_after_the_last",
        "due on the day of its review",
        lambda s: KNOWN | {"due_on": NOW.date()},
        lambda s: KNOWN,
    ),
    Case(
        "uq_review_log_card_id_number",
        "a number twice",
        lambda s: {"number": s["review_log"].number},
        lambda s: {"number": s["review_log"].number + 1},
    ),
    Case(
        "uq_review_log_card_id_once",
        "a double click",
        lambda s: {"number": 3, "once": s["review of one click"].once},
        lambda s: {"number": 3, "once": "another click"},
    ),
    Case(
        "uq_review_log_attempt_item_id",
        "an answer twice",
        lambda s: {"number": 3, "attempt_item_id": s["review with an answer"].attempt_item_id},
        lambda s: {"number": 3},
    ),
    Case("ck_review_log_numbers_from_one", "number nought", lambda s: {"number": 0}),
    Case("ck_review_log_a_rating", "a rating above easy", lambda s: {"rating": 5}, lambda s: {"rating": 4}),
    Case(
        "ck_review_log_two_minutes_at_most",
        "longer than two minutes",
        lambda s: {"milliseconds": 120_001},
        lambda s: {"milliseconds": 120_000},
    ),
    Case(
        "ck_review_log_only_reviews_are_timed",
        "a quiz with its time",
        lambda s: {"milliseconds": 1, "source": ReviewSource.quiz},
        lambda s: {"source": ReviewSource.quiz},
    ),
]

MEETING_OTHERS = [
    Case(
        "one_open_request",
        "asking to join twice",
        lambda s: {"user_id": s["join_request"].user_id},
        lambda s: {"user_id": s["join_request"].user_id, "decided_at": NOW, "accepted": False},
    ),
    Case(
        "ck_join_request_decided_with_an_answer",
        "a decision that says nothing",
        lambda s: {"decided_at": NOW},
        lambda s: {"decided_at": NOW, "accepted": True},
    ),
    Case(
        "fk_discussion_group_id_course_id_study_group",
        "a talk in a group that studies another course",
        lambda s: {"group_id": s("group of the other course")},
    ),
    Case(
        "fk_discussion_activity_id_course_id_activity",
        "a talk on a prompt of another course",
        lambda s: {"activity_id": s("lesson of the other course")},
    ),
    Case(
        "fk_discussion_subgroup_id_group_id_subgroup",
        "a talk in a subgroup of another group",
        lambda s: {"subgroup_id": s("subgroup of the other group")},
        lambda s: {"subgroup_id": s("subgroup")},
    ),
    Case(
        "one_talk_of_group",
        "two talks on one prompt in a group",
        lambda s: {"activity_id": s["discussion"].activity_id},
        lambda s: {"activity_id": s["discussion"].activity_id, "subgroup_id": s("subgroup")},
    ),
    Case(
        "uq_discussion_activity_id_subgroup_id",
        "two talks on one prompt in a subgroup",
        lambda s: {"activity_id": s["talk of a subgroup"].activity_id, "subgroup_id": s("subgroup")},
    ),
    Case(
        "fk_post_discussion_id_group_id_discussion",
        "a post in the talk of another group",
        lambda s: {"group_id": s("other group"), "enrolment_id": s("member of the other group")},
    ),
    Case(
        "fk_post_enrolment_id_group_id_enrolment",
        "a post of somebody who is in another group",
        lambda s: {"enrolment_id": s("member of the other group")},
    ),
    Case(
        "fk_post_reply_to_id_discussion_id_post",
        "a reply to a post in another talk",
        lambda s: {"reply_to_id": s("post in the other discussion")},
        lambda s: {"reply_to_id": s("post")},
    ),
    Case(
        "uq_post_enrolment_id_once",
        "the same click twice",
        lambda s: {"once": s["post of one click"].once},
        lambda s: {"once": "another click"},
    ),
    Case(
        "ck_post_no_reply_to_itself",
        "a reply to itself",
        lambda s: {"id": FAR, "reply_to_id": FAR},
        lambda s: {"id": FAR, "reply_to_id": s("post")},
    ),
    Case(
        "uq_post_version_post_id_number",
        "a number twice for one post",
        lambda s: {"number": s["post_version"].number},
        lambda s: {"number": s["post_version"].number + 1},
    ),
    Case("ck_post_version_not_empty", "a post without words", lambda s: {"text": ""}),
    Case(
        "uq_read_mark_enrolment_id_discussion_id",
        "two marks of one reader",
        lambda s: {"enrolment_id": s["read_mark"].enrolment_id},
        lambda s: {"enrolment_id": s.new("enrolment", user_id=s("other user"))},
    ),
    Case(
        "fk_read_mark_post_id_discussion_id_post",
        "a mark at a post of another talk",
        lambda s: {"post_id": s("post in the other discussion")},
    ),
    Case(
        "fk_report_group_id_course_id_study_group",
        "a report in a group that studies another course",
        lambda s: {"group_id": s("group of the other course")},
        lambda s: {"group_id": s("study_group")},
    ),
    Case("ck_report_one_thing_meant", "a report on two things", lambda s: {"passage_id": s("passage")}),
    Case("ck_report_one_thing_meant", "a report on nothing", lambda s: {"item_version_id": None}),
    Case("ck_report_says_what", "a report without words", lambda s: {"words": ""}),
    Case(
        "ck_report_closed_with_an_outcome",
        "a report closed without an outcome",
        lambda s: {"closed_at": NOW},
        lambda s: {"closed_at": NOW, "outcome": Outcome.right},
    ),
]

HIDDEN = {"hidden_at": NOW, "hidden_why": "It names a third person."}

NOTING = [
    *(
        Case(
            f"ck_{table}_hidden_for_a_reason",
            "hidden without a reason",
            lambda s: {"hidden_at": NOW},
            lambda s: HIDDEN,
        )
        for table in ("post", "note", "note_reply")
    ),
    Case(
        "uq_note_enrolment_id_once",
        "the same click twice",
        lambda s: {"once": s["note of one click"].once},
        lambda s: {"once": "another click"},
    ),
    Case(
        "uq_note_place_anchor_id",
        "two notes on one anchor",
        lambda s: {"anchor_id": s["note_place"].anchor_id},
    ),
    Case("uq_note_tag_note_id_tag", "a tag twice", lambda s: {"tag": s["note_tag"].tag}),
    Case("ck_note_tag_not_empty", "a tag without a word", lambda s: {"tag": ""}),
    Case(
        "uq_note_reply_enrolment_id_once",
        "the same click twice",
        lambda s: {"once": s["reply of one click to a note"].once},
        lambda s: {"once": "another click"},
    ),
    Case("ck_note_reply_not_empty", "a reply without words", lambda s: {"words": ""}),
    Case(
        "uq_frame_enrolment_id_text_id_number",
        "a number twice for one reader",
        lambda s: {"number": s["frame"].number},
        lambda s: {"number": s["frame"].number + 1},
    ),
    Case(
        "uq_post_quotation_anchor_id",
        "two quotations on one anchor",
        lambda s: {"anchor_id": s["post_quotation"].anchor_id},
    ),
    Case(
        "uq_follow_enrolment_id_discussion_id",
        "following and not following",
        lambda s: {"discussion_id": s["follow"].discussion_id, "follows": False},
        lambda s: {"discussion_id": s("other discussion")},
    ),
    Case("ck_seed_not_empty", "a seed without words", lambda s: {"words": ""}),
    Case("ck_complaint_about_one_thing", "a complaint about two things", lambda s: {"note_id": s("note")}),
    Case("ck_complaint_about_one_thing", "a complaint about nothing", lambda s: {"post_id": None}),
    Case("ck_complaint_says_why", "a complaint without words", lambda s: {"why": ""}),
    Case(
        "ck_complaint_settled_with_an_outcome",
        "settled without an outcome",
        lambda s: {"settled_at": NOW},
        lambda s: {"settled_at": NOW, "outcome": "left"},
    ),
    Case(
        "ck_complaint_known_outcome",
        "an outcome of another kind",
        lambda s: {"settled_at": NOW, "outcome": "deleted"},
        lambda s: {"settled_at": NOW, "outcome": "hidden"},
    ),
    Case(
        "one_open_of_post",
        "complaining of a post twice",
        lambda s: {"post_id": s["complaint"].post_id},
        lambda s: {"post_id": s["complaint"].post_id, "settled_at": NOW, "outcome": "left"},
    ),
    Case(
        "one_open_of_note",
        "complaining of a note twice",
        lambda s: {"post_id": None, "note_id": s["complaint about a note"].note_id},
        lambda s: {"post_id": None, "note_id": s.new("note")},
    ),
    Case(
        "one_open_of_reply",
        "complaining of a reply twice",
        lambda s: {"post_id": None, "note_reply_id": s["complaint about a reply"].note_reply_id},
        lambda s: {"post_id": None, "note_reply_id": s.new("note_reply")},
    ),
]

SEARCH = [
    *(
        Case(
            f"one_entry_of_{column.removesuffix('_id')}",
            "one thing twice",
            lambda s, kind=kind, column=column: {
                "kind": kind,
                "person_id": None,
                column: getattr(s[f"entry of a {kind.value}"], column),
                "version_id": s[f"entry of a {kind.value}"].version_id,
            },
        )
        for column, kind in {column: kind for kind, column in COLUMN_OF.items()}.items()
    ),
    Case("ck_search_entry_of_one_thing", "words of two things", lambda s: {"term_id": s("term")}),
    Case("ck_search_entry_of_one_thing", "words of nothing", lambda s: {"person_id": None}),
    Case(
        "ck_search_entry_passages_have_a_version",
        "a passage of no version",
        lambda s: {"kind": Kind.passage, "person_id": None, "passage_id": s("passage")},
        lambda s: {
            "kind": Kind.passage,
            "person_id": None,
            "passage_id": s.new("passage", position=2),
            "version_id": s("text_version"),
        },
    ),
]

AT_MEETINGS = [
    Case(
        "uq_article_course_id_address",
        "an article twice on the list of a course",
        lambda s: {"address": s["article"].address},
        lambda s: {"address": s["article"].address, "course_id": s("other course")},
    ),
    Case(
        "uq_article_group_id_address",
        "an article twice on the list of a group",
        lambda s: {"course_id": None, "group_id": s("study_group"), "address": s["article of a group"].address},
        lambda s: {"course_id": None, "group_id": s("other group"), "address": s["article of a group"].address},
    ),
    Case("ck_article_one_owner", "two owners", lambda s: {"group_id": s("study_group")}),
    Case("ck_article_one_owner", "no owner", lambda s: {"course_id": None}),
    Case("ck_article_has_a_title", "no title", lambda s: {"title": ""}),
    Case(
        "uq_agenda_item_meeting_id_enrolment_id_text_id_passage_ident",
        "a passage twice by one member",
        lambda s: {"text_id": s("text"), "passage_ident": s["passage on the agenda"].passage_ident},
        lambda s: {"text_id": s("text"), "passage_ident": "p-2"},
    ),
    Case(
        "ck_agenda_item_passage_of_a_text",
        "a passage of no text",
        lambda s: {"passage_ident": "p-1"},
        lambda s: {"passage_ident": "p-1", "text_id": s("text")},
    ),
    Case(
        "ck_agenda_item_not_empty",
        "nothing to talk about",
        lambda s: {"words": ""},
        lambda s: {"words": "", "text_id": s("text"), "passage_ident": "p-1"},
    ),
    Case(
        "uq_minutes_meeting_id_number",
        "a number twice",
        lambda s: {"number": s["minutes"].number},
        lambda s: {"number": s["minutes"].number + 1},
    ),
    Case("ck_minutes_not_empty", "minutes without words", lambda s: {"words": ""}),
]

GROUND_FLOOR = [
    Case("uq_file_sha256", "the same bytes twice", lambda s: {"sha256": s["file"].sha256}),
    Case("ck_file_size_not_negative", "less than nothing", lambda s: {"size": -1}),
    Case(
        "one_waiting_of_that_key",
        "a job twice while it waits",
        lambda s: {"key": s["job"].key},
        lambda s: {"key": s["job"].key, "done_at": NOW},
    ),
    Case("ck_job_tries_not_negative", "fewer tries than none", lambda s: {"tries": -1}),
    Case("uq_try_count_key_begins_at", "a stretch of time twice", lambda s: {"key": s["try_count"].key}),
]

CASES = [
    *USERS,
    *OUTLINE,
    *REFERENCE,
    *GROUPS,
    *SYLLABUS,
    *COMPLETION,
    *TEXTS,
    *LESSONS,
    *ITEMS,
    *ATTEMPTS,
    *REMEMBERING,
    *MEETING_OTHERS,
    *NOTING,
    *SEARCH,
    *AT_MEETINGS,
    *GROUND_FLOOR,
]


def part(s: Scene, kind: ActivityKind, namesake: str) -> Columns:
    """Return what makes a part of the first lesson, with the ident of the row NAMESAKE."""
    return {"kind": kind, "unit_id": None, "parent_id": s("activity"), "ident": s[namesake].ident}


def own_lesson(s: Scene, group: str) -> Columns:
    """Return what makes a lesson of GROUP's own, with the ident of one that a group has."""
    return {"unit_id": None, "group_id": s(group), "ident": s["lesson of the group"].ident}


def to_subgroup_of(s: Scene, target: str) -> Columns:
    """Return what gives the assignment of TARGET to the subgroup of TARGET."""
    return {"enrolment_id": None, "subgroup_id": s[target].subgroup_id, "assignment_id": s[target].assignment_id}
