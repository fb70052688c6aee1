"""Accounts from the shell."""

from datetime import UTC, datetime

import click

from course.users.accounts import create_user, promote
from kruzhok.commands.site import Site


@click.group()
def user() -> None:
    """Accounts from the shell."""


@user.command()
@click.argument("email")
@click.option("--name", prompt=True)
@click.password_option()
@click.option("--administrator", is_flag=True, help="Let the account run the site.")
@click.pass_obj
def create(site: Site, email: str, name: str, password: str, administrator: bool) -> None:
    """Make an account for EMAIL."""
    with site.database().transaction() as session:
        made = create_user(session, email=email, name=name, password=password, now=datetime.now(UTC))
        made.administrator = administrator
    click.echo(f"Account {made.id} was made for {made.email}.")


@user.command("promote")
@click.argument("email")
@click.pass_obj
def promote_command(site: Site, email: str) -> None:
    """Let the account of EMAIL run the site."""
    with site.database().transaction() as session:
        promoted = promote(session, email)
    click.echo(f"{promoted.email} is an administrator now.")
