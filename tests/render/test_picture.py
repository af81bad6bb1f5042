"""Pictures are held against what a reader of SVG finds in them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scanner
from scanner.errors import UsageError
from scanner.model import Effect, Subject
from scanner.render.picture import draw_report
from scanner.render.picture.layout import lay_out
from scanner.render.picture.picture import REST, Box, Column, Line, Picture, folded
from scanner.render.picture.svg import MOST, TONES, draw
from scanner.render.words import one_line
from tests import company
from tests.render.conftest import hostile_report

SVG = "{http://www.w3.org/2000/svg}"


class Seen:
    """What stands in a picture."""

    def __init__(self, drawing):
        self.root = ElementTree.fromstring(drawing.svg)
        self.tags = Counter(each.tag.removeprefix(SVG) for each in self.root.iter())
        self.texts = [each.text for each in self.root.iter(f"{SVG}text")]
        self.hints = [each.text for each in self.root.iter(f"{SVG}title")]

    def boxes(self):
        """Left, top, right and bottom of each."""
        found = [group.find(f"{SVG}rect") for group in self.root.iter(f"{SVG}g")]
        places = [[float(each.get(name)) for name in ("x", "y", "width", "height")] for each in found]
        return [(left, top, left + width, top + height) for left, top, width, height in places]


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    return scanner.scan(company.found(tmp_path_factory.mktemp("company")))


def test_a_report_shows_services_what_is_hit_and_the_table(report):
    seen = Seen(draw_report(report))
    assert [text for text in seen.texts if text in ("checkout", "billing", "fulfilment", "analytics", "catalog")] == [
        "checkout", "billing", "fulfilment", "analytics", "catalog",
    ]  # fmt: skip
    assert "SC103 required-column-missing · 12,400 calls" in seen.texts
    assert "+ status text" in seen.texts
    assert {"breaks", "changes results", "changes shape", "needs update"} <= set(seen.texts)
    assert [text for text in seen.texts if text.startswith("Adding orders.status breaks 3 queries")]
    assert [hint for hint in seen.hints if "Add status to the column list" in hint]
    assert seen.tags["path"] == 10 + 1 + 9  # services that run it; a subject's way to the table


def test_nothing_found_is_a_picture_too(empty):
    seen = Seen(draw_report(empty))
    assert "No query that reaches orders was found." in seen.texts
    assert "orders" in seen.texts


def test_a_table_shows_what_reaches_it(scan):
    drawing = scan.plot("orders", "shop")
    texts = Seen(drawing).texts
    assert "What reaches the table orders of shop" in texts
    assert {"billing", "reports", "analyst", "big_orders", "services/billing/pay.py:3"} <= set(texts)
    assert drawing._repr_svg_() == drawing.svg
    assert repr(drawing).startswith("<Drawing, ")


def test_what_goes_through_views_stands_left_of_them(scan):
    root = ElementTree.fromstring(scan.plot("orders", "shop").svg)
    at = {each.text: float(each.get("x")) for each in root.iter(f"{SVG}text")}
    assert at["billing"] < at["services/billing/pay.py:3"] < at["big_orders"] < at["orders"]


def test_it_can_be_read_by_a_screen_reader_and_stands_beside_others(report, empty):
    one, other = (ElementTree.fromstring(draw_report(each).svg) for each in (report, empty))
    title, description = one.get("aria-labelledby").split()
    texts = {each.get("id"): each.text for each in one}
    assert one.get("role") == "img"
    assert texts[title] == "Adding status to orders"
    assert texts[description].startswith("Adding orders.status breaks")
    assert title not in {each.get("id") for each in other}


def test_five_hundred_queries_are_as_many_boxes_as_can_be_read(report):
    many, findings = [], []
    for number in range(500):
        query = replace(report.queries[0], fingerprint=f"{number:016x}")
        many.append(query)
        effect = Effect.BREAKS if number == 499 else Effect.CHANGES_SHAPE
        findings.append(
            replace(
                report.findings[0], effect=effect, subject=replace(report.findings[0].subject, name=query.fingerprint)
            )
        )
    findings.sort(key=lambda finding: finding.effect.rank)
    made = replace(report, queries=tuple(many), findings=tuple(findings), unaffected=(), unresolved=(), via={})
    seen = Seen(draw_report(made))
    assert f"{500 - MOST + 1} more subjects" in seen.texts
    assert "not shown: less bad" in seen.texts
    assert len(seen.boxes()) <= 2 * MOST
    assert sum(text.startswith("SC103 ") for text in seen.texts) == MOST - 1
    assert [text for text in seen.texts if text == "breaks"]


def test_it_is_written_or_said_to_be_not(report, tmp_path):
    drawing = draw_report(report)
    drawing.save(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text() == drawing.svg
    with pytest.raises(UsageError, match="could not be written"):
        drawing.save(tmp_path / "nowhere" / "a.svg")
    with pytest.raises(UsageError, match=r"p\.png names no format of a picture: end it in \.svg\."):
        drawing.save(tmp_path / "p.png")
    assert not (tmp_path / "p.png").exists()


def test_hostile_text_is_text(hostile):
    text, report = hostile
    usual = Seen(draw_report(hostile_report("plain")))
    seen = Seen(draw_report(report))
    assert seen.tags - Counter(text=99) == usual.tags - Counter(text=99)  # of the description
    assert [each for each in seen.texts if each.startswith(one_line(text)[:15])]
    assert all(c.isprintable() or c in "\n\t" for c in ElementTree.tostring(seen.root, "unicode"))
    assert {name for each in seen.root.iter() for name in each.attrib} == {
        name for each in usual.root.iter() for name in each.attrib
    }


COLUMNS = st.integers(2, 5)


@st.composite
def pictures(draw_):
    columns = draw_(COLUMNS)
    boxes = [
        Box(str(n), draw_(st.integers(0, columns - 1)), "x", "", "query") for n in range(draw_(st.integers(1, 30)))
    ]
    ends = st.tuples(st.sampled_from(boxes), st.sampled_from(boxes))
    lines = [Line(start.id, end.id, REST) for start, end in draw_(st.lists(ends, max_size=40))]
    return Picture("t", "d", [Column("box", 100)] * columns, boxes, lines, "less")


@settings(deadline=None)
@given(pictures())
def test_no_box_stands_over_another_and_no_line_runs_through_one(picture):
    layout = lay_out(picture)
    assert set(layout.boxes) == {box.id for box in picture.boxes}
    for (column, row), (other_column, other) in combinations(layout.boxes.values(), 2):
        assert column != other_column or abs(row - other) > 1 - 1e-6
    for _, way in layout.ways:
        for column, row in way[1:-1]:
            assert all(its != column or abs(row - other) > 0.5 for its, other in layout.boxes.values())
    assert all(0.5 - 1e-6 <= row <= layout.rows for _, row in layout.boxes.values())
    assert set(TONES) >= {box.tone for box in picture.boxes}


def test_what_stands_for_the_rest_is_the_last_of_its_column(report):
    findings = [replace(report.findings[7], subject=Subject("view", f"v{n}")) for n in range(MOST + 5)]
    seen = Seen(draw_report(replace(report, findings=tuple(findings), unaffected=report.queries, unresolved=())))
    at = {each.text: float(each.get("y")) for each in seen.root.iter(f"{SVG}text")}
    assert at["6 more subjects"] == max(y for text, y in at.items() if re.fullmatch(r"v\d+|\d+ more subjects", text))


@given(pictures(), st.integers(2, 5))
def test_folding_loses_nothing_unsaid(picture, most):
    less = folded(picture, most)
    for column in range(len(picture.columns)):
        before = [box for box in picture.boxes if box.column == column]
        after = [box for box in less.boxes if box.column == column]
        assert len(after) <= most
        left = [int(box.title.split()[0]) for box in after if box.id.startswith("rest:")]
        assert len(after) - len(left) + sum(left) == len(before)
    known = {box.id for box in less.boxes}
    assert all({line.start, line.end} <= known for line in less.lines)
    assert ElementTree.fromstring(draw(less).svg) is not None
