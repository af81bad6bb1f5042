"""The part of a report on a terminal that is about the ALTER TABLE itself: the table now, the hazards, the plan."""

from __future__ import annotations

from rich.text import Text

from scanner.model import Report
from scanner.render.forecast import forecast_lines
from scanner.render.plan import outline
from scanner.render.terminal.lines import SEVERITY_STYLES, Lines, heading
from scanner.render.words import doubt_words, one_line


def rollout(report: Report, width: int) -> Lines:
    """What stands between the findings and the lists."""
    yield from _forecast(report, width)
    yield from _hazards(report, width)
    yield from _plan(report, width)


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
        yield 2, Text.assemble((hazard.severity.upper(), SEVERITY_STYLES[hazard.severity]), said)


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
