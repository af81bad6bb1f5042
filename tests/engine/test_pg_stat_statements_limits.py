"""What pg_stat_statements cannot show, told alike of a real server and of what psql wrote on it."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from scanner.collect.pg_stat_statements import collect_export, collect_live
from scanner.errors import SourceError
from scanner.model import BlindSpot, Coverage, Observation
from tests.engine.servers import Database, client, postgres_server, postgres_standby
from tests.engine.test_export_sql import exported


@pytest.fixture
def read_both(tmp_path):
    """Reads a database live and through psql, and makes sure that both say the same."""

    def read(database: Database, form: str = "csv", /, **names) -> tuple[dict[str, Observation], str, Coverage]:
        path = exported(database, form, tmp_path / f"statements.{form}")
        offline = list(collect_export(path, **names))
        live = list(collect_live(database.dsn, **names))
        assert observations(offline) == observations(live)
        assert uncounted(offline) == uncounted(live)
        assert isinstance(live[-1], Coverage)
        return {item.sql: item for item in observations(live)}, messages(live), live[-1]

    return read


def observations(items) -> list[Observation]:
    return sorted((item for item in items if isinstance(item, Observation)), key=str)


def messages(items) -> str:
    return "\n".join(item.message for item in items if isinstance(item, BlindSpot))


def uncounted(items) -> str:
    """The messages without the rows of each database: psql's own statements are among them."""
    return re.sub(r"\(\d+\)", "", messages(items))


@contextmanager
def reader(database: Database, name: str):
    """The database as a role sees it that was granted nothing."""
    database.run(f"CREATE ROLE {name} LOGIN")
    url = urlsplit(database.dsn)
    try:
        yield Database(database.engine, url._replace(netloc=f"{name}@{url.netloc.rpartition('@')[2]}").geturl())
    finally:
        database.run(f"DROP OWNED BY {name}; DROP ROLE {name}")


@pytest.fixture
def recorded(postgres_database: Database) -> Database:
    postgres_database.run("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; CREATE TABLE orders (id int, total int)")
    postgres_database.rows("SELECT pg_stat_statements_reset()")
    postgres_database.run("SELECT id FROM orders; INSERT INTO orders VALUES (1, 2), (3, 4)")
    return postgres_database


@pytest.mark.parametrize("form", ["csv", "json"])
def test_live_and_offline_are_one(recorded, read_both, form):
    found, said, coverage = read_both(recorded, form, database="shop")
    insert = found["INSERT INTO orders VALUES ($1, $2), ($3, $4)"]
    assert (insert.calls, insert.rows, insert.user, insert.database) == (1, 2, "postgres", "shop")
    assert int(insert.server_query_id)
    assert (insert.total_time_ms or 0) > 0
    assert "pg_stat_statements.track = top" in said
    assert coverage.entries == len(found)


def test_a_restricted_role_is_told_what_to_grant(recorded, read_both):
    with reader(recorded, "clerk") as as_clerk:
        found, said, _ = read_both(as_clerk)
        assert found == {}
        assert "queries of other roles show no text: GRANT pg_read_all_stats TO clerk." in said
        recorded.run("GRANT pg_monitor TO clerk")
        found, said, _ = read_both(as_clerk)
        assert "SELECT id FROM orders" in found
        assert "show no text" not in said


def test_the_extension_in_a_schema_of_its_own(postgres_database, read_both):
    postgres_database.run('CREATE SCHEMA "My Stats"; CREATE EXTENSION pg_stat_statements SCHEMA "My Stats"')
    postgres_database.run("CREATE TABLE odd (i int); SELECT i FROM odd")
    assert "SELECT i FROM odd" in read_both(postgres_database)[0]
    with reader(postgres_database, "outsider") as as_outsider:
        said = run_psql_error(as_outsider)
        assert "permission denied for schema" in said


def test_every_version_of_the_extension(postgres_database, read_both):
    versions = [version for (version,) in postgres_database.rows(
        "SELECT version FROM pg_available_extension_versions WHERE name = 'pg_stat_statements' ORDER BY 1"
    )]  # fmt: skip
    assert {"1.7", "1.8", "1.9"} <= set(versions)
    for version in versions:
        table = f"odd_{version.replace('.', '_')}"  # PostgreSQL 18 knows a statement by the names of its tables
        postgres_database.run(f"CREATE EXTENSION pg_stat_statements VERSION '{version}'; CREATE TABLE {table} (i int)")
        postgres_database.run(f"SELECT i FROM {table}")
        found, said, _ = read_both(postgres_database)
        assert found[f"SELECT i FROM {table}"].calls == 1
        assert (found[f"SELECT i FROM {table}"].total_time_ms or 0) > 0
        tells = tuple(map(int, version.split("."))) >= (1, 9)
        assert ("does not tell whether rare queries were evicted" in said) is not tells
        postgres_database.run("DROP EXTENSION pg_stat_statements")


