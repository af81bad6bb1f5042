"""What is said of routines, triggers and views is what the engines do with them before and after the change."""

from __future__ import annotations

import psycopg
import pymysql
import pytest

import scanner
from scanner.stored import stored_findings
from scanner.verdict import prepare
from tests.engine.servers import Database, Server
from tests.test_stored import ROW_VARIABLE, TABLES, trigger

ROWS = "INSERT INTO customers VALUES (1, 'Ada', 'eu'); INSERT INTO orders VALUES (1, 1, 500), (2, 1, 700);"
ERRORS = (psycopg.Error, pymysql.Error)
CALLED = "SELECT * FROM {}()"
# The objects, the new column, what sets them off, what then shows the result.
POSTGRES = [
    (
        trigger("INSERT INTO archive SELECT NEW.*"),
        "status text",
        "UPDATE orders SET total = 1",
        "SELECT * FROM archive",
    ),
    (trigger("INSERT INTO archive SELECT NEW.id, NEW.total"), "status text", "UPDATE orders SET total = 1", "SELECT 1"),
    (
        trigger("INSERT INTO orders (id, total) VALUES (NEW.id + 10, 0)", "customers"),
        "status text NOT NULL DEFAULT 'new'",
        "UPDATE customers SET name = 'Bob'",
        "SELECT id, total FROM orders ORDER BY id",
    ),
    (
        trigger("INSERT INTO audit VALUES (to_jsonb(NEW)::text)"),
        "status text DEFAULT 'new'",
        "UPDATE orders SET total = 1",
        "SELECT * FROM audit",
    ),
    (
        trigger("INSERT INTO audit VALUES (NEW.total::text)"),
        "status text DEFAULT 'new'",
        "UPDATE orders SET total = 1",
        "SELECT * FROM audit",
    ),
    *(
        (
            ROW_VARIABLE.format(body=f"INSERT INTO audit VALUES ({value}::text)"),
            "status text",
            "UPDATE customers SET name = 'Bob'",
            "SELECT * FROM audit",
        )
        for value in ("o.total", "o")
    ),
    (
        "CREATE FUNCTION buyers() RETURNS bigint LANGUAGE sql AS "
        "$$ SELECT count(*) FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE region = 'eu') $$;",
        "region text DEFAULT 'us'",
        "SELECT 1",
        CALLED.format("buyers"),
    ),
    (
        "CREATE FUNCTION every() RETURNS TABLE (a int, b int, c int) LANGUAGE sql AS $$ SELECT * FROM orders $$;",
        "status text",
        "SELECT 1",
        CALLED.format("every"),
    ),
    (
        "CREATE VIEW documents AS SELECT id, to_jsonb(o) AS document FROM orders o;",
        "status text",
        "SELECT 1",
        "SELECT * FROM documents ORDER BY id",
    ),
    ("CREATE VIEW every AS SELECT * FROM orders;", "status text", "SELECT 1", "SELECT * FROM every ORDER BY id"),
]
MARIADB = [
    (
        "CREATE TRIGGER kept AFTER INSERT ON customers FOR EACH ROW INSERT INTO orders VALUES (NEW.id, NEW.id, 0);",
        "status text",
        "INSERT INTO customers VALUES (7, 'Bob', 'us')",
        "SELECT id FROM orders ORDER BY id",
    ),
    (
        "CREATE PROCEDURE archived() INSERT INTO archive SELECT * FROM orders;",
        "status text",
        "CALL archived()",
        "SELECT 1",
    ),
    ("CREATE PROCEDURE counted() SELECT count(*) FROM orders;", "status text", "SELECT 1", "CALL counted()"),
]


@pytest.mark.parametrize(("ddl", "column", "event", "query"), POSTGRES)
def test_postgres(postgres: Server, ddl: str, column: str, event: str, query: str) -> None:
    _check(postgres, "postgres:15", ddl, column, event, query)


@pytest.mark.parametrize(("ddl", "column", "event", "query"), MARIADB)
def test_mariadb(mariadb: Server, ddl: str, column: str, event: str, query: str) -> None:
    _check(mariadb, "mariadb:10.11", ddl, column, event, query)


def _check(server: Server, engine: str, ddl: str, column: str, event: str, query: str) -> None:
    change = f"ALTER TABLE orders ADD COLUMN {column}"
    with server.fresh_database() as before, server.fresh_database() as after:
        for database in (before, after):
            for script in (TABLES, ROWS, ddl):
                database.run(script)
        after.run(change)
        expected, seen = _outcome(before, event, query), _outcome(after, event, query)
    schema = scanner.Schema.from_ddl(TABLES + ddl, engine)
    findings, _ = stored_findings(prepare(scanner.Change.parse(change, engine), schema))
    said = {str(each.effect) for each in findings if str(each.effect) != "needs-update"}
    assert not isinstance(expected, Exception)
    assert said == ({"breaks"} if isinstance(seen, Exception) else {"changes-results"} if seen != expected else set())


def _outcome(database: Database, event: str, query: str) -> list[tuple[object, ...]] | Exception:
    try:
        database.run(event)
        return database.rows(query)
    except ERRORS as error:
        return error
