"""The graph as a file: GraphML, JSON (node-link, as d3 reads it) or DOT."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.graph.build import Graph

_SHAPES = {
    "service": "house",
    "location": "note",
    "query": "box",
    "table": "cylinder",
    "view": "component",
    "column": "plaintext",
    "routine": "cds",
    "trigger": "diamond",
}
_LABEL_LENGTH = 60
# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def export_graph(graph: Graph, path: str | Path) -> None:
    """Writes the graph in the format of the path's suffix, one of FORMATS. Raises UsageError."""
    path = Path(path)
    write = FORMATS.get(path.suffix.lower())
    if write is None:
        raise UsageError(f"{path.name} has no suffix a graph is written in: take {', '.join(FORMATS)}.")
    text = write(graph)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def to_graphml(graph: Graph) -> str:
    """GraphML, as Gephi, yEd and networkx read it."""
    import networkx as nx

    plain: Graph = nx.MultiDiGraph()
    for node, attributes in sorted(graph.nodes.items()):
        plain.add_node(_xml(node), **_xml_values(attributes))
    for start, end, key, attributes in sorted(graph.edges(keys=True, data=True), key=_edge_key):
        plain.add_edge(_xml(start), _xml(end), key=key, **_xml_values(attributes))
    return "\n".join(nx.generate_graphml(plain)) + "\n"


def to_json(graph: Graph) -> str:
    """``{"nodes": [{"id", "kind", …}], "edges": [{"source", "target", "type", …}]}``."""
    nodes = [{"id": node, **attributes} for node, attributes in sorted(graph.nodes.items())]
    edges = [
        {"source": start, "target": end, **attributes}
        for start, end, _, attributes in sorted(graph.edges(keys=True, data=True), key=_edge_key)
    ]
    return json.dumps({"nodes": nodes, "edges": edges}, ensure_ascii=False, indent=1) + "\n"


def to_dot(graph: Graph) -> str:
    """DOT, as Graphviz reads it."""
    lines = ["digraph scanner {", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    for node, attributes in sorted(graph.nodes.items()):
        label = _quoted(_label(attributes))
        lines.append(f"  {_quoted(node)} [label={label}, shape={_SHAPES[attributes['kind']]}];")
    for start, end, key in sorted(graph.edges(keys=True)):
        lines.append(f"  {_quoted(start)} -> {_quoted(end)} [label={_quoted(key)}];")
    return "\n".join([*lines, "}"]) + "\n"


FORMATS = {".graphml": to_graphml, ".json": to_json, ".dot": to_dot}


def _edge_key(edge: tuple[str, str, str, dict[str, object]]) -> tuple[str, str, str]:
    return edge[:3]


def _label(attributes: dict[str, object]) -> str:
    if attributes["kind"] == "location":
        return f"{attributes['path']}:{attributes['line']}"
    text = " ".join(str(attributes.get("sql") or attributes["name"]).split())
    return text if len(text) <= _LABEL_LENGTH else text[: _LABEL_LENGTH - 1] + "…"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _xml_values(attributes: dict[str, object]) -> dict[str, object]:
    return {name: _xml(value) if isinstance(value, str) else value for name, value in attributes.items()}
