"""Whether what a scan reads has changed since: known by path, size, time and inode; logs and such by how they begin."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from scanner.config import Config, DatabaseConfig, SourceConfig, is_dsn
from scanner.services import DESCRIBING
from scanner.sources import schema_files
from scanner.text_files import STDIN, files_under

CODE = ("python", "sql_files")  # the kinds of sources that are trees of code

_HEAD_BYTES = 4096
_PROGRAMS = (".py", ".pyi", ".pyw", ".spt", ".ipynb", ".sql", ".psql", ".ddl", ".dml", ".gz")
_TEMPLATES = (".j2", ".jinja", ".jinja2", ".mako", ".tmpl", ".tpl")
_SUFFIXES = frozenset((*_PROGRAMS, *_TEMPLATES, ".toml", ".cfg", ".txt", ".yaml", ".yml"))
_NAMES = frozenset(name.rpartition("/")[2] for name in DESCRIBING)


def source_state(source: SourceConfig) -> str | None:
    """What the files of a source look like; None for what is known only when it is read: a server, standard input."""
    if source.path is None or source.path == STDIN:
        return None
    if source.kind not in CODE:
        return _digest(map(_with_head, files_under(source.path)))
    files = (file for file in files_under(source.path) if file == source.path or _is_code(file))
    return _digest(map(_file, (*files, *_describing(source.path))))


def tree_state(source: SourceConfig) -> str | None:
    """What all files of a source of code look like, whatever language they are in."""
    if source.kind not in CODE or source.path is None:
        return None
    return _digest(map(_file, (*files_under(source.path), *_describing(source.path))))


def schema_state(database: DatabaseConfig) -> str | None:
    """What the files of a schema look like; None for a server."""
    if is_dsn(database.schema[0]):
        return None
    return _digest(map(_with_head, schema_files(database)))


def made_from(source: SourceConfig, config: Config) -> str:
    """What beside its files decides what a source says: with another configuration it is read anew."""
    import scanner

    schemas = [entry.schema for entry in config.databases] if source.kind == "sql_files" else ()
    database = config.database(source.database).database
    return _digest(map(repr, (scanner.__version__, source, database, config.services, config.root, schemas)))


def schema_made_from(database: DatabaseConfig) -> str:
    """What beside its files decides what a schema is."""
    import scanner

    return _digest(map(repr, (scanner.__version__, database.database, database.schema)))


def _is_code(file: Path) -> bool:
    """Whether the sources of code may read it, or what it says of others."""
    return file.suffix.lower() in _SUFFIXES or file.name in _NAMES


def _describing(path: Path) -> Iterator[Path]:
    """The files above a path that say whose its files are, and which of them are left out."""
    for folder in path.parents:
        yield from (folder / name for name in DESCRIBING)


def _file(path: Path) -> str:
    try:
        found = path.stat()
    except OSError as error:
        return f"{path} {type(error).__name__}"
    return f"{path} {found.st_size} {found.st_mtime_ns} {found.st_ino}"


def _with_head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = blake2b(file.read(_HEAD_BYTES), digest_size=16).hexdigest()
    except OSError as error:
        head = type(error).__name__
    return f"{_file(path)} {head}"


def _digest(parts: Iterable[str]) -> str:
    made = blake2b(digest_size=16)
    for part in parts:
        made.update(os.fsencode(part))
        made.update(b"\0")
    return made.hexdigest()
