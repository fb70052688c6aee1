"""The floor: the least that a signed-in page and a durable save cost with Flask, Flask-Login, SQLAlchemy and SQLite.

No forms, no permissions, no progress: one user looked up by the login library, and sixty rows drawn with what that user
came to in each (three queries, some 20 KB); or one row written and committed so that it survives a power cut. What
Kruzhok's pages cost is said as a ratio to this, in the same run on the same machine under the same server.
"""

import os
import sqlite3
import threading

from flask import Flask, g, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from sqlalchemy import ForeignKey, create_engine, func, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

READERS, ROWS, DONE = 16, 60, 40


class FloorBase(DeclarativeBase):
    """Tables of the floor alone."""


class Reader(UserMixin, FloorBase):
    """Somebody who is signed in."""

    __tablename__ = "reader"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Row(FloorBase):
    """Something to list."""

    __tablename__ = "row"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str]


class Score(FloorBase):
    """What a reader came to in a row."""

    __tablename__ = "score"
    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), index=True)
    row_id: Mapped[int] = mapped_column(ForeignKey("row.id"))
    score: Mapped[float]


PAGE = """<!doctype html><html lang="en"><head><title>Floor</title></head><body><p>Hi {{ current_user.name }}</p>
<ul>{% for row, score in rows %}<li class="card"><h3><a href="/row/{{ row.id }}">{{ row.title }}</a></h3>
<p>{{ row.body }}</p><progress max="1" value="{{ '%.2f' % score }}"></progress></li>{% endfor %}</ul></body></html>"""

SAVED = "CREATE TABLE IF NOT EXISTS saved (id INTEGER PRIMARY KEY, reader INT, row INT, words TEXT)"


def fill(path: str) -> None:
    """Make the floor's database at PATH."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        FloorBase.metadata.create_all(connection)
        connection.execute(insert(Reader), [{"name": f"Reader {number}"} for number in range(READERS)])
        words = "In the capital two powers stood side by side. " * 4
        connection.execute(insert(Row), [{"title": f"Row {number}", "body": words} for number in range(ROWS)])
        pairs = [(reader, row) for reader in range(1, READERS + 1) for row in range(1, DONE + 1)]
        scores = [{"reader_id": reader, "row_id": row, "score": 0.5} for reader, row in pairs]
        connection.execute(insert(Score), scores)
    engine.dispose()
    kept = sqlite3.connect(path)
    kept.execute("PRAGMA journal_mode = WAL")
    kept.execute(SAVED)
    kept.commit()
    kept.close()


def create_floor() -> Flask:
    """Return the floor's site on the database named by FLOOR_DATABASE, which is filled."""
    app = Flask(__name__)
    app.secret_key = "nobody's secret"
    path = os.environ["FLOOR_DATABASE"]
    engine = create_engine(f"sqlite:///{path}")
    logins, template = LoginManager(app), app.jinja_env.from_string(PAGE)  # made once, as those of files are
    own = threading.local()

    def session() -> Session:
        if "session" not in g:
            g.session = Session(engine)
        kept: Session = g.session
        return kept

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        if "session" in g:
            g.session.close()

    @logins.user_loader
    def reader_of(key: str) -> Reader | None:
        return session().get(Reader, int(key))

    @app.get("/sign-in/<int:number>")
    def sign_in(number: int) -> str:
        login_user(session().get_one(Reader, number))
        return "signed in"

    @app.get("/page")
    @login_required
    def page() -> str:
        rows = session().scalars(select(Row).order_by(Row.id)).all()
        mine = select(Score.row_id, func.max(Score.score)).where(Score.reader_id == current_user.id)
        scores = dict(session().execute(mine.group_by(Score.row_id)).tuples().all())
        return template.render(rows=[(row, scores.get(row.id, 0)) for row in rows], current_user=current_user)

    @app.post("/save/FULL")
    def save() -> str:
        if not hasattr(own, "connection"):
            own.connection = sqlite3.connect(path, isolation_level=None, timeout=30)
            own.connection.execute("PRAGMA synchronous = FULL")
        own.connection.execute("BEGIN IMMEDIATE")
        own.connection.execute("INSERT INTO saved (reader, row, words) VALUES (1, 2, ?)", (request.form["words"],))
        own.connection.execute("COMMIT")
        return "saved"

    return app
