"""Columns that hold rows of the changed table: what is said of reading them is what PostgreSQL does."""

from __future__ import annotations

import pytest

import scanner
from tests.engine.servers import Server

SCHEMA = """
CREATE TABLE orders (id integer PRIMARY KEY, total integer);
CREATE TABLE shelf (id integer PRIMARY KEY, held orders);
"""
ROWS = "INSERT INTO shelf VALUES (1, ROW(1, 500)), (2, NULL), (3, ROW(NULL, NULL))"
CHANGE = "ALTER TABLE orders ADD COLUMN status text"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT held::text FROM shelf ORDER BY id",
        "SELECT id FROM shelf WHERE held IS NOT NULL",
        "SELECT id FROM shelf WHERE held IS NULL ORDER BY id",
        "SELECT id FROM shelf WHERE NOT held IS NULL ORDER BY id",
        "SELECT count(held) FROM shelf",
        "SELECT id, num_nulls(held), num_nonnulls(held, id) FROM shelf ORDER BY id",
        "SELECT (held).total FROM shelf ORDER BY id",
        "SELECT id FROM shelf ORDER BY held DESC, id",
        "SELECT to_jsonb(held) FROM shelf ORDER BY id",
    ],
)
def test_what_reads_them_changes_as_is_said(postgres: Server, sql: str) -> None:
    with postgres.fresh_database() as database:
        database.run(SCHEMA)
        database.run(ROWS)
        before = database.rows(sql)
        database.run(CHANGE)
        changed = database.rows(sql) != before
    schema = scanner.Schema.from_ddl(SCHEMA, "postgres:15")
    verdict = scanner.assess(sql, scanner.Change.parse(CHANGE, "postgres:15"), schema)
    assert verdict.unresolved is None
    assert (verdict.effect == "changes-results") is changed
