"""Runs docs/shop-impact.ipynb from a clean kernel, and keeps what its cells show.

python -m docs.notebook    writes the notebook with its outputs
"""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "docs" / "shop-impact.ipynb"


def kept() -> nbformat.NotebookNode:
    """The notebook as it is in the repository."""
    return nbformat.read(NOTEBOOK, as_version=4)


def executed() -> nbformat.NotebookNode:
    """The same cells with what they show now; nothing else of the run is left in it."""
    os.environ["PYTHONPATH"] = str(ROOT)  # the kernel runs this copy
    notebook = kept()
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    notebook.metadata.pop("language_info", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


if __name__ == "__main__":
    nbformat.write(executed(), NOTEBOOK)
