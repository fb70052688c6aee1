"""Lessons and their readings, prompts and quizzes. What vanished from the files is retired, never deleted."""

from collections.abc import Container, Mapping
from typing import Any, TypeVar

from sqlalchemy import select

from course.outline.models import Activity, ActivityKind, Unit
from course.texts.models import Text
from kruzhok.curriculum.changes import Load, put
from kruzhok.curriculum.load_quizzes import LoadedQuiz
from kruzhok.curriculum.load_reference import Rows
from kruzhok.curriculum.prepare import PreparedLesson, PreparedPrompt
from kruzhok.curriculum.prepare_quizzes import PreparedQuiz
from lessons.models import Lesson, Prompt, PromptVersion, Reading
from quizzes.models import Quiz

Own = TypeVar("Own", Lesson, Reading, Prompt, Quiz)

_NAMED = {"person": "people", "term": "terms", "event": "events", "source": "sources"}


class Lessons:
    """Writes the lessons of one course and their parts. `quizzes` are those in the files, whose questions wait for the
    items: `load_quizzes` brings them."""

    def __init__(self, load: Load, units: Mapping[str, Unit], texts: Mapping[str, Text], named: Rows) -> None:
        self.load, self.units, self.texts, self.named = load, units, texts, named
        mine = select(Activity).where(Activity.course_id == load.course.id, Activity.group_id.is_(None))
        self.there = list(load.session.scalars(mine))
        self.known = {_address(activity.kind, activity.ident, activity.parent_id): activity for activity in self.there}
        self.kept: set[int] = set()
        self.quizzes: list[LoadedQuiz] = []

    def write(self, wanted: Mapping[str, PreparedLesson], changed_texts: Container[str]) -> None:
        """Make the lessons what is WANTED; one whose notes are among CHANGED_TEXTS has changed."""
        for slug, lesson in wanted.items():
            activity = self._lesson(slug, lesson, notes_changed=slug in changed_texts)
            for ident, (place, reading) in lesson.readings.items():
                self._reading(activity, ident, place, reading)
            for ident, (place, prompt) in lesson.prompts.items():
                self._prompt(activity, ident, place, prompt)
            if lesson.quiz:
                self._quiz(activity, lesson.quiz)
        for activity in self.there:
            if activity.id not in self.kept and activity.retired_at is None:
                activity.retired_at = self.load.now
                self.load.changes.retire(activity.kind.value, self._name_of(activity))
        self.load.session.flush()

    def _activity(
        self, kind: ActivityKind, ident: str, parent: Activity | None, values: dict[str, Any]
    ) -> tuple[Activity, bool]:
        """Return the activity with the VALUES, and whether it was changed (a new one was not)."""
        parent_id = parent.id if parent else None
        activity = self.known.get(_address(kind, ident, parent_id))
        changed = False
        if activity is None:
            values = {"kind": kind, "ident": ident, "parent_id": parent_id, "added_at": self.load.now, **values}
            activity = Activity(course_id=self.load.course.id, **values)
            self.load.session.add(activity)
        else:
            self.kept.add(activity.id)
            changed = put(activity, parent_id=parent_id, retired_at=None, **values)
        self.load.session.flush()
        return activity, changed

    def _own(self, table: type[Own], activity: Activity, values: dict[str, Any]) -> tuple[Own, bool]:
        """Return the row of TABLE that belongs to ACTIVITY, with the VALUES, and whether it was changed."""
        row: Own | None = self.load.session.scalar(select(table).where(table.activity_id == activity.id))
        changed = False
        if row is None:
            row = table(activity_id=activity.id, **values)
            self.load.session.add(row)
        else:
            changed = put(row, **values)
        self.load.session.flush()
        return row, changed

    def _count(self, activity: Activity, *changed: bool) -> None:
        new = activity.id not in self.kept
        self.load.changes.count(activity.kind.value, self._name_of(activity), new=new, changed=any(changed))

    def _name_of(self, activity: Activity) -> str:
        """Return by what name ACTIVITY is told: readings and prompts by that of their lesson, too."""
        parent = activity.parent if activity.kind in {ActivityKind.reading, ActivityKind.prompt} else None
        return f"{parent.ident}/{activity.ident}" if parent else activity.ident

    def _lesson(self, slug: str, wanted: PreparedLesson, *, notes_changed: bool) -> Activity:
        place = {"unit_id": self.units[wanted.unit].id, **wanted.place}
        activity, moved = self._activity(ActivityKind.lesson, slug, None, place)
        lesson, changed = self._own(Lesson, activity, {"text_id": self.texts[slug].id, **wanted.lesson})
        for kind, relation in _NAMED.items():
            rows = {row.id: row for row in (self.named[kind][ident] for ident in wanted.named[kind])}
            if rows.keys() != {row.id for row in getattr(lesson, relation)}:
                setattr(lesson, relation, list(rows.values()))
                changed = True
        self._count(activity, moved, changed, notes_changed)
        return activity

    def _reading(self, lesson: Activity, ident: str, place: dict[str, Any], wanted: dict[str, Any]) -> None:
        activity, moved = self._activity(ActivityKind.reading, ident, lesson, place)
        slug = wanted["text"]
        columns = {key: value for key, value in wanted.items() if key != "text"}
        text_id = self.texts[slug].id if slug else None
        _row, changed = self._own(Reading, activity, {"text_id": text_id, **columns})
        self._count(activity, moved, changed)

    def _prompt(self, lesson: Activity, ident: str, place: dict[str, Any], wanted: PreparedPrompt) -> None:
        activity, moved = self._activity(ActivityKind.prompt, ident, lesson, place)
        prompt, _changed = self._own(Prompt, activity, {})
        version = self._prompt_version(prompt, wanted)
        self._count(activity, moved, put(prompt, current_version_id=version.id))

    def _prompt_version(self, prompt: Prompt, wanted: PreparedPrompt) -> PromptVersion:
        """Return the version of PROMPT with the content that is WANTED, adding it if there is none yet."""
        mine = select(PromptVersion).where(PromptVersion.prompt_id == prompt.id)
        versions = {version.hash: version for version in self.load.session.scalars(mine)}
        version = versions.get(wanted.hash)
        if version is None:
            number = max((one.number for one in versions.values()), default=0) + 1
            version = PromptVersion(
                prompt_id=prompt.id,
                number=number,
                hash=wanted.hash,
                question_html=wanted.question_html,
                hint_html=wanted.hint_html,
                made_at=self.load.now,
            )
            self.load.session.add(version)
            self.load.session.flush()
        return version

    def _quiz(self, lesson: Activity, wanted: PreparedQuiz) -> None:
        activity, moved = self._activity(ActivityKind.quiz, wanted.slug, lesson, wanted.place)
        quiz, changed = self._own(Quiz, activity, dict(wanted.quiz))
        new = activity.id not in self.kept
        self.quizzes.append(LoadedQuiz(activity.ident, quiz, wanted, new=new, changed=moved or changed))


def _address(kind: ActivityKind, ident: str, parent_id: int | None) -> tuple[ActivityKind, str, int | None]:
    """Return how an activity is found again: a quiz by its ident in the course, for it may change its lesson."""
    return kind, ident, None if kind is ActivityKind.quiz else parent_id
