"""Report → JSON, in the form that templates/impact.schema.json describes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from scanner.model import BuiltQuery, LikelyPlace, Mention, Query, Report, Suppressed, UnresolvedQuery
from scanner.render.excerpt import moved
from scanner.render.outline import Item, Place, items, last_seen, places, sources, suppressed_items, total
from scanner.render.verdict import tallies

SCHEMA_VERSION = 1

Json = dict[str, Any]


def to_json(report: Report) -> str:
    """The report as JSON text, ASCII only; a lone surrogate, which readers of JSON refuse, is written out."""
    return json.dumps(sound(to_dict(report)), indent=2) + "\n"


def to_dict(report: Report) -> Json:
    """The report as plain values. Unknown is None, never 0; durations are in milliseconds, times in UTC."""
    return {
        "schema_version": SCHEMA_VERSION,
        "change": _change(report),
        "summary": _summary(report),
        "findings": [_finding(report, item) for item in items(report)],
        "unaffected": [_query(report, query) for query in report.unaffected],
        "unresolved": [_unresolved(report, unresolved) for unresolved in report.unresolved],
        "built": [_built(report, built) for built in report.built],
        "likely_places": [_likely(report, place) for place in report.likely_places],
        "mentions": [_mention(report, mention) for mention in report.mentions],
        "consumers": [asdict(consumer) for consumer in report.consumers],
        "free_names": [asdict(names) for names in report.free_names],
        "hazards": [asdict(hazard) for hazard in report.hazards],
        "forecast": asdict(report.forecast) if report.forecast else None,
        "plan": asdict(report.plan) if report.plan else None,
        "suppressed": [_suppressed(report, item, each) for item, each in suppressed_items(report)],
        "blind_spots": [asdict(spot) for spot in report.blind_spots],
        "coverage": _coverage(report),
    }


def _suppressed(report: Report, item: Item, suppressed: Suppressed) -> Json:
    expires = suppressed.expires.isoformat() if suppressed.expires else None
    why = {"reason": suppressed.reason, "place": suppressed.place, "expires": expires}
    return {**_finding(report, item), "suppression": why}


def _change(report: Report) -> Json:
    change, database = report.change, report.database
    return {
        "sql": change.sql,
        "table": str(change.table),
        "columns": [
            {
                "name": added.column.name,
                "type": added.column.type,
                "nullable": added.column.nullable,
                "default": added.column.default,
                "position": added.position,
                "after": added.after,
            }
            for added in change.columns
        ],
        "other_operations": list(change.other_operations),
        "database": database.name,
        "engine": str(database.engine),
    }


def _summary(report: Report) -> Json:
    hit = {f.subject.name for f in report.findings if f.subject.kind == "query"}
    return {
        **{tally.effect.value: len(tally.subjects) for tally in tallies(report)},
        "unaffected": len(report.unaffected),
        "unresolved": len(report.unresolved),
        "built": len(report.built),
        "production_only": len(report.production_only),
        "services": sorted({service for item in items(report) for service in item.services}),
        "calls": total(q.calls for q in report.queries if q.fingerprint in hit),
    }


def _finding(report: Report, item: Item) -> Json:
    finding = item.finding
    return {
        "rule": finding.rule,
        "name": finding.name,
        "effect": finding.effect.value,
        "certainty": finding.certainty.value,
        "reason": finding.reason,
        "subject": asdict(finding.subject),
        "message": finding.message,
        "help": finding.help,
        "query": item.query.fingerprint if item.query else None,
        "sql": item.readable,
        "span": _span(item),
        "fixed": item.query.readable(finding.fixed) if item.query and finding.fixed else finding.fixed,
        "services": list(item.services),
        **_measures(item.query),
        "locations": [_location(report, place) for place in item.places],
        "via": list(item.via),
        "folded": list(finding.folded),
    }


def _span(item: Item) -> list[int] | None:
    span = item.finding.span
    if span is None or item.query is None:
        return list(span) if span else None
    return list(moved(item.query.sql, span, item.query))


def _query(report: Report, query: Query) -> Json:
    return {
        "subject": {"kind": "query", "name": query.fingerprint},
        "query": query.fingerprint,
        "sql": query.readable(),
        "services": list(query.services),
        **_measures(query),
        "locations": [_location(report, place) for place in places(query)],
        "via": list(report.via.get(query.fingerprint, ())),
    }


def _unresolved(report: Report, unresolved: UnresolvedQuery) -> Json:
    return {**_query(report, unresolved.query), **asdict(unresolved.why)}


def _built(report: Report, built: BuiltQuery) -> Json:
    return {
        **_query(report, built.query),
        "statements": list(built.statements),
        "effect": built.effect.value if built.effect else None,
        "unresolved": asdict(built.unresolved) if built.unresolved else None,
    }


def _measures(query: Query | None) -> Json:
    seen = last_seen(query) if query else None
    return {
        "calls": query.calls if query else None,
        "total_time_ms": query.total_time_ms if query else None,
        "rows": query.rows if query else None,
        "last_seen": seen.isoformat() if seen else None,
        "sources": list(sources(query)) if query else [],
    }


def _location(report: Report, place: Place) -> Json:
    return {
        **asdict(place.location),
        "owners": list(place.location.owners),
        "service": place.service,
        "url": report.url(place.location),
        "built": place.built,
    }


def _locations(report: Report, found: Mention | LikelyPlace) -> list[Json]:
    return [_location(report, Place(found.location, service)) for service in found.services or (None,)]


def _mention(report: Report, mention: Mention) -> Json:
    return {"locations": _locations(report, mention), "text": mention.text}


def _likely(report: Report, place: LikelyPlace) -> Json:
    return {
        "locations": _locations(report, place),
        "text": place.text,
        "columns": list(place.columns),
        "writes": place.writes,
    }


def _coverage(report: Report) -> Json:
    return {
        "queries": report.total_queries,
        "touching": len(report.queries),
        "out_of_scope": report.out_of_scope,
        "sources": [asdict(coverage) for coverage in report.coverage],
        "unread": [asdict(unread) for unread in report.unread],
    }


def sound(value: object) -> object:
    """The value with each lone surrogate in its texts written out, for readers of JSON refuse them."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {sound(key): sound(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [sound(held) for held in value]
    return value
