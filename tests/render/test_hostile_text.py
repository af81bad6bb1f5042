"""Text that would do something is text in every format: what reads the format finds it as data, and nothing else.

Each format is read by something that reads such files. What it finds are texts, and a skeleton: tags, keys, columns,
escape sequences, all that is not text. The skeleton is the same for any text.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import networkx as nx
import pytest
from markdown_it import MarkdownIt
from rich.console import Console

import scanner
from scanner.graph import neighbourhood
from scanner.model import Report, Statement
from scanner.render import render
from scanner.render.gate.github import commands
from scanner.render.gate.gitlab import to_gitlab
from scanner.render.gate.junit import to_junit
from scanner.render.gate.markdown import to_comment
from scanner.render.gate.sarif import to_sarif
from scanner.render.graph_files import to_dot, to_graphml, to_json
from scanner.render.graph_outline import outline
from scanner.render.html import to_notebook
from scanner.render.picture import draw_neighbourhood
from scanner.render.plan import phase_file, write_plan
from scanner.render.terminal import print_report, print_screen
from scanner.statements import split
from tests.render.conftest import HOSTILE, hostile_report
from tests.render.test_graph_files import graph_named

Read = tuple[set[object], list[str]]  # the skeleton, and the texts


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.skeleton: set[object] = set()
        self.texts: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skeleton |= {tag, *((tag, name) for name, _ in attrs)}
        self.texts += [value or "" for _, value in attrs] + [""]

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data

    def handle_decl(self, decl: str) -> None:
        self.skeleton.add(decl)


def html(written: str) -> Read:
    reader = _Html()
    reader.feed(written)
    reader.close()
    return reader.skeleton, reader.texts


def xml(written: str) -> Read:
    root = ElementTree.fromstring(written)
    skeleton: set[object] = {each.tag for each in root.iter()}
    skeleton |= {(each.tag, name) for each in root.iter() for name in each.attrib}
    return skeleton, [text for each in root.iter() for text in (each.text or "", *each.attrib.values())]


def as_json(written: str) -> Read:
    assert written.isascii()
    skeleton: set[object] = set()
    texts = []

    def walk(value: object, path: tuple[str, ...]) -> None:
        if isinstance(value, dict):
            for key, held in value.items():
                walk(held, (*path, key))
        elif isinstance(value, list):
            for held in value:
                walk(held, (*path, "[]"))
        else:
            skeleton.add(path)
            texts.append(str(value))

    walk(json.loads(written), ())
    return skeleton, texts


def table(written: str) -> Read:
    header, *rows = csv.reader(io.StringIO(written.removeprefix("\ufeff")))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    return {len(rows), *header, *(len(row) for row in rows)}, cells


def markdown(written: str) -> Read:
    return html(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(written))


# A control sequence, a command to the operating system with its end, any other control character.
CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\].*?(?:\x1b\\|\x07)"
    r"|[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def terminal(written: str) -> Read:
    written.encode("utf-8")
    kinds = {"style" if re.fullmatch(r"\x1b\[[\d;]*m", found) else found for found in CONTROL.findall(written)}
    return set(kinds), [CONTROL.sub("", written)]


def workflow(written: Iterable[str]) -> Read:
    """Workflow commands, a line each, as GitHub's runner reads them."""
    skeleton: set[object] = set()
    texts = []
    for line in written:
        assert line.isprintable()
        command, _, data = line.removeprefix("::").partition("::")
        name, _, rest = command.partition(" ")
        pairs = [pair.partition("=") for pair in rest.split(",")]
        skeleton |= {name, tuple(key for key, _, _ in pairs)}
        texts += [data, *(value for _, _, value in pairs)]
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        texts = [text.replace(code, character) for text in texts]
    return skeleton, texts


def dot(written: str) -> Read:
    texts = re.findall(r'"((?:[^"\\]|\\.)*)"', written)
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "text", written)
    plain = [text.replace('\\"', '"').replace("\\\\", "\\").replace("&amp;", "&") for text in texts]
    return set(re.sub(r"\btext( -> text)? ", "", bare).split()), plain


def script(written: str) -> Read:
    """Comments, and the statements that a client would run."""
    comments = [line.removeprefix("-- ") for line in written.splitlines() if line.startswith("--")]
    left = "\n".join(line for line in written.splitlines() if not line.startswith("--"))
    return {each.text.strip() for each in split(left, "postgres")}, ["\n".join(comments)]


