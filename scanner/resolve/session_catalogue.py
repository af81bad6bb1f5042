"""The catalogue as one PostgreSQL session sees it: its search path, and the tables it made for itself."""

from __future__ import annotations

import re
from dataclasses import replace

from scanner.model import Column, Table, TableName
from scanner.resolve.context import Settings
from scanner.resolve.parse import Parsed, parse
from scanner.resolve.resolution import Meanings, Resolution
from scanner.resolve.session import Session
from scanner.resolve.statement import resolve
from scanner.schema import Schema

_TEMPORARY = "pg_temp"  # searched before all other schemas
_CREATED = re.compile(r"(?P<head>\s*CREATE\s+)(?:(?:GLOBAL|LOCAL)\s+)?TEMP(?:ORARY)?(?=\s+TABLE\b)", re.I)


def in_session(schema: Schema, session: Session, made: Schema | None = None) -> Schema:
    """The schema with what the session changed of it. `made` has its tables already: they stay as they were made."""
    path = session.search_path or schema.database.schemas
    seen = replace(schema, database=replace(schema.database, search_path=(_TEMPORARY, *path)))
    for sql in session.created if made is None else ():
        for table in _tables(seen, sql):
            seen = seen.with_relation(table)
    own = {name: r for name, r in made.relations.items() if name.schema == _TEMPORARY} if made is not None else {}
    return replace(seen, relations={**seen.relations, **own})


def _tables(schema: Schema, sql: str) -> list[Table]:
    """The temporary tables that a statement makes."""
    parsed = parse(sql, schema.engine.family)
    resolution = resolve(parsed, schema, Meanings(), Settings()) if isinstance(parsed, Parsed) else None
    if isinstance(resolution, Resolution) and resolution.creates is not None:
        columns = tuple(Column(o.name or "?column?", o.type or "text") for o in resolution.outputs)
        return [Table(TableName(_TEMPORARY, schema.engine.fold(resolution.creates)), columns)]
    made = Schema.from_ddl(_CREATED.sub(r"\g<head>", sql), schema.engine)
    return [replace(table, name=TableName(_TEMPORARY, table.name.name)) for table in made.tables]
