"""Where reports go: the terminal, files in their formats, and the scripts of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli.showing import Manner, check_chosen, show
from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.model import PlanTool, Report


def check_places(outputs: Sequence[str], plan_directory: str | None, tool: PlanTool | None = None) -> None:
    """Says before a long scan, not after, what cannot be written. Raises UsageError."""
    from scanner.render import FORMATS
    from scanner.render.plan import check_free

    for output in outputs:
        if Path(output).suffix.lower() not in FORMATS:
            raise UsageError(f"{output} names no format of a report: end it in one of {', '.join(FORMATS)}.")
    if plan_directory is None:
        if tool is not None:
            raise UsageError(f"--as {tool} needs --plan DIR, the folder of the project's migrations.")
    elif tool is None:
        check_free(plan_directory)
    else:
        from scanner.render.migrations import check_folder

        check_folder(plan_directory, tool)


def write_out(
    reports: Sequence[Report],
    outputs: Sequence[str],
    plan_directory: str | None,
    tool: PlanTool | None = None,
    manner: Manner | None = None,
) -> None:
    """Shows or writes the reports, of which each of several gets its table's name into the files' names."""
    if not outputs:
        check_chosen(reports, manner or Manner())
        show(reports, manner or Manner())
    for report in reports:
        table, alone = report.change.table.name, len(reports) == 1
        if outputs:
            _write(report, outputs if alone else [_for_table(output, table) for output in outputs])
        if plan_directory is not None and tool is not None:
            _write_migrations(report, plan_directory, tool)
        elif plan_directory is not None:
            _write_plan(report, plan_directory if alone else f"{plan_directory}/{table}")


def _write(report: Report, outputs: Sequence[str]) -> None:
    from scanner.render import write
    from scanner.render.verdict import headline

    for output in outputs:
        write(report, output)
    click.echo(f"{headline(report)} Written to {', '.join(outputs)}.", err=True)


def _for_table(output: str, table: str) -> str:
    """Where the report goes when there are several: report.html becomes report.orders.html."""
    return str(Path(output).with_suffix(f".{table}{Path(output).suffix}"))


def _write_plan(report: Report, directory: str) -> None:
    from scanner.render.plan import write_plan

    click.echo(f"The plan: {len(write_plan(report, directory))} files in {directory}.", err=True)


def _write_migrations(report: Report, directory: str, tool: PlanTool) -> None:
    from scanner.render.migrations import write_migrations

    written = write_migrations(report, directory, tool)
    names = f": {written[0].name} to {written[-1].name}" if written else ""
    click.echo(f"The plan for {tool}: {len(written)} files in {directory}{names}.", err=True)
