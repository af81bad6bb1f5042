"""Entries read in runs are what they are one by one, wherever the blocks of the log end."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.collect.mysql_slow_log import entries as reading
from scanner.collect.mysql_slow_log.entries import Entry, entries, entries_in_runs
from scanner.collect.mysql_slow_log.events import State
from scanner.collect.mysql_slow_log.reading import Tally
from scanner.collect.mysql_slow_log.runs import Run
from scanner.collect.mysql_slow_log.sums import Row, Statements, Sums
from scanner.fingerprint import Alike, normalise
from scanner.model import Database, Engine, Period
from tests.collect.slow_logs import DIALECTS, mutated

SHOP = Database("shop", Engine.parse("mysql:8.0"))
LOGS = {**DIALECTS, "all": b"".join(DIALECTS.values())}
IN_RUNS = [name for name in DIALECTS if name != "mysql-5.0"]  # that one's times have no fraction
TYPICAL = (
    b"# Time: 2026-03-01T12:00:00.715285Z\n# User@Host: app[app] @ web1 [10.0.0.9]  Id: 17\n"
    b"# Query_time: 0.000561  Lock_time: 0.000002 Rows_sent: 26  Rows_examined: 5241\nSET timestamp=1772366400;\n"
)


@settings(deadline=None)
@given(st.sampled_from(sorted(LOGS)), st.integers(0, 10**6), st.integers(0, 3), st.integers(20, 20_000))
def test_the_same_wherever_blocks_end(name: str, seed: int, damages: int, block: int) -> None:
    chance = random.Random(seed)
    log = LOGS[name]
    for _ in range(damages):
        log = mutated(log, chance)
    assert added_up(log, entries_in_runs, block) == added_up(log, entries, len(log) + 1)


@pytest.mark.parametrize("name", IN_RUNS)
def test_most_entries_of_a_log_are_read_in_runs(name: str) -> None:
    runs = [item for item in entries_in_runs(io.BytesIO(DIALECTS[name]), State().position) if isinstance(item, Run)]
    assert sum(len(run.entries) for run in runs) > 0.6 * len(list(entries(io.BytesIO(DIALECTS[name]))))


@pytest.mark.parametrize(
    "body",
    [
        b"SELECT 1;\n# Time: later\n",
        b"SELECT 1;\n# no header\nFROM t;\n",
        b"SELECT 1\n",
        b"use b;\n",
        b" use b;\n",
        b";\n",
        b"SELECT 1; ;\n",
        b"SELECT 1\0;\n",
        b"\n\nSELECT 1;\n\n",
        b"SELECT 'started with:, Version: ';\n",
        b"SELECT 1;\n/usr/sbin/mysqld, Version: 8.0.36 (x). started with:\nTcp port: 3306\nId Command Argument\n",
        b"SELECT 1 [Your log message was truncated]\n",
        b"# administrator command: Quit;\n",
        b"# administrator command: Quit;\nSELECT 2;\n",
        b"/* x */ use b;\n",
        b"USER;\n",
        b"",
    ],
)
def test_a_statement_that_is_not_plain_is_read_thoroughly(body: bytes) -> None:
    log = (TYPICAL + b"SELECT 2 FROM t WHERE a = 'x';\n") * 3 + TYPICAL + body + (TYPICAL + b"SELECT 3;\n") * 3
    assert added_up(log, entries_in_runs, 1 << 20) == added_up(log, entries, 1 << 20)


def test_a_statement_that_is_cut_is_in_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BODY_BYTES", 1000)
    long = TYPICAL + b"SELECT '" + b"x" * 2000 + b"';\n"
    log = TYPICAL + b"SELECT 2;\n" + long + TYPICAL + b"SELECT 'started with:';\n" + TYPICAL + b"SELECT 3;\n"
    found = added_up(log, entries_in_runs, 1 << 20)
    assert found == added_up(log, entries, 1 << 20)
    assert sum(row.truncated for row in found[0].values()) == 1


def test_entries_of_other_times_are_left_out_of_runs() -> None:
    period = Period(since=datetime.fromtimestamp(1_553_436_112, UTC))
    log = LOGS["all"]
    found = added_up(log, entries_in_runs, 5000, period)
    assert found == added_up(log, entries, 5000, period)
    assert found[-1].outside


def added_up(
    log: bytes, read: Callable[..., Iterator[Entry | Run]], block: int, period: Period | None = None
) -> tuple[dict[object, Row], State, Tally]:
    """What the entries come to, read in blocks of so many bytes."""
    sums, state, tally = Sums(Statements(Alike(SHOP), "shop", period=period)), State(), Tally()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "CHUNK_BYTES", block)
        for entry in read(io.BytesIO(log), state.position):
            sums.add(entry, state, tally)
    together = Sums(Statements(Alike(SHOP)))
    rows = (row._replace(sql=normalise(row.sql, SHOP.engine)) for row in sums.rows(tally))
    assert not list(together.merge(rows))
    return {row[:5]: row for row in together.rows(Tally())}, state, tally
