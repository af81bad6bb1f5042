"""CREATE: the reader of each kind of object."""

from __future__ import annotations

from collections.abc import Callable

from scanner.schema.parse.constraints import Constraint, read_unique_index
from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.draft import Draft, TableDraft
from scanner.schema.parse.routines import create_aggregate, create_event, create_routine
from scanner.schema.parse.sequences import create_sequence
from scanner.schema.parse.tables import create_table
from scanner.schema.parse.triggers import create_trigger
from scanner.schema.parse.usertypes import create_domain, create_type
from scanner.schema.parse.views import create_policy, create_rule, create_view

Modifiers = set[str]  # the words between CREATE and the kind of object; REPLACE for OR REPLACE
Reader = Callable[[Cursor, Draft, Modifiers], None]

_MODIFIERS = (
    "GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED", "UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR",
    "CONSTRAINT", "MATERIALIZED", "RECURSIVE", "FOREIGN", "TRUSTED", "PROCEDURAL", "DEFAULT", "ONLINE",
    "OFFLINE",
)  # fmt: skip
# Objects that no query's names, columns or results depend on in a way a new column could change.
_SILENT = {
    "ACCESS", "CAST", "COLLATION", "CONVERSION", "DATA", "DATABASE", "EXTENSION", "GROUP", "LANGUAGE",
    "LOGFILE", "OPERATOR", "PUBLICATION", "REFERENCE", "RESOURCE", "ROLE", "SERVER",
    "STATISTICS", "SUBSCRIPTION", "TABLESPACE", "TEXT", "TRANSFORM", "UNDO", "USER",
}  # fmt: skip


def create(cursor: Cursor, draft: Draft) -> None:
    """Reads a CREATE statement behind its first word. Raises UnreadableError."""
    modifiers = read_modifiers(cursor)
    kind = cursor.advance().key
    if modifiers & {"TEMP", "TEMPORARY"} or kind in _SILENT:  # temporary objects end with the session
        return
    reader = _READERS.get(kind)
    if reader is None:
        raise UnreadableError("this kind of object is not known")
    reader(cursor, draft, modifiers)


def read_modifiers(cursor: Cursor) -> Modifiers:
    """The words before the kind of object, without ALGORITHM, DEFINER and SQL SECURITY."""
    found: Modifiers = set()
    while True:
        if cursor.accept("OR", "REPLACE"):
            found.add("REPLACE")
        elif word := cursor.accept_any(*_MODIFIERS):
            found.add(word)
        elif cursor.accept("ALGORITHM", "=") or cursor.accept("SQL", "SECURITY"):
            cursor.advance()
        elif cursor.accept("DEFINER", "="):
            _skip_user(cursor)
        else:
            return found


def _skip_user(cursor: Cursor) -> None:
    cursor.advance()
    if cursor.accept("@"):
        cursor.advance()
    elif cursor.at("(", ")"):
        cursor.skip_group()


def _create_table(cursor: Cursor, draft: Draft, modifiers: Modifiers) -> None:
    create_table(cursor, draft, foreign="FOREIGN" in modifiers, replaces="REPLACE" in modifiers)


def _create_view(cursor: Cursor, draft: Draft, modifiers: Modifiers) -> None:
    create_view(
        cursor,
        draft,
        replaces="REPLACE" in modifiers,
        materialized="MATERIALIZED" in modifiers,
        recursive="RECURSIVE" in modifiers,
    )


def _create_index(cursor: Cursor, draft: Draft, modifiers: Modifiers) -> None:
    if "FULLTEXT" in modifiers:
        name = cursor.name()
        cursor.expect("ON")
        draft.table(cursor.relation()).add_constraint(Constraint("fulltext", name=name))
        return
    only = "ONLY" in cursor.remaining_keys()
    unique = read_unique_index(cursor) if "UNIQUE" in modifiers else None
    relation = draft.relations.get(draft.resolved(unique[0])) if unique else None
    if unique and isinstance(relation, TableDraft):
        relation.add_constraint(unique[1])
        for partition in [] if only else draft.descendants(relation.name):
            partition.copy_constraint(unique[1])


def _create_function(cursor: Cursor, draft: Draft, modifiers: Modifiers) -> None:
    create_routine(cursor, draft, "function", replaces="REPLACE" in modifiers)


def _create_procedure(cursor: Cursor, draft: Draft, modifiers: Modifiers) -> None:
    create_routine(cursor, draft, "procedure", replaces="REPLACE" in modifiers)


def _create_aggregate(cursor: Cursor, draft: Draft, modifiers: Modifiers) -> None:
    if cursor.accept("FUNCTION"):  # MariaDB's stored aggregates are written like functions
        create_routine(cursor, draft, "aggregate", replaces="REPLACE" in modifiers)
    else:
        create_aggregate(cursor, draft)


def _create_event(cursor: Cursor, draft: Draft, _: Modifiers) -> None:
    if not cursor.at("TRIGGER"):  # PostgreSQL's event triggers fire on DDL
        create_event(cursor, draft)


def _create_schema(cursor: Cursor, draft: Draft, _: Modifiers) -> None:  # noqa: ARG001 - every reader has the same three
    while not cursor.done:
        if cursor.accept_any("CREATE", "GRANT"):
            raise UnreadableError("objects inside CREATE SCHEMA are not read")
        cursor.advance()


_READERS: dict[str, Reader] = {
    "TABLE": _create_table,
    "VIEW": _create_view,
    "INDEX": _create_index,
    "FUNCTION": _create_function,
    "PROCEDURE": _create_procedure,
    "AGGREGATE": _create_aggregate,
    "EVENT": _create_event,
    "SCHEMA": _create_schema,
    "SEQUENCE": lambda cursor, draft, modifiers: create_sequence(cursor, draft, replaces="REPLACE" in modifiers),
    "TRIGGER": lambda cursor, draft, _: create_trigger(cursor, draft),
    "TYPE": lambda cursor, draft, _: create_type(cursor, draft),
    "DOMAIN": lambda cursor, draft, _: create_domain(cursor, draft),
    "RULE": lambda cursor, draft, _: create_rule(cursor, draft),
    "POLICY": lambda cursor, draft, _: create_policy(cursor, draft),
}
