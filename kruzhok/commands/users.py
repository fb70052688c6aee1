"""Accounts from the shell."""

from datetime import UTC, datetime

import click

from course.users.accounts import account_called, create_user, demote, promote
from course.users.letters import STEP_OFF, tell_owner
from course.users.second_step import turn_off
from course.users.sign_ins import sign_out_everybody, sign_out_everywhere
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
        now = datetime.now(UTC)
        made = create_user(session, email=email, name=name, password=password, now=now, administrator=administrator)
    click.echo(f"Account {made.id} was made for {made.email}.")


@user.command("promote")
@click.argument("email")
@click.pass_obj
def promote_command(site: Site, email: str) -> None:
    """Let the account of EMAIL run the site."""
    with site.database().transaction() as session:
        promoted = promote(session, email, now=datetime.now(UTC))
    click.echo(f"{promoted.email} is an administrator now.")


@user.command("demote")
@click.argument("email")
@click.pass_obj
def demote_command(site: Site, email: str) -> None:
    """Let the account of EMAIL run the site no longer."""
    with site.database().transaction() as session:
        demoted = demote(session, email, now=datetime.now(UTC))
    click.echo(f"{demoted.email} is no administrator.")


@user.command("sign-out")
@click.argument("email", required=False)
@click.option("--everybody", is_flag=True, help="Sign out every account, in place of one.")
@click.pass_obj
def sign_out(site: Site, email: str | None, everybody: bool) -> None:
    """Sign the account of EMAIL out of every browser."""
    if bool(email) == everybody:
        raise click.UsageError("Say one e-mail, or --everybody.")
    now = datetime.now(UTC)
    with site.database().transaction() as session:
        if email:
            ended = sign_out_everywhere(session, account_called(session, email), now)
        else:
            ended = sign_out_everybody(session, now)
    click.echo(f"{ended} signed out.")


@user.command("second-step-off")
@click.argument("email")
@click.pass_obj
def second_step_off(site: Site, email: str) -> None:
    """Turn the second step off for the account of EMAIL, which has lost its telephone and its codes.

    Be sure first that whoever asks for it is the owner: the password alone is enough then. The owner is written to."""
    now = datetime.now(UTC)
    with site.database().transaction() as session:
        owner = account_called(session, email)
        if was_on := turn_off(session, owner, by=None, now=now):
            tell_owner(session, owner, STEP_OFF, now=now)
            sign_out_everywhere(session, owner, now)
    click.echo(f"{owner.email}: the second step is off." if was_on else f"{owner.email} has no second step.")
