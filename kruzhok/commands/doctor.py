"""`kruzhok doctor`: whether the site is well, and how to mend what is not."""

import json
import os
import sys
from datetime import UTC, datetime

import click

from course.base.words import _, plural
from kruzhok.operations.examining.finding import Finding
from kruzhok.operations.examining.machine import examine


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def doctor(form: str) -> None:
    """Look at settings, rights, disk, mail, database and worker, and say how to mend what is not well.

    Exits with 1 where something fails. Nothing is changed; it may run while the site serves."""
    findings = list(examine(os.environ, now=datetime.now(UTC)))
    failed = sum(finding.state == "fail" for finding in findings)
    if form == "json":
        click.echo(json.dumps({"findings": [finding._asdict() for finding in findings], "failed": failed}, indent=2))
    else:
        for finding in findings:
            _say(finding)
        warned = sum(finding.state == "warn" for finding in findings)
        fails = plural("{n} thing must be mended", "{n} things must be mended", failed)
        warns = plural("{n} is worth a look", "{n} are worth a look", warned)
        click.echo(f"{fails}, {warns}." if failed or warned else _("All is well."))
    sys.exit(1 if failed else 0)


def _say(finding: Finding) -> None:
    click.echo(f"{finding.state:4}  {finding.about}: {finding.said}")
    if finding.mend:
        click.echo(f"      {finding.mend}")
