"""A store → what is asked of it: everything, or what reaches one table."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from scanner.change import Change
from scanner.dependencies import ObjectKey
from scanner.fingerprint import most_called_first, put_together, with_places
from scanner.graph import Parts, arrows, namings_reaching, relation_id
from scanner.impact import Everything, Evidence, impact
from scanner.model import LikelyPlace, Mention, Observation, Query, Report, TableName
from scanner.resolve import References
from scanner.schema import Schema
from scanner.services import owned_by_role
from scanner.store.contents import Cells, Named, from_text, observation, unpack
from scanner.store.files import reading
from scanner.verdict import prepare

_CHUNK = 10_000  # statements read at once

_SIGHTINGS = """
WITH wanted (statement, part) AS (
    SELECT value, value FROM json_each(:numbers)
    UNION ALL SELECT statement, part FROM digest WHERE statement IN (SELECT value FROM json_each(:numbers))
)
SELECT wanted.statement, identity, min(content), sum(calls), sum(total_time_ns), sum(rows), max(last_seen_us)
FROM wanted JOIN sighting ON sighting.statement = wanted.part GROUP BY wanted.statement, identity
"""
_NAMED = "SELECT statement, content FROM named WHERE statement IN (SELECT value FROM json_each(:numbers))"
_FINGERPRINTS = "SELECT id, fingerprint FROM statement WHERE id IN (SELECT value FROM json_each(:numbers))"
_ORIGINS = "SELECT statement, template FROM origin WHERE statement IN (SELECT value FROM json_each(:numbers))"
_ALL = "SELECT id FROM statement WHERE database = ? AND id NOT IN (SELECT part FROM digest)"
_NAMING = "SELECT statement FROM edge JOIN object ON object.id = edge.object WHERE node = ? AND kind = ?"


def load(path: str | Path) -> tuple[KeptScan, ...]:
    """A kept scan, of which no more is read than is asked for.

    Raises StoreError when the file is missing, of another format, not finished or something else.
    """
    place = Path(path)
    with reading(place) as connection:
        rows = connection.execute("SELECT id, name, everything FROM database ORDER BY position").fetchall()
        return tuple(KeptScan(place, number, name, unpack(Everything, content)) for number, name, content in rows)


@dataclass(frozen=True)
class KeptScan:
    """One database of a store, as `DatabaseScan`. What is read of it raises StoreError where it is damaged."""

    place: Path
    number: int  # in the store
    name: str
    everything: Everything

    @property
    def count(self) -> int:
        """How many queries were seen."""
        return self.everything.queries

    @cached_property
    def schema(self) -> Schema:
        """The schema of the database."""
        found: Schema = self._column("schema", Schema)
        return found

    @cached_property
    def evidence(self) -> Evidence:
        """What could not be seen, and all places."""
        return replace(self._evidence, **self._places(None))

    @cached_property
    def queries(self) -> tuple[Query, ...]:
        """All queries, most called first."""
        return tuple(self.parts.queries)

    @cached_property
    def parts(self) -> Parts:
        """All queries with what each of them names."""
        with reading(self.place) as connection:
            numbers = [number for (number,) in connection.execute(_ALL, (self.number,))]
            return self._parts(connection, numbers)

    def impact(self, change: Change) -> Report:
        """The report on a change to this database, from what reaches its table. Raises ChangeError."""
        grown = prepare(change, self.schema).grown
        evidence = replace(self._evidence, everything=self.everything, **self._places(grown))
        with reading(self.place) as connection:
            near = self._parts(connection, self._reaching(connection, grown))
        return impact(change, near, evidence)

    @cached_property
    def _evidence(self) -> Evidence:
        found: Evidence = self._column("evidence", Evidence)
        return found

    @cached_property
    def _dependencies(self) -> Mapping[ObjectKey, References]:
        found: Mapping[ObjectKey, References] = self._column("dependencies", Mapping[ObjectKey, References])
        return found

    def _column(self, name: str, hint: Any) -> Any:  # noqa: ANN401  (a value of the hinted type)
        with reading(self.place) as connection:
            row = connection.execute(f"SELECT {name} FROM database WHERE id = ?", (self.number,)).fetchone()
            return unpack(hint, row[0])

    def _places(self, tables: Iterable[TableName] | None) -> dict[str, Any]:
        """Mentions and likely places of these tables, or of all, as fields of the evidence."""
        names = None if tables is None else json.dumps([str(name) for name in tables])
        with reading(self.place) as connection:
            return {
                field: tuple(from_text(kind, text) for text in _placed(connection, self.number, kind.__name__, names))
                for field, kind in (("mentions", Mention), ("likely_places", LikelyPlace))
            }

    def _reaching(self, connection: sqlite3.Connection, tables: Collection[TableName]) -> list[int]:
        """The statements that reach one of the tables in the graph, or may name it."""
        graph = arrows(Parts(self.schema, dependencies=self._dependencies))
        names = {(relation_id(self.name, table), "mentions") for table in tables}
        for table in tables:
            for node, kinds in namings_reaching(graph, relation_id(self.name, table)):
                names |= {(node, kind) for kind in kinds}
        return sorted({number for each in names for (number,) in connection.execute(_NAMING, each)})

    def _parts(self, connection: sqlite3.Connection, numbers: list[int]) -> Parts:
        return replace(Statements(connection, self.name).parts(numbers, self.schema), dependencies=self._dependencies)


@dataclass(frozen=True)
class Statements:
    """Puts queries together from their rows, as `fingerprint.gather` and `join_templates` would."""

    connection: sqlite3.Connection
    database: str

    def queries(self, numbers: Collection[int]) -> dict[int, Query]:
        """The queries of these statements."""
        found = self.plain(numbers)
        origins = self._origins(numbers)
        templates = self.plain({number for each in origins.values() for number in each})
        return {
            number: owned_by_role(with_places(query, most_called_first(templates[t] for t in origins[number])))
            for number, query in found.items()
        }

    def parts(self, numbers: list[int], schema: Schema) -> Parts:
        """The queries of these statements with what they name, most called first."""
        queries: list[Query] = []
        named: dict[str, Named] = {}
        for chunk in _chunks(numbers):
            found = self.queries(chunk)
            queries += found.values()
            named |= {found[number].fingerprint: each for number, each in _named(self.connection, chunk)}
        return Parts(schema, tuple(most_called_first(queries)), named)

    def plain(self, numbers: Collection[int]) -> dict[int, Query]:
        """The queries without places that may have built them, and without roles in place of services."""
        names = dict(_asked(self.connection, _FINGERPRINTS, numbers))
        seen: dict[int, list[Observation]] = defaultdict(list)
        for number, *kept in _asked(self.connection, _SIGHTINGS, numbers):
            seen[number].append(observation(self.database, Cells(*kept)))
        return {number: put_together(self.database, names[number], each) for number, each in seen.items()}

    def _origins(self, numbers: Collection[int]) -> Mapping[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for number, template in _asked(self.connection, _ORIGINS, numbers):
            found[number].append(template)
        return found


def _named(connection: sqlite3.Connection, numbers: Collection[int]) -> Iterator[tuple[int, Named]]:
    for number, content in _asked(connection, _NAMED, numbers):
        yield number, unpack(Named, content)


def _asked(connection: sqlite3.Connection, sql: str, numbers: Collection[int]) -> sqlite3.Cursor:
    return connection.execute(sql, {"numbers": json.dumps(list(numbers))})


def _chunks(numbers: list[int]) -> Iterator[list[int]]:
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))


def _placed(connection: sqlite3.Connection, database: int, kind: str, names: str | None) -> Iterator[str]:
    some = "" if names is None else "AND name IN (SELECT value FROM json_each(?))"
    sql = f"SELECT content FROM place WHERE database = ? AND kind = ? {some} ORDER BY id"
    values = (database, kind) if names is None else (database, kind, names)
    return (text for (text,) in connection.execute(sql, values))
