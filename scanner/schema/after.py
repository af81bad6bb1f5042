"""The catalogue an engine has once ALTER TABLE … ADD COLUMN has run.

Tables grow, and with them the tables that inherit from them or are partitions of them. Views stay as they were
created: their names are looked up in `Schema.before` (measured: frozen on PostgreSQL, MySQL and MariaDB alike).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from scanner.errors import ChangeError
from scanner.model import Column, SequenceGenerator, Table, TableName, View
from scanner.schema.parse.sql_types import name_of_mysql

if TYPE_CHECKING:
    from scanner.change import AddedColumn, Change
    from scanner.schema.schema import Schema


def apply(schema: Schema, change: Change) -> Schema:
    """The schema after the change. Raises ChangeError when the table is unknown or already has the column."""
    table = changed_table(schema, change)
    grown = {table.name: _grow(schema, table, change.columns)}
    for child in descendants(schema, table.name):
        new = [_last(added) for added in change.columns if not _has(schema, child, added.column.name)]
        grown[child.name] = _grow(schema, child, new)
    return replace(schema, relations={**schema.relations, **grown}, before=schema)


def present(schema: Schema, change: Change) -> tuple[str, ...]:
    """The columns that the table has already. Raises ChangeError as `changed_table` does."""
    table = changed_table(schema, change)
    return tuple(name for name in change.names if _has(schema, table, name))


def changed_table(schema: Schema, change: Change) -> Table:
    """The table the change is to. Raises ChangeError with the nearest names when there is none."""
    found = schema.find(change.table)
    if isinstance(found, View):
        raise ChangeError(f"{change.table} is a view: name the table that the column is added to.")
    if isinstance(found, SequenceGenerator):
        raise ChangeError(f"{change.table} is a sequence, which gets no columns: name the table that it is added to.")
    if found is None:
        names = [str(t.name) for t in schema.tables]
        near = get_close_matches(str(change.table), names, 3, 0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else _without(schema, len(names))
        raise ChangeError(f"There is no table {change.table} in the schema of {schema.database.name}: {hint}")
    for added in change.columns:
        if _has(schema, found, added.column.name) and not added.if_not_exists:
            message = f"The table {found.name} already has a column {added.column.name}: nothing to add."
            raise ChangeError(message)
        _expect_type(schema, added.column)
    return found


def _expect_type(schema: Schema, column: Column) -> None:
    """A type of MySQL's that a PostgreSQL has not got by a domain or an extension. Raises ChangeError."""
    name = name_of_mysql(column.type) if schema.engine.family == "postgres" else None
    if name is not None and all(each.name != name for each in (*schema.types, *schema.relations)):
        advice = f"give {column.name} one that it has, or name the engine that the change is for"
        raise ChangeError(f"PostgreSQL has no type {column.type}, and neither has the schema: {advice}.")


def _without(schema: Schema, tables: int) -> str:
    """What there is instead of the table, and why it may be missing."""
    skipped = sum(each.count for each in schema.skipped)
    if not skipped:
        return f"it has {tables} table{'' if tables == 1 else 's'}."
    unread = "1 statement" if skipped == 1 else f"{skipped} statements"
    return (
        f"it has {tables} table{'' if tables == 1 else 's'}, and {unread} of it could not be read as {schema.engine} "
        f"({schema.skipped[0].kind} first): is it the schema of another engine or version (--engine)?"
    )


def _grow(schema: Schema, table: Table, added: Sequence[AddedColumn]) -> Table:
    columns = list(table.columns)
    for each in added:
        if not _has(schema, table, each.column.name):
            columns.insert(_position(schema, columns, each), each.column)
    return replace(table, columns=tuple(columns)) if len(columns) > len(table.columns) else table


def _position(schema: Schema, columns: Sequence[Column], added: AddedColumn) -> int:
    if added.position == "first":
        return 0
    key = schema.engine.column_key
    names = [key(column.name) for column in columns]
    if added.position == "after" and added.after is not None and key(added.after) in names:
        return names.index(key(added.after)) + 1
    return len(columns)


def _has(schema: Schema, table: Table, name: str) -> bool:
    return schema.engine.column_key(name) in schema.index(table)


def descendants(schema: Schema, name: TableName) -> Iterator[Table]:
    """The tables that inherit from it, each once, parents before their children."""
    seen, waiting = {name}, [name]
    while waiting:
        parent = waiting.pop(0)
        for table in schema.tables:
            if parent in table.parents and table.name not in seen:
                seen.add(table.name)
                waiting.append(table.name)
                yield table


def _last(added: AddedColumn) -> AddedColumn:
    """Children get the column behind their own ones."""
    return replace(added, position="last")
