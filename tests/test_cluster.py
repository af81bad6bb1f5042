"""A scan by a Dask cluster gives byte for byte what a scan by this machine gives, whatever becomes of the workers."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from distributed import LocalCluster

import scanner
from scanner import api, store
from scanner.cli import run
from scanner.collect.mysql_slow_log import collecting, parts
from scanner.collect.python import groups, readings
from scanner.config import load_config
from scanner.errors import ClusterError
from scanner.render import FORMATS, render
from scanner.scanning import silent
from scanner.store import files
from scanner.workers import cluster as module
from scanner.workers import workers
from tests import company
from tests.test_store_killed import KILLS
from tests.test_store_update import content, entry

MOMENTS = int(os.environ.get("SCANNER_TEST_KILLS", "10"))  # make fuzz takes 50
CHANGE = "ALTER TABLE shelves ADD COLUMN width int NOT NULL"


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers in processes of their own, each watched by a nanny that starts it again."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
    ) as made:
        yield made


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company whose logs are read in some forty parts, and its source in a group for each file."""
    monkeypatch.setenv("SCANNER_CACHE_DIR", "")
    monkeypatch.setattr(parts, "PART_BYTES", 10_000)
    monkeypatch.setattr(parts, "_LAST_BYTES", 1_000)
    monkeypatch.setattr(collecting, "CHECKPOINT_BYTES", 30_000)
    monkeypatch.setattr(readings, "SMALL", 0)
    monkeypatch.setattr(groups, "GROUP_BYTES", 1)
    made = company.found(tmp_path / "company")
    logs = made.parent / "logs"
    logs.mkdir()
    made.write_text(made.read_text().replace('path = "slow.log"', 'path = "logs"'))
    for name in ("a.log", "b.log"):
        texts = (f"SELECT {'room' if n % 3 else 'id'} AS {name[0]}{n % 17} FROM shelves" for n in range(1_000))
        (logs / name).write_text("".join(entry(n % 60, sql) for n, sql in enumerate(texts)))
    return made


def kept(config: Path, place: Path, dask: str | None = None) -> list[str]:
    """All that stands in the store."""
    api.keep(config, place, dask=dask)
    with sqlite3.connect(":memory:") as connection:
        sqlite3.connect(place).backup(connection)
        connection.execute("UPDATE scan SET created = 'now'")
        return list(connection.iterdump())


def reports(config: Path, dask: str | None = None) -> list[str]:
    impact = scanner.scan(config, dask=dask).impact(CHANGE, "stock")
    return [render(impact.report, suffix) for suffix in FORMATS]


def test_the_store_and_every_report_are_the_same(config: Path, tmp_path: Path, cluster: LocalCluster) -> None:
    here = kept(config, tmp_path / "here.db")
    assert kept(config, tmp_path / "there.db", cluster.scheduler_address) == here
    assert sum('INSERT INTO "checkpoint"' in line for line in here) == 2
    assert reports(config, cluster.scheduler_address) == reports(config)


def test_the_example_company(cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_CACHE_DIR", "")
    monkeypatch.setattr(readings, "SMALL", 0)
    shop = Path("fixtures/shop/scanner.toml")
    assert kept(shop, tmp_path / "there.db", cluster.scheduler_address) == kept(shop, tmp_path / "here.db")


def test_workers_killed_in_the_middle_change_nothing(
    config: Path, tmp_path: Path, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = kept(config, tmp_path / "here.db")
    killed: list[int] = []
    answered = parts.Answer.after

    def kill_one(answer: parts.Answer, state: object) -> parts.Answer:
        if len(killed) < 2:
            worker = cluster.workers[len(killed)]
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)
        return answered(answer, state)

    monkeypatch.setattr(parts.Answer, "after", kill_one)
    assert kept(config, tmp_path / "there.db", cluster.scheduler_address) == here
    assert len(set(killed)) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="a place that every process sees another file at")
