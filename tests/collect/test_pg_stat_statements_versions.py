"""What psql wrote on servers of eight versions (fixtures/pg_stat_statements/record.py), read back."""

from __future__ import annotations

from pathlib import Path

import pytest

import scanner
from scanner.collect.pg_stat_statements import collect_export
from scanner.config.discover import sources_at
from scanner.fingerprint import gather
from scanner.model import BlindSpot, Coverage, Database, Engine, Observation

RECORDED = Path(__file__).parents[2] / "fixtures" / "pg_stat_statements"
VERSIONS = sorted(path.stem for path in RECORDED.glob("*.json"))
SHOP = Database("shop", Engine("postgres", (15,)))
# Normalised, with calls, rows and role.
RAN = {
    ("INSERT INTO orders VALUES ($1, $2, $3)", 3, 6, "app"),
    ("SELECT * FROM orders WHERE id IN ($1)", 2, 12, "app"),
    ("SELECT total_of($1)", 2, 2, "app"),
    ("SELECT total FROM orders WHERE note = $1", 1, 0, "app"),
    ("DO $$ BEGIN PERFORM total FROM orders WHERE note = $1; END $$", 1, 0, "app"),
    ("SELECT count(*) FROM orders", 1, 1, "reports"),
    ('SELECT id AS "a,\n""b" FROM orders WHERE note = $1', 1, 0, "reports"),
}


def read(name: str, **names: str) -> list:
    return list(collect_export(RECORDED / name, database="shop", **names))


def observations(items) -> list[Observation]:
    return [item for item in items if isinstance(item, Observation)]


def messages(items) -> str:
    return "\n".join(item.message for item in items if isinstance(item, BlindSpot))


def test_the_versions_that_were_recorded():
    assert VERSIONS == ["10", "12", "13", "14", "15", "16", "17", "18"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("ending", [".csv", ".json", "-view.csv"])
def test_every_version_says_the_same(version, ending):
    found = observations(read(f"{version}{ending}"))
    queries = {
        (query.sql, query.calls, query.rows, query.observations[0].user)
        for query in gather(found, {"shop": SHOP})
        if query.observations[0].user != "postgres" and "sum(" not in query.sql
    }
    assert queries == RAN
    assert all(item.server_query_id and (item.total_time_ms or 0) > 0 for item in found)
    assert not any("planted" in query.sql for query in gather(found, {"shop": SHOP}))


@pytest.mark.parametrize("version", VERSIONS)
def test_what_ran_inside_a_function_is_a_statement(version):
    nested = [item for item in observations(read(f"{version}.csv")) if "sum(total)" in item.sql]
    assert {item.sql.removeprefix("SELECT ") for item in nested} == {"(SELECT sum(total) FROM orders WHERE id = $1)"}
    assert sum(item.calls or 0 for item in nested) == 2


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("form", ["csv", "json"])
def test_the_server_is_known(version, form):
    items = read(f"{version}.{form}")
    told = messages(items)
    assert ("does not tell whether rare queries were evicted" in told) is (int(version) < 14)
    assert ("when the statistics were reset" in told) is (int(version) >= 14)
    assert "other databases of this server were left out: billing (" in told
    assert isinstance(items[-1], Coverage)
    billing = observations(read(f"{version}.{form}", server_database="billing"))
    assert [(item.sql, item.calls) for item in billing] == [("SELECT id FROM invoices", 5)]


@pytest.mark.parametrize("name", [f"{version}{ending}" for version in VERSIONS for ending in (".csv", ".json")])
def test_an_export_is_known_by_its_content(name):
    assert [source.kind for source in sources_at(RECORDED / name)] == ["pg_stat_statements"]


def test_one_server_and_two_databases(tmp_path):
    (tmp_path / "shop.sql").write_text("CREATE TABLE orders (id int, total int, note text);")
    (tmp_path / "billing.sql").write_text("CREATE TABLE invoices (id int); CREATE TABLE orders (id int);")
    databases = "".join(
        f"[[databases]]\nname = '{name}'\nengine = 'postgres:15'\nschema = '{name}.sql'\n"
        for name in ("shop", "billing")
    )
    source = f"kind = 'pg_stat_statements'\npath = '{RECORDED / '15.csv'}'\n"
    names = "databases = { shop = 'shop', billing = 'billing' }\n"
    (tmp_path / "scanner.toml").write_text(f"{databases}[[sources]]\n{source}{names}")
    scan = scanner.scan(str(tmp_path / "scanner.toml"))
    seen = {(row.database, row.sql) for row in scan.queries.itertuples()}
    assert ("billing", "SELECT id FROM invoices") in seen
    assert ("shop", "SELECT count(*) FROM orders") in seen
    assert not {("shop", "SELECT id FROM invoices"), ("billing", "SELECT count(*) FROM orders")} & seen
    for name in ("shop", "billing"):
        report = scan.impact("ALTER TABLE orders ADD COLUMN status text", name).report
        told = "\n".join(spot.message for spot in report.blind_spots)
        assert "when the statistics were reset" in told
        assert "billing (" not in told
