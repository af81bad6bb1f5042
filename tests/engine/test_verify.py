"""scanner verify on real servers: it confirms the example company's findings and refutes a planted one."""

from __future__ import annotations

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
