"""Opens what a configuration names: sources of observations, and schemas."""

from __future__ import annotations

import glob
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from scanner.config import DatabaseConfig, SourceConfig, is_dsn
from scanner.errors import SourceError
from scanner.fingerprint import Alike, normalise
from scanner.migrations import Migration, history, sources
from scanner.model import BlindSpot, Checkpoint, Collected, Database, Looked, Skipped
from scanner.schema import Schema
from scanner.schema.dialect import foreign_signs
from scanner.workers import Workers

_Script = tuple[Path, str, int]  # a file or a part of one, its text, and the line at which that begins


def collect(
    source: SourceConfig,
    database: Database,
    workers: Workers | None,
    since: Collection[Checkpoint] = (),
    tags: frozenset[str] = frozenset(),
) -> Iterator[Collected]:
    """Everything a source of this database yields; of slow logs what came after these checkpoints, each file's last.

    Large logs and trees of source are read by the workers. Entries of a log that differ in these tags of their
    comments are not added up.

    Raises SourceError when it cannot be read at all.
    """
    if source.dsn is not None:
        return _collect_server(source, source.dsn, database, tags)
    assert source.path is not None
    if source.kind != "mysql_slow_log" and not source.path.exists():
        raise SourceError(f"There is nothing at {source.path}.")
    return _collect_path(source, source.path, database, workers, since, tags)


def _collect_server(source: SourceConfig, dsn: str, database: Database, tags: frozenset[str]) -> Iterator[Collected]:
    if source.kind == "mysql_digests":
        from scanner.collect import mysql_digests

        return mysql_digests.collect_live(dsn, database=source.database, normalise=_normaliser(database))
    if source.kind == "mysql_slow_log_table":
        from scanner.collect import mysql_slow_log

        return mysql_slow_log.collect_live(
            dsn, database=source.database, alike=Alike(database, tags), period=source.period
        )
    from scanner.collect.pg_stat_statements import collect_live

    return collect_live(
        dsn,
        database=source.database,
        server_database=source.server_database,
        elsewhere=source.elsewhere,
        sample_s=source.sample_s,
    )


def _collect_path(
    source: SourceConfig,
    path: Path,
    database: Database,
    workers: Workers | None,
    since: Collection[Checkpoint],
    tags: frozenset[str],
) -> Iterator[Collected]:
    family = database.engine.family
    if source.kind == "python":
        from scanner.collect import python

        return python.collect(path, database=source.database, family=family, workers=workers)
    if source.kind == "sql_files":
        from scanner.collect import sql_files

        return sql_files.collect(path, database=source.database, family=family)
    if source.kind == "mysql_slow_log":
        from scanner.collect import mysql_slow_log

        return mysql_slow_log.collect(
            path,
            database=source.database,
            alike=Alike(database, tags),
            period=source.period,
            since=since,
            workers=workers,
        )
    if source.kind == "mysql_slow_log_table":
        from scanner.collect import mysql_slow_log

        return mysql_slow_log.collect_export(
            path, database=source.database, alike=Alike(database, tags), period=source.period
        )
    if source.kind == "mysql_digests":
        from scanner.collect import mysql_digests

        return mysql_digests.collect_export(path, database=source.database, normalise=_normaliser(database))
    from scanner.collect.pg_stat_statements import collect_export

    return collect_export(
        path, database=source.database, server_database=source.server_database, elsewhere=source.elsewhere
    )


def _normaliser(database: Database) -> Callable[[str], str]:
    return partial(normalise, engine=database.engine, sql_mode=database.sql_mode)


def look_through(
    source: SourceConfig, tables: Mapping[str, Iterable[str]], classes: Mapping[str, str]
) -> Iterator[Looked]:
    """Where the files of a source of code name these tables, their columns, or the classes mapped to them."""
    if source.kind not in ("python", "sql_files") or source.path is None or not source.path.exists():
        return iter(())
    from scanner.collect import mentions as collector

    return collector.collect(source.path, collector.names_of(tables, classes))


