"""Entries added up are what they are one by one."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.collect.mysql_slow_log import collect, collecting, parts, read_events
from scanner.fingerprint import Alike, gather
from scanner.model import Checkpoint, Collected, Database, Engine, Observation
from scanner.utility_statements import is_utility
from scanner.workers import apart, local
from tests.collect.slow_logs import DIALECTS, mutated

SHOP = Database("shop", Engine.parse("mysql:8.0"))
LOGS = {**DIALECTS, "all": b"".join(DIALECTS.values())}
MUTATIONS = 150


def collected(log: bytes, folder: Path, *, added_up: bool) -> list[Collected]:
    path = folder / "slow.log"
    path.write_bytes(log)
    return list(collect(folder, database="shop", alike=Alike(SHOP) if added_up else None))


def one_by_one(log: bytes) -> Iterator[tuple[object, ...]]:
    for event in read_events(io.BytesIO(log)):
        if not event.administrator_command and not is_utility(event.sql):
            yield event.sql, event.database, event.user, event.host, event.query_time_s, event.time, event.truncated


@pytest.mark.parametrize("name", LOGS)
def test_the_quick_way_reads_what_the_thorough_one_does(name: str, tmp_path: Path) -> None:
    found = [o for o in collected(LOGS[name], tmp_path, added_up=False) if isinstance(o, Observation)]
    expected = list(one_by_one(LOGS[name]))
    seconds = [None if o.total_time_ms is None else o.total_time_ms / 1000 for o in found]
    assert [
        (o.sql, o.default_schema, o.user, next(iter(o.hosts), None), pytest.approx(s), o.last_seen, o.truncated)
        for o, s in zip(found, seconds, strict=True)
    ] == expected
    assert expected


@pytest.mark.parametrize("name", LOGS)
def test_the_queries_are_the_same_however_they_are_added_up(name: str, tmp_path: Path) -> None:
    assert_same(LOGS[name], tmp_path)


def test_damaged_logs_are_added_up_alike(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(MUTATIONS):
        assert_same(mutated(LOGS["all"], chance), tmp_path)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 3000)
    monkeypatch.setattr(parts, "_LAST_BYTES", 500)
    monkeypatch.setattr(collecting, "CHECKPOINT_BYTES", 4000)
    monkeypatch.setattr(parts, "_WINDOW_BYTES", 700)


@pytest.mark.usefixtures("small_parts")
def test_a_log_read_in_parts_by_processes_is_the_same(tmp_path: Path) -> None:
    assert_same_in_parts(LOGS["all"] * 2, tmp_path, least=10)


@pytest.mark.usefixtures("small_parts")
def test_where_no_process_can_be_had_the_parts_are_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart.sys, "executable", "/no/such/python")
    chance = random.Random(3)
    for name in LOGS:
        for log in (LOGS[name], mutated(LOGS[name], chance), mutated(LOGS[name], chance)):
            assert_same_in_parts(log, tmp_path, least=0)


def assert_same_in_parts(log: bytes, folder: Path, least: int) -> None:
    whole = collected(log, folder, added_up=True)
    with local(2) as workers:
        found = list(collect(folder, database="shop", alike=Alike(SHOP), workers=workers))
    assert queries(found) == queries(whole)
    checkpoints = [item for item in found if isinstance(item, Checkpoint)]
    assert len(checkpoints) > least
    assert [i for i in found if not isinstance(i, Observation | Checkpoint)] == [
        i for i in whole if not isinstance(i, Observation | Checkpoint)
    ]
    place = found.index(checkpoints[len(checkpoints) // 2])
    rest = list(collect(folder, database="shop", since=[checkpoints[len(checkpoints) // 2]]))
    assert queries([*found[:place], *rest]) == queries(whole)


def assert_same(log: bytes, folder: Path) -> None:
    apart = collected(log, folder, added_up=False)
    together = collected(log, folder, added_up=True)
    assert queries(together) == queries(apart)
    assert [i for i in together if not isinstance(i, Observation)] == [
        i for i in apart if not isinstance(i, Observation)
    ]


def queries(found: list[Collected]) -> object:
    return gather((item for item in found if isinstance(item, Observation)), {"shop": SHOP})
