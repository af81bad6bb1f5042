"""What a look through the files of the sources finds: places that name tables, and files that speak of columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scanner.config import Config, SourceConfig
from scanner.likely import weighed
from scanner.model import MODEL_SOURCE, LikelyPlace, Looked, Mention, Query, TableName, Unresolved
from scanner.resolve import references
from scanner.schema import Schema
from scanner.services import Services
from scanner.sources import look_through, schema_files


@dataclass(frozen=True, slots=True)
class Named:
    """What the files of the sources of a database say of its tables: one a file and table."""

    mentions: tuple[Mention, ...]
    likely_places: tuple[LikelyPlace, ...]


def find_named(config: Config, schemas: Mapping[str, Schema], queries: Iterable[Query]) -> dict[str, Named]:
    """For each database what the files of its sources of code say of its tables.

    Files of a schema are what is scanned against: they say nothing.
    """
    known = list(queries)
    ddl = {file.resolve() for entry in config.databases for file in schema_files(entry)}
    return {name: _named(config, schema, known, ddl) for name, schema in schemas.items()}


def _named(config: Config, schema: Schema, queries: Iterable[Query], ddl: Collection[Path]) -> Named:
    tables, classes = _tables(schema), _classes(schema, queries)
    mentions: dict[tuple[str, str], Mention] = {}
    files: dict[Path, tuple[Looked, Services]] = {}  # each once, though sources of several kinds may share a tree
    for source in config.sources:
        if source.database != schema.database.name:
            continue
        services = Services(source, config.services, config.root, schema.engine.family)
        for looked in look_through(source, tables, classes):
            file = _file(source, looked)
            if file not in ddl:
                files.setdefault(file, (looked, services))
                for placed in map(services.owned, looked.mentions):
                    mentions.setdefault((placed.location.path, placed.table), placed)
    return Named(tuple(mentions.values()), tuple(_weighed(files.values(), tables)))


def _file(source: SourceConfig, looked: Looked) -> Path:
    assert source.path is not None  # only files are looked through
    folder = source.path if source.path.is_dir() else source.path.parent
    return (folder / looked.path).resolve()


def _weighed(files: Iterable[tuple[Looked, Services]], tables: Mapping[str, list[str]]) -> Iterator[LikelyPlace]:
    """What ties files to tables, each placed by the services of its source."""
    speaking = [(looked, services) for looked, services in files if looked.columns]
    for (_, services), places in zip(speaking, weighed([looked for looked, _ in speaking], tables), strict=True):
        yield from map(services.owned, places)


def unexplained(
    found: Iterable[Mention], tables: Collection[TableName], explained: Collection[str]
) -> tuple[Mention, ...]:
    """The mentions of these tables in files that are not explained by a query or a model of them, likeliest first."""
    names = set(map(str, tables))
    own = (mention for mention in found if mention.table in names and mention.location.path not in explained)
    return tuple(sorted(own, key=lambda m: (m.rank, m.location.path, m.location.line)))


def _tables(schema: Schema) -> dict[str, list[str]]:
    """The tables with the names of their columns."""
    return {str(table.name): [column.name for column in table.columns] for table in schema.tables}


def _classes(schema: Schema, queries: Iterable[Query]) -> dict[str, str]:
    """The mapped classes of the source, by name, with their tables."""
    classes: dict[str, str] = {}
    for query in queries:
        for observation in query.observations if query.database == schema.database.name else ():
            if observation.source == MODEL_SOURCE and observation.location and observation.location.function:
                table = _read(query, schema)
                if table is not None:
                    classes[observation.location.function.rpartition(".")[2]] = table
    return classes


def _read(query: Query, schema: Schema) -> str | None:
    named = references(query.sql, schema)
    if isinstance(named, Unresolved) or len(named.reads) != 1:
        return None
    known = schema.find(next(iter(named.reads)))
    return str(known.name) if known else None
