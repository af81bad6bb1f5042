"""Every file of a graph is read by something that reads such files, and holds hostile names as text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from xml.etree import ElementTree

import jsonschema
import networkx as nx
import pytest

import scanner
from scanner.graph import Parts, build_graph, neighbourhood
from scanner.model import (
    Column,
    Database,
    Engine,
    Location,
    Observation,
    Query,
    Routine,
    Table,
    TableName,
    Trigger,
    View,
)
from scanner.render.graph_files import FORMATS, to_dot, to_graphml, to_json, write_graph
from scanner.render.graph_outline import outline
from scanner.render.words import one_line, visible
from scanner.schema import Schema
from tests.render.conftest import HOSTILE


def graph_named(text: str) -> nx.MultiDiGraph:
    """Everything in it has the text for a name."""
    orders, paid, name = TableName(None, text), TableName("paid", text), TableName("f", text)
    seen = Observation("python", text, "shop", (text,), calls=1, location=Location(text, 1, 0, text, (text,)))
    query = Query("a1", text, text, (seen,))
    schema = Schema(
        Database(text, Engine.parse("postgres:16")),
        {orders: Table(orders, (Column(text, text),)), paid: View(paid, text)},
        routines=(Routine(name, "function", (), text, text, text),),
        triggers=(Trigger(text, orders, "after", (text,), routine=name),),
    )

    def using(relation: TableName) -> SimpleNamespace:
        one, columns = frozenset({relation}), frozenset({(orders, text)})
        return SimpleNamespace(reads=one, writes=one, routines=frozenset({name}), columns=columns)

    parts = Parts(schema, [query], {"a1": using(paid)}, {Key("view", paid): using(orders)})
    return build_graph([parts])


class Key(NamedTuple):
    """An object of the schema."""

    kind: str
    name: TableName
    table: TableName | None = None


@pytest.fixture(params=HOSTILE, ids=list(HOSTILE))
def named(request: pytest.FixtureRequest) -> tuple[str, nx.MultiDiGraph]:
    text = HOSTILE[request.param]
    return text, graph_named(text)


def test_graphml(named):
    text, graph = named
    again = nx.parse_graphml(to_graphml(graph), force_multigraph=True)
    assert dict(again.nodes(data=True)) == {
        visible(node): {key: visible(value) if isinstance(value, str) else value for key, value in held.items()}
        for node, held in graph.nodes(data=True)
    }
    assert {tuple(map(visible, edge)) for edge in graph.edges(keys=True)} == set(again.edges(keys=True))
    assert visible(text) in {held.get("name") for _, held in again.nodes(data=True)}


def test_json(named):
    text, graph = named
    written = to_json(graph)
    assert written.isascii()
    document = json.loads(written)
    jsonschema.validate(document, scanner.json_schema("graph"), jsonschema.Draft202012Validator)
    sound = text.encode("utf-8", "backslashreplace").decode()
    assert sound in {node.get("name") for node in document["nodes"]}
    assert len(document["nodes"]) == len(graph)
    assert {edge["type"] for edge in document["edges"]} == {kind for *_, kind in graph.edges(keys=True)}


def test_the_page_lists_the_kinds_and_attributes_of_the_schema():
    page = (Path(__file__).parents[2] / "docs" / "python-api.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (`[^|]+) \| [^|]+ \| ([^|]*) ?\|$", page.split("\n## The graph\n")[1].split("\n## ")[0], re.MULTILINE
    )
    listed = {kind: _names(ASIDE.sub("", said)) for kinds, said in rows for kind in _names(kinds)}
    assert listed == {
        variant["properties"][key]["const"]: set(variant["properties"]) - {key, "id", "source", "target"}
        for part, key in (("nodes", "kind"), ("edges", "type"))
        for variant in scanner.json_schema("graph")["properties"][part]["items"]["oneOf"]
    }


ASIDE = re.compile(r"\(.*?\)")


def _names(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", text))


# DOT's own grammar (graphviz.org/doc/info/lang.html): an identifier in double quotes, in which \" alone is an escape.
QUOTED = r'"((?:[^"\\]|\\.)*)"'
DOT = re.compile(rf"  {QUOTED} (?:-> {QUOTED} )?\[label={QUOTED}(?:, shape=\w+)?\];")


def test_dot(named):
    text, graph = named
    first, *lines, last = to_dot(graph).splitlines()
    assert (first, last) == ("digraph scanner {", "}")
    found = [DOT.fullmatch(line) for line in lines[2:]]
    assert None not in found
    assert len(found) == len(graph) + graph.number_of_edges()
    labels = {match[3].replace("\\\\", "\\").replace('\\"', '"').replace("&amp;", "&") for match in found if match}
    assert any(label.startswith(one_line(text)[:50]) for label in labels)


def test_svg(named):
    text, graph = named
    relation = next(node for node, held in graph.nodes(data=True) if held["kind"] == "table")
    part = neighbourhood(graph, relation)
    drawn = write(part, relation)
    assert {each.tag.split("}")[1] for each in drawn.iter()} == {"svg", "title", "desc", "rect", "g", "path", "text"}
    said = [each.text or "" for each in drawn.iter()]
    assert [each for each in said if each.startswith(one_line(text)[:12])]
    assert f"name: {visible(text)}"[:100] in "\n".join(said)


def test_outline(named):
    text, graph = named
    relation = next(node for node, held in graph.nodes(data=True) if held["kind"] == "table")
    written = outline(graph, relation)
    assert all(c.isprintable() or c == "\n" for c in written)
    assert one_line(text) in written


def test_every_file_can_be_written(named, tmp_path):
    for suffix in FORMATS:
        write_graph(named[1], tmp_path / f"graph{suffix}")


def write(graph, relation):
    from scanner.render.picture import draw_neighbourhood

    return ElementTree.fromstring(draw_neighbourhood(graph, relation).svg)
