"""The functions of a module are evaluated again only where something that they asked for has changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.collect.python import collect, linking
from scanner.collect.python.blocks import Answers, Block
from scanner.collect.python.frames import Definition
from scanner.collect.python.gathering import Gathering
from scanner.collect.python.in_file import InFile
from scanner.collect.python.sharing import Another

_BLOCKS_OF = linking.blocks_of
FILES = {
    "names.py": 'TABLE = "orders"\n',
    "reports.py": (
        "import names\n\n\ndef report(cursor):\n"
        '    cursor.execute("SELECT id, total FROM " + names.TABLE)\n    return cursor.fetchall()\n'
    ),
    "totals.py": (
        "from reports import report\n\n\ndef totals(cursor):\n    cursor.execute('DELETE FROM totals')\n"
        "    return [total for number, total in report(cursor)]\n"
    ),
    "users.py": 'def users(cursor):\n    cursor.execute("SELECT name FROM users")\n    a, b = cursor.fetchone()\n',
    "models.py": (
        "from django.db import models\n\n\nclass Cart(models.Model):\n    note = models.TextField()\n\n\n"
        "def carts():\n    return list(Cart.objects.all())\n"
    ),
    "notes.py": "from models import Cart\n\n\ndef notes():\n    return [each.note for each in Cart.objects.all()]\n",
}

# Functions that ask for each other: what the last finds goes by whether the middle one asks for it.
CIRCLE = {
    "first.py": "from every import every\nfrom middle import middle\n\n\ndef first(cursor):\n"
    "    middle(cursor)\n    return every(cursor)\n",
    "middle.py": "from last import last\n\n\ndef middle(cursor):\n    return last(cursor)\n",
    "last.py": "from first import first\n\n\ndef last(cursor):\n"
    "    for number, total in first(cursor):\n        pass\n",
    "every.py": "def every(cursor):\n    cursor.execute('SELECT id, total FROM orders')\n"
    "    return cursor.fetchall()\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project, and a cache folder of its own."""
    monkeypatch.setenv("SCANNER_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "root").mkdir()
    for name, text in FILES.items():
        (tmp_path / "root" / name).write_text(text)
    return tmp_path / "root"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The modules whose functions were evaluated, in order."""
    paths: list[str] = []

    def blocks_of(stale: Mapping[str, list[Definition]], answers: Answers, start: Another) -> dict[str, Block]:
        paths.extend(stale)
        return _BLOCKS_OF(stale, answers, start)

    monkeypatch.setattr(linking, "blocks_of", blocks_of)
    return paths


@pytest.mark.parametrize(
    ("name", "before", "after", "again"),
    [
        ("names.py", "orders", "carts", ["reports.py", "totals.py"]),
        ("reports.py", "id, total", "id, total, status", ["reports.py", "totals.py"]),
        ("totals.py", "number, total", "number, total, status", ["totals.py"]),
        ("users.py", "a, b", "a, b, c", ["users.py"]),
        ("models.py", "note =", "remark =", ["models.py", "notes.py"]),
        ("notes.py", "def notes", "def all_notes", ["notes.py"]),
    ],
)
def test_after_a_change_those_are_evaluated_again_that_asked_for_it(
    root: Path, made: list[str], name: str, before: str, after: str, again: list[str]
) -> None:
    first = _scan(root)
    assert made == sorted(FILES.keys() - {"names.py"})
    made.clear()
    file = root / name
    file.write_text(file.read_text().replace(before, after))
    second = _scan(root)
    assert made == again
    assert second != first
    assert second == tuple(map(repr, collect(root)))


@pytest.mark.parametrize(
    ("name", "text", "again"),
    [
        ("carts.py", "def carts(cursor):\n    cursor.execute('DELETE FROM carts')\n", ["carts.py"]),
        (
            "other/names.py",
            "TABLE = 'carts'\n",
            ["reports.py", "totals.py"],
        ),  # what the import means, for all one knows
        (
            "__init__.py",
            "",
            ["models.py", "notes.py", "reports.py", "totals.py"],
        ),  # in a package an import means no module beside it
        ("apps.py", "class Shop(AppConfig):\n    label = 'shop'\n", ["models.py", "notes.py"]),  # names their tables
        ("users.py", None, []),
        ("names.py", None, ["reports.py", "totals.py"]),
    ],
)
def test_after_a_file_came_or_went_those_are_evaluated_again_that_may_mean_it(
    root: Path, made: list[str], name: str, text: str | None, again: list[str]
) -> None:
    first = _scan(root)
    made.clear()
    if text is None:
        (root / name).unlink()
    else:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    second = _scan(root)
    assert made == again
    assert second != first
    assert second == tuple(map(repr, collect(root)))


@pytest.mark.parametrize(
    ("name", "before", "after", "again"),
    [
        ("users.py", "a, b", "a, b, c", ["users.py"]),
        ("notes.py", "each.note", "each.id", ["notes.py"]),
        ("names.py", "orders", "carts", ["reports.py"]),
        ("totals.py", "number, total", "number, total, status", ["reports.py", "totals.py"]),
    ],
)
def test_after_a_change_those_files_are_told_anew_whose_statements_it_concerns(
    root: Path, name: str, before: str, after: str, again: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    _in_file = Gathering._in_file

    def in_file(self: Gathering, path: str, made_of: str) -> InFile:
        told.append(path)
        return _in_file(self, path, made_of)

    monkeypatch.setattr(Gathering, "_in_file", in_file)
    _scan(root)
    assert told == sorted(FILES.keys() - {"names.py"})
    told.clear()
    file = root / name
    file.write_text(file.read_text().replace(before, after))
    second = _scan(root)
    assert told == again
    assert second == tuple(map(repr, collect(root)))


def test_a_circle_is_evaluated_again_wherever_in_it_something_has_changed(root: Path, made: list[str]) -> None:
    for name, text in CIRCLE.items():
        (root / name).write_text(f"{text}\n\ndef clean(cursor):\n    cursor.execute('DELETE FROM {name[:-3]}')\n")
    first = _scan(root)
    made.clear()
    file = root / "middle.py"
    file.write_text(file.read_text().replace("return last", "return len"))
    second = _scan(root)
    assert made == ["first.py", "last.py", "middle.py"]
    assert second != first
    assert second == tuple(map(repr, collect(root)))


def test_damaged_blocks_are_made_again(root: Path) -> None:
    _scan(root)
    (cache,) = (root.parent / "cache").iterdir()
    with sqlite3.connect(cache) as connection:
        for family, path, content in connection.execute("SELECT family, path, content FROM block").fetchall():
            damaged = content.replace(b"written", b"wr\0tten")
            assert damaged != content
            connection.execute("UPDATE block SET content = ? WHERE (family, path) = (?, ?)", (damaged, family, path))
    (root / "names.py").write_text('TABLE = "carts"\n')
    assert _scan(root) == tuple(map(repr, collect(root)))


def _scan(root: Path) -> tuple[str, ...]:
    return tuple(map(repr, collect(root, small=0)))
