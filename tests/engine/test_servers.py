"""The servers that the other tests of this directory stand on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.conftest import serve
from tests.engine.servers import Database, Server, mariadb_server, missing_packages, postgres_server


def test_postgres_has_pg_stat_statements(postgres_database: Database) -> None:
    postgres_database.run("CREATE EXTENSION pg_stat_statements")
    assert postgres_database.rows("SELECT 41 + 1") == [(42,)]
    assert postgres_database.rows("SELECT calls FROM pg_stat_statements WHERE query = 'SELECT $1 + $2'") == [(1,)]


def test_mariadb_writes_a_slow_log(mariadb: Server) -> None:
    if mariadb.directory is None:
        pytest.skip("a server of somebody else's: its log is not ours to read")
    mariadb.run("SET GLOBAL slow_query_log = ON; SET GLOBAL long_query_time = 0")
    try:
        mariadb.rows("SELECT 41 + 1")
    finally:
        mariadb.run("SET GLOBAL slow_query_log = OFF; SET GLOBAL long_query_time = 10")
    assert "SELECT 41 + 1" in (mariadb.directory / "slow.log").read_text()


def test_mariadb_has_a_performance_schema(mariadb: Server) -> None:
    assert mariadb.rows("SELECT @@performance_schema") == [(1,)]


@pytest.mark.parametrize("engine", ["postgres", "mariadb"])
def test_a_fresh_database_is_empty_and_goes_away(engine: str, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(engine)
    with server.fresh_database() as database:
        database.run("CREATE TABLE t (i integer); INSERT INTO t VALUES (1)")
        assert database.rows("SELECT * FROM t") == [(1,)]
        name = database.name
    names = server.rows("SELECT datname FROM pg_database" if engine == "postgres" else "SHOW DATABASES")
    assert (name,) not in names


def test_a_transaction_can_be_rolled_back(postgres_database: Database) -> None:
    postgres_database.run("CREATE TABLE t (i integer)")
    with closing(postgres_database.connect(autocommit=False)) as connection:
        connection.execute("INSERT INTO t VALUES (1)")
        connection.rollback()
    assert postgres_database.rows("SELECT count(*) FROM t") == [(0,)]


def test_a_server_leaves_nothing_behind() -> None:
    with postgres_server() as server:
        directory = server.directory
        assert directory is not None
        pid = int((directory / "data" / "postmaster.pid").read_text().split()[0])
    assert not directory.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_server_by_its_url(postgres: Server) -> None:
    with postgres_server(postgres.dsn) as same:
        assert same.title == postgres.title
        assert same.directory is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a server that its parent died")
def test_a_server_dies_with_the_process_that_started_it() -> None:
    program = (
        "import time; from tests.engine.servers import postgres_server\n"
        "with postgres_server() as s: print(s.directory, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        directory = Path(starter.stdout.readline().strip())
        pid = int((directory / "data" / "postmaster.pid").read_text().split()[0])
        starter.kill()
    try:
        assert _gone_within(20, pid)
    finally:
        shutil.rmtree(directory)


def test_a_missing_server_fails_the_tests_and_says_what_to_install(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SCANNER_TEST_ALLOW_MISSING", raising=False)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(pytest.fail.Exception, match="Debian: mariadb-server"):
        next(serve(pytestconfig, mariadb_server()))


def test_a_missing_server_can_be_allowed(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_TEST_ALLOW_MISSING", "1")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(pytest.skip.Exception, match="Debian: mariadb-server"):
        next(serve(pytestconfig, mariadb_server()))


def test_a_server_given_by_its_url_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    monkeypatch.delenv("SCANNER_TEST_MARIADB", raising=False)
    assert "mariadb-server" in missing_packages()
    monkeypatch.setenv("SCANNER_TEST_MARIADB", "mysql://root@127.0.0.1:3306/mysql")
    assert "mariadb-server" not in missing_packages()


def _gone_within(seconds: float, pid: int) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False
