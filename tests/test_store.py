"""A scan kept and loaded is the same scan; what is no scan is refused in one sentence."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime

import pytest

import scanner
from scanner import store
from scanner.errors import StoreError
from scanner.fingerprint import gather
from scanner.impact import Evidence
from scanner.model import BlindSpot, Consumer, Coverage, Hole, Location, Observation, RowUse, Unread
from scanner.scanning import DatabaseScan

DDL = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE orders (id integer PRIMARY KEY, total integer DEFAULT 0, mood mood);
CREATE VIEW totals AS SELECT total FROM orders;
CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
GRANT SELECT (id) ON orders TO reader;
"""


def a_scan(secret: str = "hush") -> DatabaseScan:
    schema = scanner.Schema.from_ddl(DDL, "postgres:15", name="shop")
    seen = Observation(
        "python",
        f"SELECT * FROM orders WHERE mood = '{secret}'",
        database="shop",
        services=("checkout",),
        calls=3,
        last_seen=datetime(2026, 1, 2, tzinfo=UTC),
        location=Location("a.py", 3, 4, "load"),
        row_uses=(RowUse("indexed", indexes=(1, -1)), RowUse("keywords", names=("id",), into="Order")),
        holes=(Hole("__hole_1__", "table", "identifier"),),
    )
    evidence = Evidence(
        (Consumer("cdc", "change data capture", ("orders",)),),
        (),
        (BlindSpot("python", "b.py", "dynamic"),),
        (Unread("python", "c.py:1", "no"),),
        (Coverage("python", "src", 1),),
        2,
    )
    return DatabaseScan(schema, tuple(gather([seen], {"shop": schema.database})), evidence)


def test_what_is_loaded_equals_what_was_saved(tmp_path):
    kept = a_scan()
    store.save([kept], tmp_path / "scan.db")
    (loaded,) = store.load(tmp_path / "scan.db")
    assert loaded.schema == kept.schema
    assert loaded.queries == kept.queries
    assert loaded.evidence == kept.evidence
    assert os.listdir(tmp_path) == ["scan.db"]


def test_a_loaded_scan_gives_the_same_report(tmp_path):
    store.save([a_scan()], tmp_path / "scan.db")
    change = scanner.Change.parse("ALTER TABLE orders ADD COLUMN status text", "postgres:15")
    (loaded,) = store.load(tmp_path / "scan.db")
    assert loaded.impact(change) == a_scan().impact(change)


def test_no_literal_is_kept(tmp_path):
    store.save([a_scan("swordfish")], tmp_path / "scan.db")
    (loaded,) = store.load(tmp_path / "scan.db")
    assert "swordfish" not in repr(loaded.queries)


def test_saving_again_replaces_the_file_whole(tmp_path):
    place = tmp_path / "scan.db"
    store.save([a_scan(), a_scan()][:1], place)
    store.save([], place)
    assert store.load(place) == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no scan"),
        (b"hello", "is no scan"),
        (b"SQLite format 3\x00" + b"\x00" * 200, "is damaged"),
    ],
)
def test_other_files_are_refused(tmp_path, content, said):
    place = tmp_path / "scan.db"
    place.write_bytes(content)
    with pytest.raises(StoreError, match=said):
        store.load(place)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(StoreError, match="could not be read"):
        store.load(tmp_path / "scan.db")


def test_another_database_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE t (a)")
    with pytest.raises(StoreError, match="but no scan"):
        store.load(tmp_path / "other.db")


def test_a_newer_file_and_a_damaged_one_are_refused(tmp_path):
    place = tmp_path / "scan.db"
    store.save([a_scan()], place)
    with sqlite3.connect(place) as kept:
        kept.execute("UPDATE scan SET format = 99, version = '9.1'")
    with pytest.raises(StoreError, match=r"scanner 9\.1, which is newer"):
        store.load(place)
    with sqlite3.connect(place) as kept:
        kept.execute("UPDATE scan SET format = 1, version = '0.1'")
    with pytest.raises(StoreError, match=r"scanner 0\.1, which is older"):
        store.load(place)


@pytest.mark.parametrize("cell", ["everything", "schema", "evidence", "dependencies"])
def test_damage_is_said_where_it_is_met(tmp_path, cell):
    place = tmp_path / "scan.db"
    store.save([a_scan()], place)
    with sqlite3.connect(place) as kept:
        kept.execute(f"UPDATE database SET {cell} = x'00'")
    with pytest.raises(StoreError, match="is damaged"):
        scanner.load(place).impact("ALTER TABLE orders ADD COLUMN status text")


def test_a_scan_that_was_broken_off_is_not_asked(tmp_path):
    place = tmp_path / "scan.db"
    store.save([a_scan()], place)
    with sqlite3.connect(place) as kept:
        kept.execute("UPDATE scan SET finished = 0")
    with pytest.raises(StoreError, match="did not come to its end: go on with scanner scan -o"):
        store.load(place)


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(StoreError, match="could not be written"):
        store.save([a_scan()], tmp_path / "missing" / "scan.db")
