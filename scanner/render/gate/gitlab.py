"""GitLab's Code Quality report (docs.gitlab.com/ci/testing/code_quality)."""

from __future__ import annotations

import json

from scanner.model import Effect
from scanner.render.gate.results import Reports, results
from scanner.render.impact_json import sound

_SEVERITIES = {
    Effect.BREAKS: "critical",
    Effect.CHANGES_RESULTS: "major",
    Effect.CHANGES_SHAPE: "minor",
    Effect.NEEDS_UPDATE: "info",
}


def to_gitlab(reports: Reports, prefix: str = "") -> str:
    """The results that nobody has suppressed, each with a fingerprint of its own."""
    entries = [
        {
            "description": result.text,
            "check_name": f"{result.finding.rule} {result.finding.name}",
            "fingerprint": result.fingerprint,
            "severity": _SEVERITIES[result.finding.effect],
            "location": {"path": result.path, "lines": {"begin": result.line}},
        }
        for result in results(reports, prefix)
        if result.suppressed is None
    ]
    return json.dumps(sound(entries), indent=1) + "\n"
