"""One result for each place of each finding, as every format of continuous integration wants them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.model import Certainty, Effect, Finding, Report, Suppressed
from scanner.render.outline import items
from scanner.render.words import one_line

# Each report with its migration's path.
Reports = Iterable[tuple[str, Report]]


@dataclass(frozen=True, slots=True)
class Result:
    """A finding at one place."""

    finding: Finding
    migration: str
    change: str  # "orders.status"
    path: str  # the migration where no source line is known
    line: int  # 1-based
    services: tuple[str, ...]
    calls: int | None
    suppressed: Suppressed | None = None

    @property
    def text(self) -> str:
        """What happens, and what to do."""
        doubt = "Possibly: " if self.finding.certainty is Certainty.POSSIBLE else ""
        return one_line(f"Adding {self.change}: {doubt}{self.finding.message} Fix: {self.finding.help}")

    @property
    def fingerprint(self) -> str:
        """The same for the same finding of the same change, wherever its lines have moved."""
        subject = self.finding.subject
        parts = (self.change, self.finding.rule, subject.kind, subject.name, self.path)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def results(reports: Reports, prefix: str = "") -> list[Result]:
    """All of them, worst first; `prefix` makes locations relative to the root of the working tree."""
    found = [result for migration, report in reports for result in _of_report(migration, report, prefix)]
    return sorted(found, key=lambda r: (r.suppressed is not None, r.finding.effect.rank, -(r.calls or 0)))


def _of_report(migration: str, report: Report, prefix: str) -> Iterator[Result]:
    apart = {id(each.finding): each for each in report.suppressed}
    for item in items(report, (*report.findings, *(each.finding for each in report.suppressed))):
        places = [(prefix + place.location.path, place.location.line) for place in item.places] or [(migration, 1)]
        for path, line in dict.fromkeys(places):
            suppressed = apart.get(id(item.finding))
            yield Result(item.finding, migration, str(report.change), path, line, item.services, item.calls, suppressed)


def severe(effect: Effect) -> bool:
    """Whether it is an error rather than a warning: something fails, or is silently wrong."""
    return effect in (Effect.BREAKS, Effect.CHANGES_RESULTS)
