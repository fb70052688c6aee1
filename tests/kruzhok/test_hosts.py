"""Under which names the site is served, and what its cookies and links say then."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from course.base.db import Database
from course.base.web import SECURITY_HEADERS, Application
from kruzhok.config import BadConfig, Config, read_config
from tests.conftest import SECRET, make_app
from tests.web import post, token_of

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
HTTPS = "https://course.example.org"


def site(config: Config, database: Database, templates_read: FileSystemBytecodeCache, **told: object) -> Application:
    """Return a site that is TOLD something else."""
    values = {name: getattr(config, name) for name in ("instance", "database_url", "secret")}
    return make_app(Config(**(values | told)), database, templates_read)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("host", "status"),
    [("course.example.org", 200), ("COURSE.example.org:443", 200), ("course.example.org:8000", 400),
     ("evil.example", 400), ("course.example.org.evil.example", 400), ("localhost", 400), ("a b", 400)],
)  # fmt: skip
def test_a_site_with_an_address_is_served_under_that_name_alone(
    config: Config, database: Database, templates_read: FileSystemBytecodeCache, host: str, status: int
) -> None:
    client = site(config, database, templates_read, site_url=HTTPS).test_client()
    assert client.get("/sign-in", headers={"Host": host}).status_code == status
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@ONE_DATABASE
def test_the_refusal_of_a_name_has_the_headers_of_every_answer(
    config: Config, database: Database, templates_read: FileSystemBytecodeCache
) -> None:
    client = site(config, database, templates_read, site_url=HTTPS).test_client()
    refusal, page = (client.get("/sign-in", headers={"Host": host}) for host in ("evil.example", "course.example.org"))
    assert (refusal.status_code, page.status_code) == (400, 200)
    for name in SECURITY_HEADERS:
        assert refusal.headers[name] == page.headers[name]
    assert page.headers["Content-Security-Policy"].startswith(refusal.headers["Content-Security-Policy"])


@ONE_DATABASE
@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8000", 200), ("[::1]:8000", 200), ("kruzhok.local", 200), ("evil.example/x", 400), ("a@b", 400),
     ("evil.example:x", 400), ("<b>", 400), ("a..", 400)],
)  # fmt: skip
def test_a_site_without_an_address_is_served_under_any_sane_name(client: FlaskClient, host: str, status: int) -> None:
    assert client.get("/sign-in", headers={"Host": host}).status_code == status


@ONE_DATABASE
@pytest.mark.parametrize("proxies", [0, 1])
def test_what_proxies_say_is_believed_only_where_one_stands_in_front(
    config: Config, database: Database, templates_read: FileSystemBytecodeCache, proxies: int
) -> None:
    app = site(config, database, templates_read, proxies=proxies)
    seen: dict[str, object] = {}

    @app.before_request
    def look() -> None:
        from flask import request

        seen.update(address=request.remote_addr, secure=request.is_secure, host=request.host)

    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    app.test_client().get("/healthz", headers=forged)
    if proxies:
        assert seen == {"address": "203.0.113.9", "secure": True, "host": "evil.example"}
    else:
        assert seen == {"address": "127.0.0.1", "secure": False, "host": "localhost"}


@ONE_DATABASE
def test_a_forged_host_behind_a_proxy_is_refused_where_the_address_is_known(
    config: Config, database: Database, templates_read: FileSystemBytecodeCache
) -> None:
    client = site(config, database, templates_read, site_url=HTTPS, proxies=1).test_client()
    right = {"Host": "127.0.0.1:8000", "X-Forwarded-Host": "course.example.org", "X-Forwarded-Proto": "https"}
    assert client.get("/sign-in", headers=right).status_code == 200
    assert client.get("/sign-in", headers=right | {"X-Forwarded-Host": "evil.example"}).status_code == 400


@ONE_DATABASE
def test_over_https_a_cookie_is_of_this_host_alone_and_nothing_goes_in_the_clear(
    config: Config, database: Database, templates_read: FileSystemBytecodeCache
) -> None:
    client = site(config, database, templates_read, site_url=HTTPS).test_client()
    answer = client.get("/sign-in", base_url=HTTPS)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-kruzhok=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


@ONE_DATABASE
def test_over_plain_http_there_is_no_word_of_https(client: FlaskClient) -> None:
    answer = client.get("/sign-in")
    assert answer.headers["Set-Cookie"].startswith("kruzhok=")
    assert "Strict-Transport-Security" not in answer.headers


@ONE_DATABASE
def test_a_new_secret_signs_nobody_out_while_the_old_one_is_still_taken(
    config: Config, database: Database, templates_read: FileSystemBytecodeCache
) -> None:
    before = site(config, database, templates_read).test_client()
    new = {"email": "vera@example.org", "name": "Vera", "password": "a few words in a row"}
    assert post(before, "/sign-up", new).status_code == 303
    form, cookie = token_of(before, "/me"), before.get_cookie("kruzhok")
    assert cookie
    secret = "another secret for tests, 9876543210"
    for old, status in (((SECRET,), 303), ((), 400)):
        after = site(config, database, templates_read, secret=secret, old_secrets=old).test_client()
        after.set_cookie("kruzhok", cookie.value)
        assert (after.get("/me").status_code == 200) is bool(old)
        after.set_cookie("kruzhok", cookie.value)
        told = {"csrf_token": form, "name": "V. F.", "zone": "UTC", "digest": "none"}
        assert after.post("/me", data=told).status_code == status


@pytest.mark.parametrize("weak", ["short", "a" * 64, "abcabcabc" * 8])
@pytest.mark.parametrize("setting", ["KRUZHOK_SECRET", "KRUZHOK_SECRET_OLD"])
def test_a_secret_that_could_be_guessed_is_refused(tmp_path: object, setting: str, weak: str) -> None:
    with pytest.raises(BadConfig, match=setting):
        read_config({"KRUZHOK_INSTANCE": str(tmp_path), setting: weak})


def test_old_secrets_are_read_in_their_order(tmp_path: object) -> None:
    old = "one old secret 0123456789 abcdefgh".replace(" ", "-"), "an older secret 0123456789 abcdefg".replace(" ", "-")
    assert read_config({"KRUZHOK_INSTANCE": str(tmp_path), "KRUZHOK_SECRET_OLD": " ".join(old)}).old_secrets == old


def test_a_secret_that_is_made_is_kept_for_the_site_alone(tmp_path: Path) -> None:
    environment = {"KRUZHOK_INSTANCE": str(tmp_path)}
    assert read_config(environment).secret == read_config(environment).secret
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_a_file_of_the_secret_that_was_emptied_is_named_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    with pytest.raises(BadConfig, match=f"{tmp_path / 'secret'} holds no secret"):
        read_config({"KRUZHOK_INSTANCE": str(tmp_path)})
    assert (tmp_path / "secret").read_text() == ""
