"""What an operator would look at to know whether a site is well: each finding says how to mend what it finds.

Nothing is changed: the database is opened as it is, and a file that is not there is not made."""

import os
import shutil
import smtplib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import make_url

from course.base.mail import MailServer, connected
from course.base.words import _
from kruzhok.backup.trace import last_backup
from kruzhok.config import ROOT, BadConfig, Config, read_config
from kruzhok.operations.examining.finding import Finding, State
from kruzhok.operations.examining.stored import what_is_stored

MIB = 1024 * 1024

#: Free space below which a site is in danger, and below which it soon will be.
FREE_AT_LEAST, FREE_BETTER = 100 * MIB, 1024 * MIB
#: A backup older than this is worth a word.
BACKUP_AT_MOST = timedelta(days=8)
#: Variables that are no settings: the processes of a site tell each other by them, and the tests where their tools are.
OTHER_VARIABLES = frozenset({"KRUZHOK_CHROMIUM", "KRUZHOK_PG_BIN", "KRUZHOK_TEST_PG"})


class _Noting(dict[str, str]):
    """An environment that notes which variables it was asked for."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(environment)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def examine(environment: Mapping[str, str], *, now: datetime) -> Iterator[Finding]:
    """Yield what is found, in the order an operator would look; each part only where what it needs is there."""
    noting = _Noting(environment)
    try:
        config = read_config(noting)
    except (BadConfig, OSError) as error:
        yield Finding("settings", "fail", str(error), _("Change that setting; docs/operators.md lists them."))
        return
    yield from _settings(noting)
    yield from _way_in(config)
    yield from _secret(config)
    yield from _disk(config)
    yield from _program()
    yield from _mail(config)
    yield from what_is_stored(config, now)
    yield _backup(config, now)


def _settings(noting: _Noting) -> Iterator[Finding]:
    known = noting.asked | OTHER_VARIABLES
    for name in sorted(name for name in noting if name.startswith("KRUZHOK_") and name not in known):
        yield Finding("settings", "warn", f"{name}: there is no such setting", _("Look for a slip in its name."))
    yield Finding("settings", "ok", _("every setting can be read"))


def _way_in(config: Config) -> Iterator[Finding]:
    """Yield how people reach the site."""
    if config.site_url is None:
        mend = _("Set KRUZHOK_SITE_URL to how people reach the site, with https://.")
        yield Finding("address", "warn", _("it is not said how people reach the site"), mend)
        return
    parts = urlsplit(config.site_url)
    near = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme == "https" and not config.proxies:
        mend = _("Set KRUZHOK_PROXIES to the number of proxies that speak HTTPS in front, mostly 1.")
        yield Finding("address", "warn", _("HTTPS, and yet no proxy is believed: all visitors look like one"), mend)
    elif parts.scheme != "https" and not near:
        mend = _("Let a proxy speak HTTPS (deploy/ has examples) and say https:// in KRUZHOK_SITE_URL.")
        yield Finding("address", "fail", _("passwords go over the network in the clear"), mend)
    else:
        yield Finding("address", "ok", config.site_url)
    if config.development and not near:
        mend = _("Leave KRUZHOK_DEVELOPMENT out.")
        yield Finding("address", "fail", _("a site for others runs as if for development"), mend)


def _secret(config: Config) -> Iterator[Finding]:
    for path in (config.instance / "secret", *_files_of_database(config)):
        name = path.name
        if path.exists() and (mode := path.stat().st_mode & 0o077):
            state: State = "fail" if name == "secret" else "warn"
            said = _("other accounts of this machine may read or write it ({mode:o})").format(mode=mode)
            yield Finding(f"{name}, its rights", state, said, f"chmod go= {path}")
        elif path.exists():
            yield Finding(f"{name}, its rights", "ok", _("nobody else may read it"))
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield Finding("account", "warn", _("this runs as root"), _("Give the site an account of its own."))


def _files_of_database(config: Config) -> list[Path]:
    url = make_url(config.database_url)
    return [Path(url.database)] if url.get_backend_name() == "sqlite" and url.database else []


def _disk(config: Config) -> Iterator[Finding]:
    free = shutil.disk_usage(config.instance).free
    said = _("{free} MiB are free").format(free=free // MIB)
    state: State = "fail" if free < FREE_AT_LEAST else "warn" if free < FREE_BETTER else "ok"
    yield Finding("disk", state, said, _("Make room; a full disk saves nothing more.") if state != "ok" else "")
    if not os.access(config.instance, os.W_OK):
        mend = _("Give {folder} to the account that runs the site.").format(folder=config.instance)
        yield Finding("disk", "fail", _("the instance folder cannot be written"), mend)


def _program() -> Iterator[Finding]:
    """Yield what the program needs beside itself: zones, fonts, styles."""
    try:
        ZoneInfo("Europe/Moscow")
        yield Finding("time zones", "ok", _("their data is there"))
    except ZoneInfoNotFoundError:
        mend = _("Install the package tzdata into the environment.")
        yield Finding("time zones", "fail", _("their data is not there"), mend)
    static = ROOT / "kruzhok" / "static"
    lacking = [name for name in ("kruzhok.css", "kruzhok.js", "icons.svg") if not (static / name).is_file()]
    if not list(static.glob("fonts/*.woff2")):
        lacking.append("fonts")
    if lacking:
        mend = _("Fetch the program again, whole.")
        yield Finding("static files", "fail", _("not there: {names}").format(names=", ".join(lacking)), mend)
    else:
        yield Finding("static files", "ok", _("styles, script and fonts are there"))


def _mail(config: Config) -> Iterator[Finding]:
    if config.smtp_url is None:
        mend = _("Set KRUZHOK_SMTP_URL, or pass on the letters that lie in the folder “letters”.")
        yield Finding("mail", "warn", _("no mail server is set, so nobody gets letters"), mend)
        return
    try:
        with connected(MailServer(config.smtp_url, config.mail_from)):
            yield Finding("mail", "ok", _("the mail server answers"))
    except (OSError, smtplib.SMTPException) as error:
        mend = _("See to the server, or to KRUZHOK_SMTP_URL.")
        said = _("the mail server does not take letters: {why}").format(why=type(error).__name__)
        yield Finding("mail", "fail", said, mend)
    if config.mail_from.endswith("@localhost"):
        mend = _("Set KRUZHOK_MAIL_FROM to an address of yours.")
        yield Finding("mail", "warn", _("letters come from {sender}").format(sender=config.mail_from), mend)


def _backup(config: Config, now: datetime) -> Finding:
    made = last_backup(config.instance)
    mend = _("./run kruzhok backup FILE, every night; docs/operators.md says how.")
    if made is None:
        return Finding("backup", "warn", _("none was made here, as far as is known"), mend)
    said = _("the last was made {at}").format(at=f"{made.at:%Y-%m-%d %H:%M} UTC")
    return Finding("backup", "ok", said) if now - made.at < BACKUP_AT_MOST else Finding("backup", "warn", said, mend)
