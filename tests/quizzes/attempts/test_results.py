"""Results show what was taken, lead to passages, and open no side door."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.texts.models import Anchor, AnchorState
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.missed import missed_passages
from quizzes.attempts.pages import standing_of
from quizzes.attempts.results import QuizStanding, answers_of, quiz_results, to_read_again
from quizzes.attempts.side_door import open_item_ids
from quizzes.items import Response
from quizzes.limits import limits_at
from quizzes.models import Attempt, ItemVersion, Quiz
from tests.conftest import NOW
from tests.factories import make_item_version, notes_of
from tests.quizzes.attempts.make import House, begin, give, make_house
from tests.quizzes.items.make import raw_item


def sit(session: Session, house: House, *responses: Response | None, minutes: int = 0) -> Attempt:
    """Return an attempt of HOUSE's student with RESPONSES, handed in."""
    attempt = begin(session, house)
    for item, response in zip(attempt.items, responses, strict=False):
        give(session, attempt, item, response)
    submit_attempt(session, attempt, now=NOW + timedelta(minutes=minutes))
    return attempt


def answers(session: Session, house: House, attempt: Attempt):  # type: ignore[no-untyped-def]
    return answers_of(session, attempt, course_id=house.course.id, course=house.course.ident)


def test_each_question_says_how_it_came_out(session: Session) -> None:
    house = make_house(session, "single multiple short true-false")
    attempt = sit(session, house, {"option": "b"}, {"options": ["a"]}, {"text": "May Days"}, None)
    found = answers(session, house, attempt)
    assert [answer.score_words for answer in found] == [
        "Right, 1 of 1 point",
        "Partly right, 0.5 of 1 point",
        "Not right, 0 of 1 point",
        "No answer, 0 of 1 point",
    ]
    assert [answer.verdict for answer in found] == ["right", "part", "wrong", "blank"]
    assert found[0].key_says == ()
    assert found[1].key_says == ["Text of a", "Text of b"]
    assert found[0].sources == ["Sukhanov, *The Revolution*, 1955"]
    assert found[0].explanation == "Because."
    assert found[1].passage_words == "Passage 2 of the notes"
    slug = house.lesson.ident
    assert found[1].passage_url == f"/courses/{house.course.ident}/lessons/{slug}?from=attempt-{attempt.id}-2#p-2"


def test_what_was_missed_is_to_be_read_again_once(session: Session) -> None:
    house = make_house(session, "single single single single")
    attempt = sit(session, house, {"option": "a"}, {"option": "b"}, None, {"option": "a"})
    again = to_read_again(answers(session, house, attempt))
    assert [(entry.questions, entry.words, entry.quote) for entry in again] == [
        ("Questions 1 and 4", "Passage 1 of the notes", "Paragraph 1.")
    ]
    text_id = notes_of(session, house.lesson).id
    assert missed_passages(session, house.enrolment, [text_id]) == {(text_id, "p-1"): (attempt.id, 1, NOW)}
    assert missed_passages(session, house.enrolment, [text_id + 1]) == {}


def test_only_the_last_submitted_attempt_is_missed(session: Session) -> None:
    house = make_house(session, "single")
    sit(session, house, {"option": "a"})
    sit(session, house, {"option": "b"}, minutes=5)
    assert missed_passages(session, house.enrolment, [notes_of(session, house.lesson).id]) == {}


def test_the_version_taken_is_shown_after_an_edit(session: Session) -> None:
    house = make_house(session, "single")
    attempt = sit(session, house, {"option": "a"})
    version = session.get_one(ItemVersion, attempt.items[0].item_version_id)
    newer = make_item_version(session, version.item, number=2, data=raw_item("single", stem="Another?"))
    version.item.current_version_id = newer.id
    session.flush()
    (answer,) = answers(session, house, attempt)
    assert answer.data.stem == "What?"


def test_a_passage_that_is_gone_leads_nowhere_and_says_so(session: Session) -> None:
    house = make_house(session, "single")
    attempt = sit(session, house, {"option": "a"})
    anchor = session.get_one(Anchor, session.get_one(ItemVersion, attempt.items[0].item_version_id).anchor_id)
    anchor.now_passage_id, anchor.state = None, AnchorState.orphaned
    session.flush()
    (answer,) = answers(session, house, attempt)
    assert answer.passage_url is None
    assert answer.passage_words == "The passage of this question is no longer in the text."
    assert to_read_again([answer]) == []


def test_an_open_attempt_closes_the_side_door(session: Session) -> None:
    house = make_house(session, "single")
    text_id = notes_of(session, house.lesson).id
    earlier = sit(session, house, {"option": "a"})
    assert open_item_ids(session, house.enrolment.user_id) == frozenset()
    later = begin(session, house)
    assert open_item_ids(session, house.enrolment.user_id) == {later.items[0].version.item_id}
    (answer,) = answers(session, house, earlier)
    assert (answer.key_says, answer.feedback, answer.explanation, answer.verdict) == ((), (), None, "blank")
    assert answer.says == ["Text of a"]
    assert to_read_again([answer]) == []
    assert missed_passages(session, house.enrolment, [text_id]) == {}
    submit_attempt(session, later, now=NOW)
    assert answers(session, house, earlier)[0].key_says == ["Text of b"]


def test_the_standing_at_quizzes(session: Session) -> None:
    house = make_house(session, "single single", pass_mark=0.5)
    ids = [house.quiz.id]
    assert quiz_results(session, house.enrolment, ids) == {}
    sit(session, house, {"option": "b"})
    sit(session, house)
    unfinished = begin(session, house)
    assert quiz_results(session, house.enrolment, ids) == {
        house.quiz.id: QuizStanding(3, unfinished.id, 1.0, 2.0, True)
    }


def test_the_standing_in_words(session: Session) -> None:
    house = make_house(session, "single", pass_mark=0.5, attempts_allowed=3)
    attempts = [sit(session, house, {"option": "b"}), begin(session, house)]
    quiz = session.scalars(select(Quiz)).one()
    stands = standing_of(attempts, quiz, limits_at(session, quiz, house.enrolment), 1.0, None, NOW)
    assert [(line.points_words, line.counts) for line in stands.lines] == [("1 of 1 point", True), ("Open", False)]
    assert stands.pass_words == "The pass mark is 50 percent, which is 0.5 of 1 point."
    assert stands.left_words == "One attempt left"
    assert not stands.may_begin
