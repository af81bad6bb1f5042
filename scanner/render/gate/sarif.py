"""SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), as GitHub's and GitLab's code scanning read it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import scanner
from scanner.model import Effect
from scanner.render.gate.results import Reports, Result, results
from scanner.render.impact_json import sound
from scanner.rules import ALL_RULES

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Effect.BREAKS: "error",
    Effect.CHANGES_RESULTS: "error",
    Effect.CHANGES_SHAPE: "warning",
    Effect.NEEDS_UPDATE: "note",
}
_ROOT = "SRCROOT"


def to_sarif(reports: Reports, prefix: str = "", unread: Iterable[tuple[str, str]] = ()) -> str:
    """The results as one run; `unread` names migrations that could not be checked, and why."""
    found = results(reports, prefix)
    used = [rule for rule in ALL_RULES if any(r.finding.rule == rule.code for r in found)]
    order = {rule.code: index for index, rule in enumerate(used)}
    notes = [_notification(path, why) for path, why in unread]
    run = {
        "tool": {
            "driver": {
                "name": "query-dependency-scanner",
                "semanticVersion": scanner.__version__,
                "rules": [_rule(rule.code, rule.name, rule.page) for rule in used],
            }
        },
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, order) for each in found],
    }
    return json.dumps(sound({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}), indent=1) + "\n"


def _rule(code: str, name: str, page: str) -> dict[str, Any]:
    title = page.strip().partition("\n")[0]
    camel = "".join(word.capitalize() for word in name.split("-"))
    return {"id": code, "name": camel, "shortDescription": {"text": title}, "help": {"text": page.strip()}}


def _result(result: Result, order: dict[str, int]) -> dict[str, Any]:
    finding = result.finding
    made: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": order[finding.rule],
        "level": _LEVELS[finding.effect],
        "message": {"text": result.text},
        "locations": [_location(result.path, result.line)],
        "partialFingerprints": {"finding/v1": result.fingerprint},
        "properties": {
            "effect": finding.effect.value,
            "certainty": finding.certainty.value,
            "services": list(result.services),
            "calls": result.calls,
            "migration": result.migration,
        },
    }
    if result.path != result.migration:
        made["relatedLocations"] = [_location(result.migration, 1) | {"message": {"text": "The migration."}}]
    if result.suppressed is not None:
        inside = "inSource" if ":" in result.suppressed.place else "external"
        made["suppressions"] = [{"kind": inside, "justification": result.suppressed.reason}]
    return made


def _location(path: str, line: int) -> dict[str, Any]:
    artifact = {"uri": quote(path.encode("utf-8", "backslashreplace")), "uriBaseId": _ROOT}
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": max(line, 1)}}}


def _notification(path: str, why: str) -> dict[str, Any]:
    return {"level": "error", "message": {"text": why}, "locations": [_location(path, 1)]}
