"""Meetings are put in, cancelled, held again, taken out and put in another order; what is due follows."""

from datetime import date, datetime, time, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.completion.models import Completion, State
from course.completion.records import standing_of
from course.groups.models import StudyGroup
from course.notices.models import Notice
from course.outline.models import Activity
from course.pacing import Break
from course.relative import When
from course.rules import due_instant
from course.syllabus import cancelling, giving, planning
from course.syllabus.arranging import change_breaks, move_meeting, moved_by
from course.syllabus.at_meetings import ask_replies
from course.syllabus.days import breaks_of, pacing_of
from course.syllabus.excepting import except_rule
from course.syllabus.giving import Terms
from course.syllabus.meetings import meetings_of
from course.syllabus.models import Assignment, Meeting, Pacing, RelativeDate
from lessons.readings import tick_reading
from tests import factories
from tests.conftest import NOW
from tests.course.syllabus.test_planning import FIRST, THURSDAY, WEEK, Circle, notices, replies_due

CHRISTMAS = Break(date(2026, 12, 24), date(2027, 1, 6), "Christmas")
DAY = timedelta(days=1)


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session)


def days(circle: Circle) -> list[date]:
    return [one.day for one in meetings_of(circle.session, circle.group.id)]


def insert(circle: Circle, before: Meeting | None, *, day: date | None = None, lessons: tuple[int, ...] = (), **more):
    told = {"title": "", "by_id": circle.organiser.user_id, "now": NOW, "day": day, "before": before} | more
    ids = [circle.lessons[number - 1].id for number in lessons]
    return planning.add_meeting(circle.session, circle.group, lessons=ids, **told)


def remove(circle: Circle, meeting: Meeting, *, close_up: bool = True, **more) -> None:
    told = {"by_id": circle.organiser.user_id, "now": NOW} | more
    cancelling.remove_meeting(circle.session, circle.group, meeting, close_up=close_up, **told)


def cancel(circle: Circle, meeting: Meeting, **more) -> None:
    planning.cancel_meeting(circle.session, circle.group, meeting, by_id=circle.organiser.user_id, now=NOW, **more)


def hold(circle: Circle, meeting: Meeting) -> None:
    now = NOW + timedelta(hours=1)
    planning.hold_meeting(circle.session, circle.group, meeting, by_id=circle.organiser.user_id, now=now)


def move(circle: Circle, meeting: Meeting, to: int) -> None:
    move_meeting(circle.session, circle.group, meeting, to, by_id=circle.organiser.user_id, now=NOW)


def state_of(circle: Circle) -> list[tuple[int, int, date, bool, bool]]:
    circle.session.expire_all()
    meetings = meetings_of(circle.session, circle.group.id)
    return [(one.id, one.number, one.day, one.fixed, one.cancelled_at is None) for one in meetings]


# Laying out from what a syllabus is paced by


def test_several_weekdays_pass_the_holidays_and_what_it_was_laid_out_by_is_kept(circle: Circle):
    pacing = Pacing(start=date(2026, 12, 14), weekdays=[0, 3], begins=time(18, 30), lasts=90, where="Room 12")
    ids = [[circle.lessons[0].id, circle.lessons[1].id], [], [circle.lessons[2].id], [circle.lessons[2].id]]
    told = {"by_id": circle.organiser.user_id, "now": NOW, "titles": ["Hello"]}
    meetings = planning.lay_out(circle.session, circle.group, pacing, [CHRISTMAS], ids, **told)
    assert days(circle) == [date(2026, 12, 14), date(2026, 12, 17), date(2026, 12, 21), date(2027, 1, 7)]
    assert circle.lesson_numbers == [[1, 2], [], [3], [3]]
    assert {(one.begins, one.lasts, one.where) for one in meetings} == {(time(18, 30), 90, "Room 12")}
    assert [one.title for one in meetings] == ["Hello", "", "", ""]
    assert breaks_of(circle.session, circle.group.id) == (CHRISTMAS,)
    kept = pacing_of(circle.session, circle.group.id)
    assert kept is not None
    assert (kept.weekdays, kept.lessons, kept.meetings) == ([0, 3], 1, 1)
    assert notices(circle.session) == [(circle.student.user_id, f"meeting:{meetings[0].id}")]
    assert circle.progress() == (0, 6)


