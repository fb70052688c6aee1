"""What is stored about somebody, from the shell: written into a file, or erased. Both go into the book of acts."""

from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from course.base.errors import NotFound
from course.base.words import _
from course.users.accounts import normal_email, with_email
from course.users.audit import record
from course.users.models import Act, User
from kruzhok.commands.site import Site
from kruzhok.privacy.archive import write_archive
from kruzhok.privacy.erasing import erase
from kruzhok.privacy.groups_held import held_by


def _account(session: Session, email: str) -> User:
    user = with_email(session, normal_email(email))
    if user is None:
        raise NotFound(_("There is no account with the e-mail {email}.").format(email=email))
    return user


@click.command("export")
@click.argument("email")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export(site: Site, email: str, file: Path) -> None:
    """Write all that is stored about the account of EMAIL to FILE, a zip."""
    now, database = datetime.now(UTC), site.database()
    with database.transaction(writing=False) as session:
        user = _account(session, email)
        with file.open("xb") as to:
            write_archive(session, user, to, now=now)
    with database.transaction() as session:
        record(session, Act.account_exported, by=None, about=user.id, now=now)
    click.echo(f"What is stored about {user.email} is in {file}.")


@click.command("erase")
@click.argument("email")
@click.option(
    "--keys-to",
    "heirs",
    nargs=2,
    multiple=True,
    metavar="GROUP EMAIL",
    help="Who holds the keys of a study group, named by its word in addresses, of which the account alone holds them.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase_command(site: Site, email: str, heirs: tuple[tuple[str, str], ...], yes: bool) -> None:
    """Erase the account of EMAIL and all that is stored about it, but for words that others answered."""
    if not yes:
        click.confirm(f"Nobody can bring back what is erased. Erase {email}?", abort=True)
    now = datetime.now(UTC)
    with site.database().transaction() as session:
        user = _account(session, email)
        wanted = {(slug, normal_email(address)) for slug, address in heirs}
        chosen = {
            group.id: one.id
            for group, others in held_by(session, user)
            for one in others
            if (group.slug, one.user.email) in wanted
        }
        user_id = user.id
        record(session, Act.account_erased, by=None, about=None, detail=f"user {user_id}", now=now)
        erase(session, user_id, chosen, now=now)
    click.echo(f"{email} is erased. Backups made before still have it.")
