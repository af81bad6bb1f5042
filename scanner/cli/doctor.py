"""scanner doctor: what can be read, what is blind, what to grant."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from scanner.cli.asked import asked_for
from scanner.cli.codes import DONE, UNREAD
from scanner.cli.completing import FILE
from scanner.cli.loudness import is_quiet
from scanner.cli.progress import shown

if TYPE_CHECKING:
    from scanner.config import Request


@click.command("doctor")
@click.argument("paths", nargs=-1, type=FILE, metavar="[PATH]...")
@asked_for
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor_(paths: tuple[str, ...], asked: Request, as_json: bool) -> int:
    """Says of each database and source what can be read, what it cannot show, and what to grant.

    Servers are asked in read-only transactions with time limits; of large logs a sample is read. Nothing is changed:
    what would mend something is printed, to be run by whoever may. Exits with 3 when something cannot be read.
    """
    from scanner.doctor import Verdict, examine

    with shown() as progress:
        found = list(examine(asked.config_for(paths), progress))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
    else:
        from scanner.cli.diagnosis import print_diagnosis

        print_diagnosis(found, quiet=is_quiet())
    return UNREAD if any(each.verdict in (Verdict.UNREADABLE, Verdict.PARTLY) for each in found) else DONE
