"""The command line: parse arguments, one library call, choose a renderer, set the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from click.shell_completion import shell_complete

import scanner
from scanner.cli.asked import asked_for
from scanner.cli.check import check_
from scanner.cli.codes import BROKEN_PIPE, DONE, INTERRUPTED, UNUSABLE
from scanner.cli.completing import FILE, VARIABLE, tables
from scanner.cli.doctor import doctor_
from scanner.cli.impact import impact_
from scanner.cli.init import init_
from scanner.cli.progress import shown
from scanner.cli.reference import completion_, export_sql_, json_schema_, rule_
from scanner.cli.saying import say_unread
from scanner.cli.scanned import scanned
from scanner.cli.verify import verify_
from scanner.errors import ScannerError, UsageError
from scanner.masking import mask

if TYPE_CHECKING:
    from scanner.config import Request


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
    if instruction := os.environ.get(VARIABLE):
        return shell_complete(commands, {}, "scanner", VARIABLE, instruction)
    # Not click's own main(): it would turn a broken pipe into the exit code of --fail-on.
    try:
        with commands.make_context("scanner", arguments) as context:
            code: int | None = commands.invoke(context)
    except click.exceptions.Exit as shown:  # --help and --version
        code = shown.exit_code
    sys.stdout.flush()
    return code or DONE


def _say(sentence: str) -> int:
    from scanner.render.words import visible

    click.echo(f"scanner: {visible(mask(sentence))}", err=True)
    return UNUSABLE


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(scanner.__version__, prog_name="scanner")
@click.pass_context
def commands(context: click.Context) -> None:
    """Which services and queries does ALTER TABLE … ADD COLUMN affect?"""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@commands.command()
@click.argument("paths", nargs=-1, type=FILE, metavar="[PATH]...")
@asked_for
@click.option("-o", "--output", required=True, type=FILE, help="Where the scan is kept, as in scan.db.")
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
@click.argument("table", required=False, shell_complete=tables)
@click.argument("paths", nargs=-1, type=FILE, metavar="[PATH]...")
@asked_for
@click.option("--scan", "stored", type=FILE, help="Ask a stored scan instead of scanning now.")
@click.option("-o", "--output", type=FILE, help="Write the graph: .graphml .json .dot .svg")
def graph(table: str | None, paths: tuple[str, ...], asked: Request, stored: str | None, output: str | None) -> int:
    """What depends on TABLE, as text or as a graph; without TABLE, the graph of everything."""
    with shown() as progress:
        found = scanned(stored, paths, asked, progress)
    if output is not None:
        found.export_graph(output, table, asked.database)
        click.echo(f"Written to {output}.", err=True)
    elif table is not None:
        click.echo(found.outline(table, asked.database), nl=False)
    else:
        raise UsageError("Name a table to see what depends on it, or a file to write the whole graph to (-o).")
    return say_unread(found.unread)


commands.add_command(impact_)
commands.add_command(init_)
commands.add_command(doctor_)
commands.add_command(rule_)
commands.add_command(completion_)
commands.add_command(export_sql_)
commands.add_command(json_schema_)
commands.add_command(check_)
commands.add_command(verify_)
