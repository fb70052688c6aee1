"""The export: everything that is stored about somebody is in it, nothing of others, and no side door."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from course.groups.models import Enrolment, Role
from course.outline.models import ActivityKind
from course.users.models import User
from kruzhok.models import ALL_TABLES
from kruzhok.privacy.archive import SAYS, write_archive
from kruzhok.privacy.export import DONE, LEFT_OUT, LEFT_OUT_OF, everything_about
from kruzhok.privacy.named import NAMED, Told
from kruzhok.privacy.rows import HANGING, own_tables
from lessons.discussion.models import PostVersion
from quizzes.attempts.ending import submit_attempt
from quizzes.models import Attempt, Purpose, StepKind
from tests.conftest import NOW
from tests.factories import (
    activity_of,
    make_attempt,
    make_bare_course,
    make_card,
    make_discussion,
    make_enrolment,
    make_group,
    make_note,
    make_post,
    make_step,
    notes_of,
    update_quiz,
)
from tests.kruzhok.privacy.whole import EMAIL, MARK, make_whole


def export_of(session: Session, user_id: int) -> dict[str, str]:
    """Return the files of the archive of a user, as text."""
    to = io.BytesIO()
    write_archive(session, session.get_one(User, user_id), to, now=NOW)
    with zipfile.ZipFile(to) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows_of(files: Mapping[str, str], table: str) -> list[dict[str, Any]]:
    """Return the rows of a kind in the archive."""
    return json.loads(files.get(f"data/{table}.json", "[]"))


#: What hangs on rows that are somebody's and is in no export, and why.
NOT_TOLD = {
    "search_entry": "made of the words, at any time",
    "mark_draft": "a mark that is not released",
    "text_version": "the file it was made of is there",
    "moved_ident": "of texts of a course alone",
    "anchor": "told as the words of notes and quotations",
    "self_check": "of texts of a course alone",
    "lesson": "of texts of a course alone",
    "reading": "of texts of a course or a group alone",
    "quiz_section": "of texts of a course or a group alone",
    "relative_date": "of a meeting: the group's",
    "assignment": "of a meeting: the group's",
    "minutes": "of a meeting: the group's",
}


def test_what_hangs_on_what_is_somebodys_is_told_or_said_why_not():
    own = set(own_tables()) - {"enrolment"}
    hanging = {
        table.name
        for table in ALL_TABLES.values()
        for key in table.foreign_key_constraints
        if key.referred_table.name in own
    }
    assert hanging - own == NOT_TOLD.keys()
    assert HANGING.keys() <= hanging


def test_every_kind_is_said_what_it_is_and_every_deed_when_it_was():
    assert SAYS.keys() == {"user", "done", *own_tables()}
    assert DONE.keys() == {key for key, named in NAMED.items() if named.told is Told.done}
    for key in LEFT_OUT_OF:
        table, _point, column = key.partition(".")
        assert column in ALL_TABLES[table].c


def test_all_that_is_stored_about_somebody_is_in_it(session: Session):
    whole = make_whole(session)
    files = export_of(session, whole.user_id)
    for name in ["user", *own_tables()]:
        told = rows_of(files, name)
        assert told, name
        for column in ALL_TABLES[name].columns:
            key = f"{name}.{column.name}"
            if column.name not in LEFT_OUT and key not in LEFT_OUT_OF:
                assert column.name in told[0] or column.name.removesuffix("_id") in told[0], key
        if name in {"note", "post_version", "journal_entry", "draft", "complaint", "agenda_item", "note_reply", "seed"}:
            assert MARK in files[f"data/{name}.json"], name
        assert f"`{name}.json`: {SAYS[name]}" in files["README.md"]
    assert {row["what"] for row in rows_of(files, "done")} == DONE.keys()
    assert EMAIL in files["data/user.json"]
    for name in ("journal", "notes", "posts", "drafts", "here-and-there"):
        assert MARK in files[f"writings/{name}.md"]


def test_nothing_in_it_is_of_others_or_opens_anything(session: Session):
    whole = make_whole(session)
    course_text = notes_of(session, activity_of(session, course := make_bare_course(session), ActivityKind.lesson))
    group = make_group(session, course)
    mine = make_enrolment(session, session.get_one(User, whole.user_id), course, group=group)
    other = make_enrolment(session, course=course, group=group, role=Role.tutor)
    other.user.name = "Boris Otherwise"
    note = make_note(session, mine, course_text, words="So I say.", shared_at=NOW)
    whole.scene.new("note_reply", note_id=note.id, enrolment_id=other.id, words="Otherwise, I say.")
    talk = make_discussion(session, group, activity_of(session, course, ActivityKind.prompt))
    post = make_post(session, talk, mine)
    make_post(session, talk, other, reply_to_id=post.id)
    session.flush()
    files = export_of(session, whole.user_id)
    everything = "\n".join(files.values())
    assert "Otherwise" not in everything
    assert [row["replies_by_others"] for row in rows_of(files, "note") if row["id"] == note.id] == [1]
    assert [row["replies_by_others"] for row in rows_of(files, "post") if row["id"] == post.id] == [1]
    assert "_hash" not in everything
    ids = {str(row["by"]) for name in own_tables() for row in rows_of(files, name) if row.get("by")}
    assert ids <= {"you", "somebody else"}


def test_it_says_what_a_post_said_before_it_was_changed(session: Session):
    course = make_bare_course(session)
    mine = make_enrolment(session, course=course, group=(group := make_group(session, course)))
    post = make_post(session, make_discussion(session, group, activity_of(session, course, ActivityKind.prompt)), mine)
    session.add(PostVersion(post_id=post.id, number=9, text="On second thoughts.", html="", made_at=NOW))
    session.flush()
    said = export_of(session, mine.user_id)["writings/posts.md"]
    assert said.index("On second thoughts.") < said.index("What it said before")


#: What a quiz shows, and how the result of a submitted attempt stands then.
SHOWS = [
    ({}, True),
    ({"after": [], "later": [], "closed": []}, False),
    ({"after": ["right"], "later": ["right"]}, False),
]


@pytest.mark.parametrize(("shows", "is_out"), SHOWS)
def test_a_result_is_in_it_from_its_release_on(session: Session, shows: dict[str, list[str]], is_out: bool):
    attempt = sat(session, shows)
    submit_attempt(session, attempt, now=NOW - timedelta(hours=1))
    files = export_of(session, attempt.user_id)
    (told,) = rows_of(files, "attempt")
    assert (told["points"] is not None) == is_out
    kinds = {row["kind"] for row in rows_of(files, "step")}
    assert ("score" in kinds) == is_out
    assert "save" in kinds
    assert [row["answer"] for row in rows_of(files, "step") if row["kind"] == "save"] == ["Yes"]


def sat(session: Session, shows: dict[str, list[str]]) -> Attempt:
    """Return an open attempt with one answer, at a quiz that shows its results as told."""
    course = make_bare_course(session)
    mine = make_enrolment(session, course=course)
    quiz = activity_of(session, course, ActivityKind.quiz)
    session.execute(update_quiz(quiz.id, shows=shows))
    attempt = make_attempt(session, mine, quiz, policy={"shows": shows})
    session.refresh(attempt, ["items"])
    make_step(session, attempt.items[0], response={"option": "yes"}, by_id=mine.user_id)
    return attempt


def test_of_a_question_in_an_open_attempt_there_is_no_score_anywhere_and_no_memory(session: Session):
    attempt = sat(session, {})
    version = attempt.items[0].version
    place = session.get_one(Enrolment, attempt.enrolment_id)
    beside = make_attempt(session, place, attempt.activity, purpose=Purpose.check, submitted_at=NOW)
    session.refresh(beside, ["items"])
    make_step(session, beside.items[0], kind=StepKind.score, score=0.25, number=1, response=None)
    make_card(session, session.get_one(User, attempt.user_id), version.item)
    files = export_of(session, attempt.user_id)
    assert {row["score"] for row in rows_of(files, "step")} == {None}
    assert rows_of(files, "card") == []
    assert all("question" not in row for row in rows_of(files, "attempt_item") if row["attempt_id"] == attempt.id)

    submit_attempt(session, attempt, now=NOW)
    files = export_of(session, attempt.user_id)
    assert 0.25 in {row["score"] for row in rows_of(files, "step")}
    assert len(rows_of(files, "card")) == 1


def test_a_mark_is_in_it_with_what_the_tutor_said(session: Session):
    attempt = sat(session, {})
    submit_attempt(session, attempt, now=NOW)
    tutor = make_enrolment(session).user
    marked = {
        "kind": StepKind.mark,
        "score": 0.5,
        "data": {"levels": {}, "comment": "Say who spoke."},
        "response": None,
    }
    make_step(session, attempt.items[0], number=9, by_id=tutor.id, **marked)
    (mark,) = [row for row in rows_of(export_of(session, attempt.user_id), "step") if row["kind"] == "mark"]
    assert (mark["data"]["comment"], mark["by"]) == ("Say who spoke.", "somebody else")
    (done,) = dict(everything_about(session, tutor, now=NOW))["done"]
    assert done == {"what": "step.by_id", "at": done["at"], "comment": "Say who spoke."}
