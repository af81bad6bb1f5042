"""Findings that were known when a baseline was written count no more."""

from __future__ import annotations

import json
from pathlib import Path

from scanner.check.checking import Checked, key
from scanner.errors import UsageError


def known_findings(path: Path) -> frozenset[str]:
    """The findings of a baseline. Raises UsageError."""
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
