"""What is told of long work, and shown on a terminal."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from scanner.cli import run
from scanner.cli.progress import _facts
from scanner.collect.mysql_slow_log import collecting
from scanner.config import SourceConfig
from scanner.model import Database, Engine
from scanner.progress import counted
from scanner.scanning import collect

ENTRY = "# User@Host: a[a] @ w [] Id: 5\n# Query_time: 1 Lock_time: 0 Rows_sent: 1 Rows_examined: 1\nSET timestamp=1;\nSELECT 1 FROM t;\n"  # noqa: E501
SHOP = Database("shop", Engine.parse("mysql:8.0"))


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "slow.log").write_text(ENTRY * 100)
    (tmp_path / "slow.log.1").write_text(ENTRY * 50)
    (tmp_path / "slow.log.2.gz").write_bytes(gzip.compress((ENTRY * 100).encode()))
    return tmp_path


def told(path: Path) -> list[tuple[int, int]]:
    """How many bytes of how many, as they are told."""
    source, shares = SourceConfig("mysql_slow_log", "shop", path=path), []
    list(counted(collect(source, SHOP, None), source, "Reading", lambda _, __, read=None: read and shares.append(read)))
    return shares


def test_logs_tell_how_many_of_their_bytes_were_read(logs, monkeypatch):
    monkeypatch.setattr(collecting, "CHECKPOINT_BYTES", 1000)
    shares = told(logs)
    sizes = [file.stat().st_size for file in sorted(logs.iterdir())]
    assert {total for _, total in shares} == {sum(sizes)}
    assert len(shares) > 20
    assert [done for done, _ in shares] == sorted(done for done, _ in shares)
    assert shares[-1][0] == sizes[0] + sizes[1]  # what is compressed counts when the next file begins


@pytest.mark.parametrize(
    ("task", "facts"),
    [
        ({"total": None, "elapsed": 0.2, "seen": 0}, ""),
        ({"total": None, "elapsed": 75.0, "seen": 1200}, "1,200 found, 75 s"),
        ({"total": 100, "percentage": 25.0, "speed": None, "time_remaining": None, "seen": 0}, "25 %"),
        (
            {"total": 100, "percentage": 25.0, "speed": 2.5e6, "time_remaining": 4000, "seen": 12},
            "25 %, 2.5 MB/s, 1 h 06 min left, 12 found",
        ),
        (
            {"total": 9, "percentage": 99.6, "speed": 10, "time_remaining": 61, "seen": 0},
            "100 %, 10 bytes/s, 1 min 01 s left",
        ),
    ],
)
def test_rate_and_remaining_time_are_shown_where_they_are_known(task, facts):
    seen = task.pop("seen")
    assert _facts(SimpleNamespace(**task, fields={"seen": seen})) == facts


@pytest.mark.parametrize(
    ("terminal", "options", "shows"), [(True, [], True), (True, ["-q"], False), (False, [], False)]
)
def test_progress_is_for_terminals_and_not_for_the_quiet(logs, monkeypatch, capsys, terminal, options, shows):
    monkeypatch.chdir(logs)
    (logs / "schema.sql").write_text("CREATE TABLE t (id int);")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setenv("FORCE_COLOR", "1")
    alone = ["--engine", "mysql:8.0", "--schema", "schema.sql", "--slow-log", "slow.log"]
    assert run(["scan", *alone, "-o", "scan.db", *options]) == 0
    said = capsys.readouterr().err
    assert "Kept in scan.db" in said
    assert ("Reading" in said or "Looking" in said) == shows
