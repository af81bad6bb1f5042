"""A finding and what the engine showed before and after → confirmed, refuted, or not shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from scanner.model import Effect, Finding, Query
from scanner.verify.seen import Seen

# What breaks in the code that reads the rows, as soon as the engine returns more of them.
_IN_THE_CODE = frozenset({"positional-rows", "compared-rows", "row-class"})
# Changes of results that show in how the engine writes the statement back.
_IN_THE_BINDING = frozenset({"captured-column", "natural-join-key", "ambiguous-column", "moved-ordinal"})

# Errors that are raised for a row, never for a statement: classes 22 and 23 of PostgreSQL's SQLSTATEs (its manual,
# appendix A); of MySQL and MariaDB that a value is missing, is none of the type, or breaks a key or a check.
_FOR_A_ROW = re.compile(r"\b(?:2[23][0-9A-Z]{3}|1048|1062|1264|1265|1292|1364|1366|1406|3819|4025)\b")


class Standing(StrEnum):
    """How a finding stands."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class Checked:
    """A finding, or a query without one, and what the engine says to it."""

    standing: Standing
    note: str  # what was seen, a sentence without its full stop
    query: Query
    finding: Finding | None = None


def judge(finding: Finding, query: Query, before: Seen, after: Seen) -> Checked:
    """How a finding about a query stands."""
    if before.error is not None:
        note = f"it does not run on the schema as it is ({before.error})"
        return Checked(Standing.NOT_SHOWN, note, query, finding)
    standing, note = _JUDGES[finding.effect](finding, before, after)
    return Checked(standing, note, query, finding)


def missed(query: Query, before: Seen, after: Seen) -> Checked | None:
    """What a query that is said to be unaffected does all the same; None where nothing differs."""
    if before.error is not None:
        return None
    if after.error is not None:
        return Checked(Standing.REFUTED, f"it is said to be unaffected and fails: {after.error}", query)
    if before.columns != after.columns:
        return Checked(Standing.REFUTED, f"it is said to be unaffected and {_returns(before, after)}", query)
    if _fails_anew(before, after):
        return Checked(
            Standing.REFUTED, f"it is said to be unaffected and fails when it runs: {after.run_error}", query
        )
    return None


def _breaks(finding: Finding, before: Seen, after: Seen) -> tuple[Standing, str]:
    if after.error is not None:
        return Standing.CONFIRMED, f"the engine refuses it: {after.error}"
    if _fails_anew(before, after):
        return Standing.CONFIRMED, f"it fails when it runs: {after.run_error}"
    if finding.name in _IN_THE_CODE:
        changed = before.columns != after.columns
        return (Standing.CONFIRMED if changed else Standing.REFUTED), _returns(before, after)
    if finding.name == "cached-plan" and before.columns != after.columns:
        return Standing.CONFIRMED, f"{_returns(before, after)}: a plan made before does not fit"
    if before.run_error is not None:
        return Standing.NOT_SHOWN, f"made-up values did not get it to run ({before.run_error})"
    if after.rows == 0 and _FOR_A_ROW.search(finding.message):
        return Standing.NOT_SHOWN, "it ran over no rows, and the error is raised for a row"
    return Standing.REFUTED, "it runs after the change as before"


def _results(finding: Finding, before: Seen, after: Seen) -> tuple[Standing, str]:
    if after.error is not None or _fails_anew(before, after):
        return Standing.CONFIRMED, f"it even fails: {after.error or after.run_error}"
    if finding.name in _IN_THE_CODE and before.columns != after.columns:
        return Standing.CONFIRMED, _returns(before, after)
    if before.bound is not None and after.bound is not None and before.bound != after.bound:
        return Standing.CONFIRMED, "the engine binds its names otherwise"
    if finding.name in _IN_THE_BINDING and before.bound is not None:
        return Standing.REFUTED, "the engine binds every name as before"
    return Standing.NOT_SHOWN, "without data the results cannot be compared"


def _shape(_: Finding, before: Seen, after: Seen) -> tuple[Standing, str]:
    if after.error is not None:
        return Standing.CONFIRMED, f"it even fails: {after.error}"
    if before.columns != after.columns:
        return Standing.CONFIRMED, _returns(before, after)
    if not before.columns:
        return Standing.NOT_SHOWN, "it returns no rows whose columns could be compared"
    return Standing.REFUTED, _returns(before, after)


def _update(_: Finding, __: Seen, ___: Seen) -> tuple[Standing, str]:
    return Standing.NOT_SHOWN, "an engine does not know what the code has to learn"


def _fails_anew(before: Seen, after: Seen) -> bool:
    return after.run_error is not None and after.code != before.code


def _returns(before: Seen, after: Seen) -> str:
    was, now = len(before.columns), len(after.columns)
    if before.columns == after.columns:
        return f"the engine returns the same {now} columns" if now else "the engine returns no columns"
    return f"the engine returns {now} columns where it returned {was}" if was != now else "other columns come back"


_JUDGES = {
    Effect.BREAKS: _breaks,
    Effect.CHANGES_RESULTS: _results,
    Effect.CHANGES_SHAPE: _shape,
    Effect.NEEDS_UPDATE: _update,
}
