"""One site on one database: made once with the course and its people, then begun anew for each run in milliseconds."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from random import Random

from sqlalchemy import func, select, text

import quizzes.attempts.views
from benchmarks.postgres import server
from benchmarks.study_machine.browser import Browser
from course.base.db import Database, make_engine
from course.groups.models import Enrolment, StudyGroup, Subgroup
from course.syllabus.models import Assignment
from course.users.models import User
from kruzhok.app import create_app
from kruzhok.completions import rebuild_course
from kruzhok.config import Config
from kruzhok.curriculum.loading import load_course
from kruzhok.curriculum.reading import read_folder
from kruzhok.migrations import migrate
from lessons.discussion.models import Post
from lessons.notes.models import Note
from quizzes.models import Item

COURSE = Path(__file__).parent / "course"

#: Nothing of it need survive the run.
QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}

#: Password hashing that takes no time; its strength is not what is tried here.
QUICK_HASHING = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}

SECRET = "a secret for the machine, 0123456789 abcdef"

MADE = "made"  #: the database that each run begins as a copy of


class Site:
    """The site on one database. `browsers` are those of its people, by name."""

    def __init__(self, kind: str, folder: Path, address: str | None) -> None:
        self.kind = kind
        self._folder, self._address = folder, address
        self.database = Database(make_engine(self._url("run")))
        self.app = create_app(Config(folder, self._url("run"), secret=SECRET), self.database)
        self.app.config["ARGON2"] = QUICK_HASHING
        self.browsers: dict[str, Browser] = {}
        self._cookies: dict[str, str] = {}
        self.items: dict[str, int] = {}  #: question -> its id
        self.links: dict[str, str] = {}  #: group -> the address by which one joins it

    def _url(self, name: str) -> str:
        if self._address is None:
            return f"sqlite:///{self._folder / name}.db"
        return self._address.replace("/postgres?", f"/{name}?")

    def make(self, now: datetime) -> None:
        """Make an empty database with the course in it; what is done then, until `keep`, is there in every run."""
        if self._address is not None:
            self._run("CREATE DATABASE run")
        migrate(self.database)
        self.load(now)

    def load(self, now: datetime, changed: Mapping[str, bytes] | None = None) -> None:
        """Load the course, with CHANGED files in the place of its own."""
        files = dict(read_folder(COURSE)) | dict(changed or {})
        load_course(self.database, files, now=now, uploaded=True, after=rebuild_course)

    def keep(self) -> None:
        """Let every run begin as it is now, with everybody signed in who is."""
        with self.database.transaction(writing=False) as session:
            self.items = {ident: key for key, ident in session.execute(select(Item.id, Item.ident))}
        self.database.engine.dispose()
        self._cookies = {name: _cookie(browser) for name, browser in self.browsers.items()}
        if self._address is None:
            shutil.copyfile(self._folder / "run.db", self._folder / f"{MADE}.db")
        else:
            self._run(f"CREATE DATABASE {MADE} TEMPLATE run STRATEGY FILE_COPY")

    def begin(self) -> None:
        """Begin a run: with everything as it was kept."""
        self.database.engine.dispose()
        if self._address is None:
            for left in self._folder.glob("run.db*"):
                left.unlink()
            shutil.copyfile(self._folder / f"{MADE}.db", self._folder / "run.db")
        else:
            self._run("DROP DATABASE run WITH (FORCE)", f"CREATE DATABASE run TEMPLATE {MADE} STRATEGY FILE_COPY")
        # Another database under the same address: nothing that was held of the one before may be shown of it.
        self.database = self.app.extensions["database"] = Database(self.database.engine)
        self.browsers = {name: self._browser(cookie) for name, cookie in self._cookies.items()}

    def place_id(self, person: str, group: str) -> int:
        """Return the id of the place of PERSON in GROUP."""
        mine = select(Enrolment.id).join(Enrolment.user).join(StudyGroup, StudyGroup.id == Enrolment.group_id)
        with self.database.transaction(writing=False) as session:
            return session.scalars(mine.where(User.email == f"{person}@example.org", StudyGroup.slug == group)).one()

    def last_post(self) -> int:
        """Return the id of the newest post."""
        with self.database.transaction(writing=False) as session:
            return session.scalars(select(func.max(Post.id))).one()

    def last_subgroup(self) -> int:
        """Return the id of the newest subgroup."""
        with self.database.transaction(writing=False) as session:
            return session.scalars(select(func.max(Subgroup.id))).one()

    def last_assignment(self) -> int:
        """Return the id of the newest assignment."""
        with self.database.transaction(writing=False) as session:
            return session.scalars(select(func.max(Assignment.id))).one()

    def last_note(self) -> int:
        """Return the id of the newest note."""
        with self.database.transaction(writing=False) as session:
            return session.scalars(select(func.max(Note.id))).one()

    def browser(self, name: str) -> Browser:
        """Return the browser of NAME; a new one where there is none yet."""
        if name not in self.browsers:
            self.browsers[name] = self._browser("")
        return self.browsers[name]

    def _browser(self, cookie: str) -> Browser:
        client = self.app.test_client()
        if cookie:
            client.set_cookie("kruzhok", cookie)
        return Browser(client)

    def _run(self, *statements: str) -> None:
        assert self._address is not None
        engine = make_engine(self._address)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


def _cookie(browser: Browser) -> str:
    cookie = browser.client.get_cookie("kruzhok")
    return cookie.value if cookie is not None else ""


def same_chance() -> None:
    """Let the order of options be drawn alike on all sites from here on."""
    quizzes.attempts.views.chance = Random(1917)  # type: ignore[assignment]


@contextmanager
def sites(kinds: list[str], folder: Path) -> Iterator[list[Site]]:
    """Give a site on each of KINDS, `sqlite` and `postgresql`, in FOLDER."""
    with ExitStack() as stack:
        found = []
        for kind in kinds:
            address = stack.enter_context(server(**QUICK)) if kind == "postgresql" else None
            found.append(Site(kind, folder, address))
        yield found
        for one in found:
            one.database.engine.dispose()
