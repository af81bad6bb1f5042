"""A configuration → what is known of each database."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.config import Config, load_config
from scanner.model import Query
from scanner.scanning import DatabaseScan, scan_databases
from tests import company


def scanned(path: Path) -> dict[str, DatabaseScan]:
    return {found.name: found for found in scan_databases(load_config(path))}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DatabaseScan]:
    return scanned(company.found(tmp_path_factory.mktemp("company")))


def query(found: DatabaseScan, text: str) -> Query:
    (match,) = [q for q in found.queries if text in q.sql]
    return match


def test_a_schema_may_lie_in_several_files(shop: dict[str, DatabaseScan]) -> None:
    assert [str(t.name) for t in shop["shop"].schema.tables] == ["orders", "users"]
    assert [str(v.name) for v in shop["shop"].schema.views] == ["big_orders"]


def test_production_and_source_meet_in_one_query(shop: dict[str, DatabaseScan]) -> None:
    found = query(shop["shop"], "SELECT * FROM orders")
    assert found.calls == 1200
    assert [str(o.location) for o in found.located] == ["services/billing/pay.py:3"]
    assert {o.source for o in found.observations} == {"python", "pg_stat_statements"}


def test_the_code_owns_a_query_that_a_shared_role_runs(shop: dict[str, DatabaseScan]) -> None:
    assert query(shop["shop"], "SELECT * FROM orders").services == ("billing",)


def test_a_role_owns_what_no_code_was_found_for(shop: dict[str, DatabaseScan]) -> None:
    assert query(shop["shop"], "SELECT region").services == ("analyst",)


def test_rules_and_sources_name_services(shop: dict[str, DatabaseScan]) -> None:
    assert query(shop["stock"], "shelves").services == ("fulfilment",)
    assert query(shop["shop"], "big_orders").services == ("reports",)


def test_the_statements_of_the_schema_are_no_queries(shop: dict[str, DatabaseScan]) -> None:
    places = {o.location.path for q in shop["shop"].queries for o in q.located}
    assert {"reports/day.sql", "services/billing/pay.py"} <= places
    assert not {path for path in places if path.startswith("schema/")}


def test_queries_of_other_databases_are_counted(shop: dict[str, DatabaseScan]) -> None:
    assert shop["shop"].evidence.out_of_scope == len(shop["stock"].queries) == 1
    assert shop["stock"].evidence.out_of_scope == len(shop["shop"].queries)


def test_consumers_belong_to_their_database(shop: dict[str, DatabaseScan]) -> None:
    assert [c.name for c in shop["shop"].evidence.consumers] == ["stream"]
    assert shop["stock"].evidence.consumers == ()


def test_places_are_relative_to_the_root(shop: dict[str, DatabaseScan]) -> None:
    places = {c.source: c.place for found in shop.values() for c in found.evidence.coverage}
    assert places["python"] == "services"
    assert places["pg_stat_statements"] == "statements.csv"
    assert places["mysql_slow_log"] == "slow.log"


def test_what_each_query_names(shop: dict[str, DatabaseScan]) -> None:
    found = shop["shop"]
    named = found.parts.references[query(found, "SELECT region").fingerprint]
    assert {str(name) for name in named.reads} == {"users", "orders"}


def test_a_source_that_is_not_there_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = company.found(tmp_path)
    (tmp_path / "statements.csv").write_text("a,b\n1,2\n")
    (tmp_path / "slow.log").unlink()
    found = scanned(path)
    (shop,) = found["shop"].evidence.unread
    (stock,) = found["stock"].evidence.unread
    assert (shop.source, shop.place) == ("pg_stat_statements", "statements.csv")
    assert "query" in shop.reason
    assert (stock.source, stock.place) == ("mysql_slow_log", "slow.log")
    assert str(tmp_path) not in shop.reason + stock.reason
    assert query(found["shop"], "SELECT * FROM orders").services == ("billing",)


def test_a_schema_that_is_not_there_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = company.found(tmp_path)
    (tmp_path / "stock.sql").unlink()
    found = scanned(path)
    assert [(u.source, u.reason) for u in found["stock"].evidence.unread] == [
        ("schema", "There is no schema of stock at stock.sql.")
    ]
    assert len(found["stock"].queries) == 1
    assert found["shop"].evidence.unread == ()


def test_a_statement_nobody_understands_is_named_with_its_place(tmp_path: Path) -> None:
    path = company.found(tmp_path)
    with (tmp_path / "schema/views.sql").open("a") as file:
        file.write("\nCREATE TABLE;\nCREATE TABLE;\n")
    (spot,) = (s for s in scanned(path)["shop"].evidence.blind_spots if s.source == "schema")
    assert spot.place == "schema/views.sql:3"
    assert "CREATE TABLE was left out of the schema, 2 times: " in spot.message


def test_a_dead_server_is_named_without_its_password(tmp_path: Path) -> None:
    path = company.found(tmp_path)
    text = path.read_text().replace('path = "statements.csv"', 'dsn = "postgresql://u:s3cret@127.0.0.1:1/shop"')
    path.write_text(text)
    (unread,) = scanned(path)["shop"].evidence.unread
    assert unread.place == "the server of shop"
    assert "s3cret" not in unread.reason


def test_progress_names_what_is_read(tmp_path: Path) -> None:
    told: list[str] = []
    config: Config = load_config(company.found(tmp_path))
    scan_databases(config, lambda step, *_: told.append(step))
    assert "Reading the schema of shop" in told
    assert f"Reading {tmp_path}/slow.log (mysql_slow_log)" in told
