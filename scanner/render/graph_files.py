"""The graph as a file: GraphML, JSON (node-link, as d3 reads it), DOT, and of a table's neighbourhood a picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.errors import UsageError
from scanner.render.impact_json import sound
from scanner.render.words import one_line, visible

if TYPE_CHECKING:
    from scanner.graph.build import Graph

Edge = tuple[str, str, str, dict[str, object]]  # start, end, type, attributes

_SHAPES = {
    "service": "house",
    "location": "note",
    "query": "box",
    "table": "cylinder",
    "view": "component",
    "sequence": "cylinder",
    "column": "plaintext",
    "routine": "cds",
    "trigger": "diamond",
}
_LABEL_LENGTH = 60


def write_graph(graph: Graph, path: str | Path, relation: str | None = None) -> None:
    """Writes the graph in the format of the path's suffix, one of FORMATS or .svg; `relation` is what it is about.

    Raises UsageError for another suffix, for a place that cannot be written, and for a picture of everything.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == _PICTURE:
        text = _picture(graph, path, relation)
    elif suffix in FORMATS:
        text = FORMATS[suffix](graph)
    else:
        raise UsageError(f"{path.name} has no suffix a graph is written in: take {', '.join((*FORMATS, _PICTURE))}.")
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def to_graphml(graph: Graph) -> str:
    """GraphML, as Gephi, yEd and networkx read it; what XML cannot hold is escaped as on the terminal."""
    import networkx as nx

    plain: Graph = nx.MultiDiGraph()
    for node, attributes in sorted(graph.nodes.items()):
        plain.add_node(visible(node), **_visible_values(attributes))
    for start, end, key, attributes in _edges(graph):
        plain.add_edge(visible(start), visible(end), key=key, **_visible_values(attributes))
    return "\n".join(nx.generate_graphml(plain)) + "\n"


def to_json(graph: Graph) -> str:
    """As templates/graph.schema.json has it: ``{"nodes": [{"id", "kind", …}], "edges": [{"source", "target", …}]}``."""
    nodes = [{"id": node, **attributes} for node, attributes in sorted(graph.nodes.items())]
    edges = [{"source": start, "target": end, **attributes} for start, end, _, attributes in _edges(graph)]
    return json.dumps(sound({"nodes": nodes, "edges": edges}), indent=1) + "\n"


def to_dot(graph: Graph) -> str:
    """DOT, as Graphviz reads it."""
    lines = ["digraph scanner {", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    for node, attributes in sorted(graph.nodes.items()):
        label = _quoted(_label(attributes).replace("&", "&amp;"))
        lines.append(f"  {_quoted(node)} [label={label}, shape={_SHAPES[str(attributes['kind'])]}];")
    for start, end, key, _ in _edges(graph):
        lines.append(f"  {_quoted(start)} -> {_quoted(end)} [label={_quoted(key)}];")
    return "\n".join([*lines, "}"]) + "\n"


FORMATS = {".graphml": to_graphml, ".json": to_json, ".dot": to_dot}
_PICTURE = ".svg"


def _picture(graph: Graph, path: Path, relation: str | None) -> str:
    from scanner.render.picture import draw_neighbourhood

    if relation is None:
        raise UsageError(f"{path.name} would be a picture of everything: name the table that it is about.")
    return draw_neighbourhood(graph, relation).svg


def _edges(graph: Graph) -> Iterator[Edge]:
    return iter(sorted(graph.edges(keys=True, data=True), key=lambda edge: edge[:3]))


def _label(attributes: dict[str, object]) -> str:
    """What a node is called, on one line."""
    if attributes["kind"] == "location":
        return one_line(f"{attributes['path']}:{attributes['line']}")
    text = one_line(str(attributes.get("sql") or attributes["name"]))
    return text if len(text) <= _LABEL_LENGTH else text[: _LABEL_LENGTH - 1] + "…"


def _quoted(text: str) -> str:
    escaped = visible(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _visible_values(attributes: dict[str, object]) -> dict[str, object]:
    return {name: visible(value) if isinstance(value, str) else value for name, value in attributes.items()}
