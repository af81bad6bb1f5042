"""What a store says of a table, from what reaches it alone, is what the whole scan says, value for value."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scanner
from scanner import store
from scanner.fingerprint import gather, join_templates
from scanner.impact import Evidence
from scanner.model import Hole, LikelyPlace, Location, Mention, Observation, TableName
from scanner.scanning import DatabaseScan
from scanner.schema import Schema
from scanner.services import owned_by_role
from scanner.store.words import Words
from scanner.verdict import prepare

SHOP = Path("fixtures/shop/scanner.toml")
DDL = """
CREATE TABLE customers (id integer PRIMARY KEY, name text, region text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer REFERENCES customers ON DELETE CASCADE, total integer);
CREATE TABLE items (id integer PRIMARY KEY, order_id integer REFERENCES orders ON DELETE SET NULL, price integer);
CREATE TABLE old_orders () INHERITS (orders);
CREATE TABLE audit (at timestamptz, what text);
CREATE TABLE "order" (id integer, "total-sum" integer);
CREATE TABLE "order-log" (id integer);
CREATE VIEW big AS SELECT * FROM orders WHERE total > 100;
CREATE VIEW rich AS SELECT c.name FROM customers c JOIN big b ON b.customer_id = c.id;
CREATE FUNCTION total_of(c integer) RETURNS bigint LANGUAGE sql AS
    'SELECT sum(total) FROM orders WHERE customer_id = c';
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO audit SELECT now(), 'x'; RETURN NEW; END $$;
CREATE TRIGGER noted AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION note();
"""
STATEMENTS = (
    "SELECT * FROM orders",
    "SELECT id, total FROM orders WHERE customer_id = {n}",
    "SELECT * FROM orders NATURAL JOIN customers",
    "SELECT count(*) FROM big",
    "SELECT * FROM rich",
    "SELECT total_of({n})",
    "INSERT INTO items VALUES ({n}, 1, 2)",
    "INSERT INTO orders VALUES ({n}, 1, 2)",
    "DELETE FROM customers WHERE id = {n}",
    "UPDATE customers SET name = 'x'",
    "SELECT * FROM old_orders",
    "SELECT what FROM audit",
    'SELECT * FROM "order"',
    "SELECT broken FROM ORDERS WHERE ((",
    'SELECT broken FROM "order-log" WHERE ((',
    "VACUUM FULL items, audit (((",
    "SELECT 1",
    "SELECT region FROM customers WHERE name IN (SELECT name FROM rich)",
    "SELECT * FROM nowhere",
)
BUILT = (
    "SELECT __hole_1__ FROM orders WHERE customer_id = %s",
    "SELECT id FROM __hole_1__ WHERE id = %s",
    "DELETE FROM __hole_1__",
)
CHANGES = ("region text", "total integer NOT NULL", "status text DEFAULT 'new'")

seen = st.builds(
    lambda sql, n, calls, user, source: Observation(
        source, sql.format(n=n), "shop", calls=calls, total_time_ms=calls * 1.7, user=user, rows=n
    ),
    st.sampled_from(STATEMENTS),
    st.integers(0, 3),
    st.integers(1, 9),
    st.sampled_from(["app", "reports", None]),
    st.sampled_from(["pg_stat_statements", "mysql_slow_log"]),
)
written = st.builds(
    lambda sql, line, service: Observation(
        "python",
        sql.format(n="%s"),
        "shop",
        (service,),
        location=Location(f"{service}/a.py", line),
        holes=(Hole("__hole_1__", "columns", "list"),) if "__hole" in sql else (),
    ),
    st.sampled_from(STATEMENTS + BUILT),
    st.integers(1, 40),
    st.sampled_from(["billing", "checkout"]),
)


def evidence(mentions: tuple[Mention, ...], tables: list[str]) -> Evidence:
    likely = tuple(
        LikelyPlace(Location(f"l{i}.py", i), ("web",), table, ("id",), 1 / i) for i, table in enumerate(tables, 1)
    )
    return Evidence(mentions=mentions, likely_places=likely, out_of_scope=3)


def scanned(schema: Schema, observations: list[Observation]) -> DatabaseScan:
    databases = {"shop": schema.database}
    queries = join_templates(gather(observations, databases), databases)
    tables = [str(table.name) for table in schema.tables]
    mentions = tuple(Mention(Location(f"m{i}.py", i), (), "in a string", table) for i, table in enumerate(tables, 1))
    return DatabaseScan(schema, tuple(map(owned_by_role, queries)), evidence(mentions * 2, tables))


@settings(max_examples=25, deadline=None)
@given(st.lists(seen | written, max_size=25), st.sampled_from(CHANGES))
def test_the_neighbourhood_says_what_the_whole_scan_says(observations, definition) -> None:
    schema = scanner.Schema.from_ddl(DDL, "postgres:15", name="shop")
    whole = scanned(schema, observations)
    with tempfile.TemporaryDirectory() as folder:
        store.save([whole], Path(folder, "scan.db"))
        (kept,) = store.load(Path(folder, "scan.db"))
        assert kept.queries == whole.queries
        assert kept.evidence == whole.evidence
        assert kept.parts.references == whole.parts.references
        for table in schema.tables:
            name = ".".join(f'"{part}"' for part in (table.name.schema, table.name.name) if part)
            change = scanner.Change.parse(f"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS {definition}", "postgres:15")
            assert kept.impact(change) == whole.impact(change)


@pytest.fixture(scope="module")
def shop() -> scanner.Scan:
    return scanner.scan(SHOP)


def test_the_neighbourhoods_of_the_example_company(shop: scanner.Scan, tmp_path: Path) -> None:
    shop.save(tmp_path / "scan.db")
    loaded = scanner.load(tmp_path / "scan.db")
    tables = [(name, table) for name, schema in shop.schemas.items() for table in schema.tables]
    assert len(tables) > 10
    for name, table in tables:
        change = f"ALTER TABLE {table.name} ADD COLUMN new_one text NOT NULL"
        assert loaded.impact(change, name).report == shop.impact(change, name).report
    assert loaded.queries.equals(shop.queries)
    assert loaded.tables.equals(shop.tables)
    assert loaded.outline("orders", "shop") == shop.outline("orders", "shop")
    assert sorted(loaded.graph.edges(keys=True)) == sorted(shop.graph.edges(keys=True))


def test_a_store_that_is_saved_again_is_the_same(shop: scanner.Scan, tmp_path: Path) -> None:
    shop.save(tmp_path / "one.db")
    scanner.load(tmp_path / "one.db").save(tmp_path / "two.db")
    one, two = (scanner.load(tmp_path / name) for name in ("one.db", "two.db"))
    assert [d.queries for d in one.databases] == [d.queries for d in two.databases]
    assert [d.evidence for d in one.databases] == [d.evidence for d in two.databases]


def test_a_question_reads_the_neighbourhood_alone(tmp_path: Path) -> None:
    """Statements that do not reach the table may be damaged: nobody looks at them."""
    schema = scanner.Schema.from_ddl(DDL, "postgres:15", name="shop")
    texts = ("SELECT * FROM orders", "SELECT what FROM audit")
    whole = scanned(schema, [Observation("pg_stat_statements", sql, "shop", calls=1) for sql in texts])
    store.save([whole], tmp_path / "scan.db")
    with sqlite3.connect(tmp_path / "scan.db") as connection:
        broken = connection.execute("UPDATE sighting SET content = '{' WHERE content LIKE '%FROM audit%'").rowcount
    assert broken == 1
    change = scanner.Change.parse("ALTER TABLE orders ADD COLUMN status text", "postgres:15")
    (kept,) = store.load(tmp_path / "scan.db")
    assert kept.impact(change) == whole.impact(change)
    with pytest.raises(scanner.ScannerError, match="is damaged"):
        len(kept.queries)


def test_words_are_found_as_the_search_for_one_table_finds_them() -> None:
    names = ["orders", "Orders", "order-log", "k", "straße", "a$b", "sisk"]
    alike = [chr(i) for i in range(128, sys.maxunicode + 1) if re.search("[a-z]", chr(i), re.I)]
    assert alike
    texts = [f"x {name.upper()} y" for name in names] + [f"x si{c} {c} {c}isk" for c in alike] + ["order - log", "k2"]
    for name in names:
        schema = scanner.Schema.from_ddl(f'CREATE TABLE "{name}" (id integer)', "postgres:15", name="shop")
        change = scanner.Change.parse(f'ALTER TABLE "{name}" ADD COLUMN b text', "postgres:15")
        for text in texts:
            found = set(Words([TableName("public", name)]).named_in(text))
            assert bool(found) == prepare(change, schema).mentioned_in(text), (name, text)


def test_a_question_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    schema = scanner.Schema.from_ddl(DDL, "postgres:15", name="shop")
    store.save([scanned(schema, [])], tmp_path / "scan.db")
    asked = "from scanner.cli import run; run(['impact', 'orders', 'a text', '--scan', sys.argv[1]])"
    said = f"import sys; {asked}; print({{'networkx', 'pandas', 'libcst', 'psycopg', 'sqlglot'}} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", said, tmp_path / "scan.db"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "{'sqlglot'}"
