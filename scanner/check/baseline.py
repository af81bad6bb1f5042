"""Findings that were known when a baseline was written count no more."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from scanner.check.checking import Checked, key
from scanner.errors import UsageError
from scanner.model import Report, Suppressed


def set_apart(checked: Checked, baseline: Path) -> Checked:
    """The same with the findings of a baseline set apart, as suppressed ones are. Raises UsageError."""
    known = _known(baseline)
    outcomes = (
        replace(outcome, reports=tuple(_without(report, known, str(baseline)) for report in outcome.reports))
        for outcome in checked.outcomes
    )
    return replace(checked, outcomes=tuple(outcomes))


def _without(report: Report, known: frozenset[str], place: str) -> Report:
    old = [finding for finding in report.findings if key(report, finding) in known]
    apart = (*report.suppressed, *(Suppressed(finding, "it was known before", place) for finding in old))
    return replace(
        report,
        findings=tuple(finding for finding in report.findings if finding not in old),
        suppressed=tuple(sorted(apart, key=lambda each: each.finding.effect.rank)),
    )


def _known(path: Path) -> frozenset[str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return frozenset(map(str, content["findings"]))
    except OSError as error:
        raise UsageError(f"The baseline {path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no baseline: write one anew with --write-baseline.") from error


def write_baseline(checked: Checked, path: Path) -> int:
    """Writes down every finding; returns how many there are. Raises UsageError."""
    found = sorted({key(report, finding) for _, report in checked.reports for finding in report.findings})
    try:
        path.write_text(json.dumps({"schema_version": 1, "findings": found}, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The baseline could not be written to {path}: {error.strerror}.") from error
    return len(found)
