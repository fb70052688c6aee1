"""`kruzhok COMMAND`: a command parses, calls one function, says what happened; it fails with a sentence and a code."""

import errno
import sys

import click
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from course.base.errors import DomainError
from course.base.faults import Damaged, Fault, fault_of
from course.base.words import _
from kruzhok.commands import backup, curriculum, data, demo, doctor, search, serve, users
from kruzhok.commands.site import Site
from kruzhok.config import BadConfig


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Kruzhok: a course and quiz platform for serious study of texts and history."""
    context.obj = Site()


for command in (
    serve.serve,
    serve.worker,
    curriculum.check,
    curriculum.load,
    curriculum.export,
    curriculum.new,
    curriculum.schema,
    users.user,
    demo.demo,
    search.reindex,
    doctor.doctor,
    backup.backup,
    backup.restore,
):
    cli.add_command(command)
for command in (data.export, data.erase_command):
    users.user.add_command(command)


def main() -> None:
    """Run the command that the shell asks for."""
    try:
        cli()
    except (BadConfig, DomainError, SQLAlchemyError, OSError) as error:
        if (words := said_of(error)) is None:
            raise
        click.echo(f"kruzhok: {words}", err=True)
        sys.exit(1)


#: What a command says of a database or a disk that does not do what it must.
WORDS = {
    Fault.full: _("The disk is full. What was saved before is there; make room and do this again."),
    Fault.read_only: _("The database cannot be written: its disk or its folder takes no writing ({why})."),
    Fault.damaged: _("The database is damaged ({why}). {hint}"),
    Fault.away: _("The database does not answer ({why})."),
}


def said_of(error: Exception) -> str | None:
    """Return the sentence for ERROR; None where it is a mistake of ours, which should be seen whole."""
    if isinstance(error, BadConfig):
        return str(error)
    if isinstance(error, DomainError):
        return f"{error.title} ({error}). {error.hint}" if error.hint else str(error)
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC:
            return WORDS[Fault.full]
        return f"{error.filename}: {error.strerror}" if error.filename else None
    fault = fault_of(error) if isinstance(error, DBAPIError) else None
    if fault is None or not isinstance(error, DBAPIError):
        return None
    return WORDS[fault].format(why=str(error.orig).strip().splitlines()[0], hint=Damaged.hint)