def test_what_a_worker_cannot_read_is_named(
    config: Path,
    tmp_path: Path,
    cluster: LocalCluster,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(config.parent)
    text = config.read_text()
    for name in ("services", "logs"):
        text = text.replace(f'path = "{name}"', f'path = "/proc/self/cwd/{name}"')
    config.write_text(text)
    command = ["scan", "--config", str(config), "-o", str(tmp_path / "scan.db")]
    assert run(command) == 0
    (tmp_path / "scan.db").unlink()
    capsys.readouterr()
    assert run([*command, "--dask", cluster.scheduler_address]) == 3
    said = capsys.readouterr().err.splitlines()
    for name in ("a.log", "b.log"):
        place = f"/proc/self/cwd/logs/{name}"
        assert any(place in line and "on the worker" in line for line in said)
    assert f"scanner: /proc/self/cwd/services/billing/pay.py: {groups._NOT_THERE}" in said


def test_what_ends_a_worker_is_named(config: Path, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """As here: the process is the scanner's, and the worker goes on."""
    pids = {worker.pid for worker in cluster.workers.values()}
    monkeypatch.setattr(groups, "read_group", ending)
    for dask in (None, cluster.scheduler_address):
        scan = scanner.scan(config, dask=dask)
        assert {unread.reason for unread in scan.unread} == {groups._CRASHED}
    assert {worker.pid for worker in cluster.workers.values()} == pids


def ending(_: object) -> None:
    os._exit(1)


def test_another_version_is_refused(config: Path, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "made_by", lambda: "scanner 0.0")
    with pytest.raises(ClusterError, match=r"has scanner \d.*, and here is scanner 0\.0: install the same"):
        scanner.scan(config, dask=cluster.scheduler_address)


def test_without_a_scheduler(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    for address in ("tcp://127.0.0.1:1", "127.0.0.1:1", "nonsense", "http://127.0.0.1:80", "tls://127.0.0.1:1"):
        assert run(["scan", "--config", str(config), "-o", str(tmp_path / "a.db"), "--dask", address]) == 2
        (sentence,) = capsys.readouterr().err.splitlines()
        assert address in sentence
    assert not (tmp_path / "a.db").exists()


def test_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.5)
    with (
        LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0", host="127.0.0.1") as empty,
        pytest.raises(ClusterError, match="has no workers: start some, as in dask worker tcp"),
        workers(empty.scheduler_address),
    ):
        pass


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'query-dependency-scanner\[dask\]'"), workers("tcp://a:1"):
        pass


def test_a_cluster_that_is_lost(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read stays read: the next scan, here, goes on."""
    monkeypatch.setattr(module, "TIMEOUT", 5.0)
    here = kept(config, tmp_path / "here.db")
    with LocalCluster(
        n_workers=1, processes=False, protocol="tcp", dashboard_address="127.0.0.1:0", host="127.0.0.1"
    ) as lost:
        answered = parts.Answer.after

        def lose(answer: parts.Answer, state: object) -> parts.Answer:
            lost.close()
            return answered(answer, state)

        monkeypatch.setattr(parts.Answer, "after", lose)
        with pytest.raises(ClusterError, match="was lost: scan again when it is there"):
            api.keep(config, tmp_path / "there.db", dask=lost.scheduler_address)
    monkeypatch.setattr(parts.Answer, "after", answered)
    assert kept(config, tmp_path / "there.db") == here


def test_the_client_killed_whenever(config: Path, tmp_path: Path, cluster: LocalCluster) -> None:
    """The next scan, by the cluster again, makes the store that an undisturbed one makes."""
    for log in (config.parent / "logs").iterdir():
        log.write_bytes(log.read_bytes()[:60_000])
    kept(config, tmp_path / "here.db")
    undisturbed = content(tmp_path / "here.db")
    assert ended(begun(config, tmp_path / "first.db", cluster)) == 0  # the first waits until everything is loaded
    start = time.perf_counter()
    assert ended(begun(config, tmp_path / "there.db", cluster)) == 0
    lasting = time.perf_counter() - start
    assert content(tmp_path / "there.db") == undisturbed
    moments, killed, number = random.Random(), 0, 0
    while killed < MOMENTS:
        place, number = tmp_path / f"{number}.db", number + 1
        for _ in range(KILLS):
            process = begun(config, place, cluster)
            time.sleep(moments.uniform(0, lasting))
            process.kill()
            killed += ended(process) == -signal.SIGKILL
        assert ended(begun(config, place, cluster)) == 0
        assert content(place) == undisturbed
        assert number < 4 * MOMENTS, "scans end before they can be killed"


def begun(config: Path, place: Path, cluster: LocalCluster) -> BaseProcess:
    """A scan by the cluster, in a process of its own that has loaded everything."""
    process = _SERVER.Process(target=scan_there, args=(config, place, cluster.scheduler_address))
    process.start()
    return process


def ended(process: BaseProcess) -> int | None:
    process.join()
    return process.exitcode


def scan_there(config: Path, place: Path, address: str) -> None:
    """With parts as small as those of `config`."""
    parts.PART_BYTES, parts._LAST_BYTES, collecting.CHECKPOINT_BYTES = 10_000, 1_000, 30_000
    readings.SMALL, groups.GROUP_BYTES = 0, 1
    files.SYNCHRONOUS = "OFF"
    with workers(address) as found:
        store.update(load_config(config), place, silent, found)


_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload([__name__])
