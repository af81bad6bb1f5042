"""Mended statements: what is written, and what is left alone because it is not known exactly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner import Change, Schema, assess
from scanner.fingerprint import normalise
from scanner.fixes import with_fixes
from scanner.model import Observation, Query, Subject
from scanner.verdict import prepare

DDL = """
CREATE TABLE orders (order_id integer PRIMARY KEY, "Total" numeric, note text);
CREATE TABLE payments (payment_id integer PRIMARY KEY, order_id integer, status text);
CREATE TABLE archive (order_id integer, "Total" numeric, note text);
"""
MYSQL = DDL.replace('"', "`")
ALL = 'order_id, "Total", note'

MENDED = [
    ("SELECT * FROM orders WHERE order_id = $1", f"SELECT {ALL} FROM orders WHERE order_id = $1"),
    ("SELECT o.*, $1 FROM orders o", 'SELECT o.order_id, o."Total", o.note, $1 FROM orders o'),
    (
        "SELECT note, status FROM orders AS o JOIN payments AS p USING (order_id)",
        "SELECT note, p.status FROM orders AS o JOIN payments AS p USING (order_id)",
    ),
    ("SELECT * FROM orders UNION SELECT * FROM archive", f"SELECT {ALL} FROM orders UNION SELECT * FROM archive"),
    ("INSERT INTO archive SELECT * FROM orders", f"INSERT INTO archive SELECT {ALL} FROM orders"),
    (
        "SELECT payment_id FROM payments AS p WHERE EXISTS (SELECT $1 FROM orders WHERE status = $2)",
        "SELECT payment_id FROM payments AS p WHERE EXISTS (SELECT $1 FROM orders WHERE p.status = $2)",
    ),
]
LEFT_ALONE = [
    "SELECT * FROM orders JOIN payments ON payments.order_id = orders.order_id",  # two columns of one name
    "SELECT row_to_json(o) FROM orders AS o",
    "SELECT note, status FROM orders NATURAL JOIN payments",
]


@pytest.mark.parametrize(("sql", "mended"), MENDED)
def test_the_mended_statement(sql: str, mended: str) -> None:
    schema = Schema.from_ddl(DDL, engine="postgres:15")
    assert _fixed(sql, schema) == {mended}
    change = Change.parse("ALTER TABLE orders ADD COLUMN status text", engine="postgres:15")
    assert assess(mended, change, schema).effect in (None, "needs-update")


@pytest.mark.parametrize("sql", LEFT_ALONE)
def test_what_is_not_known_exactly_is_left_alone(sql: str) -> None:
    assert _fixed(sql, Schema.from_ddl(DDL, engine="postgres:15")) == {None}


def test_mysql_quotes_in_its_own_way() -> None:
    schema = Schema.from_ddl(MYSQL, engine="mysql:8")
    assert _fixed("SELECT * FROM orders", schema) == {"SELECT order_id, `Total`, note FROM orders"}


@pytest.mark.parametrize("verb", ["INSERT", "REPLACE"])
def test_an_insert_lists_the_columns_that_it_fills(verb: str) -> None:
    schema = Schema.from_ddl(MYSQL, engine="mariadb:10.11")
    written = f"{verb} INTO orders(order_id, `Total`, note) VALUES (?, ?, ?)"
    assert _fixed(f"{verb} INTO orders VALUES (1, 2, 'x')", schema) == {written}
    assert assess(written, "ALTER TABLE orders ADD COLUMN status text", schema).effect is None


def _fixed(sql: str, schema: Schema) -> set[str | None]:
    prepared = prepare(Change.parse("ALTER TABLE orders ADD COLUMN status text", schema.engine), schema)
    text = normalise(sql, schema.engine)
    query = Query("1" * 16, "shop", text, (Observation("python", text),))
    hits = [replace(f, subject=Subject("query", query.fingerprint)) for f in prepared.assess(text).findings]
    assert hits
    return {finding.fixed for finding in with_fixes(prepared, hits, [query])}
