"""Statements mended: what a finding points at is written out, and the scanner is asked again before that is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from scanner.compare import Comparison
from scanner.fingerprint import normalise
from scanner.model import Effect, Engine, Finding, Query, Unresolved
from scanner.resolve import Resolution, Session, Star, parse, settings
from scanner.rollout.names import is_reserved, quoted
from scanner.verdict import Prepared

_MOST = 200  # columns that are written out

Span = tuple[int, int]
Edit = tuple[Span, str]  # a place of the statement, and what to write there


def with_fixes(prepared: Prepared, findings: Iterable[Finding], queries: Iterable[Query]) -> Iterator[Finding]:
    """The findings, each with the mended statement where one is known: today it means the same, then it is hit less."""
    known = {query.fingerprint: query for query in queries}
    kept: dict[tuple[str, Span], str | None] = {}
    for finding in findings:
        query = known.get(finding.subject.name) if finding.subject.kind == "query" else None
        if query is None or finding.span is None:
            yield finding
            continue
        key = (query.fingerprint, finding.span)
        if key not in kept:
            kept[key] = _fixed(prepared, query, finding.span)
        yield replace(finding, fixed=kept[key])


def _fixed(prepared: Prepared, query: Query, span: Span) -> str | None:
    """The first of the mended texts that does, wherever the query runs."""
    found: list[str | None] = []
    for schema in {observation.default_schema for observation in query.observations}:
        ask = partial(_compared, prepared, schema=schema)
        old = ask(query.sql)
        texts = _candidates(old, query.sql, span, prepared.schema.engine) if old else ()
        found.append(next((text for text in texts if old and _is_better(prepared, old, ask(text))), None))
    return found[0] if len(set(found)) == 1 else None


def _candidates(compared: Comparison, sql: str, span: Span, engine: Engine) -> Iterator[str]:
    """The place itself mended; all the stars that grow; the columns of an INSERT listed."""
    before = compared.before
    for edits in (_at(before, sql, span, engine), _stars(compared, sql, engine), _lists(before, sql, engine)):
        text = sql
        for (start, end), new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        if edits:
            yield text


def _at(before: Resolution, sql: str, span: Span, engine: Engine) -> list[Edit]:
    """A star as its columns, a bare name with its table, as they are today."""
    here = sql[span[0] : span[1]]
    written = [_written(star, sql, engine) for star in before.stars.values() if star.span == span]
    for binding in before.bindings.values():
        if binding.span == span and binding.kind == "column" and binding.source:
            written.append(f"{_name(binding.source, engine)}.{here}")
    return [(span, text) for text in written[:1] if text]


def _stars(compared: Comparison, sql: str, engine: Engine) -> list[Edit]:
    grown = {star.span for star in compared.grown_stars}
    stars = [star for star in compared.before.stars.values() if star.span in grown]
    edits = [(star.span, _written(star, sql, engine)) for star in stars]
    return [(span, text) for span, text in edits if span and text] if all(text for _, text in edits) else []


def _lists(before: Resolution, sql: str, engine: Engine) -> list[Edit]:
    """The target of an INSERT without a list of columns, with those that it fills today."""
    edits: list[Edit] = []
    for write in before.writes:
        if write.span and write.values and not (write.columns_listed or write.via):
            names = ", ".join(_name(name, engine) for name, _ in write.values)
            edits.append((write.span, f"{sql[slice(*write.span)]}({names})"))
    return edits


def _written(star: Star, sql: str, engine: Engine) -> str | None:
    """Its columns of today; None where two of them have one name."""
    start, end = star.span or (0, 0)
    if not sql[start:end].endswith("*") or not 0 < len(set(star.names)) == len(star.names) <= _MOST:
        return None
    return ", ".join(sql[start : end - 1] + _name(name, engine) for name in star.names)


def _compared(prepared: Prepared, sql: str, schema: str | None) -> Comparison | None:
    """None for what is no normalised statement: places are those of the normalised text."""
    engine, database = prepared.schema.engine, prepared.schema.database
    text = normalise(sql, engine, sql_mode=database.sql_mode)
    parsed = parse(text, engine.family) if text == sql else None
    if parsed is None or isinstance(parsed, Unresolved):
        return None
    compared = prepared.compare(parsed, settings(database, Session(), schema))
    return None if isinstance(compared, Unresolved) else compared


def _is_better(prepared: Prepared, old: Comparison, new: Comparison | None) -> bool:
    """Whether it has the same columns today and runs, and less is found."""
    if new is None or new.before.errors or _names(old) != _names(new):
        return False
    left = _harm(prepared, new)
    return left is not None and left < (_harm(prepared, old) or 0)


def _names(compared: Comparison) -> list[str | None]:
    return [output.name for output in compared.before.outputs]


def _harm(prepared: Prepared, compared: Comparison) -> int | None:
    """Findings that are more than a column to learn; None when it could not be checked."""
    verdict = prepared.judged(compared)
    return None if verdict.unresolved else sum(each.effect is not Effect.NEEDS_UPDATE for each in verdict.findings)


def _name(name: str, engine: Engine) -> str:
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and not is_reserved(name, engine)
    return name if plain else quoted(name, engine)
