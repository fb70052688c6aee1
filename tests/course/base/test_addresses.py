"""Addresses are those Flask makes, also where they were asked for before."""

import pytest
from flask import Blueprint, url_for

from course.base.web import Application


@pytest.fixture
def app():
    app, rooms = Application(__name__), Blueprint("rooms", __name__)
    rooms.add_url_rule("/rooms/<name>", "room", lambda name: name)
    app.register_blueprint(rooms)
    return app


def test_an_address_asked_for_again_is_the_same(app):
    with app.test_request_context("/"):
        assert [url_for("rooms.room", name="red", at=1) for _time in range(2)] == ["/rooms/red?at=1"] * 2


def test_what_is_equal_and_written_otherwise_has_an_address_of_its_own(app):
    with app.test_request_context("/"):
        said = [url_for("rooms.room", name="red", at=at) for at in (1, True, "1", 1.0, [1, 2])]
    assert said == [
        "/rooms/red?at=1",
        "/rooms/red?at=True",
        "/rooms/red?at=1",
        "/rooms/red?at=1.0",
        "/rooms/red?at=1&at=2",
    ]


def test_a_place_in_the_page_belongs_to_the_address(app):
    with app.test_request_context("/"):
        assert url_for("rooms.room", name="red", _anchor="door") == "/rooms/red#door"
        assert url_for("rooms.room", name="red") == "/rooms/red"


def test_an_address_begins_with_where_the_site_is_mounted(app):
    for root in ("", "/circle"):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            assert url_for("rooms.room", name="red") == f"{root}/rooms/red"


def test_a_whole_address_names_the_host_it_was_asked_of(app):
    for host in ("one.example", "other.example"):
        with app.test_request_context("/", base_url=f"https://{host}"):
            assert url_for("rooms.room", name="red", _external=True) == f"https://{host}/rooms/red"
            assert url_for("rooms.room", name="red", _scheme="http") == f"http://{host}/rooms/red"


def test_a_name_without_its_room_is_that_of_the_room_one_is_in(app):
    with app.test_request_context("/rooms/red"):
        assert url_for(".room", name="blue") == "/rooms/blue"
