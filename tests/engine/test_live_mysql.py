"""What a real MariaDB says of the statements it ran: digests, its slow log in a file and in a table, and exports."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from scanner.collect import mysql_digests, mysql_slow_log
from scanner.errors import SourceError
from scanner.export_sql import export_sql
from scanner.fingerprint import Alike, gather, normalise
from scanner.model import BlindSpot, Collected, Observation, Query, Unread
from scanner.model import Database as Target
from scanner.mysql_server import asked
from tests.engine.conftest import serve
from tests.engine.servers import Database, Server, client, mariadb_server
from tests.engine.test_fingerprint_engine import MARIADB_SCHEMA, MARIADB_STATEMENTS

TABLE = "performance_schema.events_statements_summary_by_digest"
ALL = "SET GLOBAL slow_query_log = ON, GLOBAL long_query_time = 0, GLOBAL log_output = '{}'"


@pytest.fixture(scope="module")
def server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """A server of this module's own: what it counts and logs is what its tests run."""
    yield from serve(pytestconfig, mariadb_server(settings={"performance-schema-digests-size": "200"}))


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    with server.fresh_database() as fresh:
        fresh.run("CREATE TABLE orders (id int PRIMARY KEY, total int, note varchar(40))")
        fresh.run("INSERT INTO orders VALUES (1, 2, 'a')")
        server.run(f"TRUNCATE mysql.slow_log; TRUNCATE {TABLE}")
        try:
            yield fresh
        finally:
            server.run("SET GLOBAL slow_query_log = OFF, GLOBAL long_query_time = 10, GLOBAL log_output = 'FILE'")


def digests(database: Database, **options: float) -> list[Collected]:
    plain = partial(normalise, engine=database.engine)
    return list(mysql_digests.collect_live(database.dsn, normalise=plain, database="shop", **options))


def exported_digests(database: Database, path: Path) -> list[Collected]:
    plain = partial(normalise, engine=database.engine)
    return list(mysql_digests.collect_export(path, normalise=plain, database="shop"))


def logged(database: Database) -> list[Collected]:
    return list(mysql_slow_log.collect_live(database.dsn, database="shop", alike=alike(database)))


def alike(database: Database) -> Alike:
    return Alike(target(database))


def target(database: Database) -> Target:
    return Target("shop", database.engine)


def export(database: Database, path: Path) -> Path:
    """The file that the client writes with the script."""
    url = urlsplit(database.dsn)
    words = [client("mariadb"), "--batch", "--force", "--default-character-set=utf8mb4", f"-u{url.username}"]
    words += ["-h127.0.0.1", f"-P{url.port}", *([f"-p{unquote(url.password)}"] if url.password else [])]
    done = subprocess.run(words, input=export_sql(database.engine).encode(), capture_output=True, check=False)
    path.write_bytes(done.stdout)
    return path


def queries(database: Database, found: Iterable[Collected]) -> list[Query]:
    """Those on the test's own database."""
    seen = (o for o in found if isinstance(o, Observation) and o.default_schema == database.name)
    return gather(seen, {"shop": target(database)})


def by_text(database: Database, found: Iterable[Collected]) -> dict[str, Query]:
    return {query.sql: query for query in queries(database, found)}


def messages(found: Iterable[Collected]) -> str:
    return "\n".join(item.message for item in found if isinstance(item, BlindSpot))


def reader(database: Database, grants: str) -> Database:
    """The same database for a user with no more than these privileges."""
    database.run(f"CREATE OR REPLACE USER reader@'%' IDENTIFIED BY 'se:cret'; {grants}")
    url = urlsplit(database.dsn)
    return Database(database.engine, url._replace(netloc=f"reader:se%3Acret@127.0.0.1:{url.port}").geturl())


# Digests.


