"""Services by the tags that statements carry, from a log or an export to the graph and the report."""

from __future__ import annotations

from pathlib import Path

import pytest

import scanner

RULES = """
[[services]]
name = "{tags.application}"
tags = { application = "*" }

[[services]]
name = "nightly"
tags = { job = "Nightly::*" }
"""
TAGS = [
    "/*application:shop,controller:orders*/",
    "/*application:shop,controller:carts*/",
    "/*application='billing',job='Nightly%3A%3AClose'*/",
    "/*controller:none*/",
    "",
]


@pytest.fixture
def tagged(tmp_path: Path) -> scanner.Scan:
    entries = (
        f"# Time: 2026-03-0{1 + number // 8}T00:00:0{number % 8}Z\n# User@Host: app[app] @ web [10.0.0.1] Id: 5\n"
        f"# Query_time: 0.5 Lock_time: 0 Rows_sent: 1 Rows_examined: 1\nSET timestamp={1772323200 + number};\n"
        f"SELECT total FROM orders WHERE id = {number} {TAGS[number % 5]};\n"
        for number in range(20)
    )
    (tmp_path / "slow.log").write_text("".join(entries))
    (tmp_path / "schema.sql").write_text("CREATE TABLE orders (id int PRIMARY KEY, total int);")
    (tmp_path / "scanner.toml").write_text(
        "[[databases]]\nname = 'shop'\nengine = 'mysql:8.0'\nschema = 'schema.sql'\n"
        "[[sources]]\nkind = 'mysql_slow_log'\npath = 'slow.log'\n" + RULES
    )
    return scanner.scan(tmp_path / "scanner.toml")


def test_one_query_belongs_to_every_service_that_its_tags_name(tagged: scanner.Scan) -> None:
    (query,) = tagged.databases[0].parts.queries
    assert query.services == ("app", "billing", "nightly", "shop")
    assert {o.services: o.calls for o in query.observations} == {
        ("app",): 8,
        ("shop",): 8,
        ("billing", "nightly"): 4,
    }
    assert query.sql == "SELECT total FROM orders WHERE id = ?"
    assert query.calls == 20


def test_the_graph_counts_the_calls_of_each_service(tagged: scanner.Scan) -> None:
    runs = {service: data["calls"] for service, _, data in tagged.graph.edges(data=True) if data["type"] == "runs"}
    assert runs == {"service:app": 8, "service:shop": 8, "service:billing": 4, "service:nightly": 4}
    assert tagged.queries["calls"].sum() == 20


def test_no_comment_stays(tagged: scanner.Scan, tmp_path: Path) -> None:
    tagged.save(tmp_path / "scan.db")
    tagged.impact("ALTER TABLE orders ADD COLUMN id2 int").to_json(tmp_path / "impact.json")
    for name in ("scan.db", "impact.json"):
        content = (tmp_path / name).read_bytes()
        assert b"billing" in content
        assert b"controller" not in content
        assert b"Close" not in content


def test_an_export_names_the_service_of_the_first_execution(tmp_path: Path) -> None:
    (tmp_path / "statements.csv").write_text(
        "query,calls,rolname\n\"SELECT total FROM orders WHERE id = $1 /*application='shop'*/\",7,app\n"
    )
    (tmp_path / "schema.sql").write_text("CREATE TABLE orders (id int PRIMARY KEY, total int);")
    (tmp_path / "scanner.toml").write_text(
        "[[databases]]\nname = 'shop'\nengine = 'postgres:16'\nschema = 'schema.sql'\n"
        "[[sources]]\nkind = 'pg_stat_statements'\npath = 'statements.csv'\n" + RULES
    )
    (query,) = scanner.scan(tmp_path / "scanner.toml").databases[0].parts.queries
    assert (query.services, query.calls) == (("shop",), 7)
