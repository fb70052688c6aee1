"""Whatever is sent to the forms of review: it is taken, or refused kindly with what was typed; nothing breaks."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from course.base.db import Database
from course.base.web import Application
from tests.kruzhok.review.test_pages import HIDDEN, Desk
from tests.web import post, token_of

KINDS = ("single multiple matching", "ordering short numeric", "date cloze evidence", "true-false essay")

#: What no form of ours sends.
NONSENSE = ("", "\0", "-1", "1.5", "x", "\u0663", "b\0", "9" * 18, str(2**63), "9" * 5000, "a" * 3000, "2:up", "&")

#: What one of ours might.
SENSE = ("1", "a", "b", "p-1", "answer", "good", "90", "1917-10-25", "true")

FIELDS = ("item", "once", "shown_at", "seen", "version", "certainty", "do", "more", "minutes", "retention")


@pytest.fixture(params=KINDS)
def desk(request: pytest.FixtureRequest, app: Application, database: Database) -> Desk:
    return Desk(app, database, request.param)


@pytest.fixture
def one_desk(app: Application, database: Database) -> Desk:
    return Desk(app, database, "single")


def forms(item_ids: list[int]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Return forms of fields that are ours and are not, each there so often as it likes, some of them as we send it."""
    parts = [f"item-{item}{part}" for item in item_ids for part in ("", "-a", "-1", "-move", "-year", "-unit", "-x")]
    values = st.sampled_from([*NONSENSE, *SENSE]) | st.text(max_size=9)
    return st.lists(st.tuples(st.sampled_from([*FIELDS, *parts]), values), max_size=12)


def send(desk: Desk, address: str, fields: list[tuple[str, str]], **ours: Any) -> int:
    """Send FIELDS after OURS; return the status of the answer."""
    data: MultiDict[str, str] = MultiDict([("csrf_token", token_of(desk.client)), *ours.items(), *fields])
    return desk.client.post(address, data=data).status_code


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_answer_of_any_fields_is_taken_or_refused(desk: Desk, data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(desk.items))
    status = send(desk, "/review", data.draw(forms(desk.items)), item=str(item))
    assert status in {200, 303, 404, 409, 422}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_settings_of_any_fields_are_kept_or_refused(one_desk: Desk, data: st.DataObject) -> None:
    assert send(one_desk, "/review/settings", data.draw(forms([]))) in {303, 422}


@pytest.mark.parametrize("key", ["0", "1", str(2**31), str(2**63 - 1), str(2**63), "9" * 30, "-1", "x", "%00"])
def test_what_is_not_there_is_not_there(one_desk: Desk, key: str) -> None:
    for address in ("/review/answers/{}/take-back", "/review/cards/{}/suspend", "/review/cards/{}/resume"):
        if key not in map(str, one_desk.items):
            assert post(one_desk.client, address.format(key)).status_code == 404
    assert one_desk.client.get(f"/review/answers/{key}").status_code == 404
    assert one_desk.client.get(f"/review?item={key}").status_code in {200, 404}
    if key not in map(str, one_desk.items):
        assert post(one_desk.client, "/review", {"item": key, "item-1": "b"}).status_code == 404


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("short", "May\0 Day <b>"), ("numeric", "about ten"), ("date", "some day in May"), ("essay", "So it was.")],
)
def test_what_was_typed_and_is_refused_still_stands_there(
    app: Application, database: Database, kind: str, typed: str
) -> None:
    desk = Desk(app, database, kind)
    hidden: Mapping[str, str] = dict(HIDDEN.findall(desk.page))
    told = {**hidden, "version": "999", f"item-{desk.items[0]}": typed, "do": "answer"}
    answer = post(desk.client, "/review", told)
    assert (answer.status_code, desk.logs()) == (422, [])
    shown = typed.replace("\0", "").replace("<", "&lt;").replace(">", "&gt;")
    assert shown in answer.text


@pytest.mark.parametrize(
    ("minutes", "retention"),
    [("1e9", "90"), ("241", "90"), ("9" * 400, "90"), ("9" * 5000, "90"), ("x", "x" * 5000)],
)
def test_minutes_that_are_refused_still_stand_there(one_desk: Desk, minutes: str, retention: str) -> None:
    answer = post(one_desk.client, "/review/settings", {"minutes": minutes, "retention": retention})
    assert answer.status_code == 422
    assert f'value="{minutes}"' in answer.text
