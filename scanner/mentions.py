"""Places that name a table in a way that could be a query or a model, yet gave none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from scanner.config import Config
from scanner.model import MODEL_SOURCE, Mention, Query, TableName, Unresolved
from scanner.resolve import references
from scanner.schema import Schema
from scanner.services import Services
from scanner.sources import mentions, schema_files


def find_mentions(config: Config, schemas: Mapping[str, Schema], queries: Iterable[Query]) -> dict[str, list[Mention]]:
    """For each database what the files of its sources of code say of its tables; one a file and table.

    Files of a schema are what is scanned against: they mention nothing.
    """
    known = list(queries)
    ddl = {file.resolve() for entry in config.databases for file in schema_files(entry)}
    found: dict[str, dict[tuple[str, str], Mention]] = {name: {} for name in schemas}
    for source in config.sources:
        schema = schemas[source.database]
        services = Services(source, config.services, config.root)
        for mention in mentions(source, _tables(schema), _classes(schema, known)):
            placed = services.owned(mention)
            if (config.root / placed.location.path).resolve() not in ddl:
                found[source.database].setdefault((placed.location.path, placed.table), placed)
    return {name: list(each.values()) for name, each in found.items()}


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
