"""Report → pandas DataFrames."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from scanner.model import Effect, Query, Report
from scanner.render.outline import (
    Item,
    Place,
    Section,
    items,
    last_seen,
    owners,
    places,
    sections,
    sources,
    suppressed_items,
)
from scanner.render.words import built_words, suppressed_words, visible, why


def _column(effect: Effect) -> str:
    return effect.value.replace("-", "_")


# The columns of `findings_frame` and of its CSV in order, and their types; docs/outputs.md explains them.
FINDINGS: dict[str, str] = {
    "effect": "string",
    "rule": "string",
    "name": "string",
    "certainty": "string",
    "subject_kind": "string",
    "subject": "string",
    "message": "string",
    "help": "string",
    "reason": "string",
    "fingerprint": "string",
    "sql": "string",
    "services": "string",
    "calls": "Int64",
    "total_time_ms": "Float64",
    "rows": "Int64",
    "last_seen": "datetime64[us, UTC]",
    "path": "string",
    "line": "Int64",
    "column": "Int64",
    "function": "string",
    "locations": "string",
    "built_at": "string",
    "owners": "string",
    "sources": "string",
    "via": "string",
    "folded": "string",
    "database": "string",
}
# The columns of `services_frame`: queries and other subjects counted under the worst effect that hits them.
SERVICES: dict[str, str] = {
    "service": "string",
    "worst": "string",
    **{_column(effect): "Int64" for effect in Effect},
    "unaffected": "Int64",
    "unresolved": "Int64",
    "calls": "Int64",
    "total_time_ms": "Float64",
}

Row = dict[str, Any]


def findings_frame(report: Report) -> pd.DataFrame:
    """One row a finding, and one a query that touches the table without a finding.

    The latter have the effect ``unaffected``, ``unresolved`` or ``built`` and no rule; a finding that somebody
    has decided to live with has the effect ``suppressed``, and why as its reason.
    """
    rows = [_finding(report, item) for item in items(report)]
    for item, suppressed in suppressed_items(report):
        rows.append({**_finding(report, item), "effect": "suppressed", "reason": suppressed_words(suppressed)})
    rows += [_plain(report, u.query, "unresolved", why(u.why)) for u in report.unresolved]
    rows += [_plain(report, built.query, "built", built_words(built)) for built in report.built]
    rows += [_plain(report, query, "unaffected") for query in report.unaffected]
    return _frame(rows, FINDINGS)


def services_frame(report: Report) -> pd.DataFrame:
    """One row a service that touches the table, worst first; calls and time are of its affected queries."""
    return _frame(_services(report), SERVICES)


def _finding(report: Report, item: Item) -> Row:
    finding, query = item.finding, item.query
    return {
        "effect": finding.effect.value,
        "rule": finding.rule,
        "name": finding.name,
        "certainty": finding.certainty.value,
        "subject_kind": finding.subject.kind,
        "subject": finding.subject.name,
        "message": finding.message,
        "help": finding.help,
        "reason": finding.reason,
        "sql": item.readable,
        "services": _joined(item.services),
        "folded": _joined(finding.folded),
        "database": report.database.name,
        **_where(item.places),
        **(_measures(report, query) if query else {}),
    }


def _plain(report: Report, query: Query, answer: str, reason: str | None = None) -> Row:
    return {
        "effect": answer,
        "subject_kind": "query",
        "subject": query.fingerprint,
        "reason": reason,
        "sql": query.readable(),
        "services": _joined(query.services),
        "database": report.database.name,
        **_where(places(query)),
        **_measures(report, query),
    }


def _where(found: tuple[Place, ...]) -> Row:
    if not found:
        return {}
    first = found[0].location
    return {
        "path": first.path,
        "line": first.line,
        "column": first.column,
        "function": first.function,
        "locations": _joined(str(place.location) for place in found),
        "built_at": _joined(str(place.location) for place in found if place.built),
        "owners": _joined(owners(found)),
    }


def _measures(report: Report, query: Query) -> Row:
    return {
        "fingerprint": query.fingerprint,
        "calls": query.calls,
        "total_time_ms": query.total_time_ms,
        "rows": query.rows,
        "last_seen": last_seen(query),
        "sources": _joined(sources(query)),
        "via": _joined(report.via.get(query.fingerprint, ())),
    }


def _services(report: Report) -> list[Row]:
    held = {section.service: section for section in sections(report) if section.service is not None}
    unresolved = {service for u in report.unresolved for service in u.query.services}
    every = unresolved.union(*(query.services for query in report.queries))
    names = dict.fromkeys((*held, *sorted(unresolved), *sorted(every)))
    return [_service(report, name, held.get(name)) for name in names]


def _service(report: Report, name: str, section: Section | None) -> Row:
    hit = section.effects if section else {}
    unresolved = sum(name in u.query.services for u in report.unresolved)
    return {
        "service": name,
        "worst": section.worst.value if section else "unresolved" if unresolved else "unaffected",
        **{_column(effect): len(hit.get(effect, ())) for effect in Effect},
        "unaffected": sum(name in query.services for query in report.unaffected),
        "unresolved": unresolved,
        "calls": section.calls if section else None,
        "total_time_ms": section.total_time_ms if section else None,
    }


def _frame(rows: list[Row], columns: dict[str, str]) -> pd.DataFrame:
    cells = {name: [_cell(row.get(name)) for row in rows] for name in columns}
    return pd.DataFrame({name: pd.Series(cells[name], dtype=columns[name]) for name in columns})


def _cell(value: object) -> object:
    # An empty text and no text are the same empty cell in a CSV.
    return visible(value) or None if isinstance(value, str) else value


def _joined(words: Iterable[str]) -> str:
    return "; ".join(words)
