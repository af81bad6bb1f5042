"""Statements that do not parse, in files that speak to another engine alone."""

from __future__ import annotations

from pathlib import Path

import pytest

import scanner
from scanner.config import config_from_options
from scanner.model import Unresolved

PROGRAM = """{imports}

def read(connection):
    connection.execute("SELECT * FROM orders ORDER BY id SETTINGS max_threads = 1 FORMAT JSON")
    connection.execute("SELECT id FROM orders")
"""
ELSE = Unresolved("looks like a statement for {engine}", "it does not parse, and its file imports no other driver")


def why(tree: Path, imports: str) -> list[Unresolved]:
    (tree / "schema.sql").write_text("CREATE TABLE orders (id int PRIMARY KEY);")
    (tree / "app.py").write_text(PROGRAM.format(imports=imports))
    scan = scanner.scan(config_from_options("postgres:15", [str(tree / "schema.sql")], paths=[str(tree / "app.py")]))
    report = scan.impact("ALTER TABLE orders ADD COLUMN status text").report
    assert len(report.unaffected) == 1
    return [each.why for each in report.unresolved]


@pytest.mark.parametrize(
    ("imports", "engine"),
    [
        ("import clickhouse_connect", "ClickHouse"),
        ("from clickhouse_driver import Client", "ClickHouse"),
        ("import sqlite3", "SQLite"),
        ("from google.cloud import bigquery", "BigQuery"),
        ("import snowflake.connector", "Snowflake"),
        ("import duckdb", "DuckDB"),
    ],
)
def test_the_file_tells_the_engine(tmp_path: Path, imports: str, engine: str) -> None:
    (found,) = why(tmp_path, imports)
    assert (found.reason, found.detail) == (ELSE.reason.format(engine=engine), ELSE.detail)


@pytest.mark.parametrize(
    "imports", ["", "import json", "import sqlite3\nimport psycopg2", "import sqlite3, duckdb\nimport duckdb"]
)
def test_a_file_that_may_mean_this_one_tells_nothing(tmp_path: Path, imports: str) -> None:
    (found,) = why(tmp_path, imports)
    assert found.reason == "does not parse"
