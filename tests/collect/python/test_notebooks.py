"""Notebooks: cells are Python, magics that run SQL are statements, places are lines of the file."""

import json
from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.collect.python.notebooks import notebook
from scanner.model import Observation

FIXTURE = Path(__file__).parents[3] / "fixtures" / "python" / "notebook.ipynb"


def found(root: Path) -> list[Observation]:
    return [each for each in collect(root, family="postgres") if isinstance(each, Observation)]


def written(*cells: list[str] | str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in cells]}, indent=1)


def test_statements_stand_in_their_cell_and_on_their_line() -> None:
    told = [
        (" ".join(each.sql.split()), each.executes, each.location.function, each.location.line)
        for each in found(FIXTURE)
        if each.location
    ]
    assert told == [
        ("SELECT id, total FROM orders", "pd.read_sql", "load", 33),
        ("SELECT * FROM carts WHERE owner = 'a'", "sql", "cell 3", 48),
        ("SELECT id FROM orders WHERE id = :number", "sql", "cell 4", 63),
        ("DELETE FROM outbox", "cursor.execute", "cell 6", 89),
    ]
    lines = FIXTURE.read_text(encoding="utf-8").split("\n")
    assert "FROM {TABLE}" in lines[32]
    assert "%%sql" in lines[47]


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%sql SELECT 1", "sql('SELECT 1')"),
        ("x = %sql SELECT 1", "x = sql('SELECT 1')"),
        ("%sql rows << SELECT 1", "sql('SELECT 1')"),
        ("    %matplotlib inline", "    pass"),
        ("!ls", "pass"),
        ("frame?", "pass"),
        ("%timeit load()", "load()"),
        ("%%sql --alias shop\nSELECT 1", 'sql("""\nSELECT 1""")'),
        ("%%html\n<p>SELECT a FROM t</p>", ""),
        ("x = 'what?'", "x = 'what?'"),
    ],
)
def test_magics(cell: str, python: str) -> None:
    source = notebook(written([f"{line}\n" for line in cell.split("\n")])).source
    assert "\n".join(line for line in source.split("\n") if line) == python


def test_a_cell_may_be_one_string() -> None:
    assert notebook(written("a = 1\nb = 2")).source.strip() == "a = 1; b = 2"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cells": 3}', '{"cells": [3]}', '{"cells": [{"source": [1]}]}', "{"]
)
def test_what_is_no_notebook_gives_nothing(text: str) -> None:
    assert not notebook(text).source.strip()


def test_outputs_are_not_read(tmp_path: Path) -> None:
    cells = [
        {
            "cell_type": "code",
            "outputs": [{"data": "SELECT a FROM t" * 400_000}],
            "source": ["x.run('SELECT b FROM t')"],
        }
    ]
    (tmp_path / "big.ipynb").write_text(json.dumps({"cells": cells}))
    assert [each.sql for each in found(tmp_path)] == ["SELECT b FROM t"]
