"""Which tool a file of migrations belongs to, and the migrations of a folder in their order."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import takewhile
from pathlib import Path

from scanner.errors import SourceError, reason_of
from scanner.migrations import plain_sql
from scanner.migrations.includes import with_included
from scanner.migrations.migration import Migration, Tool
from scanner.model import Engine
from scanner.text_files import READ_ERRORS, files_under

PLAN_MARK = "-- A phase of a plan, no migration: scanner check --base leaves this file out."

_PLAN_FILE = re.compile(r"\d\d_\w+(?:\.back)?\.sql")
_HEAD = 20_000  # bytes in which a file shows what it is
_ADDS = re.compile(r"\bALTER\s+(?:\w+\s+)?TABLE\b[^;]*\bADD\b", re.IGNORECASE)
_SUFFIXES = (".sql", ".xml", ".yaml", ".yml", ".json", ".py")


def read(path: Path, engine: Engine) -> Migration:
    """What one file of migrations does on this engine. Raises SourceError."""
    path = Path(os.path.abspath(path))  # as the files beside it are found
    if path.is_dir():
        raise SourceError(f"{path} is a folder: name the file of the migration.")
    tool = tool_of(path)
    if tool == "liquibase":
        from scanner.migrations.liquibase import read_changelog

        return read_changelog(path, engine)
    if tool == "django":
        from scanner.migrations.django import Project

        return Project.of(path, engine).read(path)
    if tool == "alembic":
        from scanner.migrations.alembic import read_revision

        return read_revision(path, engine)
    if tool is None:
        raise SourceError(f"{path} is no migration of Flyway, Liquibase, Django or Alembic, and no SQL.")
    return plain_sql.read_sql(path)


def is_migration(path: Path) -> bool:
    """Whether a file is a migration: one of a tool's, or SQL that adds to a table. The files of a plan are none."""
    tool = tool_of(path)
    if tool != "sql":
        return tool is not None
    return not _is_of_plan(path) and _ADDS.search(plain_sql.read_sql(path).sql) is not None


def _is_of_plan(path: Path) -> bool:
    """Whether it begins as the files of a plan do; one renamed by somebody is a migration of theirs."""
    if not _PLAN_FILE.fullmatch(path.name):
        return False
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.readline().rstrip() == PLAN_MARK
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {reason_of(error)}.") from error


def sources(path: Path, engine: Engine, root: Path | None = None) -> list[Path]:
    """The files that a schema at this path is read from: those of a folder's migrations, else scripts of SQL.

    These with the scripts below the root that they read.
    """
    files = list(files_under(path, (*_SUFFIXES, *plain_sql.suffixes(engine.family))))
    tools = {file: tool_of(file) for file in files} if path.is_dir() else {}
    migrations = [file for file, tool in tools.items() if tool in ("liquibase", "django", "alembic")]
    if migrations:
        return migrations
    files = [file for file in files if file == path or tools[file] or plain_sql.family_of(file.name)]
    return list(dict.fromkeys(each for file in files for each in (file, *_read_by(file, engine, root))))


def _read_by(file: Path, engine: Engine, root: Path | None) -> list[Path]:
    """The scripts that a script reads; none of what cannot be read itself."""
    if not file.name.lower().endswith(plain_sql.suffixes(engine.family)):
        return []
    try:
        return [part.path for part in with_included(plain_sql.read_sql(file), engine, root) if part.path != file]
    except SourceError:
        return []


def history(
    path: Path, engine: Engine, without: Collection[Path] = (), root: Path | None = None
) -> Iterator[Migration]:
    """The migrations of a folder, or of a changelog, in the order in which they run.

    `without` names files, resolved: neither these count nor what runs after the first of them, or builds on one where
    the tool knows what builds on what. A script of SQL comes in parts, with the scripts below the root that it reads
    between them. Raises SourceError.
    """
    endings = plain_sql.suffixes(engine.family)
    files = [path] if path.is_file() else list(files_under(path, (*_SUFFIXES, *endings)))
    left_out = {file for file in files if file.resolve() in without}
    tools = {tool_of(file) for file in files}
    if "liquibase" in tools:
        yield from _changelogs([file for file in files if tool_of(file) == "liquibase"], engine, without)
    elif path.is_file():
        if not left_out:
            found = read(path, engine) if tool_of(path) else plain_sql.read_sql(path)
            yield from with_included(found, engine, root) if found.tool == "sql" else (found,)
    elif "django" in tools:
        from scanner.migrations.django import Project

        yield from Project.of(path, engine).history(left_out)
    elif "alembic" in tools:
        from scanner.migrations.alembic import order, read_revision

        for file in order((file for file in files if tool_of(file) == "alembic"), left_out):
            yield read_revision(file, engine, lines=False)
    else:
        ordered = plain_sql.order(file for file in files if file.name.lower().endswith(endings))
        yield from _scripts(takewhile(lambda file: file not in left_out, ordered), engine, root)


def _scripts(files: Iterable[Path], engine: Engine, root: Path | None) -> Iterator[Migration]:
    """Those that no other one reads, for with what they read they hold everything once; and what else is left."""
    found = {file.resolve(): plain_sql.read_sql(file) for file in files}
    parts = {
        path: [*with_included(each, engine, root)] if each.tool == "sql" else [each] for path, each in found.items()
    }
    inner = {part.path for path, inside in parts.items() for part in inside if part.path != found[path].path}
    read = {part.path for path, inside in parts.items() if path not in inner for part in inside}
    for path, inside in parts.items():
        if path not in inner or path not in read:
            yield from inside


def _changelogs(changelogs: list[Path], engine: Engine, without: Collection[Path]) -> Iterator[Migration]:
    """Those that no other one includes: with what they include they hold everything once."""
    from scanner.migrations.liquibase import included, read_changelog

    inner = {each for file in changelogs for each in included(file, engine) if each != file}
    for root in [file for file in changelogs if file not in inner]:
        yield read_changelog(root, engine, without)


def tool_of(path: Path) -> Tool | None:
    """The tool that a file is a migration of; None: of none."""
    suffix = path.suffix.lower()
    of_engine = plain_sql.family_of(path.name) is not None
    if not (of_engine or suffix in _SUFFIXES) or not path.is_file():
        return None
    if of_engine:
        return "sql"
    if suffix == ".sql" and plain_sql.is_flyway(path):
        return "flyway"
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD if suffix != ".py" else -1).decode("utf-8", "replace")
    except READ_ERRORS:
        return None
    if suffix == ".py":
        return _python_tool(head)
    from scanner.migrations.liquibase import is_changelog

    if is_changelog(path, head):
        return "liquibase"
    return "sql" if suffix == ".sql" else None


def _python_tool(text: str) -> Tool | None:
    if "Migration" in text and "operations" in text:
        from scanner.migrations.django import is_migration

        return "django" if is_migration(text) else None
    if "revision" in text and "upgrade" in text:
        from scanner.migrations.alembic import is_revision

        return "alembic" if is_revision(text) else None
    return None
