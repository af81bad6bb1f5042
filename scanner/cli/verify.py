"""scanner verify: the report, and what a scratch server says to it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli.asked import asked_for, change_of
from scanner.cli.codes import DONE, FAILED
from scanner.cli.completing import FILE, tables
from scanner.cli.progress import shown

if TYPE_CHECKING:
    from scanner.config import Request
    from scanner.verify import Checked, Verified

_SHOWN = 20  # of each standing


@click.command("verify")
@click.argument("change", required=False, shell_complete=tables)
@click.argument("rest", nargs=-1, type=FILE, metavar="[DEFINITION] [PATH]...")
@asked_for
@click.option("--migration", type=FILE, help="The change is what this file adds.")
@click.option("--scratch", metavar="DSN", required=True, help="An empty server of the same engine and version.")
@click.option("--not-empty", is_flag=True, help="Use it although it holds tables; they are not touched.")
def verify_(
    change: str | None, rest: tuple[str, ...], asked: Request, migration: str | None, scratch: str, not_empty: bool
) -> int:
    """Asks a scratch server whether the findings on CHANGE are true.

    The schema is built there twice without data, in databases of its own that are dropped at the end, and every query
    that touches the table is prepared, and run with made-up values, before the change and after it. Exits with 1 when
    the server refutes something.
    """
    import scanner
    from scanner.sources import schema_scripts
    from scanner.verify import Standing, verify

    sql, paths = change_of(change, rest) if migration is None else ("", (change, *rest) if change else rest)
    config = asked.config_for(paths)
    file = Path(migration).absolute() if migration is not None else None
    config = config if file is None else config.before([file])
    with shown() as progress:
        scan = scanner.scan(config, progress)
    impacts = scan.impacts(file, asked.database) if file is not None else (scan.impact(sql, asked.database),)
    refuted = 0
    for impact in impacts:
        scripts = schema_scripts(config.database(impact.report.database.name))
        with _stoppable():
            verified = verify(impact.report, scripts, scratch, even_if_used=not_empty)
        _show(verified, str(impact.report.change))
        refuted += verified.count(Standing.REFUTED)
    return FAILED if refuted else DONE


@contextmanager
def _stoppable() -> Iterator[None]:
    """What was made on the server is tidied up when the process is told to end, as it is for Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(verified: Verified, change: str) -> None:
    from scanner.render.words import count, number, visible
    from scanner.verify import Standing

    parts = [f"{standing.value} {number(verified.count(standing))}" for standing in Standing]
    click.echo(f"Adding {change}: {count(verified.asked, 'query')} asked; {', '.join(parts)}.")
    for standing in (Standing.REFUTED, Standing.NOT_SHOWN, Standing.CONFIRMED):
        found = [each for each in verified.checked if each.standing is standing]
        for each in found[:_SHOWN]:
            click.echo(f"\n{visible(_line(each))}")
        if len(found) > _SHOWN:
            click.echo(f"\n… and {number(len(found) - _SHOWN)} more {standing.value}")
    if verified.left_out:
        why = "parts of statements, statements that use files of the server, and findings on other things than queries"
        click.echo(f"\nNot asked: {number(verified.left_out)} ({why}).")
    for refused in verified.not_built[:_SHOWN]:
        click.echo(f"scanner: not built on the scratch server: {visible(refused)}", err=True)


def _line(checked: Checked) -> str:
    finding = checked.finding
    said = f"{finding.effect.value} {finding.rule} {finding.name}" if finding is not None else "unaffected"
    sql = " ".join(checked.query.readable().split())
    return f"{checked.standing.upper()}  {said}: {checked.note}\n  {sql[:110]}{'…' if len(sql) > 110 else ''}"
