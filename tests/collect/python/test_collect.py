"""The walk over a tree: places, encodings, what is skipped, what cannot be read."""

from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.model import BlindSpot, Collected, Coverage, Observation, Unread


def write(root: Path, **files: str | bytes) -> Path:
    """Files below root; `__` in a name is a slash, the suffix is `.py`."""
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def found(root: Path) -> list[Observation]:
    return [each for each in collect(root) if isinstance(each, Observation)]


def unread(root: Path) -> list[Unread]:
    return [each for each in collect(root) if isinstance(each, Unread)]


def one(kind: type[Collected], root: Path) -> Collected:
    (only,) = [each for each in collect(root) if isinstance(each, kind)]
    return only


def test_location_is_where_the_text_stands(tmp_path: Path) -> None:
    program = 'class Store:\n    def load(self, cur):\n        cur.execute("SELECT a FROM t")\n'
    (observation,) = found(write(tmp_path, shop__store=program))
    location = observation.location
    assert location is not None
    assert (location.path, location.line, location.column) == ("shop/store.py", 3, 20)
    assert location.function == "Store.load"


def test_location_of_a_constant_is_the_constant(tmp_path: Path) -> None:
    write(tmp_path, queries='\nBY_ID = "SELECT a FROM t WHERE id = %s"\n')
    write(tmp_path, store="from queries import BY_ID\ndef load(cur):\n    cur.execute(BY_ID)\n")
    (observation,) = found(tmp_path)
    assert str(observation.location) == "queries.py:2"
    assert observation.location is not None
    assert observation.location.function is None
    assert observation.executes == "cur.execute"


def test_statements_of_a_script_stand_on_their_own_lines(tmp_path: Path) -> None:
    program = 'c.executescript("""\n  DELETE FROM a;\n  SET x = 1;\n  DELETE FROM b;\n""")\n'
    places = [(each.sql, str(each.location)) for each in found(write(tmp_path, script=program))]
    assert places == [("DELETE FROM a", "script.py:2"), ("DELETE FROM b", "script.py:4")]


def test_database_and_service_are_copied(tmp_path: Path) -> None:
    write(tmp_path, a='c.execute("SELECT a FROM t")')
    collected = collect(tmp_path, database="shop")
    (observation,) = [each for each in collected if isinstance(each, Observation)]
    assert (observation.source, observation.database) == ("python", "shop")


def test_one_file_is_a_root(tmp_path: Path) -> None:
    write(tmp_path, a='c.execute("SELECT a FROM t")', b='c.execute("SELECT b FROM t")')
    assert [str(each.location) for each in found(tmp_path / "a.py")] == ["a.py:1"]


def test_coverage_counts_files_lines_and_what_was_ignored(tmp_path: Path) -> None:
    write(tmp_path, a='c.execute("BEGIN")\nc.execute("SELECT a FROM t")\n', b="print(1)\n")
    coverage = one(Coverage, tmp_path)
    assert isinstance(coverage, Coverage)
    assert (coverage.entries, coverage.files, coverage.lines, coverage.ignored) == (1, 2, 3, 1)


def test_vendored_trees_are_skipped_and_named(tmp_path: Path) -> None:
    write(tmp_path, node_modules__a='c.execute("SELECT a FROM t")', src__b='c.execute("SELECT b FROM t")')
    assert [each.sql for each in found(tmp_path)] == ["SELECT b FROM t"]
    spot = one(BlindSpot, tmp_path)
    assert isinstance(spot, BlindSpot)
    assert "node_modules" in spot.message


def test_templates_are_counted(tmp_path: Path) -> None:
    (tmp_path / "report.sql.j2").write_text("SELECT {{ columns }} FROM orders")
    spot = one(BlindSpot, tmp_path)
    assert isinstance(spot, BlindSpot)
    assert "report.sql.j2" in spot.message


@pytest.mark.parametrize(
    ("data", "sql"),
    [
        (b"\xef\xbb\xbfc.execute('SELECT a FROM bom')\n", "SELECT a FROM bom"),
        (
            "# -*- coding: latin-1 -*-\nc.execute('SELECT \"é\" FROM t')".encode("latin-1"),
            'SELECT "é" FROM t',
        ),
        (b"x = 1\r\nc.execute('SELECT a FROM crlf')\r\n", "SELECT a FROM crlf"),
        (b"c.execute('SELECT \\'a\\' FROM \\x74 -- \\N{BULLET}')", "SELECT 'a' FROM t -- •"),
    ],
)
def test_encodings_and_escapes(tmp_path: Path, data: bytes, sql: str) -> None:
    assert [each.sql for each in found(write(tmp_path, a=data))] == [sql]


