"""A store that is brought up to date is what a scan from scratch makes; nothing that stayed as it was is read again."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import pytest

import scanner
from scanner import store
from scanner.collect.mysql_slow_log import collecting, entries
from scanner.config import load_config
from scanner.errors import StoreError
from scanner.progress import silent
from scanner.scanning import scan_databases
from scanner.store import files
from tests import company

ENTRY = """# Time: 2026-01-02T03:04:{second:02}.000000Z
# User@Host: ff_app[ff_app] @ web1 [10.0.3.1]  Id: 7
# Query_time: 0.250000  Lock_time: 0.000000  Rows_sent: 3  Rows_examined: 30
{sql};
"""


def entry(second: int, sql: str = "SELECT room FROM shelves WHERE id = 17") -> str:
    return ENTRY.format(second=second, sql=sql)


def content(place: Path) -> list[object]:
    """All that a store says, whatever the order of its rows."""
    found = store.load(place)
    return [(d.name, d.schema, d.queries, d.evidence, d.everything, sorted_parts(d)) for d in found]


def sorted_parts(database: store.KeptScan) -> object:
    return sorted(database.parts.references.items(), key=lambda item: item[0]), database.parts.dependencies


def update(config: Path, place: Path) -> list[str]:
    """What was read."""
    told: list[str] = []
    store.update(load_config(config), place, lambda step, *_: told.append(step))
    return [step for step in dict.fromkeys(told) if step.startswith("Reading")]


def assert_as_from_scratch(config: Path, place: Path) -> None:
    fresh = place.with_name("fresh.db")
    fresh.unlink(missing_ok=True)
    store.update(load_config(config), fresh, silent)
    assert content(place) == content(fresh)
    whole = scan_databases(load_config(config))
    for kept, known in zip(store.load(place), whole, strict=True):
        assert kept.queries == known.queries
        assert kept.evidence == known.evidence
        assert kept.schema == known.schema
        assert kept.parts.references == known.parts.references


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return company.found(tmp_path / "company")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "scan.db"


def test_a_new_store_holds_what_a_scan_finds(config: Path, place: Path) -> None:
    assert len(update(config, place)) == 6
    assert_as_from_scratch(config, place)


def test_the_example_company(place: Path) -> None:
    shop = Path("fixtures/shop/scanner.toml")
    store.update(load_config(shop), place, silent)
    whole = scanner.scan(shop)
    assert [d.queries for d in store.load(place)] == [d.queries for d in whole.databases]
    assert [d.evidence for d in store.load(place)] == [d.evidence for d in whole.databases]


def test_what_is_as_it_was_is_not_read_again(config: Path, place: Path) -> None:
    update(config, place)
    before = content(place)
    assert update(config, place) == []
    assert content(place) == before


CHANGES = {
    "code that changed": {"services/billing/pay.py": "def f(c):\n    c.execute('SELECT total, id FROM orders')\n"},
    "code that went": {"services/catalog/views.py": None},
    "an export that changed": {"statements.csv": "query,calls\nSELECT region FROM users,3\n"},
    "an export that went": {"statements.csv": None},
    "a schema that changed": {"schema/tables.sql": "CREATE TABLE orders (id int, region text);\n"},
    "a schema that went": {"stock.sql": None},
    "who owns the code": {"CODEOWNERS": "* @org/all\n"},
    "the configuration": {"scanner.toml": company.FILES["scanner.toml"].replace("fulfilment", "logistics")},
    "a database that went": {
        "scanner.toml": company.FILES["scanner.toml"]
        .replace('[[databases]]\nname = "stock"\nengine = "mariadb:10.11"\nschema = "stock.sql"\n', "")
        .replace('[[sources]]\nkind = "mysql_slow_log"\npath = "slow.log"\ndatabase = "stock"\n', "")
    },
    "a model": {
        "services/catalog/models.py": "from sqlalchemy.orm import DeclarativeBase, mapped_column\n\n\n"
        "class Base(DeclarativeBase): pass\n\n\nclass User(Base):\n    __tablename__ = 'users'\n"
        "    id = mapped_column(primary_key=True)\n    email = mapped_column()\n"
    },
    "a template": {
        "services/billing/pay.py": "def f(c, cols):\n    c.execute(f'SELECT {cols} FROM users WHERE id = %s', (1,))\n"
    },
}


@pytest.mark.parametrize("changed", CHANGES)
def test_what_changed_is_read(config: Path, place: Path, changed: str) -> None:
    update(config, place)
    for name, text in CHANGES[changed].items():
        path = config.parent / name
        path.unlink(missing_ok=True) if text is None else path.write_text(text)
    assert len(update(config, place)) < 6
    assert_as_from_scratch(config, place)
    for path in config.parent.rglob("*"):
        if path.is_file():
            path.unlink()
    company.found(config.parent)
    update(config, place)
    assert_as_from_scratch(config, place)


def test_a_grown_log_is_read_on(config: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "CHECKPOINT_BYTES", 500)
    monkeypatch.setattr(entries, "CHUNK_BYTES", 500)
    log = config.parent / "slow.log"
    update(config, place)
    for second in range(5, 60, 7):
        with log.open("a") as file:
            file.write("".join(entry(second + n, f"SELECT {'id' if n % 2 else 'room'} FROM shelves") for n in range(7)))
        assert update(config, place) == [f"Reading {log} (mysql_slow_log)"]
    assert_as_from_scratch(config, place)


def test_of_each_log_the_farthest_checkpoint_stays(config: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "CHECKPOINT_BYTES", 200)
    monkeypatch.setattr(entries, "CHUNK_BYTES", 500)
    log = config.with_name("slow.log")
    for start in (0, 20, 40):
        with log.open("a") as file:
            file.write("".join(map(entry, range(start, start + 20))))
        update(config, place)
        with sqlite3.connect(place) as connection:
            ((count,),) = connection.execute("SELECT count(*) FROM checkpoint")
        assert count == 1
    assert_as_from_scratch(config, place)


def test_rotated_logs_count_once_and_for_ever(config: Path, place: Path) -> None:
    folder = config.parent / "logs"
    folder.mkdir()
    config.write_text(config.read_text().replace('path = "slow.log"', 'path = "logs"'))
    log = folder / "slow.log"
    log.write_text("".join(map(entry, range(10))))
    update(config, place)
    log.rename(folder / "slow.log.1")
    log.write_text("".join(map(entry, range(20, 25))))
    update(config, place)
    assert_as_from_scratch(config, place)
    before = [d.queries for d in store.load(place)]
    (folder / "slow.log.1").unlink()
    update(config, place)
    assert [d.queries for d in store.load(place)] == before


def test_a_saved_scan_is_made_anew(config: Path, place: Path) -> None:
    scanner.scan(config).save(place)
    assert len(update(config, place)) == 6
    assert_as_from_scratch(config, place)


def test_other_files_are_left_as_they_are(config: Path, place: Path) -> None:
    place.write_text("hello")
    with pytest.raises(StoreError, match="is no scan: it is left as it is"):
        update(config, place)
    place.unlink()
    with sqlite3.connect(place) as other:
        other.execute("CREATE TABLE t (a)")
    with pytest.raises(StoreError, match="but no scan"):
        update(config, place)
    assert place.read_bytes()[:6] == b"SQLite"


def test_an_older_format_is_scanned_anew_and_a_newer_one_refused(config: Path, place: Path) -> None:
    with sqlite3.connect(place) as old:
        old.execute("CREATE TABLE scan (format INTEGER, version TEXT, created TEXT)")
        old.execute("INSERT INTO scan VALUES (1, '0.1', '')")
    update(config, place)
    assert_as_from_scratch(config, place)
    with sqlite3.connect(place) as new:
        new.execute("UPDATE scan SET format = 99, version = '9.1'")
    with pytest.raises(StoreError, match=r"scanner 9\.1, which is newer"):
        update(config, place)


def test_another_scan_is_waited_for_but_not_for_ever(
    config: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(config, place)
    monkeypatch.setattr(files, "WAIT_S", 1)
    told: list[str] = []
    with files.updating(place, lambda: None):
        with pytest.raises(StoreError, match="Another scan has been writing to"):
            store.update(load_config(config), place, lambda step, *_: told.append(step))
        with pytest.raises(StoreError, match="is being written"):
            store.load(place)
    assert told == [f"Waiting for another scan of {place}"]
    assert update(config, place) == []


def test_no_literal_is_kept_in_any_table(config: Path, place: Path) -> None:
    """Planted in every source, beside the password of a server."""
    secret = "swordfish99"
    for name, text in {
        "services/billing/pay.py": f"def f(c):\n    c.execute(\"SELECT * FROM orders WHERE note = '{secret}'\")\n",
        "reports/day.sql": f"SELECT '{secret}' FROM orders; SELECT broken '{secret}' FROM ((;\n",
        "statements.csv": f"query,calls\n\"SELECT * FROM users WHERE email = '{secret}' ((\",3\n",
        "slow.log": entry(1, f"SELECT * FROM shelves WHERE room = '{secret}'") + entry(2, f"broken '{secret}"),
    }.items():
        (config.parent / name).write_text(text)
    text = config.read_text() + (
        '[[sources]]\nkind = "pg_stat_statements"\ndatabase = "shop"\n'
        f'dsn = "postgresql://u:{secret}@127.0.0.1:1/shop"\n'
    )
    config.write_text(text)
    update(config, place)
    assert secret.encode() not in place.read_bytes()
    with sqlite3.connect(place) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for table in tables for row in connection.execute(f"SELECT * FROM {table}")]
    blobs = [cell for row in rows for cell in row if isinstance(cell, bytes)]
    assert blobs
    assert secret not in repr(rows) + repr([unpacked(cell) for cell in blobs])


def unpacked(cell: bytes) -> bytes:
    try:
        return zlib.decompress(cell)
    except zlib.error:
        return cell
