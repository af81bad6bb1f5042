"""How a report was made: what was seen when, by which version."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from scanner.model import Report
from scanner.render.words import one_line

_MINUTE = "%Y-%m-%d %H:%M UTC"


def made_lines(report: Report) -> tuple[str, ...]:
    """The version, the time, and for each source from when to when it saw the queries of the table last."""
    from scanner import __version__

    when = f", {report.made:{_MINUTE}}" if report.made else ""
    return (f"scanner {__version__}{when}", *(_seen(name, times) for name, times in sorted(_times(report).items())))


def _seen(source: str, times: list[datetime]) -> str:
    first, last = min(times), max(times)
    span = f"at {first:{_MINUTE}}" if first == last else f"from {first:{_MINUTE}} to {last:{_MINUTE}}"
    return f"{one_line(source)}: these queries were last seen {span}"


def _times(report: Report) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    for query in report.queries:
        for observation in query.observations:
            if observation.last_seen is not None:
                found[observation.source].append(observation.last_seen)
    return found
