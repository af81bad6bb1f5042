"""Observations → queries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from scanner.fingerprint.identity import digest_key, fingerprint
from scanner.fingerprint.normal import normalise_holes
from scanner.model import HOLE_PATTERN, Database, Hole, Observation, Query

_PYTHON_LITERAL = re.compile(r"""(?:'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?)|(?<![\w.])\d[\w.]*""", re.DOTALL)
_DIGEST_SOURCE = "mysql_digests"
_Number = TypeVar("_Number", int, float)


def gather(observations: Iterable[Observation], databases: Mapping[str, Database]) -> list[Query]:
    """One query for each database and fingerprint, most called first.

    Observations of a database that is not in `databases` are left out. An observation in a query holds its
    normalised SQL; those that differ in nothing but counts are one, with the counts added. A digest of MySQL
    joins the statement it was made of, if only one can be it.
    """
    groups: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for observation in observations:
        database = databases.get(observation.database or "")
        if database is not None:
            normal = _normalised(observation, database)
            groups[database.name, fingerprint(normal.sql, database.engine)].append(normal)
    _join_digests(groups, databases)
    queries = [_query(database, hash_, sightings) for (database, hash_), sightings in groups.items()]
    return sorted(queries, key=lambda q: (-(q.calls or 0), q.database, q.sql))


def _normalised(observation: Observation, database: Database) -> Observation:
    sql, markers = normalise_holes(observation.sql, database.engine, sql_mode=database.sql_mode)
    holes = tuple(_masked(hole, markers[hole.marker]) for hole in observation.holes if hole.marker in markers)
    return replace(observation, sql=sql, holes=holes)


def _masked(hole: Hole, marker: str) -> Hole:
    return replace(hole, marker=marker, expression=_PYTHON_LITERAL.sub("…", hole.expression))


def _join_digests(groups: dict[tuple[str, str], list[Observation]], databases: Mapping[str, Database]) -> None:
    """Moves the digests that only one full statement can have given to that statement."""
    full: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    digests: list[tuple[str, str]] = []
    for key, sightings in groups.items():
        if databases[key[0]].engine.family != "mysql":
            continue
        if all(o.source == _DIGEST_SOURCE for o in sightings):
            digests.append(key)
        else:
            full[key[0], _digest_key(key, sightings, databases)].append(key)
    for key in digests:
        candidates = full.get((key[0], _digest_key(key, groups[key], databases)), [])
        if len(candidates) == 1:
            groups[candidates[0]].extend(groups.pop(key))


def _digest_key(key: tuple[str, str], sightings: list[Observation], databases: Mapping[str, Database]) -> str:
    return digest_key(sightings[0].sql, databases[key[0]].engine)


def _query(database: str, hash_: str, sightings: list[Observation]) -> Query:
    merged: dict[Observation, Observation] = {}
    for sighting in sightings:
        identity = replace(sighting, calls=None, total_time_ms=None, rows=None, last_seen=None)
        known = merged.get(identity)
        merged[identity] = sighting if known is None else _added(known, sighting)
    observations = tuple(merged.values())
    return Query(hash_, database, min(observations, key=_evidence).sql, observations)


def _evidence(observation: Observation) -> tuple[bool, bool, int, int, str]:
    """Sorts first the text that says most: not cut off, no digest, few holes, long."""
    holes = len(re.findall(HOLE_PATTERN, observation.sql))
    return (
        observation.truncated,
        observation.source == _DIGEST_SOURCE,
        holes,
        -len(observation.sql),
        observation.sql,
    )


def _added(one: Observation, other: Observation) -> Observation:
    return replace(
        one,
        calls=_sum(one.calls, other.calls),
        total_time_ms=_sum(one.total_time_ms, other.total_time_ms),
        rows=_sum(one.rows, other.rows),
        last_seen=_latest(one.last_seen, other.last_seen),
    )


def _sum(one: _Number | None, other: _Number | None) -> _Number | None:
    return other if one is None else one if other is None else one + other


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return other if one is None else one if other is None else max(one, other)