@pytest.mark.parametrize(
    ("ends", "breaks", "field"),
    [
        (date(2026, 12, 10), [], "ends"),
        (None, [Break(date(2026, 1, 1), date(2099, 12, 31))], "breaks"),
        (date(2026, 12, 20), [Break(date(2026, 12, 1), date(2026, 12, 20))], "ends"),
    ],
)
def test_what_does_not_fit_between_start_and_end_is_refused_and_nothing_is_laid_out(
    circle: Circle, ends: date | None, breaks: list[Break], field: str
):
    pacing = Pacing(start=FIRST, weekdays=[THURSDAY], ends=ends)
    with pytest.raises(planning.DoesNotFit) as refused:
        planning.lay_out(circle.session, circle.group, pacing, breaks, [[]] * 3, by_id=1, now=NOW)
    assert refused.value.field == field
    assert days(circle) == []
    assert pacing_of(circle.session, circle.group.id) is None


# Putting in, and taking out again


def test_a_meeting_put_in_moves_the_later_ones_on_with_their_lessons_and_what_is_due(circle: Circle):
    first, second, third = circle.plan(1, 2, 3)
    new = insert(circle, second, title="A film")
    assert [(one.id, one.number, one.day) for one in meetings_of(circle.session, circle.group.id)] == [
        (first.id, 1, FIRST), (new.id, 2, FIRST + WEEK), (second.id, 3, FIRST + 2 * WEEK),
        (third.id, 4, FIRST + 3 * WEEK),
    ]  # fmt: skip
    assert circle.lesson_numbers == [[1], [], [2], [3]]
    assert circle.due(3) == due_instant(FIRST + 3 * WEEK, ZoneInfo("Europe/Warsaw"))


def test_the_others_may_stay_and_the_new_one_is_fixed_between_them(circle: Circle):
    _first, second = circle.plan(1, 2)
    with pytest.raises(planning.DoesNotFit, match="choose an earlier day"):
        insert(circle, second, day=FIRST + WEEK)
    with pytest.raises(planning.DoesNotFit, match="choose a later day"):
        insert(circle, second, day=FIRST)
    new = insert(circle, second, day=FIRST + 2 * DAY)
    assert days(circle) == [FIRST, FIRST + 2 * DAY, FIRST + WEEK]
    assert (new.number, new.fixed) == (2, True)


def test_before_one_that_stays_a_day_must_be_said(circle: Circle):
    first, second = circle.plan(1, 2)
    circle.change(second, lesson=2, fixed=True)
    with pytest.raises(planning.DoesNotFit, match="Meeting 2 stays on 10 December 2026"):
        insert(circle, second)
    with pytest.raises(planning.DoesNotFit, match="Meeting 1 stays on 3 December 2026"):
        insert(circle, first, now=NOW + 2 * WEEK)


def test_a_fixed_meeting_and_those_that_are_over_keep_their_day_and_number(circle: Circle):
    first, second, third = circle.plan(1, 2, 3)
    circle.change(third, lesson=3, fixed=True)
    insert(circle, second)
    assert [(one.id, one.day) for one in meetings_of(circle.session, circle.group.id)][2] == (
        third.id,
        FIRST + 2 * WEEK,
    )
    assert (second.number, second.day) == (4, FIRST + 3 * WEEK)
    circle.change(third, lesson=3, fixed=False)
    assert not third.fixed
    assert first.day == FIRST


def test_after_the_last_it_is_on_the_next_chosen_day(circle: Circle):
    circle.plan(1)
    assert insert(circle, None).day == FIRST + WEEK
    assert insert(circle, None, day=date(2026, 12, 15)).fixed  # a Tuesday, for once


def test_no_meeting_is_put_on_a_holiday(circle: Circle):
    first, _second = circle.plan(1, 2)
    change_breaks(circle.session, circle.group, [CHRISTMAS], by_id=1, now=NOW)
    with pytest.raises(planning.DoesNotFit, match="Christmas"):
        insert(circle, None, day=date(2026, 12, 31))
    with pytest.raises(planning.DoesNotFit, match="Christmas"):
        circle.change(first, lesson=1, day=date(2026, 12, 31), with_later=True)


