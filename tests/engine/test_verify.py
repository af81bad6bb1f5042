"""scanner verify on real servers: it confirms the example company's findings and refutes a planted one."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import scanner
from scanner.cli import run
from scanner.errors import UsageError
from scanner.model import Certainty, Effect, Finding, Subject
from scanner.sources import schema_scripts
from scanner.verify import Standing, verify

SHOP = Path(__file__).parents[2] / "fixtures" / "shop" / "scanner.toml"
ASKED = ("--config", str(SHOP))


def databases(server):
    schema = "pg_catalog.pg_database" if server.engine.family == "postgres" else "information_schema.schemata"
    name = "datname" if server.engine.family == "postgres" else "schema_name"
    return {row[0] for row in server.rows(f"SELECT {name} FROM {schema}")}


def test_postgres_confirms_the_shop(postgres, capsys):
    before = databases(postgres)
    change = "ALTER TABLE orders ADD COLUMN status text NOT NULL"
    assert run(["verify", change, *ASKED, "--database", "shop", "--scratch", postgres.dsn]) == 0
    out = capsys.readouterr().out
    assert "refuted 0" in out
    assert "CONFIRMED  breaks SC202 required-column: it fails when it runs: 23502" in out
    assert "CONFIRMED  changes-results SC402 captured-column: the engine binds its names otherwise" in out
    assert databases(postgres) == before


def test_mariadb_confirms_the_shop(mariadb, capsys):
    before = databases(mariadb)
    change = "ALTER TABLE orders ADD COLUMN region varchar(20) NOT NULL"
    assert run(["verify", change, *ASKED, "--database", "warehouse", "--scratch", mariadb.dsn]) == 0
    out = capsys.readouterr().out
    assert "confirmed 5, refuted 0, not shown 0" in out
    assert databases(mariadb) == before


def asked_about(statements, directory, *, engine, dsn):
    directory.joinpath("schema.sql").write_text("CREATE TABLE tickets (id int PRIMARY KEY, title text NOT NULL);")
    calls = "".join(f"    cursor.execute({statement!r})\n" for statement in statements)
    directory.joinpath("app").mkdir()
    directory.joinpath("app", "a.py").write_text(f"def all(cursor):\n{calls}")
    schema = str(directory / "schema.sql")
    change = "ALTER TABLE tickets ADD COLUMN priority int NOT NULL"
    return ["verify", change, str(directory / "app"), "--engine", engine, "--schema", schema, "--scratch", dsn]


def test_copy_ends_and_leaves_nothing(postgres, tmp_path, capsys):
    before = databases(postgres)
    written = tmp_path / "written"
    statements = [
        "COPY tickets FROM STDIN",
        "COPY tickets (id, title) FROM STDIN WITH (FORMAT csv)",
        "COPY tickets TO STDOUT",
        "COPY (SELECT * FROM tickets) TO STDOUT",
        f"COPY tickets TO '{written}'",
        f"COPY tickets TO PROGRAM 'touch {written}'",
        "SELECT id FROM tickets",
    ]
    assert run(asked_about(statements, tmp_path, engine="postgres:16", dsn=postgres.dsn)) == 0
    out = capsys.readouterr().out
    assert "5 queries asked; confirmed 0, refuted 0, " in out
    assert "Not asked: 2 (" in out
    assert not written.exists()
    assert databases(postgres) == before


def test_files_of_mariadb_are_left_alone(mariadb, tmp_path, capsys):
    before = databases(mariadb)
    statements = [
        "LOAD DATA LOCAL INFILE 'x.csv' INTO TABLE tickets",
        "SELECT * INTO OUTFILE 'x.csv' FROM tickets",
        "SELECT id FROM tickets",
    ]
    assert run(asked_about(statements, tmp_path, engine="mariadb:10.11", dsn=mariadb.dsn)) == 0
    assert ": 1 query asked" in capsys.readouterr().out
    assert databases(mariadb) == before


def test_the_databases_go_when_the_process_is_told_to_end(postgres, tmp_path):
    before = databases(postgres)
    words = asked_about(["SELECT pg_sleep(4) FROM tickets RIGHT JOIN (SELECT 1) one ON true"], tmp_path,
                        engine="postgres:16", dsn=postgres.dsn)  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "scanner", *words])
    deadline = time.monotonic() + 60
    sleeping = "SELECT FROM pg_stat_activity WHERE query LIKE 'EXECUTE looked_at%' AND state = 'active'"
    while not postgres.rows(sleeping) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.terminate()
    assert process.wait(60) == 130
    assert databases(postgres) == before


@pytest.fixture(scope="module")
def shop():
    scan = scanner.scan(SHOP)
    report = scan.impact("ALTER TABLE orders ADD COLUMN status text NOT NULL", "shop").report
    assert scan.config is not None
    return report, schema_scripts(scan.config.database("shop"))


@pytest.mark.parametrize(
    ("effect", "name"),
    [
        (Effect.BREAKS, "required-column"),
        (Effect.CHANGES_SHAPE, "star-projection"),
        (Effect.CHANGES_RESULTS, "captured-column"),
    ],
)
def test_a_wrong_finding_is_refuted(postgres, shop, effect, name):
    report, scripts = shop
    innocent = next(q for q in report.unaffected if q.sql.startswith("SELECT") and "$" in q.sql)
    wrong = Finding("SC999", name, effect, Certainty.CERTAIN, "", "", Subject("query", innocent.fingerprint))
    planted = replace(
        report,
        findings=(*report.findings, wrong),
        unaffected=tuple(q for q in report.unaffected if q is not innocent),
    )
    verified = verify(planted, scripts, postgres.dsn)
    assert [each.finding for each in verified.checked if each.standing is Standing.REFUTED] == [wrong]


def test_a_finding_that_is_missing_is_found(postgres, shop):
    report, scripts = shop
    lost = next(f for f in report.findings if f.name == "required-column")
    query = report.query(lost.subject.name)
    kept = tuple(f for f in report.findings if f.subject != lost.subject)
    verified = verify(replace(report, findings=kept, unaffected=(*report.unaffected, query)), scripts, postgres.dsn)
    (refuted,) = [each for each in verified.checked if each.standing is Standing.REFUTED]
    assert (refuted.query, refuted.finding) == (query, None)


@pytest.mark.parametrize("family", ["postgres", "mariadb"])
def test_what_fails_for_a_row_is_not_refuted_where_there_is_none(family, request, tmp_path, capsys):
    server = request.getfixturevalue(family)
    (tmp_path / "schema.sql").write_text("CREATE TABLE t (id int PRIMARY KEY, a int); CREATE TABLE u (id int, a int);")
    program = "def copy(cursor):\n    cursor.execute('INSERT INTO t (id, a) SELECT id, a FROM u')\n"
    (tmp_path / "m.py").write_text(program)
    engine = "postgres:15" if family == "postgres" else "mariadb:10.11"
    options = ("--engine", engine, "--schema", str(tmp_path / "schema.sql"), str(tmp_path / "m.py"))
    code = run(["verify", "t", "b int NOT NULL", *options, "--scratch", server.dsn, "--not-empty"])
    said = capsys.readouterr().out
    assert (code, "1 query asked" in said, "refuted 0" in said) == (0, True, True), said


def test_a_server_in_use_is_refused(postgres, shop):
    report, scripts = shop
    with postgres.fresh_database() as used:
        used.run("CREATE TABLE somebodys (id int)")
        with pytest.raises(UsageError, match="holds 1 tables"):
            verify(report, scripts, used.dsn)
        verify(report, scripts, used.dsn, even_if_used=True)
        assert used.rows("SELECT count(*) FROM somebodys") == [(0,)]


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("postgresql://nobody:secret@127.0.0.1:1/x", "cannot be used"),
        ("mysql://root@127.0.0.1/x", "is no postgres server"),
    ],
)
def test_what_cannot_be_used_is_said_without_a_password(capsys, dsn, said):
    change = "ALTER TABLE orders ADD COLUMN status text"
    assert run(["verify", change, *ASKED, "--database", "shop", "--scratch", dsn]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "secret" not in error
    assert error.count("\n") == 1
