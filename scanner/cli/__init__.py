"""The command line: parse arguments, one library call, choose a renderer, set the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

import scanner
from scanner.cli.asked import asked_for, change_of, is_file
from scanner.cli.check import check_
from scanner.cli.codes import BROKEN_PIPE, DONE, EFFECTS, FAILED, INTERRUPTED, TOOLS, UNUSABLE
from scanner.cli.live import with_forecast
from scanner.cli.progress import shown
from scanner.cli.reference import export_sql_, rule_
from scanner.cli.saying import say_unread
from scanner.cli.verify import verify_
from scanner.cli.written import check_places, write_out
from scanner.errors import ScannerError, UsageError
from scanner.masking import mask

if TYPE_CHECKING:
    from scanner.api import Scan
    from scanner.config import Request
    from scanner.model import PlanTool, Report


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits: 0 done, 1 --fail-on, 2 cannot be done as asked, 3 done in part."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    try:
        return _run(sys.argv[1:] if arguments is None else list(arguments))
    except click.ClickException as error:
        return _say(error.format_message())
    except ScannerError as error:
        return _say(str(error))
    except KeyboardInterrupt:
        _say("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone; without this the interpreter complains once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE


def _run(arguments: list[str]) -> int:
    # Not click's own main(): it would turn a broken pipe into the exit code of --fail-on.
    try:
        with commands.make_context("scanner", arguments) as context:
            code: int | None = commands.invoke(context)
    except click.exceptions.Exit as shown:  # --help and --version
        code = shown.exit_code
    sys.stdout.flush()
    return code or DONE


def _say(sentence: str) -> int:
    click.echo(f"scanner: {mask(sentence)}", err=True)
    return UNUSABLE


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(scanner.__version__, prog_name="scanner")
@click.pass_context
def commands(context: click.Context) -> None:
    """Which services and queries does ALTER TABLE … ADD COLUMN affect?"""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@commands.command()
@click.argument("change", required=False)
@click.argument("rest", nargs=-1, metavar="[DEFINITION] [PATH]...")
@asked_for
@click.option(
    "--migration", metavar="FILE", help="The change is what this file adds: SQL, Flyway, Liquibase, Django, Alembic."
)
@click.option("--scan", "stored", metavar="FILE", help="Ask a stored scan instead of scanning now.")
@click.option("-o", "--output", "outputs", multiple=True, metavar="FILE", help="Write the report: .html .csv .json .md")
@click.option("--plan", "plan_directory", metavar="DIR", help="Write the plan's phases as numbered .sql files.")
@click.option("--as", "tool", type=click.Choice(TOOLS), help="Write them as the next migrations of the project in DIR.")
@click.option("--live", metavar="DSN", help="Ask this server, read-only, what uses the table right now.")
@click.option("--fail-on", type=click.Choice(EFFECTS), help="Exit with 1 for this effect or a worse one.")
def impact(
    change: str | None,
    rest: tuple[str, ...],
    asked: Request,
    migration: str | None,
    stored: str | None,
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
    if migration is None and change is not None and is_file(change):
        migration, change = change, None
    if migration is not None:
        reports = _of_migration(migration, stored, (change, *rest) if change else rest, asked)
    else:
        sql, paths = change_of(change, rest)
        reports = (_scan(stored, paths, asked).impact(sql, asked.database).report,)
    if live is not None:
        reports = with_forecast(reports, live)
    write_out(reports, outputs, plan_directory, tool)
    unread = say_unread(reports[0].unread if reports else ())
    return FAILED if fail_on is not None and any(_reaches(report, fail_on) for report in reports) else unread


def _of_migration(path: str, stored: str | None, paths: Sequence[str], asked: Request) -> tuple[Report, ...]:
    """A report for each table to which a file of migrations adds columns."""
    file = Path(path).absolute()
    if not file.exists():
        raise UsageError(f"There is no migration at {path}.")
    impacts = _scan(stored, paths, asked, file).impacts(file, asked.database)
    if not impacts:
        if stored is not None:
            raise UsageError(f"The kept scan's schema has what {path} adds, or not its table: leave out --scan.")
        click.echo(f"{path} adds no column to a table that is there before it: nothing to report.", err=True)
    return tuple(impact.report for impact in impacts)


@commands.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@asked_for
@click.option("-o", "--output", required=True, metavar="FILE", help="Where the scan is kept, as in scan.db.")
@click.option("--merge", is_flag=True, help="Each PATH is a kept scan: put them together.")
@click.option("--dask", metavar="ADDRESS", help="The scheduler of a Dask cluster that reads, tcp://host:8786.")
def scan(paths: tuple[str, ...], asked: Request, output: str, merge: bool, dask: str | None) -> int:
    """Collects once, to ask often: scanner impact … --scan FILE.

    Of a FILE that is there already only what has changed since is read.
    """
    from scanner import api

    if merge and (asked.given or dask or not paths):
        raise UsageError("Give --merge the kept scans alone, as in scanner scan --merge a.db b.db -o all.db.")
    with shown() as progress:
        if merge:
            found = api.merge(paths, output, progress)
        else:
            found = api.keep(asked.config_for(paths), output, progress, dask=dask)
    click.echo(f"{found.summary}. Kept in {output}.", err=True)
    return say_unread(found.unread)


@commands.command()
@click.argument("table", required=False)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@asked_for
@click.option("--scan", "stored", metavar="FILE", help="Ask a stored scan instead of scanning now.")
@click.option("-o", "--output", metavar="FILE", help="Write the graph: .graphml .json .dot")
def graph(table: str | None, paths: tuple[str, ...], asked: Request, stored: str | None, output: str | None) -> int:
    """What depends on TABLE, as text or as a graph; without TABLE, the graph of everything."""
    found = _scan(stored, paths, asked)
    if output is not None:
        found.export_graph(output, table, asked.database)
        click.echo(f"Written to {output}.", err=True)
    elif table is not None:
        click.echo(found.outline(table, asked.database), nl=False)
    else:
        raise UsageError("Name a table to see what depends on it, or a file to write the whole graph to (-o).")
    return say_unread(found.unread)


commands.add_command(rule_)
commands.add_command(export_sql_)
commands.add_command(check_)
commands.add_command(verify_)


def _scan(stored: str | None, paths: Sequence[str], asked: Request, migration: Path | None = None) -> Scan:
    if stored is None:
        config = asked.config_for(paths)
        with shown() as progress:
            return scanner.scan(config if migration is None else config.before([migration]), progress)
    extra = [*asked.given, *paths]
    if extra:
        raise UsageError(f"A stored scan is asked as it is: leave out --scan or {' and '.join(extra)}.")
    return scanner.load(stored)


def _reaches(report: Report, effect: str) -> bool:
    """Whether something has this effect or a worse one."""
    counted = EFFECTS[: EFFECTS.index(effect) + 1]
    return any(finding.effect in counted for finding in report.findings)
