"""Scripts that read other scripts."""

from __future__ import annotations

import pytest

from scanner.config import DatabaseConfig
from scanner.migrations import history, sources
from scanner.model import Database, Engine
from scanner.sources import read_schema

POSTGRES = Engine.parse("postgres:16")
TABLE = "CREATE TABLE {} (id int);\n"


def tree(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def read(root, name, engine=POSTGRES):
    config = DatabaseConfig(Database("shop", engine), (str(root / name),), root=root)
    schema, blind = read_schema(config)
    return [table.name.name for table in schema.tables], [f"{each.place}: {each.message}" for each in blind]


def test_a_script_is_read_where_it_is_named(tmp_path):
    tree(
        tmp_path,
        {
            "sql/schema.sql": TABLE.format("a") + "\\i sql/b.sql\n\\ir more/c.sql\nALTER TABLE c ADD d int;\n",
            "sql/b.sql": TABLE.format("b"),
            "sql/more/c.sql": "\\ir 'd d.sql'\n" + TABLE.format("c"),
            "sql/more/d d.sql": TABLE.format("d"),
        },
    )
    assert read(tmp_path, "sql/schema.sql") == (["a", "b", "c", "d"], [])
    names = ["schema.sql", "b.sql", "c.sql", "d d.sql"]
    assert [each.name for each in sources(tmp_path / "sql/schema.sql", POSTGRES, tmp_path)] == names


def test_the_script_beside_goes_before_that_of_the_root(tmp_path):
    tree(
        tmp_path, {"db/all.sql": "\\i t.sql", "db/t.sql": TABLE.format("beside"), "t.sql": TABLE.format("at_the_root")}
    )
    assert read(tmp_path, "db/all.sql") == (["beside"], [])


def test_lines_behind_it_are_those_of_the_file(tmp_path):
    tree(tmp_path, {"all.sql": "\\i t.sql\n\nCREATE TABLE u (id;\n", "t.sql": TABLE.format("t") * 1 + "\n\n"})
    tables, (blind,) = read(tmp_path, "all.sql")
    assert tables == ["t"]
    assert blind.startswith(f"{tmp_path / 'all.sql'}:3: CREATE TABLE was left out")


@pytest.mark.parametrize(
    "command", ["\\i missing.sql", "\\i {outside}", "\\i ../outside.sql", "\\ir ../db/all.sql", "\\i"]
)
def test_what_is_not_read_is_named(tmp_path, command):
    outside = tmp_path / "outside.sql"
    tree(
        tmp_path, {"outside.sql": TABLE.format("o"), "db/all.sql": TABLE.format("a") + command.format(outside=outside)}
    )
    tables, blind = read(tmp_path / "db", "all.sql")
    assert tables == ["a"]
    assert [each for each in blind if "the file it includes is not read" in each] == (blind if len(command) > 2 else [])


def test_a_repository_is_the_root_of_its_scripts(tmp_path):
    tree(tmp_path, {".git/config": "", "sql/t.sql": TABLE.format("t"), "db/all.sql": "\\i sql/t.sql\n"})
    assert read(tmp_path / "db", "all.sql") == (["t"], [])


def test_scripts_in_a_circle_are_read_once(tmp_path):
    tree(tmp_path, {"a.sql": "\\i b.sql\n" + TABLE.format("a"), "b.sql": "\\i a.sql\n" + TABLE.format("b")})
    tables, (blind,) = read(tmp_path, "a.sql")
    assert tables == ["a", "b"]
    assert f"{tmp_path / 'b.sql'}:1" in blind
    assert sorted(read(tmp_path, "")[0]) == ["a", "b"]


def test_scripts_that_read_each_other_over_and_over_end(tmp_path):
    tree(tmp_path, {f"{number}.sql": f"\\i {number + 1}.sql\n" * 2 + "SELECT 1;" for number in range(40)})
    assert len(list(history(tmp_path / "0.sql", POSTGRES, root=tmp_path))) <= 2_001


def test_of_a_folder_what_others_read_is_read_there_alone(tmp_path):
    tree(
        tmp_path,
        {
            "a.sql": "CREATE VIEW v AS SELECT id FROM t;\n",
            "z.sql": "\\ir t.sql\n\\ir a.sql",
            "t.sql": TABLE.format("t"),
        },
    )
    assert read(tmp_path, "") == (["t"], [])
    assert [each.path.name for each in history(tmp_path, POSTGRES) if each.sql.strip()] == ["t.sql", "a.sql"]


def test_mysql_reads_scripts_too(tmp_path):
    tree(tmp_path, {"all.sql": "source t.sql;\n\\. u.sql\n", "t.sql": TABLE.format("t"), "u.sql": TABLE.format("u")})
    assert read(tmp_path, "all.sql", Engine.parse("mysql:8.4")) == (["t", "u"], [])
