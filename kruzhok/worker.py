"""The worker: hands in attempts whose time is up, does the jobs that are due, adds those that come round."""

import logging
import smtplib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from course.base.db import Database
from course.base.jobs import LEASE, Again, Hopeless, Work, add_job, run_due_jobs
from course.base.limits import WINDOW, forget_tries
from course.base.mail import MailServer, Undeliverable, send_mail
from course.users.letters import OWNER
from course.users.links import LINK, letter_with_link
from kruzhok.config import Config
from kruzhok.digest.letters import make_letters, make_none
from kruzhok.digest.mornings import next_round
from kruzhok.digest.sending import Letter, send_letter
from kruzhok.digest.writing import writer_for
from kruzhok.privacy.retention import forget_all
from kruzhok.privacy.unused import KIND as UNUSED
from kruzhok.privacy.unused import erase_unused, tell_unused
from lessons.search.contents import rebuild, refresh_passages
from quizzes.attempts.ending import settle_unawaited, submit_overdue
from quizzes.review.earlier import record_earlier

log = logging.getLogger(__name__)

PAUSE = 2.0  #: seconds between two looks at the table
AT_ONCE = 20  #: jobs between two looks for attempts whose time is up


def mail_server(config: Config) -> MailServer | Path:
    """Return where letters are handed in; where nothing is configured, the folder in which they are laid down."""
    return MailServer(config.smtp_url, config.mail_from) if config.smtp_url else config.instance / "letters"


def work_for(config: Config) -> Mapping[str, Work]:
    """Return the map of jobs: kind -> what is done."""
    post = Post(mail_server(config))
    return {
        "mail": partial(_mail, post),
        LINK: partial(_link, post),
        OWNER: partial(_owner, post),
        "letter": partial(_letter, post),
        "letters": partial(_letters, config),
        "daily": partial(_daily, config),
        UNUSED: erase_unused,
        "tries": _tries,
        "reindex": _reindex,
        "words": _words,
        "cards": _cards,
    }


class Post:
    """Hands letters in. A server that did not answer is not asked again for a while: waiting for it with each of a
    thousand letters would hold up everything else that is due."""

    WHILE = timedelta(minutes=1)

    def __init__(self, server: MailServer | Path) -> None:
        self.server = server
        self._shut_until: datetime | None = None

    def send(self, now: datetime, to: str, subject: str, body: str, **more: Any) -> None:
        """Send a letter; raise Hopeless where it will never be taken, OSError where it was not."""
        if self._shut_until is not None and now < self._shut_until:
            raise ConnectionError("the mail server did not answer a moment ago")
        try:
            send_mail(self.server, to, subject, body, **more)
        except Undeliverable as error:
            raise Hopeless(str(error)) from error
        except smtplib.SMTPServerDisconnected:
            self._shut_until = now + self.WHILE
            raise
        except smtplib.SMTPException:
            raise  # it answered
        except OSError:
            self._shut_until = now + self.WHILE
            raise


def _mail(post: Post, _database: Database, payload: dict[str, Any], now: datetime) -> None:
    post.send(now, payload["to"], payload["subject"], payload["body"])


def _link(post: Post, database: Database, payload: dict[str, Any], now: datetime) -> None:
    """Send a link that was asked for, if that is right. It is made here, and nowhere kept but in the letter."""
    with database.transaction() as session:
        letter = letter_with_link(session, payload, now=now)
    if letter is not None:
        post.send(now, letter.to, letter.subject, letter.body)


def _owner(post: Post, _database: Database, payload: dict[str, Any], now: datetime) -> None:
    """Tell an owner what was done to their account; where no server is configured, their page says it."""
    if not isinstance(post.server, Path):
        post.send(now, payload["to"], payload["subject"], payload["body"])


def _letter(post: Post, database: Database, payload: dict[str, Any], now: datetime) -> None:
    """Send what was written to a reader this morning; where no server is configured any more, nobody."""
    if isinstance(post.server, Path):
        return

    def send(letter: Letter) -> None:
        more = {"html": letter.html, "message_id": letter.message_id, "made_at": letter.made_at}
        post.send(now, letter.to, letter.subject, letter.body, headers=letter.headers, **more)

    send_letter(send, database, payload, now)


def _letters(config: Config, database: Database, payload: dict[str, Any], now: datetime) -> Again:
    if not config.smtp_url:
        # In a folder a letter for everybody would help nobody. What is new and due stands on the page all the same.
        return make_none(now, now)
    return make_letters(writer_for(config, database).write, database, payload, now)


def _daily(config: Config, database: Database, _payload: dict[str, Any], now: datetime) -> None:
    """Forget what is to be forgotten, let nobody wait for a tutor who has left, and come again tomorrow."""
    with database.transaction() as session:
        forget_all(session, config.keep, now=now)
        if config.keep.accounts is not None:
            tell_unused(session, config.keep.accounts, config.site_url or "", now=now)
        settle_unawaited(session, now=now)
        add_job(session, "daily", {}, run_at=now + timedelta(days=1), key=f"daily {(now + timedelta(days=1)).date()}")


def _tries(database: Database, _payload: dict[str, Any], now: datetime) -> Again:
    """Forget, every quarter of an hour, from where and to what was tried."""
    with database.transaction() as session:
        forget_tries(session, now=now)
    return Again(now + WINDOW, {})


def _reindex(database: Database, _payload: dict[str, Any], _now: datetime) -> None:
    rebuild(database)


def _words(database: Database, payload: dict[str, Any], _now: datetime) -> None:
    refresh_passages(database, payload["text"])


def _cards(database: Database, payload: dict[str, Any], now: datetime) -> Again | None:
    """Make the cards of what was answered before there were any: a piece, and the rest in the next round."""
    with database.transaction() as session:
        last = record_earlier(session, payload.get("after", 0))
    return Again(now, {"after": last}) if last is not None else None


def run_worker(
    database: Database,
    config: Config,
    *,
    stop: Callable[[], bool],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    lease: timedelta = LEASE,
) -> None:
    """Do jobs as they come due until STOP says so. A database that does not answer is tried again, not given up."""
    work = work_for(config)
    with database.transaction() as session:
        add_job(session, "daily", {}, run_at=now(), key=f"daily {now().date()}")
        add_job(session, "tries", {}, run_at=now(), key="tries")
        add_job(session, "letters", {"since": now().isoformat()}, run_at=next_round(now()), key="letters")
    while not stop():
        tried = 0
        try:
            submit_overdue(database, now=now)
            tried = run_due_jobs(database, work, now=now, limit=AT_ONCE, lease=lease, stop=stop)
        except Exception:
            log.exception("The worker could not look for what is due")
        if tried < AT_ONCE:
            time.sleep(PAUSE)
