"""Run by Kolibri's own interpreter on a device that is provisioned: a class of so many learners, in Kolibri's tables.

    python peer_seed.py FILE LEARNERS

One channel of 12 pages of some 9 KB and 8 exercises of 10 questions; a class with a coach, 5 lessons of 4 resources and
2 quizzes of 10 questions; each learner opened 12 resources, finished 8 of them and the first quiz. FILE is told in JSON
what there is. Rows go in in bulk, as Kolibri's `save` would fill them in: one by one they take minutes.
"""

import hashlib
import io
import json
import random
import sys
import uuid
import zipfile
from datetime import timedelta
from pathlib import Path

import kolibri  # noqa: F401 (it puts what it brings along where it is found)
from kolibri.utils.main import initialize

initialize()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import transaction  # noqa: E402
from kolibri.core.auth.models import Classroom, Facility, FacilityUser, Membership  # noqa: E402
from kolibri.core.content.models import (  # noqa: E402
    AssessmentMetaData,
    ChannelMetadata,
    ContentNode,
    File,
    LocalFile,
)
from kolibri.core.content.utils.paths import get_content_storage_dir_path  # noqa: E402
from kolibri.core.device.models import ContentCacheKey  # noqa: E402
from kolibri.core.exams.models import Exam, ExamAssignment  # noqa: E402
from kolibri.core.lessons.models import Lesson, LessonAssignment  # noqa: E402
from kolibri.core.logger.models import AttemptLog, ContentSessionLog, ContentSummaryLog, MasteryLog  # noqa: E402
from kolibri.utils.time_utils import local_now  # noqa: E402

CHANCE = random.Random(1917)
NOW = local_now()
PASSWORD = "password"  # of nobody
READINGS, EXERCISES, QUESTIONS = 12, 8, 10
OPENED, FINISHED = 12, 8


def new_id():
    """Return a key as Kolibri makes them."""
    return uuid.uuid4().hex


# What is taught


def packed(files):
    """Return a zip of FILES, name -> words."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in files.items():
            archive.writestr(name, words)
    return out.getvalue()


def keep(node, content, extension, preset):
    """Put CONTENT into Kolibri's store, as the file of NODE."""
    digest = hashlib.md5(content).hexdigest()  # Kolibri's names
    folder = Path(get_content_storage_dir_path()) / digest[0] / digest[1]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{digest}.{extension}").write_bytes(content)
    told = {"extension": extension, "available": True, "file_size": len(content)}
    local, _new = LocalFile.objects.get_or_create(id=digest, defaults=told)
    File.objects.create(id=new_id(), local_file=local, contentnode=node, preset=preset, priority=1)


def page(number):
    """Return a page of some 9 KB."""
    words = ("in", "the", "capital", "two", "powers", "stood", "and", "neither", "could", "rule")
    paragraphs = "".join(f"<p>{' '.join(CHANCE.choices(words, k=100))}</p>" for _ in range(18))
    return f"<!doctype html><html><head><meta charset=utf-8><title>Page {number}</title></head><body>{paragraphs}"


def question(number):
    """Return a question with four options, as Kolibri's exercises hold it."""
    options = [{"content": str(value), "correct": value == 2 * number} for value in range(2 * number, 2 * number + 4)]
    radio = {"choices": options, "randomize": False, "multipleSelect": False, "hasNoneOfTheAbove": False}
    radio |= {"countChoices": False, "displayCount": None, "deselectEnabled": False}
    widget = {"type": "radio", "alignment": "default", "static": False, "graded": True, "options": radio}
    widget["version"] = {"major": 1, "minor": 0}
    asked = {"content": f"What is {number} + {number}?\n\n[[☃ radio 1]]", "images": {}, "widgets": {"radio 1": widget}}
    area = dict.fromkeys(("calculator", "chi2Table", "periodicTable", "tTable", "zTable"), False)
    return {"question": asked, "answerArea": area, "itemDataVersion": {"major": 0, "minor": 1}, "hints": []}


