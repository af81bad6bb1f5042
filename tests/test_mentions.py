"""Mentions in a report: apart from the answer, only where nothing else was found, from a kept scan too."""

from __future__ import annotations

from pathlib import Path

import scanner
from scanner.config import config_from_options
from scanner.model import Report
from scanner.render import FORMATS, render

FILES = {
    "schema.sql": "CREATE TABLE orders (id int PRIMARY KEY, total int); CREATE TABLE users (id int PRIMARY KEY);",
    "app/CODEOWNERS": "*.go @org/gophers\n",
    "app/pay.py": 'def pay(cursor):\n    cursor.execute("SELECT id FROM orders")\n    audit.insert("orders", 1)\n',
    "app/sync.py": 'def sync(bus, rows):\n    bus.upsert("orders", rows)\n',
    "app/schemas.py": "class OrderSchema(Schema):\n    id = Integer()\n",
    "app/main.go": "func f() { db.Query(`SELECT id FROM orders`) }\n",
    "app/schema.sql": "CREATE TABLE lines (id int); INSERT INTO orders VALUES (1, 2);",
    "app/users.py": 'TABLE = "users"\n',
    "app/node_modules/x/a.js": "db.from('orders')\n",
}


def scan(tree: Path) -> scanner.Scan:
    for name, text in FILES.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    schema = [str(tree / "schema.sql"), str(tree / "app" / "schema.sql")]
    sources = [("python", str(tree / "app"))]
    return scanner.scan(config_from_options("postgres:15", schema, sources=sources))


def report(found: scanner.Scan) -> Report:
    return found.impact("ALTER TABLE orders ADD COLUMN status text").report


def test_files_that_gave_a_query_are_not_mentioned_the_likeliest_come_first(tmp_path: Path) -> None:
    found = [(str(mention.location), mention.text) for mention in report(scan(tmp_path)).mentions]
    assert found == [
        ("schemas.py:1", "class OrderSchema"),
        ("main.go:1", "SQL that reads it"),
        ("sync.py:2", "passed to bus.upsert()"),
    ]


def test_a_mention_has_its_service_and_its_owners(tmp_path: Path) -> None:
    (go,) = [mention for mention in report(scan(tmp_path)).mentions if mention.location.path == "main.go"]
    assert (go.services, go.location.owners) == (("app",), ("@org/gophers",))


def test_a_mention_is_no_answer(tmp_path: Path) -> None:
    found = report(scan(tmp_path))
    assert [query.sql for query in found.queries] == ["SELECT id FROM orders"]
    assert found.findings == ()


def test_a_kept_scan_knows_the_mentions_of_every_table(tmp_path: Path) -> None:
    scan(tmp_path).save(tmp_path / "scan.db")
    kept = scanner.load(tmp_path / "scan.db")
    assert report(kept).mentions == report(scan(tmp_path)).mentions
    (users,) = kept.impact("ALTER TABLE users ADD COLUMN status text").report.mentions
    assert str(users.location) == "users.py:1"


def test_every_format_but_the_table_and_the_picture_lists_them(tmp_path: Path) -> None:
    found = report(scan(tmp_path))
    for suffix in set(FORMATS) - {".csv", ".svg"}:
        assert "sync.py" in render(found, suffix), suffix
