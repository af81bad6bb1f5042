"""The command line: parse arguments, one library call, choose a renderer, set the exit code."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import scanner
from scanner.cli.codes import BROKEN_PIPE, DONE, FAILED, INTERRUPTED, UNREAD, UNUSABLE
from scanner.cli.reference import export_sql_, rule_
from scanner.cli.written import check_places, write_out
from scanner.errors import ScannerError, UsageError
from scanner.masking import mask

if TYPE_CHECKING:
    from scanner.api import Scan
    from scanner.config import Request
    from scanner.model import Report, Unread
    from scanner.scanning import Progress

_EFFECTS = ("breaks", "changes-results", "changes-shape", "needs-update")  # worst first, as model.Effect
_UNREAD_SHOWN = 5
_NAME = re.compile(r'\s*(?:[\w$]+|"[^"]*"|`[^`]*`)(?:\.(?:[\w$]+|"[^"]*"|`[^`]*`))?\s*')
_Command = Callable[..., int]


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


def _asked(command: _Command) -> _Command:
    """Gives a command the options that say what is to be scanned, and their values as `asked`."""

    @wraps(command)
    def with_asked(**options: object) -> int:
        from dataclasses import fields

        from scanner.config import Request

        values: dict[str, Any] = {field.name: options.pop(field.name) for field in fields(Request)}
        return command(asked=Request(**values), **options)

    for name, metavar, help_text, several in reversed(_ASKED):
        with_asked = click.option(f"--{name}", metavar=metavar, help=help_text, multiple=several)(with_asked)
    return with_asked


_ASKED = (
    ("config", "FILE", "A scanner.toml; without it the nearest one upward.", False),
    ("database", "NAME", "The database that is changed.", False),
    ("engine", "ENGINE", "Without a file: the engine, as in postgres:16.", False),
    ("schema", "FILE|DSN", "Without a file: DDL, or a live server.", True),
    ("search-path", "NAMES", "With --engine: schemas in lookup order, a,b.", False),
    ("sql-mode", "MODES", "With --engine: the sql_mode of MySQL.", False),
    ("python", "DIR", "Python source.", True),
    ("sql", "DIR", "Files of SQL.", True),
    ("slow-log", "FILE|DIR|-", "Slow query logs of MySQL or MariaDB; a pattern, - for standard input.", True),
    ("slow-log-table", "DSN|FILE", "The table mysql.slow_log of a live server, or an export.", True),
    ("mysql-digests", "DSN|FILE", "Statement digests of MySQL or MariaDB: a live server, or an export.", True),
    ("pg-stat-statements", "DSN|FILE", "A live server, or an export of its view.", True),
    ("sample-activity", "TIME", "How long to look who runs what on live PostgreSQL, as in 30s.", False),
)


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
@_asked
@click.option(
    "--migration", metavar="FILE", help="The change is what this file adds: SQL, Flyway, Liquibase, Django, Alembic."
)
@click.option("--scan", "stored", metavar="FILE", help="Ask a stored scan instead of scanning now.")
@click.option("-o", "--output", "outputs", multiple=True, metavar="FILE", help="Write the report: .html .csv .json .md")
@click.option("--plan", "plan_directory", metavar="DIR", help="Write the plan's phases as numbered .sql files.")
@click.option("--fail-on", type=click.Choice(_EFFECTS), help="Exit with 1 for this effect or a worse one.")
def impact(
    change: str | None,
    rest: tuple[str, ...],
    asked: Request,
    migration: str | None,
    stored: str | None,
    outputs: tuple[str, ...],
    plan_directory: str | None,
    fail_on: str | None,
) -> int:
    """What CHANGE does to services and queries.

    CHANGE is "ALTER TABLE orders ADD COLUMN status text NOT NULL", or a table followed by the column's
    DEFINITION: orders "status text NOT NULL". Each PATH is scanned too: Python, SQL, slow logs, exports.
    """
    check_places(outputs, plan_directory)
    if migration is not None:
        reports = _of_migration(migration, stored, (change, *rest) if change else rest, asked)
    else:
        sql, paths = _change(change, rest)
        reports = (_scan(stored, paths, asked).impact(sql, asked.database).report,)
    write_out(reports, outputs, plan_directory)
    unread = _unread(reports[0].unread if reports else ())
    return FAILED if fail_on is not None and any(_reaches(report, fail_on) for report in reports) else unread


def _of_migration(path: str, stored: str | None, paths: Sequence[str], asked: Request) -> tuple[Report, ...]:
    """A report for each table to which a file of migrations adds columns."""
    file = Path(path).absolute()
    if not file.exists():
        raise UsageError(f"There is no migration at {path}.")
    impacts = _scan(stored, paths, asked, file).impacts(file, asked.database)
    if not impacts:
        click.echo(f"{path} adds no column to a table that is there before it: nothing to report.", err=True)
    return tuple(impact.report for impact in impacts)


@commands.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_asked
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
    with _progress() as progress:
        if merge:
            found = api.merge(paths, output, progress)
        else:
            found = api.keep(asked.config_for(paths), output, progress, dask=dask)
    click.echo(f"{found.summary}. Kept in {output}.", err=True)
    return _unread(found.unread)


@commands.command()
@click.argument("table", required=False)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_asked
@click.option("--scan", "stored", metavar="FILE", help="Ask a stored scan instead of scanning now.")
@click.option("-o", "--output", metavar="FILE", help="Write the graph: .graphml .json .dot")
def graph(table: str | None, paths: tuple[str, ...], asked: Request, stored: str | None, output: str | None) -> int:
    """What depends on TABLE, as text or as a graph; without TABLE, the graph of everything."""
    found = _scan(stored, paths, asked)
    if output is not None:
        found.export_graph(output, table, asked.database)
    elif table is not None:
        click.echo(found.outline(table, asked.database), nl=False)
    else:
        raise UsageError("Name a table to see what depends on it, or a file to write the whole graph to (-o).")
    return _unread(found.unread)


commands.add_command(rule_)
commands.add_command(export_sql_)


def _change(change: str | None, rest: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The statement, and the paths that follow it."""
    if change is None:
        raise UsageError('Name the change, as in "ALTER TABLE orders ADD COLUMN status text", or a --migration.')
    if not _NAME.fullmatch(change):
        return change, rest
    if not rest:
        raise UsageError(f'What is added to {change}? Write the column behind it: {change} "status text NOT NULL".')
    return f"ALTER TABLE {change} ADD COLUMN {rest[0]}", rest[1:]


