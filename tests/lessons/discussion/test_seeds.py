"""Seeds: what a tutor says before a discussion stands in all their study groups, and in nobody else's."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity
from lessons.discussion.models import Seed
from lessons.discussion.seeds import (
    SeedChanged,
    SeedWithdrawn,
    put_seed,
    seed_of,
    seed_place,
    seeds_on,
    withdraw_seed,
)
from lessons.drafts import drafts_at, save_draft
from tests import factories
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle
from tests.test_access import browser_of
from tests.web import post

LATER = NOW + timedelta(minutes=1)


def put(session: Session, circle: Circle, text: str, *, number: int = 0, draft: int = 0) -> Seed:
    told = {"number": number, "draft": draft}
    return put_seed(session, circle.tutor, circle.prompt.activity, text, **told, now=NOW)


def shown(session: Session, who: Enrolment, circle: Circle) -> list[str]:
    return [seed.words for seed in seeds_on(session, who, circle.prompt.activity)]


def test_a_seed_stands_in_all_groups_whose_tutor_one_is(session: Session, circle: Circle) -> None:
    other, elsewhere = (factories.make_group(session, circle.group.course) for _ in range(2))
    factories.make_enrolment(session, circle.tutor.user, group=other, role=Role.tutor)
    factories.make_enrolment(session, circle.tutor.user, group=elsewhere)  # a student there
    put(session, circle, "Begin with the date.")
    assert shown(session, circle.vera, circle) == ["Begin with the date."]
    assert shown(session, factories.make_enrolment(session, group=other), circle) == ["Begin with the date."]
    assert shown(session, factories.make_enrolment(session, group=elsewhere), circle) == []
    circle.tutor.left_at = NOW
    session.flush()
    assert shown(session, circle.vera, circle) == []


def test_each_tutor_of_a_group_has_a_seed_of_their_own(session: Session, circle: Circle) -> None:
    second = factories.make_enrolment(session, group=circle.group, role=Role.tutor)
    put(session, circle, "Begin with the date.")
    put_seed(session, second, circle.prompt.activity, "End with it.", number=0, draft=0, now=LATER)
    assert shown(session, circle.vera, circle) == ["Begin with the date.", "End with it."]


def test_it_is_changed_by_who_knows_what_it_says(session: Session, circle: Circle) -> None:
    seed = put(session, circle, "One.")
    put(session, circle, "Two.", number=1)
    put(session, circle, "Two.", number=1)  # a double click
    with pytest.raises(SeedChanged):
        put(session, circle, "Three.", number=1)
    assert (seed.words, seed.number) == ("Two.", 2)
    withdraw_seed(session, circle.tutor, circle.prompt.activity, now=LATER)
    withdraw_seed(session, circle.tutor, circle.prompt.activity, now=LATER)
    assert shown(session, circle.vera, circle) == []
    with pytest.raises(SeedWithdrawn):
        put(session, circle, "Three.", number=2)
    put(session, circle, "Three.")
    assert shown(session, circle.vera, circle) == ["Three."]


def test_its_draft_is_kept_until_it_is_put_there(session: Session, circle: Circle) -> None:
    place = seed_place(circle.prompt.activity)
    kept = save_draft(session, circle.tutor, place, "Begin", base=0, now=NOW)
    put(session, circle, "Begin with the date.", draft=kept.base)
    assert drafts_at(session, circle.tutor, place) == []


def test_of_two_windows_that_put_one_at_once_the_second_waits(database: Database, there: Circle) -> None:
    start = threading.Barrier(2)
    refused: list[Exception] = []

    def write(text: str) -> None:
        with database.transaction() as session:
            start.wait()
            tutor, activity = session.get_one(Enrolment, there.tutor.id), session.get_one(Activity, prompt_id)
            try:
                put_seed(session, tutor, activity, text, number=0, draft=0, now=NOW)
            except SeedChanged as error:
                refused.append(error)

    prompt_id = there.prompt.activity_id
    threads = [threading.Thread(target=write, args=[text]) for text in ("One.", "Two.")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as session:
        assert len(session.scalars(select(Seed)).all()) == 1
    assert len(refused) == 1


# The page


def address(there: Circle, more: str = "") -> str:
    return f"/groups/{there.group.slug}/lessons/" + there.address.partition("/lessons/")[2] + "/seed" + more


def page(there: Circle) -> str:
    return f"{there.address}?group={there.group.slug}"


def test_a_tutor_puts_changes_and_withdraws_it(app: Application, database: Database, there: Circle) -> None:
    with database.transaction() as session:
        group = session.get_one(StudyGroup, there.group.id)
        group.write_first = True
        factories.make_post(
            session,
            factories.make_discussion(session, group, session.get_one(Activity, there.prompt.activity_id)),
            session.get_one(Enrolment, there.ivan.id),
        )
    tutor, vera = (browser_of(app, database, who.user_id) for who in (there.tutor, there.vera))
    assert "Say something before the discussion" in tutor.get(page(there)).text
    answer = post(tutor, address(there), {"text": "Begin with *the* date.", "version": "0"})
    assert answer.headers["Location"] == f"{page(there)}#seeds"
    read = vera.get(page(there)).text  # before she has written
    assert "Begin with <em>the</em> date." in read
    assert "tutor · before the discussion" in read
    assert "Begin with *the* date.</textarea>" in tutor.get(address(there)).text
    assert post(tutor, address(there), {"text": "End with it.", "version": "1"}).status_code == 303
    refused = post(tutor, address(there), {"text": "Of another window", "version": "1"})
    assert refused.status_code == 409
    assert "Of another window</textarea>" in refused.text
    assert "End with it." in refused.text
    assert post(tutor, address(there, "/withdraw"), {}).status_code == 303
    assert "End with it." not in vera.get(page(there)).text


def test_what_will_not_do_stays_in_the_page(app: Application, database: Database, there: Circle) -> None:
    tutor = browser_of(app, database, there.tutor.user_id)
    for text, said in ((" ", "nothing written"), ("> " * 200 + "deep", "too deeply"), ("w " * 20_001, "20001 words")):
        answer = post(tutor, address(there), {"text": text, "version": "0"})
        assert answer.status_code == 422
        assert said in answer.text
    answer = post(tutor, address(there), {"text": "*so*", "version": "0", "preview": "1"})
    assert "<em>so</em>" in answer.text
    assert post(tutor, address(there, "/draft"), {"text": "So far", "base": "0"}, json=True).json["step"] == 1
    assert "So far</textarea>" in tutor.get(address(there)).text
    assert post(tutor, address(there, "/draft/discard"), {"copy": "0"}).status_code == 303
    assert "So far</textarea>" not in tutor.get(address(there)).text


def test_in_an_archived_group_it_is_read_and_not_changed(app: Application, database: Database, there: Circle) -> None:
    with database.transaction() as session:
        tutor, activity = (
            session.get_one(Enrolment, there.tutor.id),
            session.get_one(Activity, there.prompt.activity_id),
        )
        put_seed(session, tutor, activity, "Begin with the date.", number=0, draft=0, now=NOW)
        session.get_one(StudyGroup, there.group.id).archived_at = NOW
    client = browser_of(app, database, there.tutor.user_id)
    assert "Begin with the date." in client.get(page(there)).text
    refused = post(client, address(there), {"text": "Brief.", "version": "1"})
    assert refused.status_code == 409
    assert "Brief.</textarea>" in refused.text
    assert post(client, address(there, "/withdraw"), {}).status_code == 409
    with database.transaction() as session:
        assert seed_of(session, there.tutor.user_id, session.get_one(Activity, there.prompt.activity_id)) is not None
