"""Findings about what is no query: mapped models, and views that froze before the column came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from scanner.fingerprint import normalise
from scanner.model import (
    MODEL_SOURCE,
    Certainty,
    Column,
    Finding,
    Location,
    Observation,
    Query,
    RowUse,
    Subject,
    Unresolved,
    View,
)
from scanner.resolve import Meanings, Resolution, Settings, parse, resolve
from scanner.rules import OBJECT_RULES, frozen_view, mapped_model, row_class
from scanner.rules.hit import Hit
from scanner.verdict import Prepared


def object_findings(prepared: Prepared, queries: Iterable[Query]) -> list[Finding]:
    """What has to learn the column, though nothing fails."""
    if not prepared.grown:
        return []  # IF NOT EXISTS, and it exists
    every = list(queries)
    return [*_models(prepared, every), *_row_classes(prepared, every), *_views(prepared)]


def _models(prepared: Prepared, queries: Iterable[Query]) -> Iterator[Finding]:
    """One a mapped class; of several with one name each is told with its place."""
    found = list(_found_models(prepared, queries))
    named = Counter(finding.subject.name for finding in found)
    for finding in found:
        name = finding.subject.name
        places = ", ".join(map(str, finding.occurrences))
        yield finding if named[name] == 1 else replace(finding, subject=Subject("model", f"{name} at {places}"))


def _found_models(prepared: Prepared, queries: Iterable[Query]) -> Iterator[Finding]:
    for query in queries:
        known = _columns(query.sql)
        if "*" in known:  # reflected: it learns the column from the database
            continue
        new = [added.column for added in prepared.change.columns if added.column.name.lower() not in known]
        for observation in query.observations if new else ():
            if observation.source == MODEL_SOURCE and observation.location is not None:
                yield _model(prepared, new, observation)


def _columns(sql: str) -> set[str]:
    """The columns that a model lists: its observation is the SELECT of them."""
    listed = sql.partition(" ")[2].rpartition(" FROM ")[0]
    return {part.strip().rpartition(".")[2].strip('"`').lower() for part in listed.split(",")}


def _row_classes(prepared: Prepared, queries: Iterable[Query]) -> Iterator[Finding]:
    """Classes that rows of the table are made instances of, and that have nearly all of its columns."""
    found: dict[Location, tuple[RowUse, set[str]]] = {}
    for observation in (each for query in queries for each in query.observations):
        for use in observation.row_uses:
            if use.declared is not None and row_class.mirrors(use.fields, prepared.table, prepared.change.names):
                _, services = found.setdefault(use.declared, (use, set()))
                services.update(observation.services)
    for place, (use, services) in found.items():
        added = tuple(each.column for each in prepared.change.columns)
        hit = row_class.row_class(use.into or "", str(place), str(prepared.table.name), added)
        subject = Subject("model", f"{use.into} at {place}")  # two services may call theirs alike
        yield _finding("row-class", hit, subject, occurrences=(place,), services=tuple(sorted(services)))


def _model(prepared: Prepared, new: list[Column], observation: Observation) -> Finding:
    location = observation.location
    model = (location.function if location is not None else None) or ""
    names = ", ".join(column.name for column in new)
    required = [column.name for column in new if not (column.nullable or column.has_default)]
    senders = [f"{use.into} ({use.location})" for use in observation.row_uses if use.kind == "serialised"]
    hit = mapped_model.mapped_model(model, str(location), str(prepared.table.name), names, required, senders)
    return _finding(
        "mapped-model",
        hit,
        Subject("model", model or str(location)),
        occurrences=(location,) if location is not None else (),
        services=observation.services,
    )


def _views(prepared: Prepared) -> Iterator[Finding]:
    """Views of the table with a star: frozen, so that they go on without the column until they are made again."""
    for view in prepared.schema.views:
        if _has_star(prepared, view):
            yield _view(prepared, view)


def _has_star(prepared: Prepared, view: View) -> bool:
    parsed = parse(view.sql, prepared.schema.engine.family)
    if isinstance(parsed, Unresolved):
        return False
    resolution = resolve(parsed, prepared.schema, Meanings(), Settings())
    if not isinstance(resolution, Resolution):
        return False
    starred = any(table in prepared.grown for star in resolution.stars.values() for table in star.tables)
    return starred or _lists_all(prepared, resolution)


def _lists_all(prepared: Prepared, resolution: Resolution) -> bool:
    """A server's own dump of a view spells the star out: every column of the table is among its outputs."""
    outputs = {o.name for o in resolution.outputs}
    return prepared.table.name in resolution.reads and outputs.issuperset(c.name for c in prepared.table.columns)


def _view(prepared: Prepared, view: View) -> Finding:
    names, table = ", ".join(prepared.change.names), str(prepared.table.name)
    hit = frozen_view.frozen_view(str(view.name), table, names)
    sql = normalise(view.sql, prepared.schema.engine)
    return _finding("frozen-view", hit, Subject("view", str(view.name)), sql=sql)


def _finding(
    name: str,
    hit: Hit,
    subject: Subject,
    *,
    occurrences: tuple[Location, ...] = (),
    services: tuple[str, ...] = (),
    sql: str | None = None,
) -> Finding:
    rule = OBJECT_RULES[name]
    return Finding(
        rule.code,
        rule.name,
        hit.effect,
        Certainty.CERTAIN,
        hit.message,
        hit.help,
        subject,
        occurrences=occurrences,
        services=services,
        sql=sql,
    )
