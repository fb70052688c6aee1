"""The file of a backup: a zip of a member a table, a JSON object a line, and a manifest of what must be in it."""

import hashlib
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from course.base.errors import DomainError
from course.base.words import _

FORMAT = 1
MANIFEST, SECRET = "manifest.json", "secret"
#: What reading a file that is no zip, or a damaged one, raises.
NOT_WHOLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error)
#: A manifest is small; one that is not is none.
MOST_OF_MANIFEST = 4 * 1024 * 1024


class BadBackup(DomainError):
    """A file that is no backup, not whole, or not for this program."""

    title = _("This backup cannot be restored")


@dataclass(frozen=True, slots=True)
class Member:
    """One table in a backup: column -> what it holds, how many rows, and the SHA-256 of the lines."""

    columns: dict[str, str]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `secret_mark` tells whether a site has the secret the backup was made under."""

    revision: str
    made_at: datetime
    database: str
    secret_mark: str
    tables: dict[str, Member] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """How many rows there are in it."""
        return sum(member.rows for member in self.tables.values())


def mark_of(secret: str) -> str:
    """Return what tells SECRET from another and does not give it away: it has 32 random characters."""
    return hashlib.sha256(b"kruzhok backup\0" + secret.encode()).hexdigest()[:16]


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a file that becomes PATH when the block ends, readable by its owner alone, and is gone when it raises.

    What stood at PATH before stands there until then."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    fsync_folder(path.parent)


def fsync_folder(folder: Path) -> None:
    """Let a name that was given or changed in FOLDER outlive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write_rows(archive: zipfile.ZipFile, table: str, columns: dict[str, str], rows: Iterable[Any]) -> Member:
    """Write ROWS as the member of TABLE and return what the manifest says of it."""
    sha256, count = hashlib.sha256(), 0
    with archive.open(_member(table), "w", force_zip64=True) as member:
        for row in rows:
            line = json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"
            member.write(line)
            sha256.update(line)
            count += 1
    return Member(columns, count, sha256.hexdigest())


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Write MANIFEST, which can only be known last."""
    said = asdict(manifest) | {"made_at": manifest.made_at.isoformat()}
    archive.writestr(MANIFEST, json.dumps(said, indent=1) + "\n")


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Give the backup at PATH and its manifest once all of it was read and found whole; else raise BadBackup."""
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            manifest = _manifest(archive)
            check(archive, manifest)
        except NOT_WHOLE as error:
            raise BadBackup(_("{file} is no whole backup: {why}").format(file=path.name, why=error)) from None
        yield archive, manifest


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        with archive.open(MANIFEST) as member:
            said = json.loads(member.read(MOST_OF_MANIFEST))
        if said["format"] != FORMAT:
            raise BadBackup(
                _("The backup is of format {number}, which this version does not know.").format(number=said["format"])
            )
        tables = {name: Member(**member) for name, member in said.pop("tables").items()}
        return Manifest(**said | {"tables": tables, "made_at": datetime.fromisoformat(said["made_at"])})
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadBackup(_("The file is no backup of Kruzhok: it has no manifest that can be read.")) from None


def check(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Raise BadBackup unless each table of MANIFEST is there, byte for byte, and no other."""
    there = {name for name in archive.namelist() if name not in {MANIFEST, SECRET}}
    if there != {_member(table) for table in manifest.tables}:
        raise BadBackup(_("The backup does not hold the tables that its manifest names."))
    for table, said in manifest.tables.items():
        sha256, rows = hashlib.sha256(), 0
        for line in _lines(archive, table):
            sha256.update(line)
            rows += 1
        if (rows, sha256.hexdigest()) != (said.rows, said.sha256):
            raise BadBackup(_("The backup is damaged: {table} is not as it was written.").format(table=table))


def rows_in(archive: zipfile.ZipFile, table: str) -> Iterator[Any]:
    """Give the rows of TABLE as they were written, one after the other."""
    return map(json.loads, _lines(archive, table))


def _lines(archive: zipfile.ZipFile, table: str) -> Iterator[bytes]:
    with archive.open(_member(table)) as member:
        yield from member


def secret_in(archive: zipfile.ZipFile) -> str | None:
    """Return the secret that went along; None where it was left out."""
    if SECRET not in archive.namelist():
        return None
    with archive.open(SECRET) as member:
        return member.read(1000).decode().strip()


#: Says how far long work is.
Said = Callable[[str], None]
