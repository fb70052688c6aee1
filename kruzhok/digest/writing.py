"""A digest put into the words of a letter, as the pages of the site would say them to its reader."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parseaddr
from functools import lru_cache
from typing import NamedTuple

from flask import Flask, url_for
from sqlalchemy.orm import Session

from course.base.db import Database
from course.users.forms import whole_address
from course.users.models import User
from course.users.sign_ins import act_as
from kruzhok.config import Config
from kruzhok.digest import words
from kruzhok.digest.contents import digest_of
from kruzhok.digest.tokens import unsubscribe_token
from kruzhok.today.addresses import address_of, dated_address
from kruzhok.today.words import review_takes


class Written(NamedTuple):
    """A letter in words, where its reader ends them, and the notices it tells of."""

    message_id: str
    subject: str
    body: str
    html: str
    unsubscribe: str
    notice_ids: Sequence[int]


@lru_cache(maxsize=1)
def writer_for(config: Config, database: Database) -> "Writer":
    """Return who writes the letters of the site that CONFIG describes, on DATABASE."""
    from kruzhok.app import create_app  # it needs the pages of administrators, which need the worker

    return Writer(create_app(config, database))


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes letters in the words of APP, which knows the pages they lead to."""

    app: Flask

    def write(self, session: Session, user: User, day: date, now: datetime) -> Written | None:
        """Return the letter of DAY to USER, None where there is nothing to say."""
        with reading_as(self.app, user):
            digest = digest_of(session, user, now)
            if digest is None:
                return None
            token = unsubscribe_token(self.app.config["SECRET_KEY"], user.id)
            unsubscribe = whole_address(url_for("digest.unsubscribe", token=token))
            told = {
                "user": user,
                "digest": digest,
                "words": words,
                "review_takes": review_takes,
                "whole": whole_address,
                "address_of": address_of,
                "dated_address": dated_address,
                "unsubscribe": unsubscribe,
            }
            body, html = (self._drawn(form, told) for form in ("txt", "html"))
        message_id = message_id_of(self.app.extensions["config"], user.id, day)
        return Written(message_id, words.subject_of(digest), body, html, unsubscribe, digest.notice_ids)

    def _drawn(self, form: str, told: dict[str, object]) -> str:
        return self.app.jinja_env.get_template(f"kruzhok/digest/letter.{form}").render(told).strip() + "\n"


@contextmanager
def reading_as(app: Flask, user: User) -> Iterator[None]:
    """Make addresses and times inside the block those of a request by USER."""
    with app.test_request_context(base_url=app.config["SITE_URL"]):
        act_as(user)
        yield


def message_id_of(config: Config, user_id: int, day: date) -> str:
    """Return the Message-ID of the letter of DAY to the user: also one made anew, from a backup, has the same."""
    domain = parseaddr(config.mail_from)[1].rpartition("@")[2]
    return f"<digest.{day:%Y%m%d}.{user_id}@{domain}>"
