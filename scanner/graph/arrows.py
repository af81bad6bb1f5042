"""A graph in plain dictionaries, for what is asked at every change: what of the graph reaches a relation."""

from __future__ import annotations

from collections.abc import Iterator


class Arrows:
    """As much of networkx.MultiDiGraph as `build` and `queries_reaching` use; it takes no time to import."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, object]] = {}
        self._arriving: dict[str, dict[tuple[str, str], None]] = {}

    def __contains__(self, node: object) -> bool:
        return node in self.nodes

    def add_node(self, node: str, **attributes: object) -> None:
        """Adds a node, or attributes to the one that is there."""
        self.nodes.setdefault(node, {}).update(attributes)

    def add_edge(self, start: str, end: str, key: str, **_: object) -> None:
        """Adds an edge; only its type is kept."""
        self._arriving.setdefault(end, {})[start, key] = None

    def in_edges(self, node: str, *, keys: bool) -> Iterator[tuple[str, str, str]]:
        """Start, end and type of the edges that end at a node."""
        assert keys
        return ((start, node, key) for start, key in self._arriving.get(node, ()))
