"""What rows that are dictionaries hold of two columns of one name; mysqlclient makes them as PyMySQL does."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pymysql.cursors
import pytest

import scanner
from scanner.model import Effect, RowUse
from scanner.verdict import prepare
from tests.engine.servers import Database, Server

SCHEMA = """
    CREATE TABLE orders (id integer PRIMARY KEY, customer varchar(40));
    CREATE TABLE customers (name varchar(40) PRIMARY KEY, status varchar(20));
"""
ROWS = "INSERT INTO orders VALUES (1, 'Ada'); INSERT INTO customers VALUES ('Ada', 'gold');"
CHANGE = "ALTER TABLE orders ADD COLUMN status varchar(20) DEFAULT 'new'"
JOIN = " FROM orders o JOIN customers c ON o.customer = c.name"
BEFORE = {"id": 1, "customer": "Ada", "name": "Ada", "status": "gold"}
# In the order of the star: the order's columns first, or the customer's.
STARS = {
    "o.*, c.*": {"id": 1, "customer": "Ada", "status": "new", "name": "Ada", "c.status": "gold"},
    "c.*, o.*": {"name": "Ada", "status": "gold", "id": 1, "customer": "Ada", "o.status": "new"},
}


def _read(database: Database, sql: str) -> Any:
    with closing(database.connect()) as connection, connection.cursor(pymysql.cursors.DictCursor) as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


@pytest.mark.parametrize("star", STARS)
def test_the_first_of_two_keeps_the_name_and_the_other_gets_its_table_before_it(star: str, mariadb: Server) -> None:
    with mariadb.fresh_database() as database:
        database.run(SCHEMA)
        database.run(ROWS)
        assert _read(database, f"SELECT {star}{JOIN}") == BEFORE
        database.run(CHANGE)
        assert _read(database, f"SELECT {star}{JOIN}") == STARS[star]


@pytest.mark.parametrize("star", STARS)
@pytest.mark.parametrize("names", [("id", "customer", "name"), ("id", "customer", "name", "status")])
def test_a_function_that_is_given_such_a_row_by_name_fails(star: str, names: tuple[str, ...]) -> None:
    """No parameter has a dot in its name, whatever the function accepts."""
    schema = scanner.Schema.from_ddl(SCHEMA, engine="mariadb:10.11")
    prepared = prepare(scanner.Change.parse(CHANGE, engine="mariadb:10.11"), schema)
    use = RowUse("keywords", names=names, namesakes="first", into="Order")
    assert prepared.assess(f"SELECT {star}{JOIN}", row_uses=(use,)).effect is Effect.BREAKS
    taking = RowUse("keywords", names=("id", "customer", "status"), namesakes="first", into="Order")
    assert prepared.assess("SELECT * FROM orders", row_uses=(taking,)).effect is Effect.CHANGES_SHAPE
