"""The collectors on what real servers write."""

from contextlib import closing
from urllib.parse import urlsplit

import pytest

from scanner.collect.pg_stat_statements import collect_live
from scanner.errors import SourceError
from scanner.model import BlindSpot, Coverage, Observation
from tests.engine.servers import Database, postgres_server


@pytest.fixture
def recorded(postgres_database: Database) -> Database:
    postgres_database.run("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; CREATE TABLE orders (id int, total int)")
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
    found = by_text(collect_live(recorded.dsn, database="shop"))
    insert = found["INSERT INTO orders VALUES ($1,$2)"]
    assert (insert.calls, insert.rows, insert.user) == (3, 3, "postgres")
    assert (insert.database, insert.source) == ("shop", "pg_stat_statements")
    assert insert.total_time_ms is not None
    assert 0 < insert.total_time_ms < 1000
    assert int(insert.server_query_id or 0)
    assert found["SELECT id FROM orders WHERE total < $1"].rows == 2


def test_what_is_kept_and_what_is_ignored(recorded):
    recorded.run("BEGIN; SET LOCAL work_mem = '8MB'; SHOW work_mem; COMMIT; DISCARD PLANS; CREATE TABLE x (i int)")
    kept = (
        "CREATE VIEW v AS SELECT * FROM orders",
        "CREATE TABLE copied AS SELECT * FROM orders",
        "DO 'BEGIN PERFORM 1; END'",
        "EXPLAIN SELECT * FROM orders",
        "TRUNCATE orders",
        "COPY orders TO '/dev/null'",
    )
    for sql in kept:
        recorded.run(sql)
    *found, coverage = collect_live(recorded.dsn)
    assert set(kept) <= by_text(found).keys()
    assert not {"BEGIN", "COMMIT", "SHOW work_mem", "DISCARD PLANS"} & by_text(found).keys()
    assert isinstance(coverage, Coverage)
    assert coverage.entries == len(by_text(found))
    assert coverage.ignored >= 6


def test_another_database_is_counted_and_named(postgres, recorded):
    recorded.run("SELECT id FROM orders")
    with postgres.fresh_database() as other:
        other.run("CREATE TABLE invoices (id int); SELECT id FROM invoices")
        *found, coverage = collect_live(recorded.dsn)
    assert "SELECT id FROM invoices" not in by_text(found)
    assert "other databases of this server were left out: " in messages(found)
    assert f"{other.name} (" in messages(found)
    assert coverage.ignored >= 2


def test_texts_of_other_roles_need_a_grant(recorded):
    recorded.run("SELECT id FROM orders; CREATE ROLE scanner_reader LOGIN")
    dsn = urlsplit(recorded.dsn)._replace(netloc=f"scanner_reader@{urlsplit(recorded.dsn).netloc.split('@')[-1]}")
    try:
        hidden = list(collect_live(dsn.geturl()))
        assert "SELECT id FROM orders" not in by_text(hidden)
        assert "show no text: GRANT pg_read_all_stats TO scanner_reader." in messages(hidden)
        recorded.run("GRANT pg_read_all_stats TO scanner_reader")
        assert "SELECT id FROM orders" in by_text(collect_live(dsn.geturl()))
    finally:
        recorded.run("DROP ROLE scanner_reader")


def test_the_extension_in_a_schema_of_its_own(postgres_database):
    postgres_database.run('CREATE SCHEMA "My Stats"; CREATE EXTENSION pg_stat_statements SCHEMA "My Stats"')
    postgres_database.run("CREATE TABLE odd (i int); SELECT i FROM odd")
    assert "SELECT i FROM odd" in by_text(collect_live(postgres_database.dsn))


def test_an_extension_from_before_postgres_14(postgres_database):
    postgres_database.run("CREATE EXTENSION pg_stat_statements VERSION '1.8'")
    postgres_database.run("CREATE TABLE odd (i int); SELECT i FROM odd")
    found = list(collect_live(postgres_database.dsn))
    assert by_text(found)["SELECT i FROM odd"].calls == 1
    assert "does not tell whether rare queries were evicted" in messages(found)


def test_the_columns_of_postgres_12(postgres_database):
    postgres_database.run("CREATE EXTENSION pg_stat_statements VERSION '1.7'")
    postgres_database.run("CREATE TABLE odd (i int); SELECT i FROM odd")
    assert by_text(collect_live(postgres_database.dsn))["SELECT i FROM odd"].total_time_ms is not None


def test_settings_are_told(recorded):
    found = messages(collect_live(recorded.dsn))
    assert "Statements inside functions and procedures are not counted (pg_stat_statements.track = top)" in found
    assert "Queries that have not run since 2" in found


def test_nothing_is_written(recorded):
    recorded.run("CREATE TABLE trap (i int)")
    # A view of the extension's name that writes must not get the chance.
    recorded.run(
        "DROP EXTENSION pg_stat_statements; CREATE FUNCTION pg_stat_statements(bool) RETURNS int AS"
        " 'INSERT INTO trap VALUES (1) RETURNING 1' LANGUAGE sql"
    )
    with pytest.raises(SourceError, match="is not installed"):
        list(collect_live(recorded.dsn))
    assert recorded.rows("SELECT count(*) FROM trap") == [(0,)]


def test_without_the_extension(postgres_database):
    with pytest.raises(SourceError, match=r"is not installed in postgresql://127.*run CREATE EXTENSION"):
        list(collect_live(postgres_database.dsn))


def test_not_preloaded():
    with postgres_server(settings={"shared_preload_libraries": ""}) as server:
        server.run("CREATE EXTENSION pg_stat_statements")
        with pytest.raises(SourceError, match="must be loaded via"):
            list(collect_live(server.dsn))


def test_tracking_nothing():
    with postgres_server(settings={"pg_stat_statements.track": "none"}) as server:
        server.run("CREATE EXTENSION pg_stat_statements")
        with pytest.raises(SourceError, match=r"is empty because pg_stat_statements\.track is none: set it to top"):
            list(collect_live(server.dsn))


def test_evictions():
    settings = {"pg_stat_statements.track": "all", "pg_stat_statements.max": "100"}
    with postgres_server(settings=settings) as server:
        server.run("CREATE EXTENSION pg_stat_statements")
        for terms in range(1, 300):
            server.run(f"SELECT {' + '.join(['1'] * terms)}")
        found = messages(collect_live(server.dsn))
    assert "Rare queries were evicted" in found
    assert "raise pg_stat_statements.max" in found
    assert "Statements inside functions" not in found


def test_a_wrong_database_and_a_wrong_password_in_one_sentence(postgres):
    dsn = urlsplit(postgres.dsn)._replace(path="/nowhere").geturl()
    with pytest.raises(SourceError, match=r'could not be read: .*database "nowhere" does not exist\.') as raised:
        list(collect_live(dsn))
    assert "\n" not in str(raised.value)


def test_a_slow_server_is_given_up(recorded):
    with closing(recorded.connect(autocommit=False)) as blocker:
        blocker.execute("LOCK TABLE pg_roles, pg_authid IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(SourceError, match="could not be read"):
            list(collect_live(recorded.dsn, timeout_s=2))
