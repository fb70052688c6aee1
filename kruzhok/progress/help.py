"""Who may need a hand, by three plain rules that the tutors of a study group can read, change and switch off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import in_words
from course.base.words import _, plural
from course.completion.everybody import Standpoint, live_students
from course.completion.models import HelpRules
from course.groups.models import Enrolment
from course.outline.models import Activity
from kruzhok.progress.students import Student
from quizzes.models import Attempt, Purpose


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that hold in a study group; None switches one off. What stands here holds until a tutor changes it."""

    quiet_days: int | None = 14
    late_parts: int | None = 3
    score_below: int | None = 50

    @property
    def any_holds(self) -> bool:
        """Whether one rule at least is not switched off."""
        return any(rule is not None for rule in (self.quiet_days, self.late_parts, self.score_below))

    def in_words(self) -> list[str]:
        """Return the rules that hold, each as a sentence goes on after *A student is named here who*."""
        said = []
        if self.quiet_days is not None:
            words = plural(
                "has done nothing for {n} day, while something is asked and not done",
                "has done nothing for {n} days, while something is asked and not done",
                self.quiet_days,
            )
            said.append(words)
        if self.late_parts is not None:
            said.append(
                plural("has {n} part late, or more", "has {n} parts late, or more", self.late_parts),
            )
        if self.score_below is not None:
            said.append(_("came to less than {n} % at the last quiz that has its result").format(n=self.score_below))
        return said


class LastResult(NamedTuple):
    """What a student came to at the last quiz that was submitted and has its result."""

    title: str
    percent: float


def rules_of(session: Session, group_id: int) -> Rules:
    """Return the rules of a study group. One query."""
    row = session.scalar(select(HelpRules).where(HelpRules.group_id == group_id))
    return Rules() if row is None else Rules(row.quiet_days, row.late_parts, row.score_below)


def change_rules(session: Session, group_id: int, rules: Rules) -> None:
    """Let RULES hold in a study group from now on."""
    row = session.scalar(select(HelpRules).where(HelpRules.group_id == group_id).with_for_update())
    if row is None:
        row = HelpRules(group_id=group_id)
        session.add(row)
    row.quiet_days, row.late_parts, row.score_below = rules.quiet_days, rules.late_parts, rules.score_below
    session.flush()


def last_results(session: Session, group_id: int) -> dict[int, LastResult]:
    """Return what each student of a study group came to at their last quiz. One query."""
    ranked = (
        select(
            Attempt.enrolment_id,
            Attempt.activity_id,
            Attempt.points,
            Attempt.max_points,
            func.row_number()
            .over(partition_by=Attempt.enrolment_id, order_by=(Attempt.submitted_at.desc(), Attempt.id.desc()))
            .label("place"),
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(live_students(group_id), Attempt.purpose == in_words(Purpose.quiz))
        .where(Attempt.points.is_not(None), Attempt.max_points > 0)
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.enrolment_id, Activity.title, ranked.c.points, ranked.c.max_points)
        .join(Activity, Activity.id == ranked.c.activity_id)
        .where(ranked.c.place == 1)
    )
    return {key: LastResult(title, 100 * points / most) for key, title, points, most in rows}


def reasons_for(
    rules: Rules,
    students: Sequence[Student],
    standpoints: Mapping[int, Standpoint],
    results: Mapping[int, LastResult],
    now: datetime,
) -> dict[int, list[str]]:
    """Return student -> why they may need a hand, in words, one for each of RULES; who may not is not in it. Pure."""
    found = {one.id: _reasons(rules, one, standpoints[one.id], results.get(one.id), now) for one in students}
    return {enrolment_id: reasons for enrolment_id, reasons in found.items() if reasons}


def _reasons(rules: Rules, student: Student, stands: Standpoint, result: LastResult | None, now: datetime) -> list[str]:
    said = []
    quiet = (now - student.last_act).days
    if rules.quiet_days is not None and quiet >= rules.quiet_days and not stands.counting <= stands.done:
        words = plural("Nothing done for {n} day", "Nothing done for {n} days", quiet)
        if student.last_act == student.joined_at:
            words = plural("Joined {n} day ago and has not begun", "Joined {n} days ago and has not begun", quiet)
        said.append(words)
    if rules.late_parts is not None and len(stands.late) >= rules.late_parts:
        said.append(plural("{n} part is late", "{n} parts are late", len(stands.late)))
    if rules.score_below is not None and result is not None and result.percent < rules.score_below:
        said.append(_("{n} % at the last quiz, “{title}”").format(n=int(result.percent), title=result.title))
    return said