def make_channel():
    """Return the resources of a new channel, the pages first; and exercise -> its questions."""
    channel = new_id()
    its = {"channel_id": channel, "available": True}
    root = ContentNode.objects.create(id=channel, title="Channel", content_id=new_id(), kind="topic", **its)
    nodes, questions = [], {}
    for number in range(READINGS + EXERCISES):
        is_page = number < READINGS
        node = ContentNode.objects.create(
            id=new_id(), parent=root, title=f"Resource {number}", content_id=new_id(), sort_order=number,
            kind="html5" if is_page else "exercise", license_name="CC BY", description="",
            options={"completion_data": {"model": "time", "threshold": 60}}, **its,
        )  # fmt: skip
        nodes.append(node)
        if is_page:
            keep(node, packed({"index.html": page(number)}), "zip", "html5_zip")
            continue
        items = questions[node] = [new_id() for _ in range(QUESTIONS)]
        mastery = {"type": "m_of_n", "m": 3, "n": 5}
        about = {"mastery_model": mastery, "randomize": True, "all_assessment_items": items}
        about["assessment_mapping"] = dict.fromkeys(items, "perseus_question")
        files = {f"{item}.json": json.dumps(question(at)) for at, item in enumerate(items, 1)}
        keep(node, packed({"exercise.json": json.dumps(about)} | files), "perseus", "exercise")
        AssessmentMetaData.objects.create(
            id=new_id(), contentnode=node, assessment_item_ids=items, number_of_assessments=QUESTIONS,
            mastery_model=mastery, randomize=True, is_manipulable=True,
        )  # fmt: skip
    ContentNode.objects.rebuild()
    ChannelMetadata.objects.create(
        id=channel, name="Channel", min_schema_version="5", root=root, version=1, last_updated=NOW, order=1,
        total_resource_count=len(nodes), public=False,
    )  # fmt: skip
    ContentCacheKey.update_cache_key()
    return nodes, questions


# Who learns


def insert(model, rows):
    """Insert ROWS with the keys that saving them one by one would give."""
    for row in rows:
        row.id = row.id or row.calculate_uuid()
    model.objects.bulk_create(rows, batch_size=400)


def make_class(learners, nodes, questions):
    """Return what there is in a new class of so many LEARNERS, for addresses."""
    facility = Facility.get_default_facility()
    own, password = {"dataset_id": facility.dataset_id}, make_password(PASSWORD)
    room = Classroom.objects.create(parent=facility, name="Class")
    coach = FacilityUser.objects.create(username="coach", full_name="Coach", facility=facility, password=password)
    facility.add_role(coach, "classroom assignable coach")
    room.add_coach(coach)
    users = [
        FacilityUser(
            username=f"learner{number}", full_name=f"Learner {number}", facility=facility, password=password,
            gender="NOT_SPECIFIED", birth_year="NOT_SPECIFIED", **own,
        )
        for number in range(learners)
    ]  # fmt: skip
    insert(FacilityUser, users)
    insert(Membership, [Membership(user=user, collection=room, **own) for user in users])
    lessons = [make_lesson(room, coach, number, nodes[number::5]) for number in range(5)]
    exams = [make_exam(room, coach, number, [*questions.items()][2 * number :][:2]) for number in range(2)]
    work = Work(own, questions)
    for user in users:
        work.study(user, CHANCE.sample(nodes, OPENED), exams[0])
    rows = work.insert()
    return {
        "facility": facility.id,
        "password": PASSWORD,
        "coach": coach.username,
        "class": room.id,
        "lesson": lessons[0].id,
        "reading": {name: getattr(nodes[0], name) for name in ("id", "content_id", "channel_id")},
        "exam_done": exams[0].id,
        "exam_open": exams[1].id,
        "items": [f"{one['exercise_id']}:{one['question_id']}" for one in exams[1].get_questions()],
        "exercises": sorted({one["exercise_id"] for one in exams[1].get_questions()}),
        "rows": rows,
    }


def make_lesson(room, coach, number, nodes):
    """Return a lesson of NODES, assigned to the class ROOM."""
    held = [{name: getattr(node, name) for name in ("content_id", "channel_id")} for node in nodes]
    resources = [one | {"contentnode_id": node.id} for one, node in zip(held, nodes, strict=True)]
    told = {"title": f"Lesson {number}", "resources": resources, "is_active": True, "collection": room}
    lesson = Lesson.objects.create(created_by=coach, **told)
    LessonAssignment.objects.create(lesson=lesson, collection=room, assigned_by=coach)
    return lesson


