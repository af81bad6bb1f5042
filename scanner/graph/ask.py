"""Questions to the graph, in domain words."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from scanner.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.graph.arrows import Arrows
    from scanner.graph.build import Graph

# Edges that lead from a statement to what it touches; the others say where it stands and what it is made of.
REACHING = frozenset({"reads", "writes", "depends_on", "calls", "fires", "cascades"})

_NAMINGS = ("reads", "writes", "calls")  # those of a query

_RELATION = "relation:database/table, as in 'relation:shop/orders'"
_QUERY = "query:database/fingerprint, as scanner.graph.queries_reaching does"


@dataclass(frozen=True, slots=True)
class Reaching:
    """A query that reaches a relation, and the nodes between them; none when it names the relation itself."""

    query: str
    via: tuple[str, ...] = ()


class _Step(NamedTuple):
    node: str
    written: bool  # only statements that write to the node get further from here
    via: tuple[str, ...]


def queries_reaching(graph: Graph | Arrows, relation: str) -> tuple[Reaching, ...]:
    """The queries that read or write a relation, each by its shortest way, the nearest first.

    Directly, or through any number of views, routines, triggers, child tables and cascading foreign keys.
    Through a trigger or a key only statements that write to the table it hangs on get here; which of INSERT,
    UPDATE and DELETE they are is not asked, so that a query can be named too often but not too rarely.
    Raises UsageError for a relation that the graph has not.
    """
    _known(graph, relation, _RELATION)
    found: dict[str, Reaching] = {}
    for step in _walk(graph, relation):
        if graph.nodes[step.node]["kind"] == "query":
            found.setdefault(step.node, Reaching(step.node, step.via[:-1]))
    return tuple(found.values())


def namings_reaching(graph: Graph | Arrows, relation: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The nodes through which a query may reach the relation, itself first, each with how the query has to name it."""
    yield relation, _NAMINGS
    for step in _walk(graph, relation):
        yield step.node, tuple(kind for kind in _NAMINGS if kind != "reads" or not step.written)


def services_of(graph: Graph, nodes: Iterable[str]) -> tuple[str, ...]:
    """The names of the services that run any of these queries, sorted. Raises UsageError for one that there is not."""
    owners: set[str] = set()
    for node in nodes:
        _known(graph, node, _QUERY)
        owners |= {owner for owner, _, kind in graph.in_edges(node, keys=True) if kind == "runs"}
    return tuple(sorted(graph.nodes[owner]["name"] for owner in owners))


def neighbourhood(graph: Graph, relation: str) -> Graph:
    """The part of the graph that reaches a relation, with services, locations and the relation's columns.

    Raises UsageError for a relation that the graph has not.
    """
    _known(graph, relation, _RELATION)
    inner = {step.node for step in _walk(graph, relation)} | {relation}
    around = {start for start, _, kind in graph.in_edges(inner, keys=True) if kind == "runs"}
    around |= {end for _, end, kind in graph.out_edges(inner, keys=True) if kind == "at"}
    around |= {end for _, end, kind in graph.out_edges(relation, keys=True) if kind == "has_column"}
    part: Graph = graph.subgraph(inner | around).copy()
    return part


def _known(graph: Graph | Arrows, node: str, form: str) -> None:
    if node not in graph:
        raise UsageError(f"The graph has no node {node!r}: give {form}.")


def _walk(graph: Graph | Arrows, relation: str) -> Iterator[_Step]:
    """Everything that reaches the relation, breadth first; a node may come again with `written` lifted."""
    waiting = deque([_Step(relation, False, ())])
    seen = {(relation, False)}
    while waiting:
        for step in _before(graph, waiting.popleft()):
            if not seen & {(step.node, False), (step.node, step.written)}:
                seen.add((step.node, step.written))
                waiting.append(step)
                yield step


def _before(graph: Graph | Arrows, step: _Step) -> Iterator[_Step]:
    via = (step.node, *step.via)
    for node, _, kind in sorted(graph.in_edges(step.node, keys=True)):
        if kind not in REACHING or (kind == "reads" and step.written):
            continue
        written = kind in ("fires", "cascades") or (kind == "depends_on" and step.written)
        yield _Step(node, written, via)
