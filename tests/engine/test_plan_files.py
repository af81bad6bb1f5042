"""The scripts of a plan do with psql and mariadb what they say."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scanner.change import Change
from scanner.model import RolloutSettings
from scanner.render.plan import phase_file, script
from scanner.rollout import plan
from scanner.schema import Schema
from tests.engine.plans import catalogue, filled
from tests.engine.servers import Database, Server

DDL = "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE t (id int, side varchar(3), a int, PRIMARY KEY (id, side))"
NUMBERS = {"postgres": "generate_series(1, 500) AS n (i)", "mariadb": "(SELECT seq AS i FROM seq_1_to_500) AS n"}


@pytest.mark.parametrize("engine", NUMBERS)
@pytest.mark.parametrize("definition", ["x int NOT NULL UNIQUE REFERENCES u (id)", "x varchar(36) NOT NULL"])
def test_each_file_runs(engine: str, definition: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server: Server = request.getfixturevalue(engine)
    with server.fresh_database() as database:
        numbers = NUMBERS[engine]
        database.run(f"{DDL}; INSERT INTO u SELECT i FROM {numbers}; INSERT INTO t SELECT i, 'l', i FROM {numbers}")
        before = catalogue(database, ("t", "u"))
        change, schema = Change.short("t", definition, server.engine), Schema.from_ddl(DDL, server.engine)
        made = filled(plan(change, schema, settings=RolloutSettings(batch_rows=100)), "t.id")
        for number, phase in enumerate(made.phases, 1):
            _run(database, phase_file(number, phase, server.engine), tmp_path / f"{number}.sql")
        assert database.rows("SELECT count(*) FROM t WHERE x IS NOT NULL")[0][0] == 500
        assert catalogue(database, ("t", "u")) != before
        for phase in reversed(made.phases):
            _run(database, script(phase.take_back, server.engine), tmp_path / "back.sql")
        assert catalogue(database, ("t", "u")) == before


def _run(database: Database, text: str, path: Path) -> None:
    path.write_text(text)
    address = urlsplit(database.dsn)
    if database.engine.family == "postgres":
        command = [_client("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(path), database.dsn]
    else:
        login = [f"--host={address.hostname}", f"--port={address.port}", f"--user={address.username}", "--protocol=tcp"]
        command = [_client("mariadb"), "--no-defaults", *login, database.name, f"--execute=source {path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr


def _client(name: str) -> str:
    found = shutil.which(name)
    if found is None and os.environ.get("SCANNER_TEST_ALLOW_MISSING") == "1":
        pytest.skip(f"{name} was not found.")
    assert found, f"{name} was not found: install it, it comes with the server's client programs."
    return found
