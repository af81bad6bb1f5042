"""Observations → queries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter

from scanner.fingerprint.digests import digest_text, digests_joined
from scanner.fingerprint.identity import fingerprint
from scanner.fingerprint.normal import normalise_holes
from scanner.model import HOLE_PATTERN, Database, Engine, Hole, Observation, Query

_PYTHON_LITERAL = re.compile(r"""(?:'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?)|(?<![\w.])\d[\w.]*""", re.DOTALL)
_CUT = " ..."  # where a text was cut off, so that nobody takes it for the whole statement
_COUNTS = ("calls", "total_time_ms", "rows", "last_seen")
# All that tells two observations apart, but for the text and its holes, which are compared normalised.
_circumstances = attrgetter(*(f.name for f in fields(Observation) if f.name not in (*_COUNTS, "sql", "holes")))
_NS_PER_MS = 1_000_000


@dataclass(slots=True)
class _Sighting:
    """Observations that differ in nothing but counts, added up."""

    observation: Observation  # the first, normalised
    calls: int | None = None
    total_time_ns: int | None = None  # whole numbers: their sum does not depend on the order
    rows: int | None = None
    last_seen: datetime | None = None

    def add(self, observation: Observation) -> None:
        time = observation.total_time_ms
        self.calls = _sum(self.calls, observation.calls)
        self.total_time_ns = _sum(self.total_time_ns, None if time is None else nanoseconds(time))
        self.rows = _sum(self.rows, observation.rows)
        self.last_seen = _latest(self.last_seen, observation.last_seen)

    def added_up(self) -> Observation:
        time = None if self.total_time_ns is None else milliseconds(self.total_time_ns)
        return replace(self.observation, calls=self.calls, total_time_ms=time, rows=self.rows, last_seen=self.last_seen)


_Key = tuple[str, str]  # database, fingerprint
_Sightings = dict[tuple[object, ...], _Sighting]
_Groups = dict[_Key, _Sightings]


class Gathering:
    """Observations being gathered into queries. Memory grows with the queries, not with the observations.

    Parts of a source may be gathered apart and merged: in whatever order, the queries are the same.
    """

    def __init__(self, databases: Mapping[str, Database]) -> None:
        self._databases = databases
        self._groups: _Groups = defaultdict(dict)

    def add(self, observation: Observation) -> None:
        """Counts one observation; one of a database that is not known is left out."""
        database = self._databases.get(observation.database or "")
        if database is None:
            return
        sql, markers = normalise_holes(observation.sql, database.engine, sql_mode=database.sql_mode)
        sql = _cut_off(sql) if observation.truncated else sql
        holes = tuple(_masked(hole, markers[hole.marker]) for hole in observation.holes if hole.marker in markers)
        key = database.name, fingerprint(sql, database.engine)
        self._sight(key, sql, holes, observation)

    def merge(self, other: Gathering) -> None:
        """Adds what another gathering of the same databases has counted."""
        for key, sightings in other._groups.items():
            for sighting in sightings.values():
                seen = sighting.added_up()
                self._sight(key, seen.sql, seen.holes, seen)

    def queries(self) -> list[Query]:
        """One query for each database and fingerprint, most called first."""
        groups = _digests_joined(self._groups, self._databases)
        seen = ((key, [s.added_up() for s in sightings.values()]) for key, sightings in groups.items())
        return most_called_first(put_together(*key, observations) for key, observations in seen)

    def sightings(self) -> Iterator[tuple[str, Observation]]:
        """What was counted so far, with its fingerprint: observations of which no two differ in counts alone."""
        for (_, name), sightings in self._groups.items():
            for sighting in sightings.values():
                yield name, sighting.added_up()

    def _sight(self, key: _Key, sql: str, holes: tuple[Hole, ...], counted: Observation) -> None:
        """Counts an observation whose text is normalised apart from it."""
        sightings = self._groups[key]
        identity = (sql, holes, *_circumstances(counted))
        sighting = sightings.get(identity)
        if sighting is None:
            sighting = sightings[identity] = _Sighting(replace(counted, sql=sql, holes=holes))
        sighting.add(counted)


def gather(observations: Iterable[Observation], databases: Mapping[str, Database]) -> list[Query]:
    """One query for each database and fingerprint, most called first.

    Observations of a database that is not in `databases` are left out. An observation in a query holds its
    normalised SQL; those that differ in nothing but counts are one, with the counts added. A digest of MySQL, and
    what is left of a statement that was cut off there, joins its statement, if only one can be it.
    """
    gathering = Gathering(databases)
    for observation in observations:
        gathering.add(observation)
    return gathering.queries()


def is_partial(observation: Observation) -> bool:
    """Whether its text is not the statement, but what is left of it: it was cut off, or is a digest."""
    return observation.truncated or observation.digest


def nanoseconds(time_ms: float) -> int:
    """The whole number that a sum of times is kept as; of one made by `milliseconds` the very same."""
    near = round(time_ms * _NS_PER_MS)
    return next((each for each in (near, near - 1, near + 1) if milliseconds(each) == time_ms), near)


def milliseconds(time_ns: int) -> float:
    """A sum of times as an observation has it."""
    return time_ns / _NS_PER_MS


def put_together(database: str, name: str, observations: list[Observation]) -> Query:
    """The query of this fingerprint; the same in whatever order its normalised observations come."""
    ordered = sorted(observations, key=_order) if len(observations) > 1 else observations
    return Query(name, database, min(observations, key=_evidence).sql, tuple(ordered))


def most_called_first(queries: Iterable[Query]) -> list[Query]:
    """The order of queries in a scan."""
    return sorted(queries, key=lambda q: (-(q.calls or 0), q.database, q.sql))


def _cut_off(sql: str) -> str:
    return sql if sql.endswith(_CUT) else sql.rstrip(" ,(") + _CUT


def _masked(hole: Hole, marker: str) -> Hole:
    return replace(hole, marker=marker, expression=_PYTHON_LITERAL.sub("…", hole.expression))


def _digests_joined(groups: _Groups, databases: Mapping[str, Database]) -> _Groups:
    """The groups, with the digests that only one full statement can have given moved to that statement."""
    whole: dict[_Key, _Key] = {}
    for name, database in databases.items():
        if database.engine.family == "mysql":
            whole |= _made_of({key: group for key, group in groups.items() if key[0] == name}, database.engine)
    joined = {key: sightings for key, sightings in groups.items() if key not in whole}
    for digest, key in whole.items():
        joined[key] = joined[key] | groups[digest]
    return joined


def _made_of(groups: _Groups, engine: Engine) -> dict[_Key, _Key]:
    """Digest, or text that was cut off → the only full statement of the same database that can be it."""
    texts = {key: digest_text(_first(sightings).sql, engine) for key, sightings in groups.items()}
    partial = {key for key in groups if all(is_partial(s.observation) for s in groups[key].values())}
    full = {key: text for key, text in texts.items() if key not in partial}
    return digests_joined({key: texts[key] for key in partial}, full)


def _first(sightings: _Sightings) -> Observation:
    return next(iter(sightings.values())).observation


def _order(observation: Observation) -> tuple[str, ...]:
    """The same order however the observations were gathered: by source and place, most called first."""
    place = observation.location
    where = (place.path, f"{place.line:09}", f"{place.column:09}") if place is not None else ("", "", "")
    calls = f"{10**18 - (observation.calls or 0):019}"
    return (
        *where,
        observation.source,
        calls,
        *map(str, _circumstances(replace(observation, services=observation.services or (str(observation.user),)))),
        observation.sql,
        str(observation.holes),
    )


def _evidence(observation: Observation) -> tuple[bool, bool, int, int, str]:
    """Sorts first the text that says most: not cut off, no digest, few holes, long."""
    sql = observation.sql
    holes = len(re.findall(HOLE_PATTERN, sql))
    return observation.truncated, observation.digest, holes, -len(sql), sql


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return other if one is None else one if other is None else max(one, other)