def test_digests_have_calls_times_and_rows(database: Database) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    for number in range(3):
        database.run(f"SELECT note FROM orders WHERE id IN ({number}, 7) /* {number} */")
    database.run("UPDATE orders SET total = 5")
    found = by_text(database, digests(database))
    query = found["SELECT `note` FROM `orders` WHERE ID IN (?)"]
    assert (query.calls, query.rows) == (3, 1)
    assert query.total_time_ms is not None
    assert 0 < query.total_time_ms < 1000
    (seen,) = query.observations
    assert seen.last_seen is not None
    assert before < seen.last_seen < datetime.now(UTC) + timedelta(seconds=2)
    assert seen.server_query_id
    assert found["UPDATE `orders` SET `total` = ?"].rows == 1


def test_what_digests_do_not_hold_is_told(server: Server, database: Database) -> None:
    database.run("CREATE PROCEDURE touch(x int) UPDATE orders SET total = x + 1")
    database.run("CALL touch(5)")
    database.run("PREPARE q FROM 'SELECT total FROM orders WHERE note = ?'; SET @a = 'x'; EXECUTE q USING @a")
    found = digests(server)
    assert not [text for text in by_text(database, found) if text.startswith(("UPDATE", "SELECT"))]
    assert "CALL `touch`(?)" in by_text(database, found)
    assert "count no statement inside a routine; MariaDB counts none that a driver prepares" in messages(found)


def test_the_client_writes_what_the_scanner_reads(server: Server, database: Database, tmp_path: Path) -> None:
    database.run(ALL.format("TABLE"))
    for text in ("SELECT 'a\tb\\n''', \"é€\\\\\" FROM orders", "SELECT\n\r\n id\nFROM orders", "SELECT NULL, 'NULL'"):
        database.run(text)
    database.run("SET GLOBAL slow_query_log = OFF")
    path = export(database, tmp_path / "mariadb.tsv")
    assert queries(database, exported_digests(database, path)) == queries(database, digests(server))
    exported = list(mysql_slow_log.collect_export(path, database="shop", alike=alike(database)))
    assert queries(database, exported) == queries(database, logged(database))
    assert messages(exported) == messages(logged(database))
    assert "SELECT ?, ? FROM orders" in by_text(database, exported)
    assert not [item for item in exported if isinstance(item, Unread)]


def test_statements_that_find_no_room(database: Database) -> None:
    for number in range(250):
        database.run(f"SELECT id AS a{number} FROM orders")
    found = messages(digests(database))
    assert re.search(r"\d\d calls \(\d+\.\d% of all\) are of statements that found no room in the table", found)
    assert "raise performance_schema_digests_size, now 200." in found


def test_a_consumer_that_is_off(database: Database) -> None:
    database.run("SELECT id FROM orders")
    database.run("UPDATE performance_schema.setup_consumers SET ENABLED = 'NO' WHERE NAME = 'statements_digest'")
    try:
        assert "The consumer statements_digest is off, so that nothing new is counted" in messages(digests(database))
    finally:
        database.run("UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'statements_digest'")


def test_without_privileges_the_server_says_what_is_missing(database: Database) -> None:
    found = reader(database, f"GRANT SELECT ON {database.name}.* TO reader@'%'")
    for collect in (digests, logged):
        with pytest.raises(SourceError, match=r"could not be read: SELECT command denied to user 'reader'") as error:
            collect(found)
        assert "se:cret" not in str(error.value)
    with pytest.raises(SourceError, match="Access denied") as error:
        digests(Database(found.engine, found.dsn.replace("se%3Acret", "wrong")))
    assert "wrong" not in str(error.value)


def test_a_reader_needs_two_privileges(server: Server, database: Database, tmp_path: Path) -> None:
    database.run(ALL.format("TABLE"))
    database.run("SELECT id FROM orders")
    database.run("SET GLOBAL slow_query_log = OFF")
    found = reader(
        database, "GRANT SELECT ON performance_schema.* TO reader@'%'; GRANT SELECT ON mysql.slow_log TO reader@'%'"
    )
    found = Database(found.engine, urlsplit(found.dsn)._replace(path="").geturl())
    assert by_text(database, logged(found)).keys() == {"SELECT id FROM orders"}
    seen = queries(database, digests(found))
    assert seen == queries(database, digests(server))
    assert seen == queries(database, exported_digests(database, export(found, tmp_path / "mariadb.tsv")))


