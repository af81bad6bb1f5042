"""The collectors on what real servers write."""

import os
import threading
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from scanner.collect.mysql_slow_log import collect
from scanner.collect.pg_stat_statements import collect_live
from scanner.errors import SourceError
from scanner.model import BlindSpot, Coverage, Observation
from tests.engine.servers import Database, Server, postgres_server


@pytest.fixture
def recorded(postgres_database: Database) -> Database:
    postgres_database.run(
        "CREATE EXTENSION IF NOT EXISTS pg_stat_statements; CREATE TABLE orders (id int, total int)"
    )
    postgres_database.rows("SELECT pg_stat_statements_reset()")
    return postgres_database


def by_text(items) -> dict[str, Observation]:
    return {item.sql: item for item in items if isinstance(item, Observation)}


def messages(items) -> str:
    return "\n".join(item.message for item in items if isinstance(item, BlindSpot))


def test_rows_calls_and_role(recorded):
    for number in range(3):
        recorded.run(f"INSERT INTO orders VALUES ({number},{number})")
    recorded.rows("SELECT id FROM orders WHERE total < 2")
    found = by_text(collect_live(recorded.dsn, database="shop", service="checkout"))
    insert = found["INSERT INTO orders VALUES ($1,$2)"]
    assert (insert.calls, insert.rows, insert.user) == (3, 3, "postgres")
    assert (insert.database, insert.service, insert.source) == ("shop", "checkout", "pg_stat_statements")
    assert insert.total_time_ms is not None
    assert 0 < insert.total_time_ms < 1000
    assert int(insert.server_query_id or 0)
    assert found["SELECT id FROM orders WHERE total < $1"].rows == 2


def test_what_is_kept_and_what_is_ignored(recorded):
    recorded.run("BEGIN; SET LOCAL work_mem = '8MB'; COMMIT")
    recorded.run("CREATE VIEW v AS SELECT * FROM orders")
    recorded.run("PREPARE p AS SELECT * FROM orders")
    recorded.run("DO $$ BEGIN PERFORM 1; END $$")
    recorded.run("COPY orders TO STDOUT") if False else recorded.run("LOCK TABLE orders")
