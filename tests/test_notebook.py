"""The example notebook runs from its first cell to its last in a kernel of its own."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "docs" / "shop-impact.ipynb"


@pytest.fixture(scope="module")
def outputs() -> dict[str, str]:
    """The text that each code cell shows, by the cell's source."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOK.parent)}})
    client.execute()
    return {cell.source: _shown(cell) for cell in notebook.cells if cell.cell_type == "code"}


def _shown(cell: nbformat.NotebookNode) -> str:
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "".join(texts)


def _of(outputs: dict[str, str], source: str) -> str:
    (text,) = [shown for cell, shown in outputs.items() if source in cell]
    return text


def test_it_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]


def test_the_impact_shows_itself(outputs: dict[str, str]) -> None:
    assert _of(outputs, "impact = scan.impact").startswith("<Impact: Adding orders.status breaks ")


def test_every_service_of_the_shop_is_asked(outputs: dict[str, str]) -> None:
    text = _of(outputs, "impact.services[")
    assert [name for name in ("checkout", "billing", "catalog", "analytics") if name not in text] == []


def test_a_statement_alone(outputs: dict[str, str]) -> None:
    assert _of(outputs, "scanner.assess").startswith("breaks - ")


def test_the_files_are_written(outputs: dict[str, str]) -> None:
    names = "['orders-status.csv', 'orders-status.html', 'orders-status.json', 'shop.db']"
    assert _of(outputs, "to_html") == names
