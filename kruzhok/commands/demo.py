"""`kruzhok demo`: a study group in mid-course, to be looked at and shown."""

import secrets
from datetime import UTC, datetime

import click
from sqlalchemy import select

from course.base.words import _
from course.outline.models import Course
from kruzhok.commands.serve import load_shipped
from kruzhok.commands.site import Site
from kruzhok.config import SHIPPED_COURSE
from kruzhok.demo.making import demo_tutor, make_demo
from kruzhok.demo.script import read_script


@click.command()
@click.pass_obj
def demo(site: Site) -> None:
    """Make a believable study group in mid-course and somebody who studies alone, and print how to sign in."""
    database, script = site.database(), read_script()
    load_shipped(database)
    # Known to nobody who does not see this terminal: a demo may stand on the open web.
    password = secrets.token_urlsafe(9)
    with database.transaction() as session:
        if (tutor := demo_tutor(session, script)) is not None:
            said = _("The demo is there already; its tutor is {email}. Nothing was changed.")
            click.echo(said.format(email=tutor.email))
            return
        course = session.scalar(select(Course).where(Course.ident == SHIPPED_COURSE.name))
        if course is None:
            raise click.ClickException(_("There is no course to make the demo on."))
        made = make_demo(session, course, script, password, now=datetime.now(UTC))
    click.echo(_("The study group stands at /groups/{slug}. Sign in with one of these:").format(slug=made.group))
    click.echo(_("  tutor    {email}  {shows}").format(email=_wide(made.tutor[0]), shows=made.tutor[1]))
    for email, shows in made.students:
        click.echo(_("  student  {email}  {shows}").format(email=_wide(email), shows=shows))
    click.echo(_("  alone    {email}  {shows}").format(email=_wide(made.alone[0]), shows=made.alone[1]))
    click.echo(_("The password of each is {password}").format(password=password))


def _wide(email: str) -> str:
    return f"{email:21}"
