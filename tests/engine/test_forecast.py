"""What a running server says of a table that others are using."""

from __future__ import annotations

import time
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from scanner.forecast import forecast
from scanner.model import Database, Engine, TableName
from scanner.render.forecast import forecast_lines
from tests.engine.servers import mariadb_server

ORDERS = TableName(None, "orders")
FILLED = "INSERT INTO orders (id, note) VALUES (1, 'secret'), (2, 'secret');"


def test_postgres_tells_who_holds_and_who_waits(postgres):
    with postgres.fresh_database() as made:
        made.run(
            f"CREATE TABLE orders (id integer PRIMARY KEY, note text); {FILLED} ANALYZE orders;"
            "CREATE PUBLICATION p FOR TABLE orders"
        )
        shop = Database("shop", made.engine)
        with closing(made.connect(autocommit=False)) as other:
            other.execute("UPDATE orders SET note = 'secret'")
            found = forecast(made.dsn, shop, ORDERS)
            other.execute("LOCK TABLE orders")
            locked = forecast(made.dsn, shop, ORDERS)
        assert [(use.mode, use.held, use.state) for use in found.uses] == [
            ("RowExclusiveLock", True, "idle in transaction")
        ]
        assert (found.rows, found.transactions, found.publications, found.unseen) == (2, 1, ("p",), ())
        assert (found.size_bytes or 0) >= 8192
        assert "AccessExclusiveLock" in {use.mode for use in locked.uses}
        assert locked.unseen == ()
        said = " ".join(forecast_lines(locked))
        assert said.startswith("Right now session ")
        assert "secret" not in said


def test_a_role_of_postgres_that_sees_little_is_told_what_to_grant(postgres):
    with postgres.fresh_database() as made:
        made.run("CREATE TABLE orders (id integer); ANALYZE orders; CREATE ROLE little LOGIN")
        try:
            little = made.dsn.replace("postgres@", "little@", 1)
            found = forecast(little, Database("shop", made.engine), ORDERS)
        finally:
            made.run("DROP ROLE little")
        assert found.rows == 0
        assert (found.transactions, found.replicas) == (None, None)
        assert any("GRANT pg_read_all_stats TO little" in each for each in found.unseen)


def test_mariadb_tells_what_it_knows(mariadb):
    with mariadb.fresh_database() as made:
        made.run(f"CREATE TABLE orders (id integer, note text); {FILLED} ANALYZE TABLE orders")
        with closing(made.connect(autocommit=False)) as other, closing(other.cursor()) as cursor:
            cursor.execute("UPDATE orders SET note = 'x'")
            found = forecast(made.dsn, Database("shop", made.engine), ORDERS)
        assert found.rows == 2
        assert (found.transactions or 0) >= 1
        assert 0 <= (60 if found.oldest_s is None else found.oldest_s) < 60
        assert found.uses is None
        assert any("Metadata locks are not watched" in each for each in found.unseen)
        assert not any("could not be read" in each for each in found.unseen)


def test_a_role_of_mariadb_that_sees_little_is_told_what_to_grant(mariadb):
    with mariadb.fresh_database() as made:
        made.run(
            f"CREATE TABLE orders (id integer); CREATE USER little@'%'; GRANT SELECT ON {made.name}.* TO little@'%'"
        )
        try:
            url = urlsplit(made.dsn)
            dsn = url._replace(netloc=f"little@{url.netloc.rpartition('@')[2]}").geturl()
            found = forecast(dsn, Database("shop", made.engine), ORDERS)
        finally:
            made.run("DROP USER little@'%'")
        assert found.transactions is None
        assert any("GRANT PROCESS" in each for each in found.unseen)


@pytest.mark.parametrize("dsn", ["postgresql://nobody@127.0.0.1:1/shop", "mysql://nobody@127.0.0.1:1/shop"])
def test_a_server_that_cannot_be_reached_is_said(dsn):
    engine = Engine.parse(urlsplit(dsn).scheme)
    found = forecast(dsn, Database("shop", engine), ORDERS)
    assert found.rows is None
    assert found.unseen[0].startswith("The server could not be asked: ")


def test_mariadb_tells_who_holds_a_lock_where_it_watches_them():
    settings = {"performance_schema": "ON", "performance_schema_instrument": "wait/lock/metadata/sql/mdl=ON"}
    with mariadb_server(settings=settings) as server, server.fresh_database() as made:
        made.run(f"CREATE TABLE orders (id integer, note text); {FILLED}")
        shop = Database("shop", made.engine)
        assert forecast(made.dsn, shop, ORDERS).uses == ()
        with closing(made.connect(autocommit=False)) as other, closing(other.cursor()) as cursor:
            cursor.execute("UPDATE orders SET note = 'x'")
            time.sleep(0.3)  # innodb_trx is made anew when nobody has read it for a tenth of a second
            found = forecast(made.dsn, shop, ORDERS)
        assert found.uses is not None
        assert [(use.mode, use.held, use.state) for use in found.uses] == [("SHARED_WRITE", True, "Sleep")]
        assert found.uses[0].age_s is not None
        assert (found.writes or 0) >= 2
