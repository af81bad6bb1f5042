"""What star imports of libraries bring."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.model import Observation

_KEEPER = "class Keeper(Model):\n    name = TextField()\n"


def models(root: Path, files: dict[str, str]) -> list[str]:
    """The statements of the models in these files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = collect(root, family="postgres")
    return [each.sql for each in found if isinstance(each, Observation) and each.executes == "model"]


@pytest.mark.parametrize(
    "stars",
    [
        "from peewee import *\n",
        "from playhouse.postgres_ext import *\n",
        "from peewee import *\nfrom typing import *\nfrom tkinter import *\n",
        "try:\n    from peewee import *\nexcept ImportError as missing:\n    raise\n",
    ],
)
def test_a_name_that_nothing_binds_is_of_the_library_that_is_known(tmp_path: Path, stars: str) -> None:
    assert len(models(tmp_path, {"keepers.py": stars + _KEEPER})) == 1


@pytest.mark.parametrize(
    "by", ["from app.db import *", "from .db import *", "import peewee\nfrom app.db import Model, TextField"]
)
def test_a_module_hands_on_what_it_has_by_a_star(tmp_path: Path, by: str) -> None:
    files = {"app/__init__.py": "", "app/db.py": "from peewee import *\n", "app/keepers.py": f"{by}\n{_KEEPER}"}
    assert len(models(tmp_path, files)) == 1


@pytest.mark.parametrize(
    ("package", "by", "count"),
    [
        ("from peewee import *\n", "from . import *", 1),
        ("from peewee import *\n", "from .. import *", 0),
        ("import peewee\n", "from . import *", 0),
    ],
)
def test_so_does_a_package_for_what_is_in_it(tmp_path: Path, package: str, by: str, count: int) -> None:
    files = {"__init__.py": "", "app/__init__.py": package, "app/keepers.py": f"{by}\n{_KEEPER}"}
    assert len(models(tmp_path, files)) == count


def test_a_package_around_it_does_too(tmp_path: Path) -> None:
    files = {"app/__init__.py": "from peewee import *\n", "app/inner/__init__.py": ""}
    assert len(models(tmp_path, {**files, "app/inner/keepers.py": f"from .. import *\n{_KEEPER}"})) == 1


def test_it_goes_through_more_than_one_module(tmp_path: Path) -> None:
    files = {"a.py": "from peewee import *\n", "b.py": "from a import *\n", "c.py": f"from b import *\n{_KEEPER}"}
    assert len(models(tmp_path, files)) == 1


def test_modules_may_have_stars_of_each_other(tmp_path: Path) -> None:
    head = "from {} import *\nfrom {} import name as name\nfrom peewee import *\n"
    files = {"a.py": head.format("b", "b") + _KEEPER, "b.py": head.format("a", "a") + _KEEPER.replace("Keeper", "Lamp")}
    assert len(models(tmp_path, files)) == 2


def test_a_module_inside_a_package_is_no_name_of_a_library(tmp_path: Path) -> None:
    files = {"app/__init__.py": "from peewee import *\n", "app/fields.py": "from peewee import TextField\n"}
    keeper = "import app, peewee\nclass Keeper(app.Model):\n    name = app.fields.TextField()\n"
    assert len(models(tmp_path, {**files, "keepers.py": keeper})) == 1


@pytest.mark.parametrize(
    "binds",
    [
        "class Model: ...\n",
        "def opened(Model): ...\n",
        "try:\n    run()\nexcept Exception as Model:\n    raise\n",
        "found = [Model for row in rows for Model in row]\n",
        "found = [Model for row in rows for _, (Model, *rest) in row]\n",
        "def opened():\n    global Model\n    Model = made()\n",
        "from elsewhere import Model\n",
    ],
)
def test_what_the_file_binds_is_not_of_the_library(tmp_path: Path, binds: str) -> None:
    assert models(tmp_path, {"keepers.py": "from peewee import *\n" + binds + _KEEPER}) == []


def test_a_star_of_a_module_that_is_missing_is_none_of_a_library(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/keepers.py": "from .peewee import *\n" + _KEEPER}
    assert models(tmp_path, files) == []
