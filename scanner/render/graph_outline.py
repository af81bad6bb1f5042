"""What reaches a relation, as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.graph import Reaching, queries_reaching, services_of
from scanner.render.words import count, one_line

if TYPE_CHECKING:
    from scanner.graph.build import Graph

_SQL_LENGTH = 100


def outline(graph: Graph, relation: str) -> str:
    """The queries that reach a relation, under what they go through, most called first."""
    reaching = queries_reaching(graph, relation)
    services = services_of(graph, (found.query for found in reaching))
    lines = [_heading(graph, relation, len(reaching), services)]
    for via in sorted({found.via for found in reaching}, key=lambda via: (len(via), via)):
        lines += ["", _through(graph, via)]
        queries = [found for found in reaching if found.via == via]
        lines += [f"  {_query(graph, found)}" for found in sorted(queries, key=lambda f: _most_called(graph, f))]
    return "\n".join(lines) + "\n"


def _heading(graph: Graph, relation: str, queries: int, services: tuple[str, ...]) -> str:
    node = graph.nodes[relation]
    owners = f" of {', '.join(services)}" if services else ""
    reach = "reaches" if queries == 1 else "reach"
    what = f"{node['kind']} {node['name']} of {node['database']}"
    return one_line(f"{count(queries, 'query')}{owners} {reach} the {what}.")


def _through(graph: Graph, via: tuple[str, ...]) -> str:
    if not via:
        return "Directly"
    return one_line("Through " + ", ".join(f"{graph.nodes[node]['kind']} {graph.nodes[node]['name']}" for node in via))


def _most_called(graph: Graph, found: Reaching) -> tuple[int, str]:
    return -graph.nodes[found.query].get("calls", 0), found.query


def _query(graph: Graph, found: Reaching) -> str:
    node = graph.nodes[found.query]
    calls = "calls not known" if "calls" not in node else count(node["calls"], "call")
    sql = one_line(node["sql"])
    shown = sql if len(sql) <= _SQL_LENGTH else sql[: _SQL_LENGTH - 1] + "…"
    services = one_line(", ".join(services_of(graph, [found.query]))) or "service not known"
    return f"{node['fingerprint']}  {services}  {calls}  {shown}"
