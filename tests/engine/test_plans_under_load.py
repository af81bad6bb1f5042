"""While readers and writers work, no phase of a plan makes them wait longer than its limit, and a naive change does.

Times are those of statements on a server of its own; what is compared is a wait of seconds with one of milliseconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import psycopg
import pymysql
import pytest

from scanner.change import Change
from scanner.model import Plan, RolloutSettings, Statement
from scanner.rollout import plan
from scanner.schema import Schema
from tests.engine.plans import filled, run
from tests.engine.servers import Database, Server

LIMIT_S = 1  # of a plan; what a statement may take beside is the machine's
MARGIN_S = 1.5
HELD_S = 4  # how long a transaction that somebody left open holds what it has read
ROWS = 3000
DDL = "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, n int, note varchar(40))"
FILL = {
    "postgres": f"INSERT INTO u VALUES (1); INSERT INTO t SELECT i, 0, 'x' FROM generate_series(1, {ROWS}) i",
    "mariadb": f"INSERT INTO u VALUES (1); INSERT INTO t SELECT seq, 0, 'x' FROM seq_1_to_{ROWS}",
}
SETTINGS = RolloutSettings(lock_timeout_ms=LIMIT_S * 1000, batch_rows=200)
NOT_FREE = ("55P03", "57014", 1205)  # the lock could not be had in time: nothing is done, and it is run again


@dataclass
class Load:
    """Readers and writers, and how long the slowest of their statements took."""

    database: Database
    slowest: float = 0.0
    deployed: bool = False  # the new code writes x
    failed: list[Exception] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def inserted(self, number: int) -> str:
        """What a writer of old or of new code inserts."""
        names, values = ("id, n, x", "0, 1") if self.deployed else ("id, n", "0")
        return f"INSERT INTO t ({names}) VALUES ({ROWS + 1 + number}, {values})"

    def work(self, statements: Callable[[int], str]) -> None:
        """Runs statements one after the other until it is told to stop."""
        with closing(self.database.connect()) as connection, closing(connection.cursor()) as cursor:
            for number in range(1_000_000):
                if self.stopping.is_set():
                    return
                begin = time.monotonic()
                try:
                    cursor.execute(statements(number))
                except (psycopg.Error, pymysql.Error) as error:
                    self.failed.append(error)
                self.slowest = max(self.slowest, time.monotonic() - begin)
                time.sleep(0.002)


@contextmanager
def under_load(database: Database) -> Iterator[Load]:
    """Two readers and two writers, and now and then a transaction that stays open for a while."""
    load = Load(database)
    work = (
        lambda n: f"SELECT count(*) FROM t WHERE id BETWEEN {n % ROWS} AND {n % ROWS + 20}",
        lambda n: f"SELECT note FROM t WHERE id = {n * 7 % ROWS}",
        lambda n: f"UPDATE t SET n = n + 1 WHERE id = {n * 13 % ROWS}",
        load.inserted,
    )
    threads = [threading.Thread(target=load.work, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stopping.set()
        for thread in threads:
            thread.join()


@contextmanager
def left_open(database: Database) -> Iterator[None]:
    """A transaction that has read the table and ends only after a while."""
    opened = threading.Event()

    def hold() -> None:
        with closing(database.connect(autocommit=False)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("SELECT * FROM t WHERE id = 1")
            cursor.fetchall()
            opened.set()
            time.sleep(HELD_S)
            connection.rollback()

    thread = threading.Thread(target=hold)
    thread.start()
    opened.wait()
    try:
        yield
    finally:
        thread.join()


def until_free(database: Database, statements: tuple[Statement, ...]) -> int:
    """Runs a phase as its file says: again after a while where a lock could not be had; gives how often."""
    for attempt in range(1, 60):
        try:
            run(database, statements)
        except (psycopg.Error, pymysql.Error) as error:
            if getattr(error, "sqlstate", None) not in NOT_FREE and error.args[0] not in NOT_FREE:
                raise
            time.sleep(0.3)
        else:
            return attempt
    raise AssertionError("The lock was never free.")


def rolled_out(definition: str, server: Server) -> Plan:
    change, schema = Change.short("t", definition, server.engine), Schema.from_ddl(DDL, server.engine)
    return filled(plan(change, schema, settings=SETTINGS), "1")


@pytest.mark.parametrize("engine", ["postgres", "mariadb"])
@pytest.mark.parametrize("definition", ["x int NOT NULL REFERENCES u (id)", "x int UNIQUE"])
def test_nobody_waits_for_a_plan(engine: str, definition: str, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(engine)
    with server.fresh_database() as database:
        database.run(f"{DDL}; {FILL[engine]}")
        made, attempts = rolled_out(definition, server), []
        with under_load(database) as load:
            for phase in made.phases:
                if phase.kind == "deploy":
                    load.deployed = True
                elif phase.kind == "backfill":
                    attempts.append(until_free(database, phase.statements))
                else:
                    with left_open(database):
                        attempts.append(until_free(database, phase.statements))
        assert load.failed == []
        assert load.slowest < LIMIT_S + MARGIN_S, f"{load.slowest:.2f} s"
        assert max(attempts) > 1  # the open transaction was in the way, and nobody else


@pytest.mark.parametrize(
    ("engine", "naive"),
    [
        ("postgres", "ALTER TABLE t ADD COLUMN x int DEFAULT 1; ALTER TABLE t ALTER COLUMN x SET NOT NULL"),
        ("mariadb", "ALTER TABLE t ADD COLUMN x int NOT NULL DEFAULT 1"),
    ],
)
def test_everybody_waits_for_a_naive_change(engine: str, naive: str, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(engine)
    with server.fresh_database() as database:
        database.run(f"{DDL}; {FILL[engine]}")
        first, _, last = naive.rpartition("; ")
        if first:
            database.run(first)
        with under_load(database) as load, left_open(database):
            time.sleep(0.2)
            database.run(last)
        assert load.slowest > HELD_S - 1 > LIMIT_S + MARGIN_S
