"""Databases as each schema of the past left them, used by the program of that time: for the tests of upgrades.

    ./run python -m benchmarks.schemas [--out FILE] [--only 0003 0007]

For each revision the last program that had it is taken out of the history into a folder of its own and run there, with
the packages of today: its `demo` plays a study group into an empty SQLite. The first had no demo; there two visitors of
its site sign up, read, write and answer over HTTP. What weighs much and says nothing of people is taken out (the bytes
of the course's files, the index of mentions), and the rest written in the form of a backup, all revisions in one
archive: what they share is kept once. It needs the whole git history, and a few minutes.
"""

import argparse
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.durability.site import Serving
from course.base.db import Database, make_engine
from kruzhok.backup.archive import opened
from kruzhok.backup.restoring import load
from kruzhok.backup.taking import take_backup
from kruzhok.config import ROOT
from kruzhok.migrations import migrate
from tests.test_durability import RADIO, Visitor

OUT = ROOT / "tests" / "kruzhok" / "backup" / "schemas.tar.xz"

#: Revision -> the last commit before the next one.
COMMITS = {
    "0001": "e43d61b8a41c",
    "0002": "8f2c272451fd",
    "0003": "06cb0ff13f13",
    "0004": "397ebd1c92a3",
    "0005": "6b99be3",  # the last that starts: its successors are halves of one change
    "0006": "e6af81c6cb92",
    "0007": "5286f2f98201",
    "0008": "4fa890332378",
    "0009": "24e3d1299b34",
    "0010": "8c7090d28bf1",
}
#: What is taken out, in statements of which the first is done that the schema knows.
TRIMMED = (
    ("DELETE FROM curriculum_file",),
    ("DELETE FROM mention", "SELECT 1"),
    (
        "DELETE FROM file WHERE id NOT IN (SELECT file_id FROM text_import UNION SELECT file_id FROM roster)",
        "DELETE FROM file WHERE id NOT IN (SELECT file_id FROM text_import)",
        "DELETE FROM file",
    ),
)


def main() -> int:
    """Make the archive, print what is in it and, last, one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--only", nargs="*", choices=COMMITS, default=list(COMMITS))
    options = parser.parse_args()
    figures: dict[str, object] = {}
    with tarfile.open(options.out, "w:xz", preset=9) as archive, tempfile.TemporaryDirectory() as folder:
        for revision in options.only:
            instance = Path(folder) / revision / "instance"
            use(revision, checked_out(revision, Path(folder) / revision / "program"), instance)
            figures[revision] = put(archive, instance / "kruzhok.db", revision)
            print(f"{revision}: {figures[revision]} rows", flush=True)
    print(json.dumps(figures | {"bytes": options.out.stat().st_size}))
    return 0


def unpacked(revision: str, folder: Path) -> Path:
    """Return the backup of the site of REVISION, taken out of the archive into FOLDER."""
    path = folder / f"{revision}.zip"
    with tarfile.open(OUT) as archive, zipfile.ZipFile(path, "w") as members:
        for member in archive:
            if member.name.startswith(f"{revision}/") and (content := archive.extractfile(member)) is not None:
                members.writestr(member.name.removeprefix(f"{revision}/"), content.read())
    return path


def fill(database: Database, revision: str, folder: Path) -> None:
    """Let an empty DATABASE be as the site of REVISION was."""
    migrate(database, revision)
    with opened(unpacked(revision, folder)) as (archive, manifest):
        load(database, archive, manifest, lambda _words: None)


def checked_out(revision: str, folder: Path) -> Path:
    """Return FOLDER with the program that had REVISION last."""
    folder.mkdir(parents=True)
    packed = subprocess.run(["git", "archive", COMMITS[revision]], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def use(revision: str, program: Path, instance: Path) -> None:
    """Let people use the site of PROGRAM in the folder INSTANCE."""
    instance.mkdir()
    if revision == "0001":
        visit(program, instance)
        return
    others = {name: value for name, value in os.environ.items() if not name.startswith("KRUZHOK_")}
    command = [sys.executable, "-m", "kruzhok", "demo"]
    subprocess.run(
        command, cwd=program, env=others | {"KRUZHOK_INSTANCE": str(instance)}, check=True, stdout=sys.stderr
    )


def visit(program: Path, instance: Path) -> None:
    """Let one with an account and a guest study on the site of the first revision."""
    url = f"sqlite:///{instance / 'kruzhok.db'}"
    course = "/courses/why-study-the-russian-revolution"
    with Serving(instance, url, instance.parent / "said", program=program) as server:
        for number in range(2):
            visitor = Visitor(server.address)
            if number == 0:
                visitor.get("/sign-up")
                visitor.post("/sign-up", email="vera@example.org", name="Vera", password="a long pass phrase of hers")
            page = visitor.get(course)
            [lesson, *_others] = dict.fromkeys(re.findall(rf'"({course}/lessons/[\w-]+)[#"?]', page))
            page = visitor.get(lesson)
            for tick in dict.fromkeys(re.findall(rf'"({lesson}/readings/[\w-]+/tick)[?"]', page)):
                visitor.post(tick, read="1", done="1")
            for prompt in dict.fromkeys(re.findall(rf'"({lesson}/prompts/[\w-]+)[?"]', page)):
                visitor.get(prompt)
                visitor.post(prompt, body="What they say of it, and what I think.", text="What they say of it.")
            [quiz, *_others] = dict.fromkeys(re.findall(rf'"({course}/quizzes/[\w-]+)[#"?]', page))
            for sitting in range(2):
                visitor.get(quiz)
                attempt, page = visitor.post(quiz)
                first: dict[str, str] = {}
                for item, option in RADIO.findall(page):
                    first.setdefault(item, option)
                answers = {f"item-{item}": option for item, option in first.items()}
                visitor.post(attempt, do="save", **answers, **{f"base-{item}": "0" for item in first})
                if sitting == 0:
                    visitor.post(f"{attempt}/submission", confirmed="1")


def put(archive: tarfile.TarFile, path: Path, revision: str) -> int:
    """Add the database at PATH, trimmed, to ARCHIVE; return how many rows that are."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = 1")
        for statements in TRIMMED:
            for statement in statements:
                with suppress(sqlite3.OperationalError):  # no such table yet
                    connection.execute(statement)
                    break
        connection.commit()
    zipped = path.with_suffix(".zip")
    database = Database(make_engine(f"sqlite:///{path}"))
    made = take_backup(database, revision * 8, zipped, with_secret=False, now=datetime(2026, 11, 30, tzinfo=UTC))
    database.engine.dispose()
    assert made.revision == revision
    with zipfile.ZipFile(zipped) as members:
        for name in members.namelist():
            said = tarfile.TarInfo(f"{revision}/{name}")
            said.size = members.getinfo(name).file_size
            archive.addfile(said, io.BytesIO(members.read(name)))
    shutil.rmtree(path.parent)
    return made.rows


if __name__ == "__main__":
    sys.exit(main())
