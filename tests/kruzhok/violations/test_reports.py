"""What browsers report of a broken policy: one line each, of nobody, and no more of them than are of use."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from course.base.db import Database
from course.base.limits import TryCount
from kruzhok.violations import views
from kruzhok.violations.reading import MOST_BYTES, NEW, OLD, Unreadable, Violation, violations_in

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PAGE = "https://kruzhok.example/join/a-secret-token?next=/me"


def old(**said: Any) -> str:
    told = {"document-uri": PAGE, "effective-directive": "script-src-elem", "blocked-uri": "inline"}
    return json.dumps({"csp-report": told | said})


def new(count: int = 1, **said: Any) -> str:
    told = {"documentURL": PAGE, "effectiveDirective": "img-src", "blockedURL": "https://evil.example/x?who=ada"}
    return json.dumps([{"type": "csp-violation", "age": 1, "url": PAGE, "body": told | said}] * count)


def send(client: FlaskClient, body: str, kind: str = NEW) -> int:
    return client.post("/csp-reports", data=body, content_type=kind).status_code


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    return [record.told for record in caplog.records if record.name == views.__name__]  # type: ignore[attr-defined]


@ONE_DATABASE
def test_every_answer_says_where_to_report(client: FlaskClient) -> None:
    for path in ("/", "/static/kruzhok.css", "/nothing-here"):
        with client.get(path) as answer:
            assert answer.headers["Content-Security-Policy"].endswith("; report-uri /csp-reports")
            assert "Reporting-Endpoints" not in answer.headers  # which browsers read from HTTPS alone
        with client.get(path, base_url="https://localhost") as answer:
            assert answer.headers["Content-Security-Policy"].endswith("; report-uri /csp-reports; report-to policy")
            assert answer.headers["Reporting-Endpoints"] == 'policy="/csp-reports"'


@ONE_DATABASE
@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        (OLD, old(), {"directive": "script-src-elem", "blocked": "inline"}),
        (NEW, new(), {"directive": "img-src", "blocked": "https://evil.example"}),
    ],
    ids=["the old way", "the new way"],
)
def test_a_report_is_one_line_without_ids_tokens_or_who_it_was(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, kind: str, body: str, told: dict[str, str]
) -> None:
    assert send(client, body, kind) == 204
    assert lines(caplog) == [told | {"page": "/join/<token>"}]


@ONE_DATABASE
def test_an_address_that_is_none_of_ours_is_not_repeated(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    assert send(client, new(documentURL="https://kruzhok.example/what/ada/typed")) == 204
    assert [line["page"] for line in lines(caplog)] == ["none of ours"]


@ONE_DATABASE
@pytest.mark.parametrize(
    "body", ["", "7", "{}", '{"csp-report": []}', "[" * 5000, "\x00", "x" * (MOST_BYTES + 1)], ids=lambda body: body[:9]
)
def test_what_is_no_report_is_refused_and_not_logged(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    assert send(client, body) in {400, 413}
    assert lines(caplog) == []


def test_from_one_network_so_many_are_taken_by_all_servers_together(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(views, "MOST_FROM_ONE", 3)
    assert [send(client, new()) for _again in range(5)] == [204, 204, 204, 429, 429]
    assert len(lines(caplog)) == 3
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.max(TryCount.tries))) == 3


@ONE_DATABASE
def test_one_body_tells_of_so_many(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    assert send(client, new(45)) == 204
    assert len(lines(caplog)) == 20


scraps = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([PAGE, "inline", "http://[", "a:b@c:9999999"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["csp-report", "body", "type", "blockedURL", "blocked-uri", "documentURL", "effectiveDirective"]
            ),
            inner | st.just("csp-violation"),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from([OLD, NEW]), st.binary(max_size=60) | scraps.map(lambda said: json.dumps(said).encode()))
def test_whatever_is_sent_what_is_told_of_it_is_short_and_plain(kind: str, body: bytes) -> None:
    try:
        told: list[Violation] = violations_in(kind, body)
    except Unreadable:
        return
    for directive, blocked, _page in told:
        assert len(directive) <= 40
        assert len(blocked) <= 160
        assert (directive + blocked).isascii()
        assert (directive + blocked).isprintable()