def _console(show: Callable[[Report, Console], None]) -> Callable[[Report], Read]:
    def read(report: Report) -> Read:
        out = io.StringIO()
        show(report, Console(file=out, width=300, force_terminal=True, legacy_windows=False))
        return terminal(out.getvalue())

    return read


def _plan(report: Report) -> Read:
    assert report.plan is not None
    own = (Statement("ALTER TABLE orders ADD COLUMN status text"),)
    return script(phase_file(1, replace(report.plan.phases[0], statements=own), report.database.engine))


OF_REPORT: dict[str, Callable[[Report], Read]] = {
    "html": lambda report: html(render(report, ".html")),
    "csv": lambda report: table(render(report, ".csv")),
    "json": lambda report: as_json(render(report, ".json")),
    "markdown": lambda report: markdown(render(report, ".md")),
    "comment": lambda report: markdown(to_comment([(report.change.sql, [report], report.change.sql)])),
    "svg": lambda report: xml(render(report, ".svg")),
    "notebook": lambda report: html(to_notebook(report)),
    "terminal": _console(lambda report, console: print_report(report, console, limit=None)),
    "screen": _console(lambda report, console: print_screen(report, console, height=200)),
    "sarif": lambda report: as_json(to_sarif([(report.change.sql, _known(report))], "", [(report.change.sql,) * 2])),
    "gitlab": lambda report: as_json(to_gitlab([(report.change.sql, report)])),
    "junit": lambda report: xml(to_junit([(report.change.sql, [report], report.change.sql)])),
    "github": lambda report: workflow(commands([(report.change.sql, report)])),
    "plan": _plan,
}
OF_GRAPH: dict[str, Callable[[nx.MultiDiGraph], Read]] = {
    "graphml": lambda graph: xml(to_graphml(graph)),
    "graph json": lambda graph: as_json(to_json(graph)),
    "dot": lambda graph: dot(to_dot(graph)),
    "graph svg": lambda graph: xml(draw_neighbourhood(*_around_the_table(graph)).svg),
    "graph outline": lambda graph: terminal(outline(*_around_the_table(graph))),
}


def _known(report: Report) -> Report:
    """With the code of a rule that there is."""
    apart = tuple(replace(each, finding=replace(each.finding, rule="SC101")) for each in report.suppressed)
    return replace(report, findings=tuple(replace(each, rule="SC101") for each in report.findings), suppressed=apart)


def _around_the_table(graph: nx.MultiDiGraph) -> tuple[nx.MultiDiGraph, str]:
    relation = next(node for node, held in graph.nodes(data=True) if held["kind"] == "table")
    return neighbourhood(graph, relation), relation


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("way", OF_REPORT)
def test_a_report_holds_it_as_text(way: str, name: str) -> None:
    _same(OF_REPORT[way](hostile_report(HOSTILE[name])), OF_REPORT[way](hostile_report("plain text")), HOSTILE[name])


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("way", OF_GRAPH)
def test_a_graph_holds_it_as_text(way: str, name: str) -> None:
    _same(OF_GRAPH[way](graph_named(HOSTILE[name])), OF_GRAPH[way](graph_named("plain text")), HOSTILE[name])


def _same(found: Read, plain: Read, text: str) -> None:
    assert found[0] == plain[0]
    spellings = {_squeezed(each) for each in _spellings(text)}
    shown = [_squeezed(each) for each in found[1]]
    assert any(spelling[:40] in each for spelling in spellings for each in shown)


def _spellings(text: str) -> Iterator[str]:
    """As data, whole; or with every character that cannot be seen as an escape."""
    yield text.encode("utf-8", "backslashreplace").decode()
    unix = text.replace("\r\n", "\n")
    yield "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in unix)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("name", HOSTILE)
def test_every_file_can_be_written(name: str, tmp_path) -> None:
    report = hostile_report(HOSTILE[name])
    impact = scanner.Impact(report)
    impact.to_html(tmp_path / "a.html")
    impact.to_csv(tmp_path / "a.csv")
    impact.to_json(tmp_path / "a.json")
    impact.to_markdown(tmp_path / "a.md")
    impact.plot().save(tmp_path / "a.svg")
    assert write_plan(report, tmp_path / "plan")
    assert all(path.read_text("utf-8") for path in tmp_path.rglob("*.*"))