def test_who_did_not_know_of_the_newest_meeting_adds_none(circle: Circle):
    (first,) = circle.plan(1)
    insert(circle, None, latest=first.id)
    with pytest.raises(planning.NoLongerSo):
        insert(circle, None, latest=first.id)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_putting_in_and_taking_out_restores_every_day_and_number(session: Session, data: st.DataObject):
    circle = Circle(session)
    pacing = Pacing(start=FIRST, weekdays=[0, 3])
    planning.lay_out(session, circle.group, pacing, [CHRISTMAS], [[]] * 6, by_id=1, now=NOW)
    now = NOW + data.draw(st.integers(0, 4)) * WEEK  # some are over
    meetings = meetings_of(session, circle.group.id)
    for one in data.draw(st.sets(st.sampled_from(meetings), max_size=2)):
        one.fixed = True
    if data.draw(st.booleans()):
        cancel(circle, data.draw(st.sampled_from(meetings)))
    before = state_of(circle)
    where = data.draw(st.sampled_from([*meetings, None]))
    try:
        new = insert(circle, where, now=now)
    except planning.DoesNotFit:
        assert state_of(circle) == before
        return
    assert [number for _id, number, *_rest in state_of(circle)] == list(range(1, 8))
    remove(circle, new, now=now)
    assert state_of(circle) == before


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_putting_in_and_taking_out_restores_every_date_and_moves_none_that_is_fixed_or_handed_in(
    session: Session, data: st.DataObject
):
    circle = Circle(session)
    meetings = circle.plan(1, 2, 2, 3, 0)
    ask_replies(session, circle.group, meetings[0], 3)
    prompt, quiz = factories.make_prompt(session, circle.lessons[0]), factories.make_quiz(session, circle.lessons[1])
    by_meeting = st.builds(When, st.integers(1, 5), st.integers(-3, 10))
    due = data.draw(by_meeting)
    some = give(circle, circle.readings[0], due=due)
    talk = give(circle, prompt, due=due, reply_due=due._replace(days=due.days + data.draw(st.integers(0, 5))))
    fixed = give(circle, circle.readings[1], due=When(day=date(2026, 12, data.draw(st.integers(2, 31)))))
    done = give(circle, quiz, open=When(1, -4), due=data.draw(by_meeting), close=When(5, 11))
    hand_in(circle, quiz)
    extra = fixed.due_at + 2 * DAY
    told = {"reason": "Was ill", "by_id": circle.tutor.user_id, "now": NOW}
    except_rule(session, circle.readings[0], circle.student, "due", extra, **told)
    before = dates_of(circle)
    stay = {one.id: before[one.id] for one in (fixed, done)}
    where = data.draw(st.sampled_from(meetings))
    new = insert(circle, where)
    then = dates_of(circle)
    assert {key: then[key] for key in stay} == stay
    assert circle.syllabus.due_of(circle.readings[0].id) == extra
    moves = where.number <= due.number + 1  # it has its new number
    assert [then[one.id] != before[one.id] for one in (some, talk)] == [moves, moves]
    remove(circle, new)
    assert dates_of(circle) == before
    assert circle.syllabus.due_of(circle.readings[0].id) == extra


def give(circle: Circle, activity: Activity, **dates: When) -> Assignment:
    terms = Terms(None, None, True, dates=dates)
    return giving.give(circle.session, circle.group, activity, terms, "", by_id=circle.tutor.user_id, now=NOW)


def hand_in(circle: Circle, activity: Activity) -> None:
    told = {"activity_id": activity.id, "state": State.done, "done_at": NOW}
    circle.session.add_all(Completion(enrolment_id=one.id, **told) for one in (circle.organiser, circle.student))
    circle.session.flush()


def dates_of(circle: Circle) -> dict[int, tuple[datetime | None, ...]]:
    """Return assignment -> from when and until when it is, of all that are live."""
    circle.session.expire_all()
    rows = circle.session.scalars(select(Assignment).where(Assignment.withdrawn_at.is_(None)))
    return {one.id: (one.opens_at, one.due_at, one.reply_due_at, one.closes_at) for one in rows}