def _scan(stored: str | None, paths: Sequence[str], asked: Request, migration: Path | None = None) -> Scan:
    if stored is None:
        config = asked.config_for(paths)
        with _progress() as progress:
            return scanner.scan(config if migration is None else config.before(migration), progress)
    extra = [*asked.given, *paths]
    if extra:
        raise UsageError(f"A stored scan is asked as it is: leave out --scan or {' and '.join(extra)}.")
    return scanner.load(stored)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A line on the terminal that says what is being read; nothing when standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status("Starting …") as status:
        yield lambda step, count: status.update(f"{escape(step)}: {count:,}" if count else escape(step))


def _reaches(report: Report, effect: str) -> bool:
    """Whether something has this effect or a worse one."""
    counted = _EFFECTS[: _EFFECTS.index(effect) + 1]
    return any(finding.effect in counted for finding in report.findings)


def _unread(unread: Sequence[Unread]) -> int:
    """Says what was not read, which is why the exit code is not 0."""
    for each in unread[:_UNREAD_SHOWN]:
        click.echo(
            f"scanner: {each.reason if each.place in each.reason else f'{each.place}: {each.reason}'}",
            err=True,
        )
    if len(unread) > _UNREAD_SHOWN:
        click.echo(
            f"scanner: {len(unread) - _UNREAD_SHOWN:,} more could not be read: the report names them.",
            err=True,
        )
    return UNREAD if unread else DONE