def test_without_performance_schema() -> None:
    message = r"no statement digests in mysql://root@127.* performance_schema is OFF \(MariaDB's default\)"
    with mariadb_server(settings={"performance-schema": "OFF"}) as off, pytest.raises(SourceError, match=message):
        digests(off)


@pytest.mark.parametrize("length", [40, 64, 90, 120])
def test_digests_that_are_cut_meet_their_statements(length: int) -> None:
    settings = {"max-digest-length": str(length), "performance-schema-max-digest-length": str(length)}
    with mariadb_server(settings=settings) as server, server.fresh_database() as database:
        database.run(MARIADB_SCHEMA)
        cut, apart = 0, []
        for sql in MARIADB_STATEMENTS:
            seen = [*digests_of(server, database, sql), Observation("python", sql, "shop")]
            cut += seen[0].truncated
            if len(gather(seen, {"shop": target(database)})) != 1:
                apart.append(seen[0].sql)
    assert apart == []
    assert cut > 10


def digests_of(server: Server, database: Database, sql: str) -> list[Observation]:
    """What is counted of one statement."""
    with closing(database.connect(autocommit=False)) as connection, closing(connection.cursor()) as cursor:
        server.run(f"TRUNCATE {TABLE}")
        cursor.execute(sql)
        connection.rollback()
    found = (o for o in digests(server) if isinstance(o, Observation) and o.default_schema == database.name)
    return [replace(o, default_schema=None) for o in found]


# The slow log.


def test_the_table_says_what_the_file_says(server: Server, database: Database) -> None:
    assert server.directory is not None
    log = server.directory / "slow.log"
    log.write_bytes(b"")
    database.run(ALL.format("FILE,TABLE"))
    for number in range(3):
        database.run(f"SELECT note FROM orders WHERE note = 'it''s {number}\n\\\\' /* {number} */")
    database.run("UPDATE orders SET total = total + 1; SELECT SLEEP(0.12)")
    database.run("use mysql; SELECT COUNT(*) FROM user")
    server.run("SET GLOBAL slow_query_log = OFF")
    in_table = logged(database)
    in_file = list(mysql_slow_log.collect(log, database="shop", alike=alike(database)))
    assert seconds(queries(database, in_table)) == seconds(queries(database, in_file))
    found = by_text(database, in_table)
    assert (
        found["SELECT note FROM orders WHERE note = ?"].calls,
        found["UPDATE orders SET total = total + ?"].rows,
    ) == (3, 1)
    slept = found["SELECT sleep(?)"] if "SELECT sleep(?)" in found else found["SELECT SLEEP(?)"]
    assert slept.total_time_ms is not None
    assert 120 <= slept.total_time_ms < 5000
    (seen,) = slept.observations
    assert (seen.user, seen.hosts) == ("root", ("localhost",))
    assert f"The server writes the same to {log} (log_output)" in messages(in_table)


def seconds(found: list[Query]) -> list[Query]:
    """The queries with whole seconds: a file has no fractions of them."""
    return [
        replace(query, observations=tuple(replace(o, last_seen=whole(o.last_seen)) for o in query.observations))
        for query in found
    ]


