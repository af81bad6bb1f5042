"""What reaches a relation, as a picture: service → location → query → what is between → the relation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from scanner.graph import REACHING, queries_reaching, services_of
from scanner.render.picture.picture import Box, Column, Line, Picture
from scanner.render.picture.svg import Drawing, draw
from scanner.render.words import calls_words, count, number

if TYPE_CHECKING:
    from scanner.graph.build import Graph

_DEEPEST = 4  # columns between the queries and the relation
_QUERY = 2  # the column
_COLUMNS = (Column("service", 190), Column("location", 330), Column("query", 420))
_FONTS: Mapping[str, Literal["sql", "path"]] = {"query": "sql", "location": "path"}
_KINDS = ("service", "location", "query", "view", "routine", "trigger", "table", "sequence")


def draw_neighbourhood(graph: Graph, relation: str) -> Drawing:
    """The part of the graph that reaches a relation, as `scanner.graph.neighbourhood` cuts it out."""
    steps = _steps(graph, relation)
    depth = max(steps.values()) if len(steps) > 1 else 0
    ranked = sorted(graph.nodes, key=lambda node: _rank(graph, node))
    shown = {node: _column(graph, node, steps, depth) for node in ranked if _shown(graph, node)}
    node = graph.nodes[relation]
    queries = len(queries_reaching(graph, relation))
    owners = services_of(graph, [each for each, column in shown.items() if column == _QUERY])
    between = (Column("object", 230),) * depth
    kinds = {graph.nodes[each]["kind"] for each in shown}
    picture = Picture(
        f"What reaches the {node['kind']} {node['name']} of {node['database']}",
        f"{count(queries, 'query')} of {count(len(owners), 'service')}.",
        (*_COLUMNS, *between, Column(node["kind"], 210)),
        [_box(graph, each, column) for each, column in shown.items()],
        [line for line in _lines(graph) if line.start in shown and line.end in shown and line.start != relation],
        "less called",
        ("A thick line: it writes.",),
        {kind: kind for kind in _KINDS if kind in kinds},
    )
    return draw(picture)


def _steps(graph: Graph, relation: str) -> dict[str, int]:
    """What is between the queries and the relation, by the longest way to it, but no more than _DEEPEST."""
    steps = {relation: 0}
    for _ in range(_DEEPEST):
        for node in list(steps):
            for start, _, kind in graph.in_edges(node, keys=True):
                if kind in REACHING and start != relation and graph.nodes[start]["kind"] != "query":
                    steps[start] = min(_DEEPEST, max(steps.get(start, 0), steps[node] + 1))
    return steps


def _shown(graph: Graph, node: str) -> bool:
    return str(graph.nodes[node]["kind"]) != "column"


def _column(graph: Graph, node: str, steps: dict[str, int], depth: int) -> int:
    kind = graph.nodes[node]["kind"]
    if kind in ("service", "location", "query"):
        return ("service", "location", "query").index(kind)
    return _QUERY + 1 + depth - steps.get(node, depth)


def _rank(graph: Graph, node: str) -> tuple[int, str]:
    """What is called most comes first; of what is not called itself, what leads to or comes from it."""
    calls = [attributes.get("calls", 0) for *_, attributes in graph.out_edges(node, data=True)]
    calls += [graph.nodes[start].get("calls", 0) for start, _ in graph.in_edges(node)]
    return -max([graph.nodes[node].get("calls", 0), *calls]), node


def _box(graph: Graph, node: str, column: int) -> Box:
    held: dict[str, Any] = graph.nodes[node]
    kind = held["kind"]
    if kind == "location":
        title, subtitle = f"{held['path']}:{held['line']}", held.get("function") or ""
    elif kind == "query":
        title, subtitle = held["sql"], calls_words(held.get("calls"))
    elif kind == "service":
        calls = [attributes.get("calls") for *_, attributes in graph.out_edges(node, data=True)]
        known = [each for each in calls if each is not None]
        title, subtitle = held["name"], f"{number(sum(known))} calls" if known else ""
    else:
        title, subtitle = held["name"], kind
    hint = "\n".join(f"{name}: {value}" for name, value in held.items())
    return Box(node, column, title, subtitle, kind, hint, _FONTS.get(kind, "name"))


def _lines(graph: Graph) -> Iterator[Line]:
    for start, end, kind, held in sorted(graph.edges(keys=True, data=True), key=lambda edge: edge[:3]):
        if kind in REACHING:
            yield Line(start, end, graph.nodes[start]["kind"], kind in ("writes", "fires", "cascades"), kind)
        elif kind == "at":
            yield Line(end, start, "location", hint=held.get("row_use", ""))
            for service in filter(None, held.get("service", "").split(", ")):
                yield Line(f"service:{service}", end, "service")
        elif kind == "runs" and not _located(graph, end, graph.nodes[start]["name"]):
            yield Line(start, end, "service", hint=calls_words(held.get("calls")))


def _located(graph: Graph, query: str, service: str) -> bool:
    """Whether the source of this service shows the query."""
    edges = graph.out_edges(query, keys=True, data=True)
    return any(kind == "at" and service in held.get("service", "").split(", ") for *_, kind, held in edges)
