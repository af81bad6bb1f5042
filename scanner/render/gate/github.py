"""GitHub's annotations: workflow commands on standard output.

Facts: docs.github.com/actions, "Workflow commands"; it shows ten errors and ten warnings a step.
"""

from __future__ import annotations

from scanner.render.gate.results import Reports, results, severe
from scanner.render.words import visible

MOST = 10  # annotated; the step summary has the rest


def commands(reports: Reports, prefix: str = "") -> list[str]:
    """The worst ten results, each as a workflow command."""
    found = [result for result in results(reports, prefix) if result.suppressed is None]
    return [
        f"::{'error' if severe(r.finding.effect) else 'warning'} file={_property(r.path)},line={r.line},"
        f"title={_property(f'{r.finding.rule} {r.finding.name}')}::{_data(r.text)}"
        for r in found[:MOST]
    ]


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
