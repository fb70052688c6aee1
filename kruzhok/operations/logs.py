"""The log: one event a line, as JSON for machines or in words for people at a terminal.

Who somebody is and what they typed stand in no line. An exception is told by its kind, its code and the lines of code
it came through; its message is left out, because that of a database or of a mail server quotes what it was given.
"""

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from kruzhok.config import ROOT, Config

#: What an exception carries that names its kind more exactly, and never holds a value: of PostgreSQL, SQLite, SMTP
#: and the operating system.
CODES = ("sqlstate", "sqlite_errorname", "smtp_code", "errno")

#: The reference of the request at hand, None outside of one.
REFERENCE: ContextVar[str | None] = ContextVar("reference", default=None)


def set_up_log(config: Config) -> None:
    """Let every event of this process leave as CONFIG wants it, on standard error."""
    plain = config.log == "plain" or (not config.log and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(PlainLines(whole=config.development) if plain else JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class JsonLines(logging.Formatter):
    """An event as one JSON object on one line: when, how grave, who says it, what, and in which request."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of RECORD; what its `told` holds stands in it beside the rest."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": os.getpid(),
            "message": record.getMessage(),
        }
        if reference := REFERENCE.get():
            line["reference"] = reference
        line |= getattr(record, "told", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["errors"] = [told(error) for error in chain(record.exc_info[1])]
        return json.dumps(line, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """An event in words. With WHOLE, for development, exceptions are told with their messages."""

    def __init__(self, *, whole: bool = False) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self.whole = whole

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of RECORD."""
        record.exc_text = None  # what another formatter made of its exception, message and all
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the library's name)
        """Return the first line of RECORD."""
        line = super().formatMessage(record)
        line += "".join(f" {name}={value}" for name, value in getattr(record, "told", {}).items())
        return f"{line} [{reference}]" if (reference := REFERENCE.get()) else line

    def formatException(self, ei: Any) -> str:  # noqa: N802 (the library's name)
        """Return the lines that tell of the exception."""
        if self.whole or ei[1] is None:
            return super().formatException(ei)
        lines = []
        for error in map(told, chain(ei[1])):
            lines.append(f"  {error['kind']} {error.get('code', '')}".rstrip())
            lines += [f"    {place}" for place in error["through"]]
        return "\n".join(lines)


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield ERROR, then what it was raised from, and so on."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def told(error: BaseException) -> dict[str, Any]:
    """Return what is told of ERROR: its `kind`, a `code` where it has one, `through` which lines of code it came."""
    named: dict[str, Any] = {"kind": f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")}
    if code := code_of(error):
        named["code"] = code
    return named | {"through": [_place(frame) for frame in traceback.extract_tb(error.__traceback__)]}


def code_of(error: BaseException) -> str | None:
    """Return the code of ERROR (`SQLITE_BUSY`, `23505`, `550`), None where it has none."""
    bare = error.orig if isinstance(error, DBAPIError) else error
    return next((str(code) for name in CODES if (code := getattr(bare, name, None)) is not None), None)


def _place(frame: traceback.FrameSummary) -> str:
    return f"{frame.filename.removeprefix(f'{ROOT}/')}:{frame.lineno} in {frame.name}: {frame.line}"
