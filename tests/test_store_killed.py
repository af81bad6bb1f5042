"""A scan killed at any moment and run again leaves the store that an undisturbed one leaves; so do two at once."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from scanner import store
from scanner.collect.mysql_slow_log import collecting, entries
from scanner.config import load_config
from scanner.errors import StoreError
from scanner.progress import silent
from scanner.store import files
from tests import company
from tests.test_store_update import content, entry

MOMENTS = 50
KILLS = 5  # of one store, before it is left to come to its end


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(collecting, "CHECKPOINT_BYTES", 2_000)
    monkeypatch.setattr(entries, "CHUNK_BYTES", 1_000)
    monkeypatch.setattr(files, "SYNCHRONOUS", "OFF")  # what was written stays written when a process is killed
    made = company.found(tmp_path / "company")
    logs = made.parent / "logs"
    logs.mkdir()
    text = made.read_text().replace('path = "slow.log"', 'path = "logs"')
    made.write_text(text.replace('kind = "python"\npath = "services"', 'kind = "sql_files"\npath = "reports"'))
    for name in ("a.log", "b.log"):
        texts = (
            f"SELECT {'room' if n % 3 else 'id'} AS {name[0]}{n % 17} FROM shelves WHERE id = {n}" for n in range(60)
        )
        (logs / name).write_text("".join(entry(n, sql) for n, sql in enumerate(texts)) + "# Time: 2026-01")
    return made


def begun(config: Path, place: Path) -> int:
    """A scan in a process of its own; its number."""
    process = os.fork()
    if process == 0:
        try:
            store.update(load_config(config), place, silent)
            os._exit(0)
        finally:
            os._exit(1)
    return process


def ended(process: int) -> int:
    """How it ended: 0, 1 after an error, -9 when it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def test_whenever_it_is_killed(config: Path, tmp_path: Path) -> None:
    """Killed 50 times; what was read before is not lost and not counted again."""
    start = time.perf_counter()
    assert ended(begun(config, tmp_path / "undisturbed.db")) == 0
    lasting = time.perf_counter() - start
    undisturbed = content(tmp_path / "undisturbed.db")
    moments, killed, number = random.Random(), 0, 0
    while killed < MOMENTS:
        place, number = tmp_path / f"{number}.db", number + 1
        for _ in range(KILLS):
            process = begun(config, place)
            time.sleep(moments.uniform(0, lasting))
            os.kill(process, signal.SIGKILL)
            killed += ended(process) == -signal.SIGKILL
        assert ended(begun(config, place)) == 0
        assert content(place) == undisturbed
        assert number < 4 * MOMENTS, "scans end before they can be killed"


def test_two_scans_at_once(config: Path, tmp_path: Path) -> None:
    assert ended(begun(config, tmp_path / "alone.db")) == 0
    both = [begun(config, tmp_path / "scan.db") for _ in range(2)]
    assert [ended(process) for process in both] == [0, 0]
    assert content(tmp_path / "scan.db") == content(tmp_path / "alone.db")


def test_a_scan_killed_while_it_wrote_is_not_asked(config: Path, tmp_path: Path) -> None:
    place = tmp_path / "scan.db"
    assert ended(begun(config, place)) == 0
    process = os.fork()
    if process == 0:
        connection = sqlite3.connect(place, isolation_level=None)
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE filler (a)")
        connection.executemany("INSERT INTO filler VALUES (?)", (("x" * 500,) for _ in range(3_000)))
        os.kill(os.getpid(), signal.SIGKILL)
    assert ended(process) == -signal.SIGKILL
    with pytest.raises(StoreError, match="did not come to its end: go on with"):
        store.load(place)
    assert ended(begun(config, place)) == 0
    assert content(place)
