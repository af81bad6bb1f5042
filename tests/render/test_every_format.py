"""What every format shows alike."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from scanner.model import Report
from scanner.render import FORMATS, render
from scanner.render.html import to_notebook
from scanner.render.impact_json import to_dict
from scanner.render.terminal import print_report


def _terminal(report: Report) -> str:
    console = Console(width=200, file=StringIO())
    print_report(report, console, limit=None)
    return console.file.getvalue()  # type: ignore[attr-defined]


SHOWN = {suffix: (lambda report, suffix=suffix: render(report, suffix)) for suffix in FORMATS} | {"terminal": _terminal}


@pytest.mark.parametrize("way", SHOWN)
def test_the_owners_stand_beside_the_place(way, report):
    text = SHOWN[way](report).replace("<!-- -->", "")
    assert "@shop/checkout" in text
    assert "@ann" in text


@pytest.mark.parametrize("way", [way for way in SHOWN if way != ".svg"])  # which shows what has a finding
def test_a_part_built_at_run_time_is_the_expression_that_builds_it(way, report):
    text = SHOWN[way](report)
    assert "__hole_" not in text
    assert "{columns}" in text.replace("\\", "")


@pytest.mark.parametrize("way", [way for way in SHOWN if way not in (".csv", ".svg")])
def test_hazards_are_told_with_their_doubt(way, report):
    text = SHOWN[way](report)
    assert "ALTER TABLE takes ACCESS EXCLUSIVE on orders." in text
    assert "it is a guess" in text
    assert ("<b>The rows</b>" in text) == (way in (".json", "terminal"))


@pytest.mark.parametrize("way", [way for way in SHOWN if way not in (".csv", ".svg")])
def test_the_plan_is_shown_in_its_order(way, report):
    text = SHOWN[way](report)
    expand, deploy = text.index("add status"), text.index("code that knows status")
    assert expand < deploy < text.index("billing", deploy)
    assert ("ALTER TABLE orders DROP COLUMN status" in text) == (way != "terminal")
    assert ("<i>the rest</i>" in text) == (way in (".json", "terminal"))


def test_no_cell_of_a_notebook_has_a_hole(report):
    assert "__hole_" not in to_notebook(report)


def test_a_span_is_that_of_the_text_that_is_shown(report):
    spans = [(each["sql"], each["span"]) for each in to_dict(report)["findings"] if each["span"] and each["query"]]
    originals = [(report.query(f.subject.name).sql, f.span) for f in report.findings if f.subject.kind == "query"]
    shown = [sql[start:end] for sql, (start, end) in spans]
    assert shown == [sql[span[0] : span[1]].replace("__hole_0__", "{columns}") for sql, span in originals if span]
    assert shown
