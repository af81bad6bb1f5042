"""Files whose queries a library writes that is not understood are named: they never pass for unaffected."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.model import BlindSpot

MODELS = """
from tortoise import fields
from tortoise.models import Model

class Order(Model):
    total = fields.IntField()

class Paths:
    pass
"""


def said(root: Path, **programs: str) -> list[str]:
    for name, text in programs.items():
        file = root / f"{name.replace('of_package', 'package/__init__')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return [each.message for each in collect(root, small=0) if isinstance(each, BlindSpot)]


@pytest.mark.parametrize(
    ("program", "library"),
    [
        ("from pypika import Query\nquery = Query.from_('orders').select('*')", "PyPika"),
        ("import pypika.functions as fn", "PyPika"),
        ("def late():\n    from pony.orm import select", "Pony ORM"),
        ("import dataset\ndb = dataset.connect(url)\ndb['orders'].insert(order)", "dataset"),
    ],
)
def test_a_file_that_imports_such_a_library_is_named(tmp_path: Path, program: str, library: str) -> None:
    assert said(tmp_path, app=program) == [
        f"The queries that {library} writes are not read; 1 file works with it: app.py"
    ]


@pytest.mark.parametrize(
    "program",
    [
        "import peewee",
        "# from pypika import Query",
        "import ponytail",
        "from dataset import Images",
    ],
)
def test_others_are_not(tmp_path: Path, program: str) -> None:
    assert said(tmp_path, app=program) == []


def test_a_module_of_the_project_that_is_called_so_is_no_library(tmp_path: Path) -> None:
    assert said(tmp_path, storm="class Wind: pass", app="from storm import Wind") == []


@pytest.mark.parametrize(
    ("program", "is_named"),
    [
        ("from models import Order\n\nasync def dear():\n    return await Order.filter(total__gt=3)\n", True),
        ("import models\n\nasync def dear():\n    return await models.Order.filter(total__gt=3)\n", True),
        ("from package import Order\n\nasync def dear():\n    return await Order.all()\n", True),
        ("from elsewhere import Order\n\ndef dear():\n    return Order.all()\n", False),
        ("from package import total\n\ndef dear():\n    return total(1)\n", False),
    ],
)
def test_so_is_who_imports_its_models(tmp_path: Path, program: str, is_named: bool) -> None:
    package = "from models import Order\ntotal = sum\n"
    (message,) = said(tmp_path, models=MODELS, of_package=package, app=program)
    assert ("app.py" in message) is is_named
    assert "models.py" in message


def test_a_kept_reading_tells_it_too(tmp_path: Path) -> None:
    first = said(tmp_path, models=MODELS, app="from models import Order\n")
    assert said(tmp_path) == first
    assert "app.py" in first[0]
    assert "app.py" not in said(tmp_path, app="total = 1\n")[0]
