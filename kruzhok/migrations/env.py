"""Alembic's entry: runs the history on the connection it is given."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import DateTime

from course.base.db import Base, UtcDateTime
from kruzhok.migrations import is_in_models
from kruzhok.models import ALL_TABLES

assert ALL_TABLES  # imported so that the metadata knows them


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as the plain ones below them: a migration imports no models."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def compare_type(_context: Any, _inspected: Any, _metadata: Any, inspected: Any, ours: Any) -> bool | None:
    """A moment of ours is stored as the database's own."""
    if isinstance(ours, UtcDateTime):
        return not isinstance(inspected, DateTime)
    return None


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=compare_type,
    include_object=is_in_models,
)
with context.begin_transaction():
    context.run_migrations()
