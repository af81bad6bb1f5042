"""Queries, their references and the schemas → the graph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scanner.graph.arrows import Arrows
from scanner.model import (
    HOLE_PATTERN,
    Location,
    Observation,
    Query,
    SequenceGenerator,
    Table,
    TableName,
    Trigger,
    Unresolved,
    View,
)
from scanner.schema import Schema

if TYPE_CHECKING:
    import networkx as nx

    from scanner.dependencies import ObjectKey
    from scanner.resolve.references import References

    Graph = nx.MultiDiGraph[str]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the graph knows of one database."""

    schema: Schema
    queries: Sequence[Query] = ()
    references: Mapping[str, References | Unresolved] = field(default_factory=dict)  # by fingerprint
    dependencies: Mapping[ObjectKey, References] = field(default_factory=dict)


def build_graph(databases: Iterable[Parts]) -> Graph:
    """The graph of several databases; only services and locations are shared between them."""
    import networkx as nx

    graph: Graph = nx.MultiDiGraph()
    for parts in databases:
        _add(graph, parts)
        _add_columns(graph, parts)
    return graph


def arrows(parts: Parts) -> Arrows:
    """What of one database names what: no columns, and of edges only their types."""
    graph = Arrows()
    _add(graph, parts)
    return graph


def _add(graph: Graph | Arrows, parts: Parts) -> None:
    _add_relations(graph, parts.schema)
    _add_routines(graph, parts.schema)
    _add_triggers(graph, parts.schema)
    _add_dependencies(graph, parts)
    for query in parts.queries:
        _add_query(graph, query, parts)


def named_nodes(query: References, schema: Schema) -> Iterator[tuple[str, str]]:
    """The nodes that a query reads, writes or calls, each with which of these; the same edges as in the graph."""
    database = schema.database.name
    for kind, names in (("reads", query.reads), ("writes", query.writes)):
        for name in names:
            known = schema.find(name)
            yield relation_id(database, name if known is None else known.name), kind
    for name in query.routines:
        yield routine_id(database, name), "calls"


def relation_id(database: str, name: TableName) -> str:
    """The node of a table, a view or a sequence."""
    return f"relation:{database}/{name}"


def routine_id(database: str, name: TableName) -> str:
    """The node of a routine."""
    return f"routine:{database}/{name}"


def query_id(query: Query) -> str:
    """The node of a query."""
    return f"query:{query.database}/{query.fingerprint}"


def _add_relations(graph: Graph | Arrows, schema: Schema) -> None:
    for relation in schema.relations.values():
        if isinstance(relation, View):
            _relation(graph, schema, relation.name, "view", materialized=relation.materialized)
        elif isinstance(relation, SequenceGenerator):
            _relation(graph, schema, relation.name, "sequence")
        else:
            _add_table(graph, schema, relation)


def _add_table(graph: Graph | Arrows, schema: Schema, table: Table) -> None:
    node = _relation(graph, schema, table.name, "table")
    for parent in table.parents:
        via = "partition" if parent == table.partition_of else "inheritance"
        _edge(graph, node, _named(graph, schema, parent), "depends_on", via=via)
    for key in table.foreign_keys:
        if _acts(key.on_delete) or _acts(key.on_update):
            referenced = _named(graph, schema, key.table)
            _edge(graph, referenced, node, "cascades", on_delete=key.on_delete, on_update=key.on_update)


def _acts(action: str | None) -> bool:
    return action is not None and action.lower() not in ("no action", "restrict")


def _add_routines(graph: Graph | Arrows, schema: Schema) -> None:
    database = schema.database.name
    for routine in schema.routines:
        _routine(graph, database, routine.name, routine_kind=routine.kind, language=routine.language)


def _add_triggers(graph: Graph | Arrows, schema: Schema) -> None:
    for trigger in schema.triggers:
        node = _trigger(graph, schema.database.name, trigger)
        table = _named(graph, schema, trigger.table)
        _edge(graph, table, node, "fires", timing=trigger.timing, events=", ".join(trigger.events))
        if trigger.routine is not None:
            _edge(graph, node, _routine(graph, schema.database.name, trigger.routine), "calls")


def _add_dependencies(graph: Graph | Arrows, parts: Parts) -> None:
    for key, references in parts.dependencies.items():
        node = _object_id(parts.schema.database.name, key)
        if node not in graph:
            continue
        if graph.nodes[node]["kind"] == "view":
            for name in sorted(references.reads, key=str):
                _edge(graph, node, _named(graph, parts.schema, name), "depends_on", via="view")
        else:
            _add_uses(graph, node, references, parts.schema)
        _add_calls(graph, node, references, parts.schema)


def _object_id(database: str, key: ObjectKey) -> str:
    if key.kind == "trigger":
        return f"trigger:{database}/{key.table}.{key.name.name}"
    return f"{'relation' if key.kind == 'view' else 'routine'}:{database}/{key.name}"