def read_schema(config: DatabaseConfig) -> tuple[Schema, tuple[BlindSpot, ...]]:
    """The schema of a database, from DDL or its server, and what of it was not understood.

    Raises SourceError when there is none to read.
    """
    if is_dsn(config.schema[0]):
        from scanner.schema import catalogue

        schema = catalogue.read(config.schema[0], config.database)
        return schema, tuple(_not_understood(schema, []))
    from scanner.schema.parse import parse_ddl

    migrations = [
        found for path in _paths(config) for found in history(path, config.database.engine, config.without, config.root)
    ]
    if not migrations:
        raise SourceError(f"There is no schema of {config.name} at {' or '.join(config.schema)}.")
    scripts = [(migration.path, migration.sql, migration.first_line) for migration in migrations]
    schema = parse_ddl("\n".join(text for _, text, _ in scripts), config.database)
    return schema, (*_of_another_engine(schema, scripts), *_not_analysed(migrations), *_not_understood(schema, scripts))


def _of_another_engine(schema: Schema, scripts: Iterable[_Script]) -> Iterator[BlindSpot]:
    for file, text, _ in scripts:
        signs = foreign_signs(text, schema.engine.family)
        if signs:
            other = "MySQL's or MariaDB's" if schema.engine.family == "postgres" else "PostgreSQL's"
            message = f"It is read as {schema.engine}, and looks like {other} ({', '.join(signs)}): name its engine."
            yield BlindSpot("schema", str(file), message)
            return


def schema_scripts(config: DatabaseConfig) -> list[str]:
    """The DDL of a schema that stands in files. Raises SourceError when it is read from a server."""
    if is_dsn(config.schema[0]):
        raise SourceError(f"The schema of {config.name} is on a server: give its DDL as a file, as pg_dump writes it.")
    return [
        found.sql
        for path in _paths(config)
        for found in history(path, config.database.engine, config.without, config.root)
    ]


def schema_files(config: DatabaseConfig) -> tuple[Path, ...]:
    """The files of DDL and of migrations; a directory stands for those in it."""
    return tuple(
        dict.fromkeys(file for path in _paths(config) for file in sources(path, config.database.engine, config.root))
    )


def _paths(config: DatabaseConfig) -> Iterator[Path]:
    """The files and directories of a schema, in the order in which they are named."""
    for pattern in config.schema:
        if is_dsn(pattern):
            return
        path = Path(pattern)
        yield from [path] if path.exists() else map(Path, sorted(glob.glob(pattern, recursive=True)))


def _not_analysed(migrations: Iterable[Migration]) -> Iterator[BlindSpot]:
    """What migrations do that has no SQL of its own: one for each kind and reason, at the first place."""
    groups: dict[tuple[str, str], list[str]] = {}
    for migration in migrations:
        for each in migration.not_analysed:
            groups.setdefault((each.what, each.why), []).append(f"{migration.path}:{each.line}")
    for (what, why), places in groups.items():
        times = f", {len(places)} times" if len(places) > 1 else ""
        yield BlindSpot("schema", places[0], f"{what} was left out of the schema{times}: {why}.")


def _not_understood(schema: Schema, scripts: Sequence[_Script]) -> Iterator[BlindSpot]:
    """One for each kind and reason, at the first place."""
    groups: dict[tuple[str, str], list[Skipped]] = {}
    for skipped in schema.skipped:
        groups.setdefault((skipped.kind, skipped.reason), []).append(skipped)
    for (kind, reason), found in groups.items():
        count = sum(skipped.count for skipped in found)
        times = f", {count} times" if count > 1 else ""
        message = f"{kind} was left out of the schema{times}: {reason.rstrip('.')}."
        yield BlindSpot("schema", _place(schema, found[0].line, scripts), message)


def _place(schema: Schema, line: int, scripts: Sequence[_Script]) -> str:
    """The file and line of a line in all the scripts joined."""
    for file, text, first in scripts:
        lines = text.count("\n") + 1
        if line <= lines:
            return f"{file}:{first + line - 1}" if line else str(file)
        line -= lines
    return schema.database.name
