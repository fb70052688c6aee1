"""`kruzhok COMMAND`: a command parses, calls one function, says what happened; it fails with a sentence and a code."""

import sys

import click

from course.base.errors import DomainError
from kruzhok.commands import curriculum, demo, search, serve, users
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
):
    cli.add_command(command)


def main() -> None:
    """Run the command that the shell asks for."""
    try:
        cli()
    except (BadConfig, DomainError) as error:
        click.echo(f"kruzhok: {error}", err=True)
        sys.exit(1)
