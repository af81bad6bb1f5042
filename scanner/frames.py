"""A scan as pandas DataFrames; docs/python-api.md says what each column means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from scanner.graph import Parts, queries_reaching, relation_id, services_of
from scanner.model import Query, Table, Unresolved, View
from scanner.schema import Schema

if TYPE_CHECKING:
    from scanner.graph.build import Graph

QUERIES: dict[str, str] = {
    "fingerprint": "string",
    "database": "string",
    "sql": "string",
    "services": "string",
    "sources": "string",
    "calls": "Int64",
    "total_time_ms": "Float64",
    "rows": "Int64",
    "last_seen": "datetime64[us, UTC]",
    "locations": "string",
    "owners": "string",
    "reads": "string",
    "writes": "string",
    "unresolved": "string",
}
TABLES: dict[str, str] = {
    "database": "string",
    "name": "string",
    "kind": "string",
    "columns": "Int64",
    "queries": "Int64",
    "services": "string",
    "calls": "Int64",
}
# What a scan shows of itself.
DATABASES: dict[str, str] = {
    "database": "string",
    "engine": "string",
    "tables": "Int64",
    "views": "Int64",
    "queries": "Int64",
    "unread": "Int64",
}


def databases_frame(databases: Iterable[tuple[Schema, int, int]]) -> pd.DataFrame:
    """One row a database: its schema, and how many queries and entries that could not be read there are."""
    return _frame([_database(*found) for found in databases], DATABASES)


def _database(schema: Schema, queries: int, unread: int) -> dict[str, Any]:
    return {
        "database": schema.database.name,
        "engine": str(schema.database.engine),
        "tables": sum(1 for _ in schema.tables),
        "views": sum(1 for _ in schema.views),
        "queries": queries,
        "unread": unread,
    }


def queries_frame(databases: Iterable[Parts]) -> pd.DataFrame:
    """One row a query, most called first."""
    return _frame([_query(query, parts) for parts in databases for query in parts.queries], QUERIES)


def tables_frame(databases: Iterable[Parts], graph: Graph) -> pd.DataFrame:
    """One row a table or view, with the queries that reach it in whatever way."""
    return _frame([row for parts in databases for row in _tables(parts.schema, graph)], TABLES)


def _query(query: Query, parts: Parts) -> dict[str, Any]:
    found = parts.references.get(query.fingerprint, Unresolved("not asked"))
    return {
        "fingerprint": query.fingerprint,
        "database": query.database,
        "sql": query.readable(),
        "services": _joined(query.services),
        "sources": _joined(sorted({o.source for o in query.observations if o.built_by is None})),
        "calls": query.calls,
        "total_time_ms": query.total_time_ms,
        "rows": query.rows,
        "last_seen": max((o.last_seen for o in query.observations if o.last_seen), default=None),
        "locations": _joined(sorted({str(o.location) for o in query.located})),
        "owners": _joined(sorted({owner for o in query.located if o.location for owner in o.location.owners})),
        "reads": None if isinstance(found, Unresolved) else query.readable(_joined(sorted(map(str, found.reads)))),
        "writes": None if isinstance(found, Unresolved) else query.readable(_joined(sorted(map(str, found.writes)))),
        "unresolved": found.reason if isinstance(found, Unresolved) else None,
    }


def _tables(schema: Schema, graph: Graph) -> Iterator[dict[str, Any]]:
    for table in schema.tables:
        yield _table(table, schema.database.name, graph)
    for view in schema.views:
        yield _table(view, schema.database.name, graph)


def _table(relation: Table | View, database: str, graph: Graph) -> dict[str, Any]:
    node = relation_id(database, relation.name)
    reaching = [found.query for found in queries_reaching(graph, node)]
    calls = [graph.nodes[query]["calls"] for query in reaching if "calls" in graph.nodes[query]]
    return {
        "database": database,
        "name": str(relation.name),
        "kind": "view" if isinstance(relation, View) else "table",
        "columns": len(relation.columns) or None,
        "queries": len(reaching),
        "services": _joined(services_of(graph, reaching)),
        "calls": sum(calls) if calls else None,
    }


def _joined(words: Iterable[str]) -> str:
    return "; ".join(words)


def _frame(rows: list[dict[str, Any]], columns: dict[str, str]) -> pd.DataFrame:
    # An empty list and no list are the same empty cell, as in a report's tables.
    cells = {name: [None if row[name] == "" else row[name] for row in rows] for name in columns}
    series = {name: pd.Series(cells[name], dtype=dtype) for name, dtype in columns.items()}
    return pd.DataFrame(series)
