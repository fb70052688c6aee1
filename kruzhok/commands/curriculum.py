"""Curricula from the shell: check one, load it, give it back, begin a new one."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from course.base.errors import DomainError
from course.base.words import _, plural
from kruzhok.commands.site import Site
from kruzhok.completions import rebuild_course
from kruzhok.config import SHIPPED_COURSE
from kruzhok.curriculum.authoring import json_schema, new_course, write_missing_idents
from kruzhok.curriculum.export import course_called, export_course
from kruzhok.curriculum.findings import BadCurriculum, Finding
from kruzhok.curriculum.loading import load_course
from kruzhok.curriculum.model import Curriculum
from kruzhok.curriculum.reading import read_curriculum, read_folder
from kruzhok.curriculum.statistics import Statistics, statistics_of

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folders", metavar="FOLDER...", type=FOLDER, nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--write-idents", is_flag=True, help="First write an ident after each passage that has none.")
def check(folders: Sequence[Path], form: str, write_idents: bool) -> None:
    """Say what is wrong with the curriculum in FOLDER, or in several: file, line, column, and how to mend it."""
    if form == "json" and len(folders) > 1:
        raise click.UsageError(_("As JSON one folder is checked at a time."))
    errors = 0
    for folder in folders:
        if len(folders) > 1:
            click.echo(f"== {folder}")
        curriculum = _read(folder, write_idents=write_idents)
        if form == "json":
            click.echo(json.dumps(_as_json(curriculum), ensure_ascii=False, indent=2))
        else:
            _say(curriculum)
        errors += len(curriculum.errors)
    sys.exit(1 if errors else 0)


def _read(folder: Path, *, write_idents: bool) -> Curriculum:
    try:
        written = write_missing_idents(folder) if write_idents else []
        curriculum = read_curriculum(read_folder(folder))
    except OSError as error:
        raise click.ClickException(_("{folder} cannot be read: {error}").format(folder=folder, error=error)) from None
    for path in written:
        click.echo(_("{file}: idents were written").format(file=path), err=True)
    return curriculum


def _as_json(curriculum: Curriculum) -> dict[str, Any]:
    return {
        "errors": [_finding(finding) for finding in curriculum.errors],
        "warnings": [_finding(finding) for finding in curriculum.warnings],
        "statistics": statistics_of(curriculum),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {key: value for key, value in finding._asdict().items() if key != "severity"}


def _say(curriculum: Curriculum) -> None:
    for finding in curriculum.findings:
        click.echo(str(finding))
    if curriculum.findings:
        click.echo()
    for line in statistics_lines(statistics_of(curriculum)):
        click.echo(line)
    errors, warnings = len(curriculum.errors), len(curriculum.warnings)
    said = [plural("{n} error", "{n} errors", errors), plural("{n} warning", "{n} warnings", warnings)]
    click.echo(", ".join(said) if errors or warnings else _("No errors, no warnings."))


def statistics_lines(statistics: Statistics) -> list[str]:
    """Return STATISTICS as lines of words."""
    lines = []
    for name, value in statistics.items():
        words = name.replace("_", " ")
        told = ", ".join(_parts(value)) if isinstance(value, (dict, list)) else value
        lines.append(f"{words}: {told}")
    return lines


def _parts(value: dict[str, int] | list[int]) -> list[str]:
    return [f"{key} {count}" for key, count in value.items()] if isinstance(value, dict) else list(map(str, value))


@click.command()
@click.argument("folder", type=FOLDER)
@click.pass_obj
def load(site: Site, folder: Path) -> None:
    """Load or refresh the course in FOLDER. Loading the same files again changes nothing."""
    uploaded = not folder.resolve().is_relative_to(SHIPPED_COURSE.parent)
    try:
        files = read_folder(folder)
        changes = load_course(site.database(), files, now=datetime.now(UTC), uploaded=uploaded, after=rebuild_course)
    except BadCurriculum as bad:
        for finding in bad.findings:
            click.echo(str(finding), err=True)
        raise click.ClickException(_("The curriculum has errors, so nothing was loaded.")) from None
    except (DomainError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{folder.resolve().name}: {changes}")
    for line in changes.lines():
        click.echo(f"  {line}")


@click.command()
@click.argument("course")
@click.argument("folder", type=NEW_FOLDER)
@click.pass_obj
def export(site: Site, course: str, folder: Path) -> None:
    """Write the files that COURSE was loaded from to FOLDER, byte for byte."""
    try:
        with site.database().transaction(writing=False) as session:
            count = export_course(session, course_called(session, course), folder)
    except (DomainError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(plural("{n} file was written.", "{n} files were written.", count))


@click.group()
def new() -> None:
    """Begin something new."""


@new.command("course")
@click.argument("folder", type=NEW_FOLDER)
def new_course_command(folder: Path) -> None:
    """Lay out a small course in FOLDER to write from."""
    try:
        ident = new_course(folder)
    except (DomainError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        _("The course “{ident}” stands in {folder}, with every kind of thing once. Next:").format(
            ident=ident, folder=folder
        )
    )
    steps = (
        (_("Change what it says, beginning with course.yaml."), ""),
        (_("See what is wrong, and how to mend it:"), f"./run kruzhok check {folder}"),
        (_("Write the idents of passages that have none:"), f"./run kruzhok check {folder} --write-idents"),
        (_("Read it in your browser; load it again whenever you have changed it:"), f"./run kruzhok load {folder}"),
    )
    for number, (words, command) in enumerate(steps, 1):
        click.echo(f"  {number}. {words}")
        if command:
            click.echo(f"       {command}")
    click.echo(_("docs/writing-a-course.md is the guide, docs/curriculum.md the whole format."))


@click.command()
def schema() -> None:
    """Print the JSON Schema of a curriculum's files, for editors."""
    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
