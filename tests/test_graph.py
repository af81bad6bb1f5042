"""The graph of services, queries and relations, and the questions it answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import UsageError
from scanner.graph import (
    Parts,
    Reaching,
    build_graph,
    neighbourhood,
    queries_reaching,
    services_of,
)
from scanner.model import (
    Column,
    Database,
    Engine,
    ForeignKey,
    Location,
    Observation,
    Query,
    RowUse,
    Table,
    TableName,
    Trigger,
    Unresolved,
    View,
)
from scanner.render.graph_files import write_graph
from scanner.render.graph_outline import outline
from scanner.schema import Schema


class Refs(NamedTuple):
    reads: frozenset = frozenset()
    writes: frozenset = frozenset()
    routines: frozenset = frozenset()
    columns: frozenset = frozenset()


class Key(NamedTuple):
    kind: str
    name: TableName
    table: TableName | None = None


def name(text: str) -> TableName:
    return TableName("public", text)


def table(text: str, *columns: str, **rest: object) -> Table:
    return Table(name(text), tuple(Column(c, "integer") for c in columns), **rest)


def query(fingerprint: str, *observations: Observation, sql: str = "SELECT 1", database: str = "shop") -> Query:
    return Query(fingerprint, database, sql, observations)


ORDERS = "relation:shop/orders"
SHOP = Database("shop", Engine.parse("postgres:16"))
TABLES = {
    t.name: t
    for t in (
        table("users", "id"),
        table("orders", "id", "user_id"),
        table("orders_2026", "id", "user_id", parents=(name("orders"),), partition_of=name("orders")),
        table(
            "items",
            "order_id",
            foreign_keys=(ForeignKey(("order_id",), name("orders"), on_delete="cascade"),),
        ),
        table("notes", "user_id", foreign_keys=(ForeignKey(("user_id",), name("users"), on_delete="no action"),)),
        table("stock", "id"),
    )
}
VIEWS = {v.name: v for v in (View(name("paid"), "SELECT …"), View(name("paid_daily"), "SELECT …"))}
TRIGGERS = (
    Trigger("stock_moves", name("stock"), "after", ("update",), routine=name("move_stock")),
    Trigger("item_count", name("items"), "after", ("delete",), body="…"),
)
SCHEMA = Schema(SHOP, {**TABLES, **VIEWS}, triggers=TRIGGERS)
DEPENDENCIES = {
    Key("view", name("paid")): Refs(reads=frozenset({name("orders")}), columns=frozenset({(name("orders"), "id")})),
    Key("view", name("paid_daily")): Refs(reads=frozenset({name("paid")})),
    Key("routine", name("move_stock")): Refs(writes=frozenset({name("orders")})),
    Key("trigger", TableName(None, "item_count"), name("items")): Refs(writes=frozenset({name("users")})),
}


def graph_of(**references: Refs | Unresolved) -> nx.MultiDiGraph:
    queries = [query(fingerprint) for fingerprint in references]
    return build_graph([Parts(SCHEMA, queries, references, DEPENDENCIES)])


def reads(*names: str) -> Refs:
    return Refs(reads=frozenset(map(name, names)))


def writes(*names: str) -> Refs:
    return Refs(writes=frozenset(map(name, names)))


def reached(graph: nx.MultiDiGraph, relation: str) -> dict[str, tuple[str, ...]]:
    return {found.query.removeprefix("query:shop/"): found.via for found in queries_reaching(graph, relation)}


def test_directly_by_reading_or_writing() -> None:
    graph = graph_of(a=reads("orders"), b=writes("orders"), c=reads("users"))
    assert reached(graph, ORDERS) == {"a": (), "b": ()}


def test_through_views_on_views() -> None:
    graph = graph_of(a=reads("paid_daily"), b=reads("paid"))
    assert reached(graph, ORDERS) == {
        "b": ("relation:shop/paid",),
        "a": ("relation:shop/paid_daily", "relation:shop/paid"),
    }


def test_the_shortest_way_counts() -> None:
    graph = graph_of(a=reads("paid_daily", "orders"))
    assert queries_reaching(graph, ORDERS) == (Reaching("query:shop/a", ()),)


def test_through_a_routine() -> None:
    graph = graph_of(a=Refs(routines=frozenset({name("move_stock")})))
    assert reached(graph, ORDERS) == {"a": ("routine:shop/move_stock",)}


def test_through_a_trigger_only_when_its_table_is_written() -> None:
    graph = graph_of(reader=reads("stock"), writer=writes("stock"))
    assert reached(graph, ORDERS) == {
        "writer": ("relation:shop/stock", "trigger:shop/stock.stock_moves", "routine:shop/move_stock")
    }


def test_a_query_on_a_partition_reaches_the_whole_and_not_the_other_way() -> None:
    graph = graph_of(part=reads("orders_2026"), whole=reads("orders"))
    assert set(reached(graph, ORDERS)) == {"part", "whole"}
    assert set(reached(graph, "relation:shop/orders_2026")) == {"part"}


def test_through_cascading_keys_only() -> None:
    graph = graph_of(a=writes("orders"), b=reads("orders"), c=writes("users"))
    assert reached(graph, "relation:shop/items") == {"a": ("relation:shop/orders",)}
    assert reached(graph, "relation:shop/notes") == {}


def test_a_cascade_fires_triggers() -> None:
    graph = graph_of(a=writes("orders"))
    assert reached(graph, "relation:shop/users") == {
        "a": ("relation:shop/orders", "relation:shop/items", "trigger:shop/items.item_count")
    }


def test_cycles_end() -> None:
    loop = {
        Key("view", name("paid")): reads("paid_daily", "orders"),
        Key("view", name("paid_daily")): reads("paid"),
    }
    graph = build_graph([Parts(SCHEMA, [query("a")], {"a": reads("paid_daily")}, loop)])
    assert set(reached(graph, ORDERS)) == {"a"}


def test_names_are_found_as_the_engine_finds_them() -> None:
    graph = graph_of(a=Refs(reads=frozenset({TableName(None, "orders")})))
    assert set(reached(graph, ORDERS)) == {"a"}


def test_a_relation_the_schema_does_not_know_is_still_there() -> None:
    graph = graph_of(a=reads("temp_orders"))
    assert set(reached(graph, "relation:shop/temp_orders")) == {"a"}


def test_unresolved_queries_say_why() -> None:
    graph = graph_of(a=Unresolved("does not parse"))
    assert graph.nodes["query:shop/a"]["unresolved"] == "does not parse"


def test_two_databases_are_two_worlds_with_the_same_services() -> None:
    stock = Schema(Database("stock", Engine.parse("mariadb")), {TableName(None, "orders"): table("orders", "id")})
    seen = Observation("python", "SELECT 1", services=("billing",), location=Location("billing/pay.py", 4))
    graph = build_graph(
        [
            Parts(SCHEMA, [query("a", seen)], {"a": reads("orders")}),
            Parts(stock, [query("a", seen, database="stock")], {"a": reads("orders")}),
        ]
    )
    assert [found.query for found in queries_reaching(graph, ORDERS)] == ["query:shop/a"]
    assert set(graph.successors("service:billing")) == {"query:shop/a", "query:stock/a"}


@pytest.fixture
def billing() -> nx.MultiDiGraph:
    place = Location("billing/pay.py", 41, function="pay")
    observations = (
        Observation("python", "…", services=("billing",), location=place, row_uses=(RowUse("unpacked", 2),)),
        Observation("pg_stat_statements", "…", services=("billing",), calls=1200, total_time_ms=30.5),
        Observation("mysql_slow_log", "…", services=("reports",), calls=4),
        Observation("pg_stat_statements", "…", calls=7),
    )
    one = query("a1", *observations, sql='SELECT "id"\nFROM orders')
    references = {"a1": Refs(reads=frozenset({name("orders")}), columns=frozenset({(name("orders"), "id")}))}
    return build_graph([Parts(SCHEMA, [one, query("b2")], {**references, "b2": reads("users")}, DEPENDENCIES)])


def test_attributes(billing: nx.MultiDiGraph) -> None:
    assert billing.nodes["query:shop/a1"] == {
        "kind": "query",
        "database": "shop",
        "fingerprint": "a1",
        "sql": 'SELECT "id"\nFROM orders',
        "calls": 1207,
        "total_time_ms": 30.5,
    }
    assert billing.edges["service:billing", "query:shop/a1", "runs"] == {
        "type": "runs",
        "sources": "pg_stat_statements, python",
        "calls": 1200,
        "total_time_ms": 30.5,
    }
    assert billing.nodes["location:billing/pay.py:41"] == {
        "kind": "location",
        "path": "billing/pay.py",
        "line": 41,
        "function": "pay",
    }
    assert billing.edges["query:shop/a1", "location:billing/pay.py:41", "at"]["row_use"] == "unpacked"
    assert billing.nodes["column:shop/orders.id"]["data_type"] == "integer"
    assert billing.has_edge("query:shop/a1", "column:shop/orders.id", "uses_column")
    assert billing.has_edge("relation:shop/paid", "column:shop/orders.id", "uses_column")


def test_services_of(billing: nx.MultiDiGraph) -> None:
    assert services_of(billing, ["query:shop/a1", "query:shop/b2"]) == ("billing", "reports")


def test_a_node_that_is_not_there_is_said(billing: nx.MultiDiGraph) -> None:
    for ask in (queries_reaching, neighbourhood):
        with pytest.raises(
            UsageError, match=r"^The graph has no node 'orders': give relation:database/table, as in .+"
        ):
            ask(billing, "orders")
    with pytest.raises(UsageError, match=r"^The graph has no node 'a1': give query:database/fingerprint, as .+"):
        services_of(billing, ["query:shop/a1", "a1"])


def test_neighbourhood(billing: nx.MultiDiGraph) -> None:
    part = neighbourhood(billing, ORDERS)
    assert {"service:billing", "service:reports", "query:shop/a1", "location:billing/pay.py:41"} <= set(part)
    assert {"column:shop/orders.user_id", "relation:shop/paid", "relation:shop/orders_2026"} <= set(part)
    assert not {"query:shop/b2", "relation:shop/users", "column:shop/users.id"} & set(part)
    assert set(part.edges) < set(billing.edges)


def test_outline(billing: nx.MultiDiGraph) -> None:
    assert outline(billing, ORDERS) == (
        "1 query of billing, reports reaches the table orders of shop.\n\n"
        "Directly\n"
        '  a1  billing, reports  1,207 calls  SELECT "id" FROM orders\n'
    )


def test_outline_says_what_is_between() -> None:
    text = outline(graph_of(a=reads("paid_daily"), b=reads("orders")), ORDERS)
    assert "Through view paid_daily, view paid\n  a  service not known  calls not known  SELECT 1\n" in text


def test_graphml_can_be_read_again(billing: nx.MultiDiGraph, tmp_path: Path) -> None:
    write_graph(billing, tmp_path / "graph.graphml")
    again = nx.read_graphml(tmp_path / "graph.graphml", force_multigraph=True)
    assert dict(again.nodes(data=True)) == dict(billing.nodes(data=True))
    edges = sorted(billing.edges(keys=True, data=True), key=lambda edge: edge[:3])
    assert sorted(again.edges(keys=True, data=True), key=lambda edge: edge[:3]) == edges


def test_json(billing: nx.MultiDiGraph, tmp_path: Path) -> None:
    write_graph(billing, tmp_path / "graph.json")
    document = json.loads((tmp_path / "graph.json").read_text())
    assert {node["id"] for node in document["nodes"]} == set(billing)
    edge = {"source": "query:shop/a1", "target": ORDERS, "type": "reads"}
    assert edge in document["edges"]


def test_dot_quotes_what_it_shows(billing: nx.MultiDiGraph, tmp_path: Path) -> None:
    write_graph(billing, tmp_path / "graph.dot")
    lines = (tmp_path / "graph.dot").read_text().splitlines()
    assert r'  "query:shop/a1" [label="SELECT \"id\" FROM orders", shape=box];' in lines
    assert f'  "query:shop/a1" -> "{ORDERS}" [label="reads"];' in lines


def test_an_unknown_format(billing: nx.MultiDiGraph, tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"^graph\.png has no suffix a graph is written in: take \.graphml, \.json, \.dot, \.svg\.$"
    ):
        write_graph(billing, tmp_path / "graph.png")  # fmt: skip
    with pytest.raises(UsageError, match=r"cannot be written: No such file or directory\.$"):
        write_graph(billing, tmp_path / "missing" / "graph.dot")
    with pytest.raises(UsageError, match=r"^graph\.svg would be a picture of everything: name the table"):
        write_graph(billing, tmp_path / "graph.svg")


@given(
    views=st.lists(st.frozensets(st.integers(0, 7), max_size=3), min_size=8, max_size=8),
    queries=st.lists(st.frozensets(st.integers(-1, 7), max_size=3), max_size=6),
)
def test_no_query_is_lost_on_any_way_through_views(views: list[frozenset[int]], queries: list[frozenset[int]]) -> None:
    """View i reads some views and, if i is even, the table, which is -1. Cycles are among the examples."""

    def relation(number: int) -> TableName:
        return name("orders" if number < 0 else f"view{number}")

    def reaches(numbers: frozenset[int]) -> bool:
        seen: set[int] = set()
        waiting = set(numbers)
        while waiting - seen:
            seen |= waiting
            waiting = {each for n in seen if n >= 0 for each in reading[n]}
        return -1 in seen

    reading = [numbers | {-1} if i % 2 == 0 else numbers for i, numbers in enumerate(views)]
    relations = {name("orders"): TABLES[name("orders")]} | {
        relation(i): View(relation(i), "SELECT …") for i in range(len(views))
    }
    named = {f"q{i}": Refs(reads=frozenset(map(relation, numbers))) for i, numbers in enumerate(queries)}
    between = {
        Key("view", relation(i)): Refs(reads=frozenset(map(relation, numbers))) for i, numbers in enumerate(reading)
    }
    graph = build_graph([Parts(Schema(SHOP, relations), [query(f) for f in named], named, between)])
    assert set(reached(graph, ORDERS)) == {f"q{i}" for i, numbers in enumerate(queries) if reaches(numbers)}
