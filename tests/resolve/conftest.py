"""One small schema, resolved before and after a change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import scanner
from scanner.compare import Comparison
from scanner.fingerprint import normalise
from scanner.resolve import Parsed, parse, read_session, settings
from scanner.verdict import prepare

DDL = """
CREATE TABLE customers (id integer PRIMARY KEY, name varchar(40), region varchar(20));
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, total integer);
CREATE TABLE order_archive (id integer, customer_id integer, total integer);
CREATE TABLE wide (id integer, customer_id integer, total integer, note integer, who varchar(20));
"""

Compare = Callable[..., Comparison]


@pytest.fixture
def compare() -> Compare:
    """compare(sql, column, engine, ddl, session) → the statement before and after `orders` got the column."""

    def made(
        sql: str,
        column: str = "status text",
        engine: str = "postgres:15",
        ddl: str = "",
        session: tuple[str, ...] = (),
    ) -> Comparison:
        schema = scanner.Schema.from_ddl(DDL + ddl, engine)
        change = scanner.Change.parse(f"ALTER TABLE orders ADD COLUMN {column}", engine)
        prepared = prepare(change, schema)
        parsed = parse(normalise(sql, schema.engine), schema.engine.family)
        assert isinstance(parsed, Parsed), parsed
        how = settings(schema.database, read_session(session, schema.database))
        compared = prepared.compare(parsed, how)
        assert isinstance(compared, Comparison), compared
        return compared

    return made
