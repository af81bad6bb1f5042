"""Findings about what is no query: mapped models, and views that froze before the column came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.model import Certainty, Effect, Finding, Location, Query, Subject, Unresolved, View
from scanner.resolve import Meanings, Resolution, Settings, parse, resolve
from scanner.verdict import Prepared

MODEL_SOURCE = "python_model"


def object_findings(prepared: Prepared, queries: Iterable[Query]) -> list[Finding]:
    """What has to learn the column, though nothing fails."""
    return [*_models(prepared, queries), *_views(prepared)]


def _models(prepared: Prepared, queries: Iterable[Query]) -> Iterator[Finding]:
    names = ", ".join(prepared.change.names)
    for query in queries:
        for observation in query.observations:
            if observation.source == MODEL_SOURCE and observation.location is not None:
                yield _model(prepared, names, observation.location)


def _model(prepared: Prepared, names: str, location: Location) -> Finding:
    table = prepared.table.name
    model = location.function or str(location)
    message = f"The model {model} maps {table} and does not know {names}: it neither reads nor writes it."
    help_ = f"Add {names} to {model}, as nullable or with the database's default, before code relies on it."
    subject = Subject("model", model)
    return Finding(
        "SC601",
        "mapped-model",
        Effect.NEEDS_UPDATE,
        Certainty.CERTAIN,
        message,
        help_,
        subject,
        occurrences=(location,),
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
    return prepared.table.name in resolution.reads and outputs.issuperset(
        c.name for c in prepared.table.columns
    )


def _view(prepared: Prepared, view: View) -> Finding:
    names = ", ".join(prepared.change.names)
    message = f"The view {view.name} froze the columns of {prepared.table.name} when it was created: it goes on without {names}."
    help_ = f"Create {view.name} again once {names} is there, if its readers are to see it."
    return Finding(
        "SC602",
        "frozen-view",
        Effect.NEEDS_UPDATE,
        Certainty.CERTAIN,
        message,
        help_,
        Subject("view", str(view.name)),
    )