def test_other_databases_are_counted_or_bound(postgres, recorded, read_both):
    with postgres.fresh_database() as other, postgres.fresh_database() as third:
        other.run("CREATE TABLE invoices (id int); SELECT id FROM invoices")
        third.run("CREATE TABLE trips (id int); SELECT id FROM trips")
        found, said, coverage = read_both(recorded)
        assert not {"SELECT id FROM invoices", "SELECT id FROM trips"} & set(found)
        assert f"{other.name} (" in said
        assert f"{third.name} (" in said
        assert coverage.ignored >= 4
        names = {"database": "billing", "server_database": other.name, "elsewhere": (recorded.name,)}
        found, said, _ = read_both(recorded, **names)
    assert found["SELECT id FROM invoices"].database == "billing"
    assert "SELECT id FROM orders" not in found
    assert f"{recorded.name} (" not in said
    assert f"{third.name} (" in said


def test_settings_of_roles_and_databases_are_told(recorded, read_both):
    with reader(recorded, "batch"):
        recorded.run(
            "ALTER ROLE batch SET pg_stat_statements.track = 'none';"
            f"ALTER DATABASE {recorded.name} SET compute_query_id = 'auto'"
        )
        _, said, _ = read_both(recorded)
    assert "pg_stat_statements.track=none for the role batch" in said
    assert f"compute_query_id=auto for all roles in {recorded.name}" in said


SMALL = {
    "pg_stat_statements.track": "all",
    "pg_stat_statements.max": "100",
    "pg_stat_statements.save": "off",
    "pg_stat_statements.track_utility": "off",
}


@pytest.fixture(scope="module")
def small():
    """A server that keeps few statements and nothing over a restart."""
    with postgres_server(settings=SMALL) as server:
        server.run("CREATE EXTENSION pg_stat_statements")
        yield server


def test_nested_statements_with_track_all(small, read_both):
    with small.fresh_database() as database:
        nested(database)
        found, said, _ = read_both(Database(small.engine, small.dsn), server_database=database.name)
    assert found["SELECT total FROM orders WHERE id = $1"].calls == 2
    assert "Statements inside functions" not in said


def test_nested_statements_with_track_top(recorded, read_both):
    recorded.run("DROP TABLE orders")
    nested(recorded)
    found, said, _ = read_both(recorded)
    assert "SELECT total FROM orders WHERE id = $1" not in found
    assert "Statements inside functions and procedures are not counted" in said


def nested(database: Database) -> None:
    database.run("CREATE TABLE orders (id int, total int)")
    database.run(
        "CREATE FUNCTION total_of(int) RETURNS int LANGUAGE plpgsql AS "
        "'BEGIN RETURN (SELECT total FROM orders WHERE id = $1); END'"
    )
    database.run(
        "CREATE FUNCTION twice() RETURNS void LANGUAGE plpgsql AS "
        "'BEGIN PERFORM total FROM orders WHERE id = 1; PERFORM total FROM orders WHERE id = 2; END'"
    )
    database.run("SELECT twice()")


def test_evictions_and_what_a_restart_forgets(small, read_both):
    for terms in range(1, 300):
        small.run(f"SELECT {' + '.join(['1'] * terms)}")
    _, said, _ = read_both(small)
    assert "Rare queries were evicted" in said
    assert "raise pg_stat_statements.max (100)." in said
    assert "lost when the server stops (pg_stat_statements.save = off), and began anew on 20" in said
    assert "CALL and EXPLAIN are not recorded (pg_stat_statements.track_utility = off)" in said


def test_a_full_view_of_an_older_version(small):
    with small.fresh_database() as database:
        database.run("CREATE EXTENSION pg_stat_statements VERSION '1.8'")
        for terms in range(1, 150):
            database.run(f"SELECT {' + '.join(['1'] * terms)}")
        said = messages(collect_live(database.dsn))
    assert "The view is full, so rare queries have been evicted: raise pg_stat_statements.max (100)." in said


def test_the_file_of_texts_is_lost(small, read_both):
    assert small.directory is not None
    texts = small.directory / "data" / "pg_stat_tmp" / "pgss_query_texts.stat"
    texts.chmod(0)
    try:
        found, said, _ = read_both(small)
    finally:
        texts.chmod(0o600)
    assert found == {}
    assert "queries have no text: the server has lost the file of its texts" in said
    texts.unlink()
    small.run("SELECT 1 + 1")
    with pytest.raises(
        SourceError, match=r"0x00\. The server's file of texts is damaged: SELECT pg_stat_statements_re"
    ):
        list(collect_live(small.dsn))
    small.rows("SELECT pg_stat_statements_reset()")
    small.run("SELECT 1 + 1")
    assert "SELECT $1 + $2" in read_both(small)[0]


def test_a_standby_counts_what_it_ran_itself(read_both):
    with postgres_server() as primary:
        primary.run("CREATE EXTENSION pg_stat_statements; CREATE TABLE orders (id int); SELECT id FROM orders")
        with postgres_standby(primary) as standby:
            standby.run("SELECT id AS standby_id, 1 FROM orders")
            found, said, _ = read_both(Database(standby.engine, standby.dsn))
            assert "SELECT id FROM orders" not in found
            assert "SELECT id AS standby_id, $1 FROM orders" in found
            assert "This server is a standby and counts what it ran itself: make its primary a source too." in said
            assert "SELECT id AS standby_id, $1 FROM orders" not in read_both(primary)[0]
            said = read_both(primary)[1]
    assert "1 standbys or other receivers follow this server" in said


def run_psql_error(database: Database) -> str:
    from scanner.export_sql import export_sql

    done = subprocess.run(
        [client("psql"), "-X", database.dsn],
        input=export_sql(database.engine),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    return done.stderr
