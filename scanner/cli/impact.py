"""scanner impact: what a change does, on the terminal or in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli.asked import asked_for, change_of, is_file
from scanner.cli.codes import EFFECTS, FAILED, TOOLS
from scanner.cli.completing import DIR, FILE, tables
from scanner.cli.live import with_forecast
from scanner.cli.progress import shown
from scanner.cli.saying import say_unread
from scanner.cli.scanned import root_of, scanned
from scanner.cli.showing import Manner, explain_option, take_chosen
from scanner.cli.written import check_places, write_out
from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.api import Scan
    from scanner.config import Request
    from scanner.model import PlanTool, Report
    from scanner.progress import Progress


@click.command("impact")
@click.argument("change", required=False, shell_complete=tables)
@click.argument("rest", nargs=-1, type=FILE, metavar="[DEFINITION] [PATH]...")
@asked_for
@click.option(
    "--migration", type=FILE, help="The change is what this file adds: SQL, Flyway, Liquibase, Django, Alembic."
)
@click.option("--scan", "stored", type=FILE, help="Ask a stored scan instead of scanning now.")
@explain_option
@click.option("-o", "--output", "outputs", multiple=True, type=FILE, help="Write it: .html .csv .json .md .svg")
@click.option("--plan", "plan_directory", type=DIR, help="Write the plan's phases as numbered .sql files.")
@click.option("--as", "tool", type=click.Choice(TOOLS), help="Write them as the next migrations of the project in DIR.")
@click.option("--live", metavar="DSN", help="Ask this server, read-only, what uses the table right now.")
@click.option("--fail-on", type=click.Choice(EFFECTS), help="Exit with 1 for this effect or a worse one.")
def impact_(
    change: str | None,
    rest: tuple[str, ...],
    asked: Request,
    migration: str | None,
    stored: str | None,
    explain: bool,
    outputs: tuple[str, ...],
    plan_directory: str | None,
    tool: PlanTool | None,
    live: str | None,
    fail_on: str | None,
) -> int:
    """What CHANGE does to services and queries.

    CHANGE is "ALTER TABLE orders ADD COLUMN status text NOT NULL", or a table followed by the column's
    DEFINITION: orders "status text NOT NULL". Each PATH is scanned too: Python, SQL, slow logs, exports.
    """
    check_places(outputs, plan_directory, tool)
    words = (change, *rest) if change is not None else ()
    chosen, words = take_chosen(words) if explain else ((), words)
    if migration is None and words and is_file(words[0]):
        migration, words = words[0], words[1:]
    with shown() as progress:
        found, reports = _asked(migration, words, stored, asked, progress)
    if migration is not None and not reports:
        click.echo(f"{migration} adds no column to a table that is there before it: nothing to report.", err=True)
    if live is not None:
        reports = with_forecast(reports, live)
    write_out(reports, outputs, plan_directory, tool, Manner(explain, chosen, root_of(found)))
    unread = say_unread(reports[0].unread if reports else ())
    return FAILED if fail_on is not None and any(_reaches(report, fail_on) for report in reports) else unread


def _asked(
    migration: str | None, words: tuple[str, ...], stored: str | None, asked: Request, progress: Progress | None
) -> tuple[Scan, tuple[Report, ...]]:
    """The scan, and a report for each table to which the change adds columns."""
    file = Path(migration).absolute() if migration is not None else None
    if file is not None and not file.exists():
        raise UsageError(f"There is no migration at {migration}.")
    sql, paths = ("", words) if file is not None else change_of(words[0] if words else None, words[1:])
    found = scanned(stored, paths, asked, progress, file)
    if progress is not None:
        progress("Asking what the change does", 0)
    if file is None:
        return found, (found.impact(sql, asked.database).report,)
    impacts = found.impacts(file, asked.database)
    if not impacts and stored is not None:
        raise UsageError(f"The kept scan's schema has what {migration} adds, or not its table: leave out --scan.")
    return found, tuple(impact.report for impact in impacts)


def _reaches(report: Report, effect: str) -> bool:
    """Whether something has this effect or a worse one."""
    counted = EFFECTS[: EFFECTS.index(effect) + 1]
    return any(finding.effect in counted for finding in report.findings)
