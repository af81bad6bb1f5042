"""Logs and exports behind URLs."""

from __future__ import annotations

import builtins
import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import fsspec
import pytest
from fsspec.registry import known_implementations

import scanner
from scanner import remote
from scanner.cli import run
from scanner.collect.mysql_slow_log import collect
from scanner.config import load_config
from scanner.errors import ConfigError, SourceError
from scanner.model import Coverage
from scanner.remote import RemotePath, is_remote
from scanner.text_files import files_under, open_binary

ENTRY = (
    "# Time: 2026-03-01T00:00:00Z\n# User@Host: app[app] @ web [10.0.0.1] Id: 5\n"
    "# Query_time: 0.5 Lock_time: 0 Rows_sent: 1 Rows_examined: 1\nSET timestamp={time};\nSELECT total FROM orders;\n"
)


def log(count: int, start: int = 1772323200) -> bytes:
    return "".join(ENTRY.format(time=start + number) for number in range(count)).encode()


@pytest.fixture
def memory():
    files = fsspec.filesystem("memory")
    files.store.clear()
    files.pipe({"/logs/slow.log": log(3), "/logs/slow.log.1.gz": gzip.compress(log(4)), "/logs/old/slow.log": log(5)})
    yield files
    files.store.clear()


def entries(url: str) -> Coverage:
    return next(item for item in collect(RemotePath.of(url)) if isinstance(item, Coverage))


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    ("url", "count", "files"),
    [
        ("memory://logs/slow.log", 3, 1),
        ("memory://logs/slow.log.1.gz", 4, 1),
        ("memory://logs", 12, 3),
        ("memory://logs/*.log*", 7, 2),
    ],
)
def test_a_file_a_folder_and_a_pattern_are_read(url, count, files):
    found = entries(url)
    assert (found.entries, found.files, found.place) == (count, files, url)


def test_file_urls_are_paths(tmp_path):
    path = tmp_path / "slow log"
    path.write_bytes(log(2))
    assert RemotePath.of(path.as_uri()) == path


def test_a_large_log_is_fetched_in_ranges(memory, monkeypatch):
    memory.pipe("/logs/large.log", b"# filler\n" * 200_000)
    asked = []
    opened = remote._Ranges.readinto
    monkeypatch.setattr(remote._Ranges, "readinto", lambda self, b: asked.append(len(b)) or opened(self, b))
    with open_binary(RemotePath.of("memory://logs/large.log")) as stream:
        assert stream.read(6) == b"# fill"
        stream.seek(1_000_000)
        stream.read(10)
    assert sum(asked) < 100


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("memory://nowhere/slow.log", "there is no such file"),
        ("oracle://me:pw@h/x", "Protocol not known: oracle"),
        ("s3://bucket/slow.log", "s3:// needs the extra remote: pip install 'query-dependency-scanner[remote]'"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(monkeypatch, url, sentence):
    missing = {"class": "no_such_module.S3FileSystem", "err": "Install s3fs to access S3"}
    monkeypatch.setitem(known_implementations, "s3", missing)
    with pytest.raises(SourceError) as error:
        list(collect(RemotePath.of(url)))
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)
    assert "pw" not in str(error.value)


def test_without_fsspec_the_extra_is_named(monkeypatch):
    known = builtins.__import__

    def without(name, *rest):
        if name.startswith("fsspec"):
            raise ImportError(name)
        return known(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SourceError, match=r"memory:// needs the extra remote: pip install"):
        list(collect(RemotePath.of("memory://logs/slow.log")))


def test_a_server_without_ranges_is_named(memory, monkeypatch):
    monkeypatch.setattr(type(memory), "open", lambda *_, **__: SimpleNamespace(seekable=lambda: False))
    with pytest.raises(SourceError, match=r"its server gives no ranges: pipe the file into --slow-log -"):
        list(collect(RemotePath.of("memory://logs/slow.log")))


def test_servers_are_not_files():
    assert [is_remote(text) for text in ("s3://b/k", "https://u@h/x", "gs://b", "abfs://c@a/x")] == [True] * 4
    names = ("postgresql://h/d", "postgres+psycopg://h/d", "mysql://h/d", "mariadb://h", "a/b", "C://", "host=h")
    assert not any(map(is_remote, names))


@pytest.fixture
def configured(tmp_path: Path, memory) -> Path:
    statements = [{"query": "SELECT id FROM orders", "calls": 7}]
    memory.pipe("/exports/statements.json", json.dumps(statements).encode())
    (tmp_path / "schema.sql").write_text("CREATE TABLE orders (id int PRIMARY KEY, total int);")
    (tmp_path / "scanner.toml").write_text(
        "[[databases]]\nname = 'shop'\nengine = 'mysql:8.0'\nschema = 'schema.sql'\n"
        "[[sources]]\nkind = 'mysql_slow_log'\npath = 'memory://logs'\n"
        "[[sources]]\nkind = 'pg_stat_statements'\npath = 'memory://exports/statements.json'\n"
    )
    return tmp_path / "scanner.toml"


def test_a_scan_reads_them_and_again_only_what_has_grown(configured, memory, tmp_path):
    kept = tmp_path / "scan.db"
    assert run(["scan", "--config", str(configured), "-o", str(kept)]) == 0
    assert scanner.load(kept).queries["calls"].sum() == 19
    memory.pipe("/logs/slow.log", log(3) + log(1, 1772400000))
    assert run(["scan", "--config", str(configured), "-o", str(kept)]) == 0
    assert scanner.load(kept).queries["calls"].sum() == 20


@pytest.mark.usefixtures("memory")
def test_the_command_line_takes_urls(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schema.sql").write_text("CREATE TABLE orders (id int PRIMARY KEY, total int);")
    alone = ["graph", "orders", "memory://logs/slow.log", "--engine", "mysql:8.0", "--schema", "schema.sql"]
    assert run([*alone, "--slow-log", "memory://logs/old"]) == 0
    assert "8 calls" in capsys.readouterr().out


def test_code_is_not_read_from_urls(configured):
    configured.write_text(configured.read_text() + "[[sources]]\nkind = 'python'\npath = 's3://bucket/code'\n")
    with pytest.raises(ConfigError, match="sources of kind python are read from folders of this machine"):
        load_config(configured)


def test_a_folder_that_cannot_be_listed_is_read_as_a_file():
    assert list(files_under(RemotePath.of("oracle://h/x"))) == [RemotePath.of("oracle://h/x")]


def test_signed_urls_are_masked_wherever_they_are_kept(memory, configured, tmp_path):
    memory.pipe("/logs/slow.log?X-Amz-Signature=zqx9001qz", log(3))
    text = configured.read_text().replace("memory://logs", "memory://logs/slow.log?X-Amz-Signature=zqx9001qz")
    configured.write_text(text)
    kept, page = tmp_path / "scan.db", tmp_path / "page.html"
    assert run(["scan", "--config", str(configured), "-o", str(kept)]) == 0
    assert run(["impact", "orders", "status int", "--scan", str(kept), "-o", str(page)]) == 0
    assert scanner.load(kept).queries["calls"].sum() == 10
    assert "X-Amz-Signature=***" in page.read_text()
    assert b"zqx9001qz" not in page.read_bytes() + kept.read_bytes()
