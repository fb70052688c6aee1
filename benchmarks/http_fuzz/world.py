"""A small house with one of everything in it, its people with their browsers, and one who shows things to nobody."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.http_fuzz.asking import Person
from benchmarks.http_fuzz.reading import Field, Form
from course.base.db import Database
from course.base.web import Application
from course.groups.models import StudyGroup
from course.texts.models import Text
from lessons.drafts import save_draft
from lessons.journal import write_entry
from lessons.models import Lesson, Prompt
from tests import factories
from tests.conftest import NOW
from tests.test_access import ACTING, LOOKING, ROLES, World, browser_of, filled, make_world
from tests.web import token_of

#: Words that only their writer sees.
MARKERS = ("Nobody sees my note", "Nobody sees my entry", "Nobody sees my draft", "Nobody sees my text")


class House(NamedTuple):
    """The world of the access table, and who acts in it."""

    world: World
    people: Sequence[Person]

    @property
    def pages(self) -> list[str]:
        """The address of every page there is, by the names of the world."""
        return list(dict.fromkeys(filled(address, self.world.names) for _endpoint, address, _statuses in LOOKING))

    def acts(self, role: str) -> list[Form]:
        """Return what is open to ROLE as forms, for where no page at hand offers it."""
        forms = []
        for _endpoint, address, fields, statuses in ACTING:
            if statuses[role] in {401, 403, 404}:
                continue
            action = filled(address, self.world.names)
            said = [
                Field(filled(name, self.world.names), "text", str(filled(value, self.world.names)))
                for name, value in fields.items()
            ]
            forms.append(Form("/", "POST", action, [Field("csrf_token", "hidden", ""), *said]))
        return forms

    @property
    def others(self) -> list[str]:
        """Names and numbers of what is there, whoever it belongs to."""
        return sorted({str(name) for name in self.world.names.values() if len(str(name)) < 60})


def make_house(app: Application, database: Database) -> House:
    """Fill DATABASE, which APP serves."""
    with database.transaction() as session:
        world = make_world(session)
        _keep_to_oneself(session, world)
    return House(world, [_person(app, database, role, world.users[role]) for role in ROLES])


def _keep_to_oneself(session: Session, world: World) -> None:
    group = session.scalars(select(StudyGroup).where(StudyGroup.slug == world.names["circle"])).one()
    keeper = factories.make_enrolment(session, course=group.course, group=group)
    prompt = session.scalars(select(Prompt).order_by(Prompt.id)).first()
    notes = session.scalars(select(Text).join(Lesson, Lesson.text_id == Text.id).order_by(Lesson.id)).first()
    assert prompt is not None
    assert notes is not None
    note, entry, draft, own = MARKERS
    factories.make_note(session, keeper, notes, words=note, html=f"<p>{note}</p>")
    write_entry(session, keeper, prompt, entry, base=0, now=NOW)
    save_draft(session, keeper, f"prompt:{prompt.activity_id}", draft, base=0, now=NOW)
    text = factories.make_imported_text(session, keeper)
    text.title = own


def _person(app: Application, database: Database, role: str, user_id: int | None) -> Person:
    client = browser_of(app, database, user_id)
    token = token_of(client)
    cookie = client.get_cookie("kruzhok")
    assert cookie is not None
    return Person(role, f"kruzhok={cookie.value}", token)
