"""What a path given on the command line is a source of, by its content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scanner.config.model import SourceConfig, SourceKind
from scanner.errors import ConfigError
from scanner.text_files import READ_ERRORS, files_under, open_binary

_SNIFFED = 65536  # bytes; a slow log may begin with the long banner of a server
_SLOW_LOG = re.compile(rb"^# (?:Time|User@Host|Query_time): ", re.MULTILINE)
_BY_SUFFIX: dict[str, SourceKind] = {".py": "python", ".pyi": "python", ".sql": "sql_files"}
_MAYBE_LOGS = (".log", ".csv", ".json", ".gz", ".bz2", ".xz", ".zst")


def sources_at(path: Path) -> tuple[SourceConfig, ...]:
    """The sources in a file or directory, bound to no database yet.

    Raises ConfigError for a path that is not there or holds none of them.
    """
    if not path.exists():
        raise ConfigError(f"{path} does not exist: give files or directories to scan.")
    found = tuple(_in_directory(path) if path.is_dir() else _in_file(path))
    if not found:
        raise ConfigError(
            f"{path} holds nothing to scan: no Python, no SQL, no MySQL slow log, no export of pg_stat_statements."
        )
    return found


def _in_directory(path: Path) -> Iterator[SourceConfig]:
    suffixes = {file.suffix.lower() for file in files_under(path, tuple(_BY_SUFFIX))}
    for kind in sorted({_BY_SUFFIX[suffix] for suffix in suffixes}):
        yield SourceConfig(kind, path=path)
    for file in files_under(path, _MAYBE_LOGS):
        yield from _in_file(file)


def _in_file(path: Path) -> Iterator[SourceConfig]:
    kind = _BY_SUFFIX.get(path.suffix.lower()) or _by_content(path)
    if kind is not None:
        yield SourceConfig(kind, path=path)


def _by_content(path: Path) -> SourceKind | None:
    try:
        with open_binary(path) as file:
            start = file.read(_SNIFFED)
    except READ_ERRORS:
        return "mysql_slow_log"  # whose collector says what is wrong with the file
    if _SLOW_LOG.search(start):
        return "mysql_slow_log"
    return "pg_stat_statements" if _is_export(start) else None


def _is_export(start: bytes) -> bool:
    """Whether JSON, or the first line of CSV, has the two columns without which there is no export."""
    head = start if start.lstrip().startswith((b"[", b"{")) else start.partition(b"\n")[0]
    return all(re.search(rb"\b%b\b" % name, head) for name in (b"query", b"calls"))