def make_exam(room, coach, number, exercises):
    """Return a quiz of five questions of each of two EXERCISES, open to the class ROOM."""
    asked = [
        {"exercise_id": node.id, "question_id": item, "title": node.title, "counter_in_exercise": at}
        for node, items in exercises
        for at, item in enumerate(items[:5], 1)
    ]
    section = {"section_id": new_id(), "section_title": "", "description": "", "question_count": len(asked)}
    section |= {"learners_see_fixed_order": True, "questions": asked}
    exam = Exam.objects.create(
        title=f"Quiz {number}", collection=room, creator=coach, active=True, date_activated=NOW,
        data_model_version=3, question_sources=[section],
    )  # fmt: skip
    ExamAssignment.objects.create(exam=exam, collection=room, assigned_by=coach)
    return exam


class Work:
    """The logs of what learners did, until they are inserted."""

    def __init__(self, own, questions):
        self.own, self.questions = own, questions
        self.rows = {model: [] for model in (ContentSummaryLog, ContentSessionLog, MasteryLog, AttemptLog)}

    def add(self, model, **told):
        """Return one more row."""
        row = model(**told, **self.own)
        row.id = row.calculate_uuid()
        self.rows[model].append(row)
        return row

    def study(self, user, nodes, exam):
        """Let USER open NODES, finish the first of them, and hand in EXAM."""
        for place, node in enumerate(nodes):
            at, done = NOW - timedelta(days=CHANCE.randint(1, 20)), place < FINISHED
            progress = 1.0 if done else round(CHANCE.random() * 0.9, 2)
            about = {"user": user, "content_id": node.content_id, "channel_id": node.channel_id, "kind": node.kind}
            ended = at + timedelta(minutes=5)
            times = {"start_timestamp": at, "end_timestamp": ended, "completion_timestamp": ended if done else None}
            summary = self.add(ContentSummaryLog, time_spent=300, progress=progress, **times, **about)
            if node in self.questions:
                rule = {"type": "m_of_n", "m": 3, "n": 5}
                items = self.questions[node][:3]
                self.answer(user, about, summary, at, rule, items, level=1, complete=done)
        at = NOW - timedelta(days=2)
        about = {"user": user, "content_id": exam.id, "kind": "quiz"}
        times = {"start_timestamp": at, "end_timestamp": at, "completion_timestamp": at}
        summary = self.add(ContentSummaryLog, progress=1, **times, **about)
        rule = {"type": "quiz", "coach_assigned": True}
        items = [f"{one['exercise_id']}:{one['question_id']}" for one in exam.get_questions()]
        self.answer(user, about, summary, at, rule, items, level=-1, complete=True)

    def answer(self, user, about, summary, at, rule, items, *, level, complete):
        """Let USER answer ITEMS in one go."""
        times = {"start_timestamp": at, "end_timestamp": at}
        session = self.add(ContentSessionLog, **times, **about)
        mastery = self.add(
            MasteryLog, user=user, summarylog_id=summary.id, mastery_criterion=rule, mastery_level=level,
            complete=complete, completion_timestamp=at if complete else None, **times,
        )  # fmt: skip
        for item in items:
            self.add(
                AttemptLog, user=user, item=item, complete=True, correct=CHANCE.choice([0, 1]), answer={},
                interaction_history=[], completion_timestamp=at, masterylog_id=mastery.id, sessionlog_id=session.id,
                **times,
            )  # fmt: skip

    def insert(self):
        """Insert all rows; return how many there are of each kind."""
        for model, rows in self.rows.items():
            model.objects.bulk_create(rows, batch_size=400)
        return {model.__name__: len(rows) for model, rows in self.rows.items()}


def main():
    """Make it all, whole or not at all."""
    with transaction.atomic():
        made = make_class(int(sys.argv[2]), *make_channel())
    Path(sys.argv[1]).write_text(json.dumps(made))


if __name__ == "__main__":
    main()
