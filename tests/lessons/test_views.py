"""The pages of lessons, as a visitor without scripts meets them."""

import re

import pytest
from flask.testing import FlaskClient

from tests.lessons.conftest import Addresses
from tests.web import post


def test_a_tick_makes_a_guest_and_leads_back_to_the_reading(client: FlaskClient, addresses: Addresses) -> None:
    answer = post(client, addresses.reading, {"done": "1"})
    ident = addresses.reading.split("/")[-2]
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{addresses.lesson}#reading-{ident}")
    page = client.get(addresses.lesson).text
    assert "Take the tick back" in page
    assert "Guest: keep your work" in page
    assert "1 of 3 required parts done" in client.get(addresses.course).text


def test_a_tick_leads_back_to_the_page_it_was_made_on_and_never_off_the_site(
    client: FlaskClient, addresses: Addresses
) -> None:
    there = post(client, addresses.reading, {"done": "1", "back": f"{addresses.course}/texts/x#done"})
    assert there.headers["Location"] == f"{addresses.course}/texts/x#done"
    off = post(client, addresses.reading, {"done": "1", "back": "//elsewhere.example/"})
    assert off.headers["Location"].startswith(addresses.lesson)


@pytest.mark.parametrize("done", ["", "2", "yes", "1\0"])
def test_a_tick_that_says_nothing_is_refused(client: FlaskClient, addresses: Addresses, done: str) -> None:
    assert post(client, addresses.reading, {"done": done}).status_code == 400


def test_an_answer_is_kept_shown_and_written_anew(client: FlaskClient, addresses: Addresses) -> None:
    answer = post(client, addresses.prompt, {"text": "It was *not* simple."})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{addresses.prompt}#written")
    page = client.get(addresses.prompt).text
    assert "It was <em>not</em> simple." in page
    assert "<textarea" not in page
    assert "It was *not* simple.</textarea>" in client.get(f"{addresses.prompt}?anew=1").text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing written"),
        (" \n ", "nothing written"),
        ("word " * 20_001, "20001 words"),
        ("ж" * 100_001, "201 kB"),
    ],
)
def test_an_answer_that_will_not_do_stays_in_the_page(
    client: FlaskClient, addresses: Addresses, text: str, said: str
) -> None:
    answer = post(client, addresses.prompt, {"text": text})
    assert answer.status_code == 422
    assert said in answer.text
    assert text.strip()[:1000] in answer.text


def test_an_answer_nested_beyond_reason_is_refused_in_words(client: FlaskClient, addresses: Addresses) -> None:
    answer = post(client, addresses.prompt, {"text": "> " * 200 + "deep"})
    assert answer.status_code == 422
    assert "too deeply" in answer.text


def test_hostile_markup_is_harmless(client: FlaskClient, addresses: Addresses) -> None:
    post(client, addresses.prompt, {"text": "<script>alert(1)</script> [x](javascript:alert(1)) &\0"})
    page = client.get(addresses.prompt).text
    assert "<script>alert" not in page
    assert "javascript:" not in page


def test_a_preview_without_scripts_keeps_what_was_typed_and_saves_nothing(
    client: FlaskClient, addresses: Addresses
) -> None:
    answer = post(client, addresses.prompt, {"text": "*so*", "preview": "1"})
    assert answer.status_code == 200
    assert "<em>so</em>" in answer.text
    assert "*so*</textarea>" in answer.text
    assert "What you wrote" not in client.get(addresses.prompt).text


def test_the_scripts_preview_is_a_fragment(client: FlaskClient, addresses: Addresses) -> None:
    assert post(client, "/preview", {"text": "*so*"}).text == "<p><em>so</em></p>\n"
    assert post(client, "/preview", {"text": "x" * 200_001}).status_code == 422


def test_the_scripts_draft_is_answered_with_its_step_and_time(client: FlaskClient, addresses: Addresses) -> None:
    first = post(client, f"{addresses.prompt}/draft", {"text": "B", "base": "0", "once": "a"}, json=True)
    assert first.json is not None
    assert first.json["step"] == 1
    assert re.fullmatch(r"\d\d:\d\d", first.json["saved"])
    page = client.get(addresses.prompt).text
    assert "B</textarea>" in page
    assert 'data-base="1"' in page
    older = post(client, f"{addresses.prompt}/draft", {"text": "C", "base": "0"}, json=True)
    assert older.json is not None
    assert older.json["notice"]
    assert "Another draft of this" in client.get(addresses.prompt).text
    long = post(client, f"{addresses.prompt}/draft", {"text": "x" * 200_001, "base": "1"}, json=True)
    assert (long.status_code, list(long.json or {})) == (422, ["problem"])


def test_a_draft_is_kept_by_a_button_too(client: FlaskClient, addresses: Addresses) -> None:
    answer = post(client, f"{addresses.prompt}/draft", {"text": "Later", "base": "0"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{addresses.prompt}#write")
    assert "Later</textarea>" in client.get(addresses.prompt).text


@pytest.mark.parametrize("base", ["-1", "x", "9" * 30, "٣", ""])
def test_a_base_that_is_none_is_a_new_page(client: FlaskClient, addresses: Addresses, base: str) -> None:
    assert post(client, f"{addresses.prompt}/draft", {"text": "B", "base": base}, json=True).status_code == 200


def test_what_one_wrote_is_nobody_elses(client: FlaskClient, addresses: Addresses) -> None:
    post(client, addresses.prompt, {"text": "My secret answer."})
    stranger = client.application.test_client()
    assert "My secret answer" not in stranger.get(addresses.prompt).text
    post(stranger, addresses.reading, {"done": "1"})
    assert "My secret answer" not in stranger.get(addresses.prompt).text


def test_what_is_not_there_is_404(client: FlaskClient, addresses: Addresses) -> None:
    for address in (
        f"{addresses.course}/lessons/no-such-lesson",
        f"{addresses.course}/texts/no-such-text",
        f"{addresses.lesson}/prompts/no-such-prompt",
        "/courses/no-such-course/lessons/x",
        "/courses/no-such-course/reference",
        f"{addresses.course}/people/nobody",
        f"{addresses.course}/events/nothing",
        f"{addresses.lesson}?group=not-mine",
    ):
        assert client.get(address).status_code == 404, address
    assert post(client, f"{addresses.lesson}/readings/none/tick", {"done": "1"}).status_code == 404
    assert post(client, f"{addresses.lesson}/tick", {"done": "1"}).status_code == 409


def test_one_is_led_back_to_the_question_one_came_from(client: FlaskClient, addresses: Addresses) -> None:
    assert "/attempts/7#q2" in client.get(f"{addresses.lesson}?from=attempt-7-2").text
    assert "/review/answers/7" in client.get(f"{addresses.lesson}?from=review-7").text
    assert "Back to the question" in client.get(f"{addresses.lesson}?from=review").text
    for said in ("attempt-7", "attempt-0-1", "attempt-7-2-3", "review-", "review-0", "javascript:alert(1)"):
        page = client.get(addresses.lesson, query_string={"from": said}).text
        assert not re.search("Back to (question|the question|the review)", page), said
