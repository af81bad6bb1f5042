"""The example notebook runs from its first cell to its last in a kernel of its own, and shows what it is kept with."""

from __future__ import annotations

import ast

import nbformat
import pytest

from docs import notebook


@pytest.fixture(scope="module")
def executed() -> nbformat.NotebookNode:
    return notebook.executed()


def test_it_shows_what_it_is_kept_with(executed: nbformat.NotebookNode) -> None:
    kept = {cell.id: cell.get("outputs") for cell in notebook.kept().cells}
    shown = {cell.id: cell.get("outputs") for cell in executed.cells}
    assert [name for name in kept if kept[name] != shown[name]] == [], "run make docs"
    assert sum(bool(outputs) for outputs in kept.values()) == 13


def test_no_cell_failed_and_nothing_was_said_on_the_side(executed: nbformat.NotebookNode) -> None:
    outputs = [output for cell in executed.cells for output in cell.get("outputs", ())]
    assert {output.output_type for output in outputs} <= {"execute_result", "stream"}
    assert {output.name for output in outputs if output.output_type == "stream"} == {"stdout"}


def test_scan_impact_and_pictures_show_themselves(executed: nbformat.NotebookNode) -> None:
    shown = {cell.source.splitlines()[-1]: cell.outputs[-1] for cell in executed.cells if cell.cell_type == "code"}
    assert "<td>warehouse</td>" in shown["scan"].data["text/html"]
    assert "SELECT" not in shown["impact"].data["text/plain"]
    assert "orders" in shown["impact"].data["text/html"]
    assert shown["impact.plot()"].data["image/svg+xml"].startswith("<svg ")
    assert "refunds" in shown['scan.plot("refunds", "shop")'].data["image/svg+xml"]


def test_the_answers_are_those_of_the_shop(executed: nbformat.NotebookNode) -> None:
    texts = {cell.source: "".join(map(_text, cell.outputs)) for cell in executed.cells if cell.cell_type == "code"}

    def of(source: str) -> str:
        (text,) = [shown for cell, shown in texts.items() if source in cell]
        return text

    assert of("impact = scan.impact").startswith("<Impact: Adding orders.status breaks ")
    services = ("checkout", "billing", "catalog", "analytics")
    assert [name for name in services if name not in of("impact.services[")] == []
    assert of("scanner.assess").startswith("breaks - ")
    assert ast.literal_eval(of("to_html")) == [
        "orders-status.csv",
        "orders-status.html",
        "orders-status.json",
        "orders-status.svg",
        "shop.db",
    ]


def _text(output: nbformat.NotebookNode) -> str:
    return output.get("text") or output.get("data", {}).get("text/plain", "")
