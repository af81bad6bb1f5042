"""A file that is given by itself says which modules beside it were not read: its queries may stand there."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.model import BlindSpot


def said(root: Path) -> list[str]:
    return [each.message for each in collect(root) if isinstance(each, BlindSpot)]


@pytest.mark.parametrize(
    ("program", "missed"),
    [
        ("from models import Order\n", "models.py"),
        ("from .models import Order\n", "shop/models.py"),
        ("from shop import models\n", "shop/__init__.py, shop/models.py"),
        ("from . import models\n", "shop/models.py"),
        ("import shop.models\n", "shop/models.py"),
        ("def late():\n    from .stock import shelves\n", "shop/stock/__init__.py"),
    ],
)
def test_modules_beside_it_are_named(tmp_path: Path, program: str, missed: str) -> None:
    in_package = "shop" in missed
    folder = tmp_path / "shop" if in_package else tmp_path
    for name in ("models.py", "views.py", *(("__init__.py", "stock/__init__.py") if in_package else ())):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(program if name == "views.py" else "")
    expected = f"views.py was given without what it imports from beside it: {missed}. Give the folder instead"
    assert said(folder / "views.py") == [expected]
    assert said(folder) == []


@pytest.mark.parametrize(
    "program", ["import json\n", "from django.db import models\n", "x = 1\n", "from views import x\n"]
)
def test_libraries_are_none(tmp_path: Path, program: str) -> None:
    (tmp_path / "views.py").write_text(program)
    (tmp_path / "json").mkdir()
    assert said(tmp_path / "views.py") == []


def test_of_a_file_that_does_not_parse_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text("")
    (tmp_path / "views.py").write_text("from models import (\n")
    assert said(tmp_path / "views.py") == []
