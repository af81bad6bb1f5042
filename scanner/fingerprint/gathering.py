"""Observations → queries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import TypeVar

from scanner.fingerprint.identity import digest_key, fingerprint
from scanner.fingerprint.normal import normalise_holes
from scanner.model import HOLE_PATTERN, Database, Hole, Observation, Query

_PYTHON_LITERAL = re.compile(r"""(?:'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?)|(?<![\w.])\d[\w.]*""", re.DOTALL)
_DIGEST_SOURCE = "mysql_digests"
_COUNTS = ("calls", "total_time_ms", "rows", "last_seen")
# All that tells two observations apart, but for the text and its holes, which are compared normalised.
_circumstances = attrgetter(*(f.name for f in fields(Observation) if f.name not in (*_COUNTS, "sql", "holes")))
_Number = TypeVar("_Number", int, float)


@dataclass(slots=True)
class _Sighting:
    """Observations that differ in nothing but counts, added up."""

    observation: Observation  # the first, normalised
    calls: int | None = None
    total_time_ms: float | None = None
    rows: int | None = None
    last_seen: datetime | None = None

    def add(self, observation: Observation) -> None:
        self.calls = _sum(self.calls, observation.calls)
        self.total_time_ms = _sum(self.total_time_ms, observation.total_time_ms)
        self.rows = _sum(self.rows, observation.rows)
        self.last_seen = _latest(self.last_seen, observation.last_seen)

    def added_up(self) -> Observation:
        return replace(self.observation, **{name: getattr(self, name) for name in _COUNTS})


_Key = tuple[str, str]  # database, fingerprint
_Groups = dict[_Key, dict[tuple[object, ...], _Sighting]]


def gather(observations: Iterable[Observation], databases: Mapping[str, Database]) -> list[Query]:
    """One query for each database and fingerprint, most called first.

    Observations of a database that is not in `databases` are left out. An observation in a query holds its
    normalised SQL; those that differ in nothing but counts are one, with the counts added. A digest of MySQL
    joins the statement it was made of, if only one can be it. Memory grows with the queries, not with the
    observations.
    """
    groups: _Groups = defaultdict(dict)
    for observation in observations:
        database = databases.get(observation.database or "")
        if database is not None:
            _sight(groups, observation, database)
    _join_digests(groups, databases)
    queries = [_query(key, [s.added_up() for s in sightings.values()]) for key, sightings in groups.items()]
    return sorted(queries, key=lambda q: (-(q.calls or 0), q.database, q.sql))


def _sight(groups: _Groups, observation: Observation, database: Database) -> None:
    sql, markers = normalise_holes(observation.sql, database.engine, sql_mode=database.sql_mode)
    holes = tuple(_masked(hole, markers[hole.marker]) for hole in observation.holes if hole.marker in markers)
    sightings = groups[database.name, fingerprint(sql, database.engine)]
    identity = (sql, holes, *_circumstances(observation))
    sighting = sightings.get(identity)
    if sighting is None:
        sighting = sightings[identity] = _Sighting(replace(observation, sql=sql, holes=holes))
    sighting.add(observation)


def _masked(hole: Hole, marker: str) -> Hole:
    return replace(hole, marker=marker, expression=_PYTHON_LITERAL.sub("…", hole.expression))


def _join_digests(groups: _Groups, databases: Mapping[str, Database]) -> None:
    """Moves the digests that only one full statement can have given to that statement."""
    digests: list[tuple[_Key, str]] = []
    full: dict[tuple[str, str], list[_Key]] = defaultdict(list)
    for key, sightings in groups.items():
        engine = databases[key[0]].engine
        if engine.family != "mysql":
            continue
        seen = [sighting.observation for sighting in sightings.values()]
        coarse = digest_key(seen[0].sql, engine)
        if all(observation.source == _DIGEST_SOURCE for observation in seen):
            digests.append((key, coarse))
        else:
            full[key[0], coarse].append(key)
    for key, coarse in digests:
        if len(candidates := full.get((key[0], coarse), [])) == 1:
            groups[candidates[0]] |= groups.pop(key)


def _query(key: _Key, observations: list[Observation]) -> Query:
    database, name = key
    return Query(name, database, min(observations, key=_evidence).sql, tuple(observations))


def _evidence(observation: Observation) -> tuple[bool, bool, int, int, str]:
    """Sorts first the text that says most: not cut off, no digest, few holes, long."""
    sql = observation.sql
    holes = len(re.findall(HOLE_PATTERN, sql))
    return observation.truncated, observation.source == _DIGEST_SOURCE, holes, -len(sql), sql


def _sum(one: _Number | None, other: _Number | None) -> _Number | None:
    return other if one is None else one if other is None else one + other


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return other if one is None else one if other is None else max(one, other)