def _add_query(graph: Graph | Arrows, query: Query, parts: Parts) -> None:
    node, references = query_id(query), parts.references.get(query.fingerprint)
    unresolved = references.reason if isinstance(references, Unresolved) else None
    _node(
        graph,
        node,
        "query",
        database=query.database,
        fingerprint=query.fingerprint,
        sql=query.readable(),
        calls=query.calls,
        total_time_ms=query.total_time_ms,
        unresolved=unresolved,
    )
    for service in query.services:
        _add_runs(graph, node, query, service)
    for observation in query.located:
        _add_location(graph, node, observation)
    if references is not None and not isinstance(references, Unresolved):
        _add_uses(graph, node, references, parts.schema)
        _add_calls(graph, node, references, parts.schema)


def _add_runs(graph: Graph | Arrows, node: str, query: Query, service: str) -> None:
    own = tuple(o for o in query.observations if service in o.services)
    seen = Query(query.fingerprint, query.database, query.sql, own)
    owner = _node(graph, f"service:{service}", "service", name=service)
    sources = ", ".join(sorted({o.source for o in own if o.built_by is None})) or None
    _edge(graph, owner, node, "runs", sources=sources, calls=seen.calls, total_time_ms=seen.total_time_ms)


def _add_location(graph: Graph | Arrows, node: str, observation: Observation) -> None:
    place = observation.location
    assert place is not None
    row_use = observation.row_uses[0].kind if observation.row_uses else None
    built = observation.built_by is not None or None
    _edge(
        graph,
        node,
        _location(graph, place),
        "at",
        service=", ".join(observation.services) or None,
        row_use=row_use,
        built=built,
    )


def _add_uses(graph: Graph | Arrows, node: str, references: References, schema: Schema) -> None:
    for name in sorted(references.reads, key=str):
        _edge(graph, node, _named(graph, schema, name), "reads")
    for name in sorted(references.writes, key=str):
        _edge(graph, node, _named(graph, schema, name), "writes")


def _add_calls(graph: Graph | Arrows, node: str, references: References, schema: Schema) -> None:
    for name in sorted(references.routines, key=str):
        _edge(graph, node, _routine(graph, schema.database.name, name), "calls")


def _add_columns(graph: Graph, parts: Parts) -> None:
    database = parts.schema.database.name
    for table in parts.schema.tables:
        node = relation_id(database, table.name)
        for column in table.columns:
            _edge(graph, node, _column(graph, database, table.name, column.name, column.type), "has_column")
    using = {_object_id(database, key): named for key, named in parts.dependencies.items()}
    for query in parts.queries:
        named = parts.references.get(query.fingerprint)
        if named is not None and not isinstance(named, Unresolved):
            using[query_id(query)] = named
    for node, named in using.items():
        for relation, name in sorted(named.columns, key=str) if node in graph else ():
            _edge(graph, node, _column(graph, database, relation, name), "uses_column")


def _location(graph: Graph | Arrows, place: Location) -> str:
    return _node(
        graph,
        f"location:{place}",
        "location",
        path=place.path,
        line=place.line,
        function=place.function,
        owners="; ".join(place.owners) or None,
    )


def _named(graph: Graph | Arrows, schema: Schema, name: TableName) -> str:
    """The node of a relation by any name it may be written with; a table when the schema does not know it."""
    known = schema.find(name)
    if known is not None:
        return relation_id(schema.database.name, known.name)
    return _relation(graph, schema, name, "table")


def _relation(graph: Graph | Arrows, schema: Schema, name: TableName, kind: str, **attributes: object) -> str:
    database = schema.database.name
    shown = re.sub(HOLE_PATTERN, "{…}", str(name))  # a table that is known only at run time
    return _node(graph, relation_id(database, name), kind, database=database, name=shown, **attributes)


def _column(graph: Graph, database: str, table: TableName, name: str, data_type: str | None = None) -> str:
    node = f"column:{database}/{table}.{name}"
    return _node(graph, node, "column", database=database, table=str(table), name=name, data_type=data_type)


def _routine(graph: Graph | Arrows, database: str, name: TableName, **attributes: object) -> str:
    return _node(graph, routine_id(database, name), "routine", database=database, name=str(name), **attributes)


def _trigger(graph: Graph | Arrows, database: str, trigger: Trigger) -> str:
    return _node(
        graph,
        f"trigger:{database}/{trigger.table}.{trigger.name}",
        "trigger",
        database=database,
        name=trigger.name,
        table=str(trigger.table),
        timing=trigger.timing,
        events=", ".join(trigger.events),
    )


def _node(graph: Graph | Arrows, node: str, kind: str, **attributes: object) -> str:
    known = {name: value for name, value in attributes.items() if value is not None}
    graph.add_node(node, kind=kind, **known)
    return node


def _edge(graph: Graph | Arrows, start: str, end: str, type_: str, **attributes: object) -> None:
    known = {name: value for name, value in attributes.items() if value is not None}
    graph.add_edge(start, end, key=type_, type=type_, **known)
