"""Backups from the shell: make one while the site serves, put one back."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from course.base.words import _, plural
from kruzhok.backup.archive import mark_of
from kruzhok.backup.restoring import restore_backup
from kruzhok.backup.taking import take_backup
from kruzhok.backup.trace import LastBackup, note_backup
from kruzhok.commands.site import Site
from kruzhok.config import keep_secret


def _say(words: str) -> None:
    click.echo(words, err=True)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-secret", is_flag=True, help="Leave out what signs cookies: it is kept elsewhere.")
@click.pass_obj
def backup(site: Site, file: Path, without_secret: bool) -> None:
    """Write everything in the database to FILE, as it is at this moment. The site may go on serving."""
    began = datetime.now(UTC)
    made = take_backup(
        site.database_as_it_is(), site.config.secret, file, with_secret=not without_secret, now=began, said=_say
    )
    size = file.stat().st_size
    note_backup(site.config.instance, LastBackup(began, str(file.absolute()), size, made.rows))
    rows = plural("{n} row", "{n} rows", made.rows)
    click.echo(
        _("{rows} in {tables} tables of schema {revision} are in {file} ({size} KB).").format(
            rows=rows, tables=len(made.tables), revision=made.revision, file=file, size=max(1, size // 1024)
        )
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of a site that has users.")
@click.pass_obj
def restore(site: Site, file: Path, replace: bool) -> None:
    """Put back what is in FILE, on the kind of database that is configured. Stop the site first.

    Nothing is replaced before all of it was found to be right, and what was there is kept under another name."""
    database, config, now = site.database_as_it_is(), site.config, datetime.now(UTC)
    config.instance.mkdir(parents=True, exist_ok=True)
    restored = restore_backup(database, file, replace=replace, now=now, said=_say)
    made = restored.manifest
    click.echo(
        _("{rows} are back as they were on {day:%Y-%m-%d at %H:%M} UTC.").format(
            rows=plural("{n} row", "{n} rows", made.rows), day=made.made_at
        )
    )
    if restored.kept:
        click.echo(_("What was there before is kept as {name}. Delete it when all is well.").format(name=restored.kept))
    if mark_of(config.secret) == made.secret_mark:
        return
    if restored.secret is None or os.environ.get("KRUZHOK_SECRET"):
        click.echo(_("This site has another secret than the one the backup was made under: everybody is signed out."))
        if restored.secret is not None:
            click.echo(_("KRUZHOK_SECRET is set, so the secret in the backup was not used."))
        return
    keep_secret(config.instance, restored.secret)
