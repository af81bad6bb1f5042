"""scanner doctor on real servers, with roles that may see less than they should."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scanner.config import Config, load_config
from scanner.doctor import Finding, Verdict, examine
from tests.engine.conftest import serve
from tests.engine.servers import Database, Server, mariadb_server

PASSWORD = "s3cr3t-w0rd"
TABLE = "performance_schema.events_statements_summary_by_digest"


def config(folder: Path, engine: str, dsn: str, *kinds: str) -> Config:
    sources = "\n".join(f'[[sources]]\nkind = "{kind}"\ndsn = "{dsn}"\n' for kind in kinds)
    database = f'[[databases]]\nname = "shop"\nengine = "{engine}"\nschema = "{dsn}"\n'
    (folder / "scanner.toml").write_text(f"{database}\n{sources}")
    return load_config(folder / "scanner.toml")


def by_kind(found: Config) -> dict[str, Finding]:
    findings = list(examine(found))
    assert PASSWORD not in repr(findings)
    return {each.kind: each for each in findings}


def as_user(database: Database, name: str) -> str:
    url = urlsplit(database.dsn)
    return url._replace(netloc=f"{name}:{PASSWORD}@127.0.0.1:{url.port}").geturl()


@pytest.fixture
def reader(postgres_database: Database) -> Iterator[Database]:
    """A database, and on its server a role that may log in and nothing else."""
    postgres_database.run("CREATE TABLE orders (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM orders")
    postgres_database.run(f"CREATE ROLE doctor_reader LOGIN PASSWORD '{PASSWORD}'")
    try:
        yield postgres_database
    finally:
        postgres_database.run("DROP OWNED BY doctor_reader; DROP ROLE doctor_reader")


def test_postgres_without_the_extension(reader: Database, tmp_path: Path) -> None:
    found = by_kind(config(tmp_path, "postgres:15", as_user(reader, "doctor_reader"), "pg_stat_statements"))
    assert found["schema"].verdict is Verdict.FINE
    assert found["schema"].facts == ("1 table, 1 view",)
    source = found["pg_stat_statements"]
    assert source.verdict is Verdict.UNREADABLE
    assert "is not installed" in source.unread[0]
    assert "CREATE EXTENSION pg_stat_statements;" in source.remedies


def test_what_it_says_to_grant_to_a_role_mends_it(reader: Database, tmp_path: Path) -> None:
    reader.run("CREATE EXTENSION pg_stat_statements; SELECT id FROM orders")
    asked = config(tmp_path, "postgres:15", as_user(reader, "doctor_reader"), "pg_stat_statements")
    source = by_kind(asked)["pg_stat_statements"]
    assert source.verdict is Verdict.BLIND
    grant = next(each for each in source.remedies if each.startswith("GRANT"))
    assert grant == "GRANT pg_read_all_stats TO doctor_reader;"
    assert any(each.startswith("ALTER SYSTEM SET pg_stat_statements.track = 'all'") for each in source.remedies)
    reader.run(grant)
    again = by_kind(asked)["pg_stat_statements"]
    assert not [each for each in again.remedies if each.startswith("GRANT")]
    assert "query sighting" in again.facts[0]


def test_a_view_that_was_revoked_is_granted_again(reader: Database, tmp_path: Path) -> None:
    reader.run("CREATE EXTENSION pg_stat_statements; REVOKE SELECT ON pg_stat_statements FROM PUBLIC")
    asked = config(tmp_path, "postgres:15", as_user(reader, "doctor_reader"), "pg_stat_statements")
    source = by_kind(asked)["pg_stat_statements"]
    assert source.verdict is Verdict.UNREADABLE
    assert "GRANT SELECT ON pg_stat_statements TO doctor_reader;" in source.remedies
    reader.run("GRANT SELECT ON pg_stat_statements TO doctor_reader")
    assert by_kind(asked)["pg_stat_statements"].verdict is Verdict.BLIND


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    dsn = f"postgresql://reader:{PASSWORD}@127.0.0.1:1/shop"
    found = by_kind(config(tmp_path, "postgres:15", dsn, "pg_stat_statements"))
    assert {each.verdict for each in found.values()} == {Verdict.UNREADABLE}


@pytest.fixture(scope="module")
def server(pytestconfig: pytest.Config) -> Iterator[Server]:
    yield from serve(pytestconfig, mariadb_server())


@pytest.fixture
def shop(server: Server) -> Iterator[Database]:
    with server.fresh_database() as fresh:
        fresh.run("CREATE TABLE orders (id int PRIMARY KEY, total int)")
        fresh.run(f"CREATE OR REPLACE USER doctor@'%' IDENTIFIED BY '{PASSWORD}'")
        fresh.run(f"GRANT SELECT ON `{fresh.name}`.* TO doctor@'%'")
        yield fresh


def test_what_it_says_to_grant_to_a_user_mends_it(shop: Database, tmp_path: Path) -> None:
    asked = config(tmp_path, "mariadb:10.11", as_user(shop, "doctor"), "mysql_digests", "mysql_slow_log_table")
    shop.run("SET GLOBAL slow_query_log = ON, GLOBAL long_query_time = 0, GLOBAL log_output = 'TABLE'")
    try:
        found = by_kind(asked)
        assert found["mysql_digests"].verdict is Verdict.UNREADABLE
        assert found["mysql_slow_log_table"].verdict is Verdict.UNREADABLE
        for _ in range(5):  # a server names one missing privilege at a time
            grants = [each for f in by_kind(asked).values() for each in f.remedies if each.startswith("GRANT")]
            for grant in grants:
                shop.run(grant)
            if not grants:
                break
        shop.run("SELECT total FROM orders")
        found = by_kind(asked)
    finally:
        shop.run("SET GLOBAL slow_query_log = OFF, GLOBAL long_query_time = 10, GLOBAL log_output = 'FILE'")
    assert found["mysql_digests"].verdict is Verdict.BLIND
    assert found["mysql_slow_log_table"].verdict is Verdict.BLIND
    assert found["schema"].verdict is Verdict.FINE


def test_settings_are_told_as_what_to_run(shop: Database, tmp_path: Path) -> None:
    asked = config(tmp_path, "mariadb:10.11", shop.dsn, "mysql_digests", "mysql_slow_log_table")
    shop.run("UPDATE performance_schema.setup_consumers SET ENABLED = 'NO' WHERE NAME = 'statements_digest'")
    try:
        found = by_kind(asked)
        (mend,) = [each for each in found["mysql_digests"].remedies if "setup_consumers" in each]
        shop.run(mend)
        assert "setup_consumers" not in repr(by_kind(asked)["mysql_digests"].remedies)
        assert "SET GLOBAL slow_query_log = ON;" in found["mysql_slow_log_table"].remedies
    finally:
        shop.run("UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'statements_digest'")
