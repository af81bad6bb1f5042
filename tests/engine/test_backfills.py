"""A backfill that is stopped goes on where it was, waits when it is asked to, and yields to rows that are locked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psycopg
import pymysql
import pytest

from scanner.change import Change
from scanner.model import Phase, RolloutSettings
from scanner.rollout import plan
from scanner.schema import Schema
from tests.engine.plans import answer, filled, run
from tests.engine.servers import Database, Server

ENGINES = ("postgres", "mariadb")
ROWS = 6000
DDL = "CREATE TABLE t (id int PRIMARY KEY, written int)"
FILL = {
    "postgres": f"INSERT INTO t SELECT i, 0 FROM generate_series(1, {ROWS}) i",
    "mariadb": f"INSERT INTO t SELECT seq, 0 FROM seq_1_to_{ROWS}",
}
SETTINGS = RolloutSettings(batch_rows=20, lock_timeout_ms=1000)


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    server: Server = request.getfixturevalue(request.param)
    with server.fresh_database() as made:
        made.run(f"{DDL}; {FILL[request.param]}")
        made.run("ALTER TABLE t ADD COLUMN x int")
        yield made


def backfill(database: Database) -> Phase:
    change, schema = Change.short("t", "x int NOT NULL", database.engine), Schema.from_ddl(DDL, database.engine)
    phases = filled(plan(change, schema, settings=SETTINGS), "id * 2").phases
    return next(phase for phase in phases if phase.kind == "backfill")


@contextmanager
def running(database: Database) -> Iterator[threading.Thread]:
    """The backfill at work, until it ends or is killed."""

    def work() -> None:
        with suppress(psycopg.Error, pymysql.Error):
            run(database, backfill(database).statements)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(60)
        assert not thread.is_alive()


def done(database: Database) -> int:
    return database.rows("SELECT count(*) FROM t WHERE x IS NOT NULL")[0][0]


def wait_for(database: Database, rows: int) -> None:
    until = time.monotonic() + 30
    while done(database) < rows:
        assert time.monotonic() < until
        time.sleep(0.02)


def kill(database: Database) -> None:
    if database.engine.family == "postgres":
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        database.rows(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        return
    mine = f"db = '{database.name}' AND id <> CONNECTION_ID()"
    for (number,) in database.rows(f"SELECT id FROM information_schema.processlist WHERE {mine}"):
        with suppress(pymysql.Error):
            database.run(f"KILL {number}")


def test_killed_it_goes_on(database: Database) -> None:
    database.run("UPDATE t SET x = -1 WHERE id = 7")  # written by the new code
    holding = database.connect(autocommit=False)  # killed, too
    with closing(holding.cursor()) as cursor:
        cursor.execute(f"UPDATE t SET written = 1 WHERE id = {ROWS // 2}")  # however fast it is, it gets no further
        with running(database):
            wait_for(database, 100)
            kill(database)
    with suppress(psycopg.Error, pymysql.Error):
        holding.close()
    assert 100 <= done(database) < ROWS
    run(database, backfill(database).statements)
    (check,) = backfill(database).verify
    assert answer(database, check.query) == check.expected
    assert database.rows("SELECT count(*) FROM t WHERE x = id * 2")[0][0] == ROWS - 1
    assert database.rows("SELECT x FROM t WHERE id = 7")[0][0] == -1


def test_a_locked_row_holds_up_the_backfill_and_nobody_else(database: Database) -> None:
    with closing(database.connect(autocommit=False)) as holding, closing(holding.cursor()) as cursor:
        cursor.execute("UPDATE t SET written = 1 WHERE id = 110")
        with running(database):
            wait_for(database, 100)
            time.sleep(1.5)  # longer than a batch may wait: it has given up its locks at least once
            begin = time.monotonic()
            database.run("UPDATE t SET written = 2 WHERE id IN (101, 109, 119)")
            assert time.monotonic() - begin < 2
            holding.commit()
    assert done(database) == ROWS


def test_on_mariadb_it_waits_while_somebody_holds_its_lock(mariadb: Server) -> None:
    with (
        mariadb.fresh_database() as database,
        closing(database.connect()) as watcher,
        closing(watcher.cursor()) as cursor,
    ):
        database.run(f"{DDL}; {FILL['mariadb']}; ALTER TABLE t ADD COLUMN x int")
        assert "GET_LOCK('backfill_t_x', 0)" in backfill(database).why
        cursor.execute("SELECT GET_LOCK('backfill_t_x', 0)")
        with running(database):
            wait_for(database, 20)
            time.sleep(0.5)
            assert done(database) == 20  # one batch, and it waits
            cursor.execute("SELECT RELEASE_LOCK('backfill_t_x')")
        assert done(database) == ROWS
