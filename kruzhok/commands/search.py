"""The index of words from the shell."""

import click

from course.base.words import _, plural
from kruzhok.commands.site import Site
from lessons.search.contents import rebuild


@click.command()
@click.pass_obj
def reindex(site: Site) -> None:
    """Make anew what search finds words by. It keeps itself; this mends one that is thought to be wrong."""
    compared: list[int] = []

    def said(things: str, count: int) -> None:
        compared.append(count)
        click.echo(f"{things}: {count}")

    changed = rebuild(site.database(), said=said)
    things = plural("{n} thing was compared", "{n} things were compared", sum(compared))
    click.echo(_("{things}, {changed} changed.").format(things=things, changed=changed))
