"""--since and --until: what carries times is asked for those alone, what carries none says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

import scanner
from scanner.cli import run
from scanner.collect.mysql_slow_log import collect, parts
from scanner.config import Request
from scanner.config.values import read_moment
from scanner.errors import ConfigError
from scanner.model import BlindSpot, Coverage, Observation, Period
from scanner.workers import local

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def entry(time: datetime | None, sql: str = "SELECT total FROM orders") -> str:
    stamp = f"SET timestamp={int(time.timestamp())};\n" if time else ""
    named = f"# Time: {time:%Y-%m-%dT%H:%M:%SZ}\n" if time else ""
    return (
        f"{named}# User@Host: app[app] @ web [10.0.0.1] Id: 5\n"
        f"# Query_time: 0.5 Lock_time: 0 Rows_sent: 1 Rows_examined: 1\n{stamp}{sql};\n"
    )


def log(*days: float) -> str:
    return "".join(entry(NOW - timedelta(days=each)) for each in days)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("90m", NOW - timedelta(minutes=90)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2026-11-01T08:00Z", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ("2026-11-01T08:00:30+02:00", datetime(2026, 11, 1, 6, 0, 30, tzinfo=UTC)),
        (None, None),
    ],
)
def test_times_are_absolute_or_ago(text, moment):
    assert read_moment(text, "--since", NOW) == moment


@pytest.mark.parametrize("text", ["2026-11-01", "2026-11-01T08:00", "yesterday", "7", "7y", "-7d", "999999w", ""])
def test_a_time_without_zone_or_meaning_is_one_sentence(text):
    with pytest.raises(ConfigError, match=r"--since has the time .*: write it with its zone as in"):
        read_moment(text, "--since", NOW)


def test_a_period_names_itself_in_utc():
    period = Period(datetime(2026, 11, 1, 2, tzinfo=timezone(timedelta(hours=2))), NOW)
    assert str(period) == "since 2026-11-01T00:00:00Z until 2026-11-21T09:00:00Z"


@pytest.mark.parametrize("count", [1, 2])
def test_entries_of_other_times_are_counted_apart(tmp_path, monkeypatch, count):
    monkeypatch.setattr(parts, "PART_BYTES", 200)
    monkeypatch.setattr(parts, "_LAST_BYTES", 50)
    quit_ = entry(NOW - timedelta(days=8), "# administrator command: Quit")
    (tmp_path / "slow.log").write_text(log(9, 8, 6, 5, 1) + quit_)
    period = Period(NOW - timedelta(days=7), NOW - timedelta(days=5))
    with local(count) as workers:
        found = list(collect(tmp_path / "slow.log", period=period, workers=workers if count > 1 else None))
    assert [o.last_seen for o in found if isinstance(o, Observation)] == [NOW - timedelta(days=6)]
    (coverage,) = (item for item in found if isinstance(item, Coverage))
    assert (coverage.entries, coverage.administrator_commands) == (1, 0)
    assert any(
        "5 entries were left out: asked for was what ran since" in s.message for s in found if isinstance(s, BlindSpot)
    )


def test_a_database_in_use_outlives_the_entries_that_are_left_out(tmp_path):
    old = entry(NOW - timedelta(days=9)).replace("SET timestamp", "use stock;\nSET timestamp")
    (tmp_path / "slow.log").write_text(old + log(1))
    (seen,) = (
        o for o in collect(tmp_path / "slow.log", period=Period(NOW - timedelta(days=7))) if isinstance(o, Observation)
    )
    assert seen.default_schema == "stock"


def test_an_entry_without_a_time_is_taken_and_said(tmp_path):
    (tmp_path / "slow.log").write_text(entry(None) + log(9))
    found = list(collect(tmp_path / "slow.log", period=Period(NOW - timedelta(days=7))))
    assert sum(isinstance(item, Observation) for item in found) == 1
    assert any("1 entries say no time and were taken" in s.message for s in found if isinstance(s, BlindSpot))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schema.sql").write_text("CREATE TABLE orders (id int PRIMARY KEY, total int);")
    (tmp_path / "slow.log").write_text(log(9, 6))
    (tmp_path / "statements.json").write_text(json.dumps([{"query": "SELECT id FROM orders", "calls": 7}]))
    return tmp_path


ALONE = ["--slow-log", "slow.log*", "--engine", "mysql:8.0", "--schema", "schema.sql"]


def calls(*more: str) -> int:
    assert run(["scan", *ALONE, "-o", "scan.db", *more]) == 0
    return scanner.load("scan.db").queries["calls"].sum()


def test_a_grown_log_is_read_on_within_the_same_period_and_anew_for_another(folder):
    since = (NOW - timedelta(days=7)).isoformat()
    assert calls("--since", since) == 1
    (folder / "slow.log").write_text(log(9, 6, 5, 8))
    assert calls("--since", since) == 2
    (folder / "slow.log").rename(folder / "slow.log.1")
    (folder / "slow.log").write_text(log(1, 9.5))
    assert calls("--since", since) == 3
    assert calls("--since", (NOW - timedelta(days=5.5)).isoformat()) == 2
    assert calls() == 6


def test_what_counts_without_times_says_so(folder):
    assert run(["impact", "orders", "status int", *ALONE, "statements.json", "--since", "7d", "-o", "r.json"]) == 0
    said = " ".join(spot["message"] for spot in json.loads((folder / "r.json").read_text())["blind_spots"])
    assert "Asked for was what ran since " in said
    assert "counts go back to when they were reset." in said


@pytest.mark.usefixtures("folder")
def test_an_empty_period_is_refused():
    with pytest.raises(ConfigError, match="The period is empty: since"):
        Request(engine="mysql", schema=("schema.sql",), since="1d", until="7d").config_for(["slow.log"])