def test_what_something_hangs_on_is_not_taken_out(circle: Circle):
    first, second, third = circle.plan(1, 2, 3)
    factories.make_assignment(circle.session, circle.group, circle.readings[0], meeting_id=first.id)
    given = factories.make_assignment(circle.session, circle.group, circle.readings[1])
    relative = {"assignment_id": given.id, "group_id": circle.group.id, "field": "due", "meeting_id": second.id}
    circle.session.add(RelativeDate(**relative, days=2))
    circle.session.flush()
    for one in (first, second):
        with pytest.raises(cancelling.SomethingHangsOnIt):
            remove(circle, one)
    with pytest.raises(cancelling.SomethingHangsOnIt):
        remove(circle, third, used=True)
    with pytest.raises(cancelling.SomethingHangsOnIt, match="over"):
        remove(circle, third, now=NOW + 10 * WEEK)
    assert len(days(circle)) == 3


def test_with_a_meeting_its_lesson_falls_out_and_nothing_is_told_of_it_any_longer(circle: Circle):
    circle.plan(1, 2)
    new = insert(circle, None, lessons=(3,))
    assert notices(circle.session)[-1][1] == f"meeting:{new.id}"
    remove(circle, new)
    assert circle.due(3) is None
    assert f"meeting:{new.id}" not in {ref for _user, ref in notices(circle.session)}
    rows = circle.session.scalars(select(Assignment).where(Assignment.activity_id == circle.lessons[2].id)).all()
    assert [(row.meeting_id, row.withdrawn_at) for row in rows] == [(None, NOW)]
    remove(circle, new)  # twice is once


# Cancelling and holding


def test_later_ones_may_close_up_and_holding_again_restores_all(circle: Circle):
    _first, second, third = circle.plan(1, 2, 3)
    before = state_of(circle)
    cancel(circle, second, close_up=True)
    assert (second.number, third.number, third.day) == (2, 3, FIRST + WEEK)
    hold(circle, second)
    assert state_of(circle) == before
    assert circle.lesson_numbers == [[1], [2], [3]]


def test_lessons_of_a_cancelled_meeting_may_go_to_the_next_and_come_back(circle: Circle):
    first, second, _third = circle.plan(1, 2, 3)
    circle.change(second, lesson=2, replies=3)
    cancel(circle, second, pass_on=True)
    assert circle.lesson_numbers == [[1], [], [3, 2]]
    assert replies_due(circle) == [(2, FIRST + 2 * WEEK + 3 * DAY)]
    assert circle.progress() == (0, 6)
    hold(circle, second)
    assert circle.lesson_numbers == [[1], [2], [3]]
    assert replies_due(circle) == [(2, FIRST + WEEK + 3 * DAY)]
    assert first.day == FIRST


def test_the_lessons_of_the_last_have_nowhere_to_go(circle: Circle):
    _first, second = circle.plan(1, 2)
    cancel(circle, second, pass_on=True)
    assert circle.lesson_numbers == [[1], []]


def test_a_meeting_is_not_held_where_one_that_stays_is_by_now(circle: Circle):
    _first, second, third = circle.plan(1, 2, 3)
    cancel(circle, second, close_up=True)
    circle.change(third, lesson=3, fixed=True)
    with pytest.raises(planning.DoesNotFit, match="Meeting 3 is on 10 December 2026 by now"):
        hold(circle, second)


# In another order


def test_meetings_change_places_and_their_days_stay(circle: Circle):
    first, second, third = circle.plan(1, 2, 3)
    move(circle, third, 1)
    assert [one.id for one in meetings_of(circle.session, circle.group.id)] == [third.id, first.id, second.id]
    assert days(circle) == [FIRST, FIRST + WEEK, FIRST + 2 * WEEK]
    assert circle.lesson_numbers == [[3], [1], [2]]
    move(circle, third, 1)  # a second click
    move(circle, third, 3)
    assert circle.lesson_numbers == [[1], [2], [3]]


def test_what_stays_changes_no_place_and_a_lesson_is_not_parted(circle: Circle):
    first, second, third = circle.plan(1, 1, 2)
    with pytest.raises(planning.DoesNotFit, match="would part"):
        move(circle, third, 2)
    circle.change(first, lesson=1, fixed=True)
    for one, to in ((first, 2), (second, 1), (second, 9), (second, 0)):
        with pytest.raises(planning.DoesNotFit, match="change places"):
            move(circle, one, to)
    assert circle.lesson_numbers == [[1], [1], [2]]


# Holidays