@pytest.mark.parametrize(
    ("data", "place", "reason"),
    [
        (b"x = 1\ndef f(:\n    'SELECT a FROM t'\n", "a.py:", "parse"),
        (b"c.execute('SELECT a FROM t \xe9')\n", "a.py:1", "encoding"),
        (b"# coding: klingon\nc.execute('SELECT a FROM t')\n", "a.py:1", "encoding"),
        (b"x = '" + b"SELECT a FROM t " * 300_000 + b"'", "a.py", "larger than"),
        (b"x = 'SELECT a FROM t'" + b" + 'b'" * 5000, "a.py", "nested too deeply"),
        (b"x = 'SELECT a FROM t', " + b"(" * 5000 + b")" * 5000, "a.py", "nested too deeply"),
        (b"x = 'SELECT a FROM t', " + b"a." * 5000 + b"b", "a.py", "nested too deeply"),
        (b"x = 'SELECT a FROM t', [" + b"1," * 60_000 + b"]", "a.py", "items"),
    ],
    ids=["syntax", "not utf-8", "unknown encoding", "huge", "chain", "parentheses", "attributes", "data"],
)
def test_what_cannot_be_read_is_said_and_the_rest_is_read(tmp_path: Path, data: bytes, place: str, reason: str) -> None:
    write(tmp_path, a=data, b='c.execute("SELECT b FROM t")')
    (failure,) = unread(tmp_path)
    assert failure.place.startswith(place)
    assert reason in failure.reason
    assert [each.sql for each in found(tmp_path)] == ["SELECT b FROM t"]


def test_names_that_mean_each_other_end(tmp_path: Path) -> None:
    write(tmp_path, a='from b import B\nA = "SELECT a FROM t " + B\nc.execute(A)\n')
    write(
        tmp_path,
        b='from a import A\nB = A + " x"\nclass C(C): pass\nclass D(E): pass\nclass E(D): pass\n',
    )
    assert [each.sql for each in found(tmp_path)] == ["SELECT a FROM t __hole_1__ x"]


def test_functions_that_call_themselves_end(tmp_path: Path) -> None:
    program = 'def f(x):\n    c.execute("SELECT " + x + " FROM t")\n    f(x + ", a")\n\nf("b")\n'
    assert found(write(tmp_path, a=program))[0].sql == "SELECT b FROM t"


def test_calls_beyond_the_bound_are_named_and_left_as_one_with_holes(tmp_path: Path) -> None:
    calls = "".join(f'read("t{number}")\n' for number in range(1_100))
    program = f'def read(table):\n    c.execute("SELECT a FROM " + table)\n\n{calls}'
    observations = found(write(tmp_path, a=program))
    assert "SELECT a FROM __hole_1__" in [each.sql for each in observations]
    spot = one(BlindSpot, tmp_path)
    assert isinstance(spot, BlindSpot)
    assert "read" in spot.message


def test_many_optional_pieces_are_bounded(tmp_path: Path) -> None:
    optional = "".join(f"    if a{n}:\n        q += ' AND x{n} = 1'\n" for n in range(60))
    program = f"def f(c):\n    q = 'SELECT a FROM t WHERE true'\n{optional}    c.execute(q)\n"
    statements = [each.sql for each in found(write(tmp_path, a=program))]
    assert len(statements) <= 16
    assert any(sql.count("AND") == 60 for sql in statements)


def test_a_simplate_is_python_until_its_template(tmp_path: Path) -> None:
    pages = '[---]\nrows = db.all("SELECT a FROM t")\n[---] text/html\n{{ db.all("SELECT b FROM t") }}\n'
    (tmp_path / "page.spt").write_text(pages)
    (observation,) = found(tmp_path)
    assert (observation.sql, str(observation.location)) == ("SELECT a FROM t", "page.spt:2")


def test_relative_imports_and_nearest_module(tmp_path: Path) -> None:
    write(tmp_path, one__db='T = "a"', one__use='from .db import T\nc.execute("SELECT x FROM " + T)')
    write(tmp_path, two__db='T = "b"', two__use='from db import T\nc.execute("SELECT x FROM " + T)')
    assert [each.sql for each in found(tmp_path)] == ["SELECT x FROM a", "SELECT x FROM b"]


def test_a_mapped_class_is_marked_by_its_source(tmp_path: Path) -> None:
    program = "from django.db import models\n\n\nclass Order(models.Model):\n    total = models.IntegerField()\n"
    (model,) = found(write(tmp_path, shop__models=program))
    assert (model.source, model.executes) == ("python_model", "model")
    assert model.sql == "SELECT shop_order.id, shop_order.total FROM shop_order"
    assert model.location is not None
    assert (model.location.line, model.location.function) == (4, "Order")


@pytest.mark.parametrize(
    ("family", "sql"),
    [
        ("postgres", 'SELECT "shop_order"."id" FROM "shop_order"'),
        ("mysql", "SELECT `shop_order`.`id` FROM `shop_order`"),
        (None, "SELECT shop_order.id FROM shop_order"),
    ],
)
def test_django_quotes_as_the_family_does(tmp_path: Path, family: str | None, sql: str) -> None:
    write(tmp_path, shop__models="from django.db import models\nclass Order(models.Model):\n    pass\n")
    collected = collect(tmp_path, family=family)  # type: ignore[arg-type]
    assert [each.sql for each in collected if isinstance(each, Observation)] == [sql]
