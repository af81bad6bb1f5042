"""From a file of migrations to the report on what it does."""

from __future__ import annotations

import json

import pytest

from scanner.cli import run
from scanner.migrations import changes, read
from scanner.model import Engine


@pytest.fixture
def shop(tmp_path, monkeypatch):
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "queries.sql").write_text("SELECT * FROM users;\nINSERT INTO orders SELECT * FROM orders;\n")
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    (migrations / "V1__start.sql").write_text(
        "CREATE TABLE orders (id int, name text);\nCREATE TABLE users (id int);\n"
    )
    (migrations / "V2__status.sql").write_text(
        "ALTER TABLE orders ADD COLUMN status text;\nUPDATE orders SET status = 'new';\n"
        "ALTER TABLE orders ALTER status SET NOT NULL;\nALTER TABLE users ADD email text;\n"
    )
    (migrations / "V3__later.sql").write_text("ALTER TABLE orders ADD COLUMN later text;\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*arguments: str) -> int:
    return run(["impact", *arguments, "--engine", "postgres:16", "--schema", "migrations", "--sql", "sql"])


def test_a_report_for_each_table(shop, capsys):
    assert ask("--migration", "migrations/V2__status.sql", "-o", "out.json") == 0
    orders, users = (json.loads((shop / f"out.{table}.json").read_text()) for table in ("orders", "users"))
    assert [column["name"] for column in orders["change"]["columns"]] == ["status"]
    assert orders["change"]["columns"][0]["nullable"] is False
    assert orders["change"]["other_operations"] == ["UPDATE orders SET status = 'new'"]
    assert [column["name"] for column in users["change"]["columns"]] == ["email"]
    assert [each["effect"] for each in users["findings"]] == ["changes-shape"]
    assert "out.orders.json" in capsys.readouterr().err


def test_columns_that_are_there_already_are_no_change(shop, capsys):
    (shop / "full.sql").write_text(
        "CREATE TABLE orders (id int, name text, status text);CREATE TABLE users (id int, email text)"
    )
    code = run(
        ["impact", "--migration", "migrations/V2__status.sql", "--engine", "postgres:16", "--schema", "full.sql", "sql"]
    )
    assert code == 0
    assert "adds no column to a table that is there before it" in capsys.readouterr().err


@pytest.mark.usefixtures("shop")
def test_a_migration_that_is_not_there(capsys):
    assert ask("--migration", "migrations/V9__gone.sql") == 2
    assert capsys.readouterr().err == "scanner: There is no migration at migrations/V9__gone.sql.\n"


@pytest.mark.usefixtures("shop")
def test_neither_change_nor_migration(capsys):
    assert ask() == 2
    assert "Name the change" in capsys.readouterr().err


def test_tables_that_the_migration_creates_are_no_change(tmp_path):
    file = tmp_path / "1.sql"
    file.write_text(
        "CREATE TABLE t (id int); ALTER TABLE t ADD a int; ALTER TABLE u ADD b int; ALTER TABLE u RENAME b TO c"
    )
    engine = Engine.parse("postgres:16")
    (change,) = changes(read(file, engine), engine).found
    assert (str(change.table), change.names) == ("u", ("c",))
    assert change.sql == "ALTER TABLE u ADD b int;\nALTER TABLE u RENAME b TO c;"


def test_a_column_that_goes_again_is_no_change(tmp_path):
    file = tmp_path / "1.sql"
    file.write_text("ALTER TABLE u ADD b int; ALTER TABLE u DROP b")
    engine = Engine.parse("postgres:16")
    assert changes(read(file, engine), engine) == ((), ())
