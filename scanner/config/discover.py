"""What a path given on the command line is a source of, by its content."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from scanner.config.model import SourceConfig, SourceKind
from scanner.config.values import CODE_KINDS
from scanner.errors import ConfigError
from scanner.remote import RemotePath
from scanner.text_files import READ_ERRORS, files_under, open_binary

_SNIFFED = 65536  # bytes; a slow log may begin with the long banner of a server
_SLOW_LOG = re.compile(rb"^# (?:Time|User@Host|Query_time): ", re.MULTILINE)
# What a file's first lines must have in them to be an export: the columns without which there is none.
_EXPORTS: tuple[tuple[SourceKind, tuple[bytes, ...]], ...] = (
    ("mysql_digests", (b"digest_text", b"count_star")),
    ("mysql_slow_log_table", (b"user_host", b"sql_text")),
    ("pg_stat_statements", (b"query", b"calls")),
)
# With the script of `scanner export-sql` the mysql client writes several tables into one file.
_MYSQL_CLIENT = b"Variable_name\tValue"
_TABLES = (b"SCHEMA_NAME\tDIGEST\t", b"start_time\tuser_host\t")
_BY_SUFFIX: dict[str, SourceKind] = {".py": "python", ".pyi": "python", ".sql": "sql_files"}
_MAYBE_LOGS = (".log", ".csv", ".tsv", ".json", ".gz", ".bz2", ".xz", ".zst")


def sources_at(path: Path) -> tuple[SourceConfig, ...]:
    """The sources in a file or directory, bound to no database yet.

    Raises ConfigError for a path that is not there or holds none of them.
    """
    if not path.exists():
        raise ConfigError(f"{path} does not exist: give files or directories to scan.")
    found = tuple(_in_directory(path) if path.is_dir() else _in_file(path))
    if isinstance(path, RemotePath) and any(source.kind in CODE_KINDS for source in found):
        raise ConfigError(f"{path} holds code, which is read from folders of this machine: fetch it first.")
    if not found:
        raise ConfigError(
            f"{path} holds nothing to scan: no Python, no SQL, no MySQL slow log, no export of a server's statements."
        )
    return found


def _in_directory(path: Path) -> Iterator[SourceConfig]:
    suffixes = {file.suffix.lower() for file in files_under(path, tuple(_BY_SUFFIX))}
    for kind in sorted({_BY_SUFFIX[suffix] for suffix in suffixes}):
        yield SourceConfig(kind, path=path)
    for file in files_under(path, _MAYBE_LOGS):
        yield from _in_file(file)


def _in_file(path: Path) -> Iterator[SourceConfig]:
    known = _BY_SUFFIX.get(path.suffix.lower())
    for kind in (known,) if known else kinds_of(path):
        yield SourceConfig(kind, path=path)


def kinds_of(path: Path) -> tuple[SourceKind, ...]:
    """What servers wrote that a file is, by its content; a slow log is what cannot be opened."""
    try:
        with open_binary(path) as file:
            start = file.read(_SNIFFED)
            if _SLOW_LOG.search(start):
                return ("mysql_slow_log",)
            heads = list(_heads(start, file))
    except READ_ERRORS:
        return ("mysql_slow_log",)  # whose collector says what is wrong with the file
    return tuple(kind for kind, names in _EXPORTS if any(_has(head, names) for head in heads))


def _heads(start: bytes, rest: BinaryIO) -> Iterator[bytes]:
    """What names columns: the first line of CSV, all of JSON, of the mysql client each table's first line."""
    if start.lstrip().startswith((b"[", b"{")):
        yield start
    elif start.startswith(_MYSQL_CLIENT):
        lines = chain((start + rest.readline()).splitlines(), rest)
        yield from (line for line in lines if line.startswith(_TABLES))
    else:
        yield start.partition(b"\n")[0]


def _has(head: bytes, names: Sequence[bytes]) -> bool:
    return all(re.search(rb"\b%b\b" % name, head, re.IGNORECASE) for name in names)
