"""The floor: the least that a signed-in page and a durable save cost with Flask, SQLAlchemy and SQLite.

No forms, no permissions, no progress: one user looked up, twenty rows drawn, or one row written. What Kruzhok's pages
cost is said as a ratio to this, in the same run on the same machine.
"""

import os

from flask import Flask, render_template_string, request
from sqlalchemy import ForeignKey, func, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from course.base.db import Database, make_engine


class FloorBase(DeclarativeBase):
    """Tables of the floor alone."""


class Reader(FloorBase):
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


class Answer(FloorBase):
    """Something saved."""

    __tablename__ = "answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), index=True)
    row_id: Mapped[int]
    words: Mapped[str]


PAGE = """<!doctype html><html lang="en"><head><title>Floor</title></head><body><p>Hi {{ reader.name }}</p>
<ul>{% for row, answers in rows %}<li><h3><a href="/row/{{ row.id }}">{{ row.title }}</a></h3><p>{{ row.body }}</p>
<p>{{ answers }} answers</p></li>{% endfor %}</ul></body></html>"""


def create_floor() -> Flask:
    """Return the floor's site on the database named by FLOOR_DATABASE, made and filled where it is empty."""
    app = Flask(__name__)
    database = Database(make_engine(f"sqlite:///{os.environ['FLOOR_DATABASE']}"))
    with database.engine.begin() as connection:
        FloorBase.metadata.create_all(connection)
        if not connection.scalar(select(func.count()).select_from(Row)):
            connection.execute(insert(Reader), [{"name": "Anna"}])
            words = "In the capital two powers stood side by side. " * 4
            connection.execute(insert(Row), [{"title": f"Row {n}", "body": words} for n in range(20)])

    @app.get("/page")
    def page() -> str:
        with database.transaction(writing=False) as session:
            reader = session.get_one(Reader, 1)
            counted = (
                select(Answer.row_id, func.count().label("n")).where(Answer.reader_id == 1).group_by(Answer.row_id)
            )
            mine = counted.subquery()
            listed = select(Row, func.coalesce(mine.c.n, 0)).outerjoin(mine, mine.c.row_id == Row.id)
            rows = session.execute(listed).all()
            return render_template_string(PAGE, reader=reader, rows=rows)

    @app.post("/save")
    def save() -> dict[str, bool]:
        with database.transaction() as session:
            session.get_one(Reader, 1)
            session.add(Answer(reader_id=1, row_id=int(request.form["row"]), words=request.form["words"]))
        return {"saved": True}

    return app
