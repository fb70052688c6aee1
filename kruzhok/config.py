"""The settings: read from the environment once, into one frozen object. docs/operators.md documents each."""

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kruzhok.privacy.keep import Keep

ROOT = Path(__file__).resolve().parent.parent
#: The course on the poster of the front door, on which the demo is played.
SHIPPED_COURSE = ROOT / "curricula" / "why-study-the-russian-revolution"


def shipped_courses() -> list[Path]:
    """Return the folders of all shipped courses: that of the front door first, the others by name."""
    found = sorted(path.parent for path in SHIPPED_COURSE.parent.glob("*/course.yaml"))
    return sorted(found, key=lambda folder: folder != SHIPPED_COURSE)


#: What the names of `Keep` are called among the settings.
KEEPING = {
    "looks": "KRUZHOK_KEEP_LOOKS",
    "notices": "KRUZHOK_KEEP_NOTICES",
    "requests": "KRUZHOK_KEEP_REQUESTS",
    "accounts": "KRUZHOK_KEEP_ACCOUNTS",
}


class BadConfig(ValueError):
    """A setting that cannot be meant; the message names it."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the site is told from outside."""

    instance: Path  #: KRUZHOK_INSTANCE: the folder of the database and the secret
    database_url: str  #: KRUZHOK_DATABASE_URL: `sqlite:///…` or `postgresql+psycopg://…`
    secret: str  #: KRUZHOK_SECRET: signs cookies; made once in the instance folder where it is not set
    old_secrets: tuple[str, ...] = ()  #: KRUZHOK_SECRET_OLD: secrets before it, which are still taken, the newest first
    smtp_url: str | None = None  #: KRUZHOK_SMTP_URL: `smtp://host:port`; without it letters go to the log
    mail_from: str = "kruzhok@localhost"  #: KRUZHOK_MAIL_FROM: the sender of letters
    site_url: str | None = None  #: KRUZHOK_SITE_URL: how the site is reached, for links in letters
    proxies: int = 0  #: KRUZHOK_PROXIES: reverse proxies in front whose headers are to be believed
    metrics_token: str | None = None  #: KRUZHOK_METRICS_TOKEN: opens /metrics; without it there is no such page
    log: str = ""  #: KRUZHOK_LOG: `json` or `plain`; empty: plain at a terminal, else JSON
    operator: str | None = None  #: KRUZHOK_OPERATOR: who runs the site and how to reach them, for the privacy page
    keep: Keep = field(default_factory=Keep)  #: how long some things are kept: the settings of KEEPING
    development: bool = False  #: KRUZHOK_DEVELOPMENT: 1 shows /styleguide and reloads templates

    def __repr__(self) -> str:  # the secret and passwords stay out of logs
        return f"Config(instance={str(self.instance)!r})"


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Return the settings in ENVIRONMENT; raise BadConfig for one that cannot be meant."""
    instance = Path(environment.get("KRUZHOK_INSTANCE") or ROOT / "instance").resolve()
    url = environment.get("KRUZHOK_DATABASE_URL") or f"sqlite:///{instance / 'kruzhok.db'}"
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadConfig("KRUZHOK_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
    proxies = environment.get("KRUZHOK_PROXIES") or "0"
    if not proxies.isdecimal():
        raise BadConfig("KRUZHOK_PROXIES must be a number: how many reverse proxies stand in front")
    log = environment.get("KRUZHOK_LOG") or ""
    if log not in {"", "json", "plain"}:
        raise BadConfig("KRUZHOK_LOG must be json or plain")
    token = environment.get("KRUZHOK_METRICS_TOKEN") or None
    if environment.get("KRUZHOK_SMTP_URL") and not environment.get("KRUZHOK_SITE_URL"):
        # Else the links in letters would lead to whatever host the request named, which anybody can choose.
        raise BadConfig("KRUZHOK_SITE_URL must say how the site is reached where KRUZHOK_SMTP_URL is set")
    return Config(
        instance=instance,
        database_url=url,
        secret=check_secret(said) if (said := environment.get("KRUZHOK_SECRET")) else _kept_secret(instance),
        old_secrets=tuple(
            check_secret(old, "KRUZHOK_SECRET_OLD") for old in (environment.get("KRUZHOK_SECRET_OLD") or "").split()
        ),
        smtp_url=environment.get("KRUZHOK_SMTP_URL") or None,
        mail_from=environment.get("KRUZHOK_MAIL_FROM") or "kruzhok@localhost",
        site_url=(environment.get("KRUZHOK_SITE_URL") or "").rstrip("/") or None,
        proxies=int(proxies),
        metrics_token=check_secret(token, "KRUZHOK_METRICS_TOKEN") if token else None,
        log=log,
        operator=environment.get("KRUZHOK_OPERATOR") or None,
        keep=_keep(environment),
        development=environment.get("KRUZHOK_DEVELOPMENT") == "1",
    )


def _keep(environment: Mapping[str, str]) -> Keep:
    """Return how long things are kept; raise BadConfig for what is no number of days, or of months."""
    given: dict[str, int] = {}
    for name, setting in KEEPING.items():
        if said := environment.get(setting):
            if not (said.isascii() and said.isdecimal() and len(said) <= 4 and int(said)):
                raise BadConfig(f"{setting} must be a number from 1 to 9999")
            given[name] = int(said)
    if "accounts" in given and not environment.get("KRUZHOK_SMTP_URL"):
        # Else accounts would end of which nobody was told.
        raise BadConfig("KRUZHOK_KEEP_ACCOUNTS needs KRUZHOK_SMTP_URL: nobody is erased without a letter before")
    return Keep(**given)


def _kept_secret(instance: Path) -> str:
    """Return the secret of the instance folder, making it once. Two processes that start together agree on one."""
    path = instance / "secret"
    instance.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        new = instance / f"secret.{os.getpid()}.{secrets.token_hex(4)}"
        _write_down(new, secrets.token_urlsafe(48))
        try:
            os.link(new, path)  # atomic, and refuses if another was first
        except FileExistsError:
            pass
        finally:
            new.unlink()
        _write_down_names(instance)
    secret = path.read_text().strip()
    if _is_weak(secret):
        raise BadConfig(
            f"{path} holds no secret. Put the file back from a backup; or delete it, and another is made: then "
            "everybody signs in anew, and second steps have to be set up again"
        )
    return secret


def _write_down(path: Path, secret: str) -> None:
    """Write SECRET into a file that nobody else may read, down to the disk: a power cut leaves no empty one."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())


def _write_down_names(folder: Path) -> None:
    """See to it that what was named or renamed in FOLDER is so after a power cut, where the system can be asked to."""
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder, os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def keep_secret(instance: Path, secret: str) -> None:
    """Let SECRET be the one of the instance folder; the one before is kept beside it, as `secret.before`."""
    path = instance / "secret"
    new = instance / f"secret.{os.getpid()}.new"
    _write_down(new, check_secret(secret))
    if path.exists():
        shutil.copy2(path, instance / "secret.before")
    os.replace(new, path)
    _write_down_names(instance)


def _is_weak(secret: str) -> bool:
    return len(secret) < 32 or len(set(secret)) < 10


def check_secret(secret: str, setting: str = "KRUZHOK_SECRET") -> str:
    """Return SECRET, which SETTING says; raise BadConfig where it could be guessed."""
    if _is_weak(secret):
        without = ", or leave it out and one is made" if setting == "KRUZHOK_SECRET" else ""
        raise BadConfig(f"{setting} is too weak: use 32 random characters or more{without}")
    return secret