def test_other_holidays_are_looked_at_before_and_move_only_what_they_hit(circle: Circle):
    first, second, third = circle.plan(1, 2, 3)
    circle.change(first, lesson=1, fixed=True)
    strike = Break(FIRST, FIRST + WEEK, "Strike")
    told = moved_by(circle.session, circle.group, [strike], NOW)
    assert [(one.meeting.id, one.then, one.stays) for one in told] == [
        (first.id, FIRST, True), (second.id, FIRST + 2 * WEEK, False), (third.id, FIRST + 3 * WEEK, False)
    ]  # fmt: skip
    assert days(circle) == [FIRST, FIRST + WEEK, FIRST + 2 * WEEK]
    circle.session.execute(delete(Notice))
    change_breaks(circle.session, circle.group, [strike], by_id=1, now=NOW)
    assert days(circle) == [FIRST, FIRST + 2 * WEEK, FIRST + 3 * WEEK]
    assert [ref for _user, ref in notices(circle.session)] == [f"meeting:{second.id}"]  # once, not once a meeting
    change_breaks(circle.session, circle.group, [], by_id=1, now=NOW)
    assert days(circle) == [FIRST, FIRST + WEEK, FIRST + 2 * WEEK]


def test_holidays_that_leave_no_day_are_refused(circle: Circle):
    circle.plan(1, 2)
    with pytest.raises(planning.DoesNotFit) as refused:
        moved_by(circle.session, circle.group, [Break(FIRST, date(2100, 12, 31))], NOW)
    assert refused.value.field == "breaks"


# What was done


def test_what_was_handed_in_stays_wherever_its_meeting_goes(circle: Circle):
    session, student = circle.session, circle.student
    first, second, _third = circle.plan(1, 2, 3)
    tick_reading(session, student, circle.readings[1], done=True, now=NOW)
    stored = standing_of(session, student)
    insert(circle, second)
    cancel(circle, second, pass_on=True, close_up=True)
    move(circle, first, 2)
    now = standing_of(session, student)
    assert (now.progress.done, now.progress.required) == (stored.progress.done, stored.progress.required) == (1, 6)


def test_a_group_laid_out_before_there_were_paces_goes_on_as_its_last_meeting(circle: Circle):
    circle.plan(1)
    circle.session.execute(delete(Pacing))
    assert insert(circle, None).day == FIRST + WEEK


def test_days_end_where_the_group_is_whatever_the_clocks_do(session: Session):
    for zone in ("Europe/Berlin", "America/Santiago", "Pacific/Apia", "Africa/Cairo"):
        circle = Circle(session, zone=zone)
        first, second, third = circle.plan(1, 2, 3)
        circle.change(first, lesson=1, day=date(2027, 3, 25), with_later=True)
        insert(circle, second)
        place = ZoneInfo(zone)
        for number, one in ((1, first), (2, second), (3, third)):
            assert circle.due(number) == due_instant(one.day, place)
        assert third.day == date(2027, 4, 15)


def test_two_planners_at_once_leave_numbers_without_gaps(database: Database):
    with database.transaction() as session:
        circle = Circle(session)
        first, second, third = circle.plan(1, 2, 3)
        group_id, by_id = circle.group.id, circle.organiser.user_id
        ids = first.id, second.id, third.id
    together, faults = Barrier(3), []

    def work(at: int) -> None:
        try:
            with database.transaction() as session:
                together.wait(10)
                group, meeting = session.get_one(StudyGroup, group_id), session.get_one(Meeting, ids[at])
                list(meetings_of(session, group_id))  # what it saw may be old by the time it has the lock
                told = {"by_id": by_id, "now": NOW + timedelta(minutes=at)}
                if at == 0:
                    planning.add_meeting(session, group, day=None, title="New", lessons=[], before=meeting, **told)
                elif at == 1:
                    planning.cancel_meeting(session, group, meeting, close_up=True, **told)
                else:
                    move_meeting(session, group, meeting, 1, **told)
        except planning.DoesNotFit:
            pass
        except Exception as error:  # noqa: BLE001 (told below, in the main thread)
            faults.append(error)

    everybody = [Thread(target=work, args=(at,)) for at in range(3)]
    for one in everybody:
        one.start()
    for one in everybody:
        one.join(30)
    assert faults == []
    with database.transaction(writing=False) as session:
        meetings = meetings_of(session, group_id)
        assert [one.number for one in meetings] == [1, 2, 3, 4]
        held = [one.day for one in meetings if one.cancelled_at is None]
        assert held == sorted(set(held))
