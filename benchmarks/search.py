"""What a search costs on a large site: time beside that of a plain page, and what an entry costs to write.

    ./run python -m benchmarks.search [--entries N] [--rounds N] [--database sqlite|postgresql] [--quick]

So many notes (100,000) of sentences made of the words of the shipped course stand in the index, all of one reader: the
worst case, for whoever reads may find everything. Each query is asked in turn with the course's own page, in one
process without a server between, and its figure is the median of the rounds' ratios to that page.

Assumes: a database of its own on this machine, warm. It fails (exit code 1) where a query finds nothing, where making
the index anew changes it, or where the common queries take more than MOST times the time of the page.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from benchmarks import postgres
from course.base.db import Database, make_engine
from course.groups.enrolments import enrol_alone
from course.outline.models import Course
from course.texts.models import Passage, Text
from course.users.models import User
from course.users.sign_ins import add_sign_in
from kruzhok.app import create_app
from kruzhok.config import SHIPPED_COURSE, Config
from kruzhok.curriculum.loading import load_course
from kruzhok.curriculum.reading import read_folder
from kruzhok.migrations import migrate
from lessons.notes.models import Note
from lessons.search.contents import rebuild

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = f"/courses/{SHIPPED_COURSE.name}"
MOST = 60.0  #: times the time of the page, for a search on a hundred thousand entries
SENTENCE = (8, 60)  #: words of a note, at least and at most

#: What is asked -> the query: from a word that stands nowhere but once to one that stands in most entries.
QUERIES: Mapping[str, str] = {
    "a name in Cyrillic": "Троцкий",
    "two words": "soviet petrograd",
    "words side by side": '"provisional government"',
    "a common word": "revolution",
    "three common words": "lenin party workers",
    "a common word without another": "revolution -lenin",
    "words that stand nowhere together": "samovar zeppelin petrograd",
}


def words_of(session: Session) -> list[str]:
    """Return the words of the course's texts, as often as they stand there."""
    said = session.scalars(select(Passage.plain).join(Text, Text.current_version_id == Passage.version_id)).all()
    return " ".join(said).split()


def fill(database: Database, entries: int) -> tuple[User, float]:
    """Put so many notes into DATABASE, and return whose they are and the microseconds that an entry of one took."""
    chance = random.Random(1917)
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        user = User(email="ada@example.org", name="Ada", created_at=NOW, active_on=NOW.date())
        session.add(user)
        session.flush()
        enrolment = enrol_alone(session, user, course, now=NOW)
        text_id = session.scalars(select(Text.id).order_by(Text.id)).first()
        words = words_of(session)
        own = {"enrolment_id": enrolment.id, "text_id": text_id, "made_at": NOW, "changed_at": NOW, "number": 1}
        said = (" ".join(chance.choices(words, k=chance.randint(*SENTENCE))) for _number in range(entries))
        for some in _batches([f"{one} samovar" if number == 7 else one for number, one in enumerate(said)]):
            rows = [{**own, "words": one, "html": f"<p>{one}</p>".replace("&", "&amp;")} for one in some]
            session.execute(insert(Note), rows)
    began = time.perf_counter()
    rebuild(database)
    return user, (time.perf_counter() - began) / entries * 1e6


def _batches(rows: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(rows), 5000):
        yield rows[start : start + 5000]


def client_of(database: Database, folder: str, user: User) -> FlaskClient:
    """Return a browser in which USER is signed in to a site on DATABASE."""
    url = database.engine.url.render_as_string(hide_password=False)
    config = Config(instance=Path(folder), database_url=url, secret="a secret of 40 characters for benchmarks")
    app = create_app(config, database)
    with database.transaction() as session:
        token = add_sign_in(session, session.get_one(User, user.id), "benchmark", datetime.now(UTC))
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    return client


def seconds(client: FlaskClient, address: str, **asked: str) -> tuple[float, str]:
    """Return how long a page took, and the page."""
    began = time.perf_counter()
    answer = client.get(address, query_string=asked)
    took = time.perf_counter() - began
    if answer.status_code != 200:
        raise SystemExit(f"{address} {asked}: {answer.status_code}")
    return took, answer.get_data(as_text=True)


def measure(client: FlaskClient, rounds: int) -> tuple[dict[str, float], list[str]]:
    """Return query -> its time beside that of the page, and what found nothing."""
    ratios: dict[str, list[float]] = {name: [] for name in QUERIES}
    empty = set()
    for _round in range(rounds + 1):
        for name, query in QUERIES.items():
            page, _html = seconds(client, PAGE)
            took, html = seconds(client, "/search", q=query)
            ratios[name].append(took / page)
            if 'class="finds"' not in html:
                empty.add(name)
    return {name: round(statistics.median(found[1:]), 1) for name, found in ratios.items()}, sorted(empty)


@contextmanager
def database_of(kind: str, folder: str) -> Iterator[Database]:
    """Give an empty database of KIND with the shipped course."""
    if kind == "postgresql":
        with postgres.server() as url:
            yield _loaded(Database(make_engine(url)))
        return
    yield _loaded(Database(make_engine(f"sqlite:///{folder}/search.db")))


def _loaded(database: Database) -> Database:
    migrate(database)
    load_course(database, read_folder(SHIPPED_COURSE), now=NOW)
    return database


def main() -> int:
    """Measure, say what came of it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--quick", action="store_true", help="2,000 entries, two rounds")
    told = parser.parse_args()
    entries, rounds = (2_000, 2) if told.quick else (told.entries, told.rounds)
    with tempfile.TemporaryDirectory() as folder, database_of(told.database, folder) as database:
        user, written = fill(database, entries)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        ratios, empty = measure(client_of(database, folder, user), rounds)
        wrong = rebuild(database)
        database.engine.dispose()
    slow = [name for name, ratio in ratios.items() if ratio > MOST]
    for name, ratio in ratios.items():
        print(f"{name:36}{ratio:8.1f} times the course page")
    print(f"{'to write an entry':36}{written:8.0f} microseconds")
    failures = [*(f"{name}: nothing found" for name in empty), *(f"{name}: too slow" for name in slow)]
    failures += [f"{wrong} entries were wrong"] if wrong else []
    print(*failures, sep="\n")
    figures = {"entries": entries, "database": told.database, "ratios": ratios, "microseconds_an_entry": round(written)}
    print(json.dumps(figures | {"failures": failures}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
