"""The part of a report on a terminal that is about the ALTER TABLE itself: the table now, the hazards, the plan."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

from scanner.model import Report, Severity
from scanner.render.forecast import forecast_lines
from scanner.render.plan import outline
from scanner.render.words import doubt_words, one_line

Lines = Iterator[tuple[int, Text]]  # how far a line and what it wraps to are indented, and the line

_SEVERITIES = {
    Severity.FAILS: "bold red",
    Severity.BLOCKS: "bold magenta",
    Severity.COSTS: "yellow",
    Severity.NOTE: "dim",
}


def rollout(report: Report, width: int) -> Lines:
    """What stands between the findings and the lists."""
    yield from _forecast(report, width)
    yield from _hazards(report, width)
    yield from _plan(report, width)


def heading(title: str, width: int) -> Lines:
    """A heading with a line to the right edge."""
    yield 0, Text("")
    yield 0, Text.assemble((title, "bold"), (f" {'─' * (width - cell_len(title) - 1)}", "dim"), no_wrap=True)


def _forecast(report: Report, width: int) -> Lines:
    if report.forecast is not None:
        yield from heading("The table right now", width)
        for line in forecast_lines(report.forecast):
            yield 2, Text(one_line(line))


def _hazards(report: Report, width: int) -> Lines:
    if report.hazards:
        yield from heading("What the ALTER TABLE itself does", width)
    for hazard in report.hazards:
        said = f" {hazard.kind}: {one_line(hazard.message + doubt_words(hazard))}"
        yield 2, Text.assemble((hazard.severity.upper(), _SEVERITIES[hazard.severity]), said)


def _plan(report: Report, width: int) -> Lines:
    if report.plan is None:
        return
    yield from heading("The plan", width)
    for line in outline(report.plan):
        yield 2, Text(one_line(line))
    for note in report.plan.notes:
        yield 2, Text(one_line(note), "yellow")
    if report.plan.phases:
        yield 2, Text("--plan DIR writes each phase as SQL, with how to verify it and to take it back.", "dim")
