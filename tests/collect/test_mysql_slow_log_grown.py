"""Logs that grow, are rotated and are read once more: nothing is lost, nothing comes twice."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from scanner.collect.mysql_slow_log import collect, collecting
from scanner.model import Checkpoint, Collected, Observation

TIMES = "# Query_time: 0.250000  Lock_time: 0.000100 Rows_sent: 3  Rows_examined: 40\n"
LOG = (
    "/usr/sbin/mysqld, Version: 8.0.36. started with:\nTcp port: 3306  Unix socket: (null)\n"
    "Time                 Id Command    Argument\n"
    "# Time: 071015 21:43:52\n# User@Host: app[app] @ web1 [10.0.0.9]\n"
    f"{TIMES}use shop;\nSELECT 'ä';\n"
    f"{TIMES}# administrator command: Quit;\n"
    f"# Time: 071015 21:43:53\n{TIMES}SET timestamp=1553436105;\nSELECT\n 2;\n"
    f"{TIMES}use b;\n"
    f"{TIMES}SELECT a FROM t;\n{TIMES}COMMIT;\n"
    f"{TIMES}# Log_slow_rate_type: query  Log_slow_rate_limit: 20\nSELECT 3;\n"
).encode()


def committed(found: list[Collected]) -> list[Observation]:
    """The observations before the last checkpoint, which a store keeps."""
    last = max((i for i, item in enumerate(found) if isinstance(item, Checkpoint)), default=0)
    return [item for item in found[:last] if isinstance(item, Observation)]


def checkpoints(found: list[Collected]) -> list[Checkpoint]:
    return list({item.place: item for item in found if isinstance(item, Checkpoint)}.values())


def observations(found: list[Collected]) -> list[Observation]:
    return [item for item in found if isinstance(item, Observation)]


def summaries(found: list[Collected]) -> list[Collected]:
    return [item for item in found if not isinstance(item, Observation | Checkpoint)]


@pytest.mark.parametrize("cut", range(len(LOG)))
def test_a_log_cut_anywhere_goes_on_where_it_ended(tmp_path: Path, cut: int) -> None:
    log = tmp_path / "slow.log"
    log.write_bytes(LOG)
    whole = list(collect(tmp_path, database="shop"))
    log.write_bytes(LOG[:cut])
    first = list(collect(tmp_path, database="shop"))
    log.write_bytes(LOG)
    then = list(collect(tmp_path, database="shop", since=checkpoints(first)))
    assert committed(first) + observations(then) == observations(whole)
    assert summaries(then) == summaries(whole)


def test_a_log_that_has_not_changed_yields_its_summary_alone(tmp_path: Path) -> None:
    log = tmp_path / "slow.log"
    log.write_bytes(LOG)
    first = list(collect(log))
    again = list(collect(log, since=checkpoints(first)))
    assert observations(again) == []
    assert summaries(again) == summaries(first)
    assert checkpoints(again) == checkpoints(first)


def test_a_rotated_log_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "slow.log").write_bytes(LOG)
    first = list(collect(tmp_path))
    (tmp_path / "slow.log.1.gz").write_bytes(gzip.compress(LOG + TIMES.encode() + b"SELECT late;\n"))
    (tmp_path / "slow.log").write_bytes(TIMES.encode() + b"SELECT new;\n")
    then = list(collect(tmp_path, since=checkpoints(first)))
    assert [o.sql for o in observations(then)] == ["SELECT new", "SELECT late"]


def test_a_log_begun_anew_is_read_from_its_start(tmp_path: Path) -> None:
    log = tmp_path / "slow.log"
    log.write_bytes(LOG * 10)
    first = list(collect(log))
    log.write_bytes(LOG * 7)
    assert len(observations(list(collect(log, since=checkpoints(first))))) == 7 * 4


def test_checkpoints_come_at_intervals_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "CHECKPOINT_BYTES", 100)
    log = tmp_path / "slow.log"
    log.write_bytes(LOG)
    whole = list(collect(log))
    places = [index for index, item in enumerate(whole) if isinstance(item, Checkpoint)]
    assert len(places) > 3
    for place in places:
        checkpoint = whole[place]
        assert isinstance(checkpoint, Checkpoint)
        then = list(collect(log, since=[checkpoint]))
        assert observations(whole[:place]) + observations(then) == observations(whole)
        assert summaries(then) == summaries(whole)