def whole(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(microsecond=0)


def test_a_server_that_logs_to_a_file_names_it(database: Database) -> None:
    with pytest.raises(SourceError, match=r"slow_query_log is OFF: SET GLOBAL slow_query_log = ON"):
        logged(database)
    database.run(ALL.format("FILE"))
    with pytest.raises(SourceError, match=r"the server logs to /.*/slow\.log: give that file with --slow-log\."):
        logged(database)
    database.run("SET GLOBAL log_output = 'NONE'")
    with pytest.raises(SourceError, match=r"log_output is NONE: SET GLOBAL log_output = 'TABLE'\."):
        logged(database)


def test_what_settings_keep_out_of_the_log_is_told(database: Database) -> None:
    database.run(ALL.format("TABLE"))
    database.run("SELECT id FROM orders")
    changed = {
        "long_query_time": ("0.5", "Queries that took less than 0.5 s (long_query_time) are not logged"),
        "min_examined_row_limit": ("100", "Queries that examined fewer than 100 rows (min_examined_row_limit)"),
        "log_slow_rate_limit": ("20", "The server logged one of 20 queries or sessions (log_slow_rate_limit)."),
        "log_slow_filter": (
            "'full_scan'",
            "Only queries with one of these plans are logged (log_slow_filter): full_scan.",
        ),
        "log_queries_not_using_indexes": ("ON", "Of queries that use no index all are logged"),
        "slow_query_log": ("OFF", "slow_query_log is OFF: nothing new is logged, what is here is old."),
        "log_output": ("'FILE'", "What is in the table is old. log_output is FILE, so the server logs to "),
    }
    before = dict(database.rows("SHOW GLOBAL VARIABLES"))
    try:
        assert messages(logged(database)) == (
            "Statements inside routines are not logged (log_slow_disabled_statements has sp): take it out to have them."
        )
        for name, (value, sentence) in changed.items():
            database.run(f"SET GLOBAL {name} = {value}")
            assert sentence in messages(logged(database))
    finally:
        for name in changed:
            database.run(
                f"SET GLOBAL {name} = '{before[name]}'"
                if not number(before[name])
                else f"SET GLOBAL {name} = {before[name]}"
            )


def number(text: str) -> bool:
    return re.fullmatch(r"[\d.]+", text) is not None


def test_the_filter_by_plan_leaves_out_what_it_is_said_to(database: Database) -> None:
    """With what the server filters by when nobody changed it, nothing is left out."""
    (before,) = database.rows("SELECT @@global.log_slow_filter")[0]
    for plans, expected in ((before, 2), ("full_scan", 1)):
        database.run(f"TRUNCATE mysql.slow_log; SET GLOBAL log_slow_filter = '{plans}'")
        database.run(ALL.format("TABLE"))
        database.run("SELECT note FROM orders WHERE id = 1; SELECT note FROM orders")
        database.run(f"SET GLOBAL slow_query_log = OFF; SET GLOBAL log_slow_filter = '{before}'")
        found = [text for text in by_text(database, logged(database)) if text.startswith("SELECT note")]
        assert len(found) == expected


def test_one_of_several_is_logged(database: Database) -> None:
    database.run(ALL.format("TABLE") + ", GLOBAL log_slow_rate_limit = 5")
    try:
        for _ in range(50):
            database.run("SELECT note FROM orders WHERE id = 1")
        query = by_text(database, logged(database))["SELECT note FROM orders WHERE id = ?"]
    finally:
        database.run("SET GLOBAL log_slow_rate_limit = 1")
    assert query.calls is not None
    assert 1 <= query.calls <= 30


def test_reading_the_table_holds_up_nobody(database: Database) -> None:
    database.run(ALL.format("TABLE"))
    for _ in range(300):
        database.run(f"SELECT '{'x' * 20_000}'")  # more than the buffers between the two hold
    with asked(database.dsn, 30) as server:
        rows = server.rows("SELECT sql_text FROM mysql.slow_log")
        assert next(rows)["sql_text"]
        start = time.monotonic()
        database.run("SELECT 'while it is read'")
        assert time.monotonic() - start < 2


# How the server is asked.


def test_nothing_can_be_written_and_nothing_takes_long(database: Database) -> None:
    with asked(database.dsn, 1) as server:
        with pytest.raises(SourceError, match="READ ONLY transaction"):
            list(server.rows("INSERT INTO orders VALUES (3, 4, 'b')"))
        start = time.monotonic()
        with pytest.raises(SourceError, match="max_statement_time exceeded"):
            list(server.rows("SELECT SLEEP(20) FROM orders, orders b"))
        assert time.monotonic() - start < 10
    assert database.rows("SELECT count(*) FROM orders") == [(1,)]
