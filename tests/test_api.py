"""The library as a notebook uses it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

import scanner
from scanner.errors import ChangeError, ConfigError, SourceError, StoreError, UsageError
from scanner.frames import QUERIES, TABLES
from scanner.render.tables import FINDINGS, SERVICES
from tests import company


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> scanner.Scan:
    return scanner.scan(company.found(tmp_path_factory.mktemp("company")))


@pytest.fixture(scope="module")
def impact(scan: scanner.Scan) -> scanner.Impact:
    return scan.impact("ALTER TABLE orders ADD COLUMN region text NOT NULL", "shop")


def types(frame: pd.DataFrame) -> dict[str, str]:
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


@pytest.mark.parametrize("name", scanner.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(scanner, name) is not None


def test_public_names_survive_the_import_of_modules() -> None:
    program = (
        "import importlib, pkgutil, scanner\n"
        "for module in pkgutil.walk_packages(scanner.__path__, 'scanner.'):\n"
        "    importlib.import_module(module.name)\n"
        "assert not [n for n in scanner.__all__ if type(getattr(scanner, n)).__name__ == 'module']"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'scanner' has no attribute 'nothing'"):
        _ = scanner.nothing


def test_queries(scan: scanner.Scan) -> None:
    frame = scan.queries
    assert types(frame) == QUERIES
    assert frame["calls"].sum() == 1200 + 7 + 90 + 1
    first = frame.iloc[0]
    assert (first["services"], first["sources"], first["locations"], first["reads"]) == (
        "billing",
        "pg_stat_statements; python",
        "services/billing/pay.py:3",
        "orders",
    )
    assert set(frame["database"]) == {"shop", "stock"}
    assert frame["writes"].isna().sum() == len(frame) - 1


def test_tables(scan: scanner.Scan) -> None:
    frame = scan.tables.set_index(["database", "name"])
    assert types(scan.tables) == TABLES
    assert frame.loc[("shop", "orders"), "queries"] == 4
    assert frame.loc[("shop", "orders"), "services"] == "analyst; billing; reports"
    assert frame.loc[("shop", "big_orders"), "kind"] == "view"
    assert frame.loc[("stock", "orders"), "queries"] == 0
    assert pd.isna(frame.loc[("stock", "orders"), "calls"])


def test_graph(scan: scanner.Scan) -> None:
    assert scan.graph.has_edge("relation:shop/big_orders", "relation:shop/orders", "depends_on")
    assert "relation:stock/shelves" in scan.graph


def test_a_query_uses_the_columns_that_it_reads_and_those_that_it_writes(scan: scanner.Scan) -> None:
    edges = scan.graph.in_edges("column:shop/orders.total", keys=True)
    users = [scan.graph.nodes[node] for node, _, kind in edges if kind == "uses_column"]
    assert sorted(user.get("name", user.get("sql", "").partition("(")[0]) for user in users) == [
        "INSERT INTO orders",
        "big_orders",
    ]


def test_the_graph_as_json_is_as_its_schema_says(scan: scanner.Scan, tmp_path: Path) -> None:
    scan.export_graph(tmp_path / "graph.json")
    jsonschema.validate(json.loads((tmp_path / "graph.json").read_text()), scanner.json_schema("graph"))


def test_findings(impact: scanner.Impact) -> None:
    assert types(impact.findings) == FINDINGS
    assert impact.findings["rule"].notna().all()
    assert len(impact.findings) == len(impact.report.findings)
    assert impact.findings["effect"].iloc[0] == "breaks"


def test_queries_of_an_impact_are_every_touching_query_once(impact: scanner.Impact) -> None:
    assert sorted(impact.queries["fingerprint"]) == sorted(q.fingerprint for q in impact.report.queries)
    effects = dict(zip(impact.queries["sql"], impact.queries["effect"], strict=True))
    broken = [sql for sql, effect in effects.items() if effect == "breaks"]
    assert any("INSERT INTO orders" in sql for sql in broken)
    assert any("SELECT region" in sql for sql in broken)
    assert [effect for sql, effect in effects.items() if "big_orders" in sql] == ["unaffected"]


def test_services(impact: scanner.Impact) -> None:
    assert types(impact.services) == SERVICES
    assert set(impact.services["service"]) == {"analyst", "billing", "reports"}


def test_files(impact: scanner.Impact, tmp_path: Path) -> None:
    impact.to_html(tmp_path / "page")
    impact.to_csv(tmp_path / "report.csv")
    impact.to_json(tmp_path / "report.json")
    impact.to_markdown(tmp_path / "report.md")
    assert (tmp_path / "page").read_text().lower().startswith("<!doctype html>")
    assert len(pd.read_csv(tmp_path / "report.csv")) >= len(impact.findings)
    assert json.loads((tmp_path / "report.json").read_text())["change"]
    assert "orders" in (tmp_path / "report.md").read_text()
    with pytest.raises(UsageError, match="could not be written"):
        impact.to_csv(tmp_path / "missing" / "report.csv")


def test_it_shows_itself_in_a_notebook(impact: scanner.Impact, scan: scanner.Scan) -> None:
    assert "orders" in impact._repr_html_()
    assert "<td>stock</td>" in scan._repr_html_()
    assert all("tex2jax_ignore mathjax_ignore" in shown._repr_html_() for shown in (scan, impact))  # $1, $2 stay text
    assert repr(impact).startswith("<Impact: Adding ")
    assert repr(scan) == "<Scan of shop: 6 queries, stock: 1 query>"


def test_kept_and_loaded_it_answers_the_same(scan: scanner.Scan, impact: scanner.Impact, tmp_path: Path) -> None:
    scan.save(tmp_path / "scan.db")
    again = scanner.load(tmp_path / "scan.db")
    pd.testing.assert_frame_equal(again.queries, scan.queries)
    pd.testing.assert_frame_equal(again.tables, scan.tables)
    assert again.impact(impact.report.change, "shop").report == impact.report


def test_a_file_that_is_no_scan(tmp_path: Path) -> None:
    (tmp_path / "scan.db").write_text("hello")
    with pytest.raises(StoreError):
        scanner.load(tmp_path / "scan.db")
    with pytest.raises(StoreError):
        scanner.load(tmp_path / "nowhere.db")


def test_changes_are_checked(scan: scanner.Scan) -> None:
    with pytest.raises(UsageError, match="orders is a table of shop and stock"):
        scan.impact("ALTER TABLE orders ADD COLUMN note text")
    with pytest.raises(UsageError, match=r"^The change is 42 where the text of an ALTER TABLE or .* is wanted\.$"):
        scan.impact(42)  # type: ignore[arg-type]
    with pytest.raises(ChangeError, match="did you mean orders"):
        scan.impact("ALTER TABLE ordres ADD COLUMN note text", "shop")
    with pytest.raises(ChangeError, match="already has a column total"):
        scan.impact("ALTER TABLE orders ADD COLUMN total int", "shop")
    with pytest.raises(ChangeError):
        scan.impact("DROP TABLE orders")


def test_a_schema_that_could_not_be_read_is_the_reason(tmp_path: Path) -> None:
    path = company.found(tmp_path)
    (tmp_path / "stock.sql").unlink()
    scan = scanner.scan(path)
    with pytest.raises(SourceError, match=r"^There is no schema of stock at stock\.sql\.$"):
        scan.impact("ALTER TABLE shelves ADD COLUMN note text")
    with pytest.raises(ChangeError, match="did you mean orders"):
        scan.impact("ALTER TABLE ordres ADD COLUMN note text", "shop")
    assert scan.impact("ALTER TABLE orders ADD COLUMN note text").report.database.name == "shop"


def test_a_column_that_is_there_already_may_be_added_if_it_is_not(scan: scanner.Scan) -> None:
    report = scan.impact("ALTER TABLE orders ADD COLUMN IF NOT EXISTS total int", "shop").report
    assert len(report.unaffected) == len(report.queries)


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        scanner.scan(tmp_path / "scanner.toml")


def test_assess_is_pure() -> None:
    schema = scanner.Schema.from_ddl("CREATE TABLE orders (id int, total numeric)", engine="postgres:15")
    change = scanner.Change.parse("ALTER TABLE orders ADD COLUMN status text", engine="postgres:15")
    verdict = scanner.assess("SELECT * FROM orders WHERE id = %s", change, schema, session=())
    assert verdict.effect is scanner.Effect.CHANGES_SHAPE
    assert verdict.findings[0].certainty is scanner.Certainty.CERTAIN
    assert verdict.unresolved is None
