"""Other names and schemas: of tables and views, triggers, routines and types."""

from __future__ import annotations

from dataclasses import replace

from scanner.model import SequenceGenerator, TableName, View
from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.draft import Draft, TableDraft
from scanner.schema.parse.routines import read_named_routines


def rename(draft: Draft, table: TableDraft | View | SequenceGenerator, name: str | None, schema: str | None) -> None:
    """Gives a relation another name or schema and follows it in what refers to it."""
    old, new = table.name, _renamed(table.name, name, schema)
    del draft.relations[old]
    if not isinstance(table, TableDraft):
        for owner in (r for r in draft.relations.values() if isinstance(r, TableDraft) and old in r.sequences):
            owner.sequences = {new if each == old else each: column for each, column in owner.sequences.items()}
            owner.of_identity = {new if each == old else each for each in owner.of_identity}
        draft.relations[new] = replace(table, name=new)
        return
    table.name = new
    draft.relations[new] = table
    for sequence in list(table.sequences) if schema is not None else ():
        found = draft.relations.get(sequence)
        if found is not None:
            rename(draft, found, None, schema)
    if old in draft.heirs:
        draft.heirs[new] = draft.heirs.pop(old)
    for other in draft.relations.values():
        if isinstance(other, TableDraft):
            _follow(other, old, new)
    draft.triggers = {
        (new if t == old else t, n): replace(v, table=new) if t == old else v for (t, n), v in draft.triggers.items()
    }
    draft.rules = {
        (new if t == old else t, n): replace(v, table=new) if t == old else v for (t, n), v in draft.rules.items()
    }


def _follow(table: TableDraft, old: TableName, new: TableName) -> None:
    table.parents = [new if parent == old else parent for parent in table.parents]
    table.partition_of = new if table.partition_of == old else table.partition_of
    table.constraints = [
        replace(c, foreign_key=replace(c.foreign_key, table=new)) if c.foreign_key and c.foreign_key.table == old else c
        for c in table.constraints
    ]


def _renamed(old: TableName, name: str | None, schema: str | None) -> TableName:
    return TableName(old.schema if schema is None else schema, name or old.name)


def rename_tables(cursor: Cursor, draft: Draft) -> None:
    """Reads MySQL's RENAME TABLE behind its first word. Raises UnreadableError."""
    if not cursor.accept_any("TABLE", "TABLES"):
        return
    cursor.accept("IF", "EXISTS")
    while not cursor.done:
        old = draft.relations.get(draft.resolved(cursor.relation()))
        cursor.expect("TO")
        new = draft.created(cursor.relation())
        if old is None:
            raise UnreadableError(f"the table renamed to {new} is not created by this script")
        rename(draft, old, new.name, new.schema)
        cursor.accept(",")


def rename_view(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind ALTER VIEW. Raises UnreadableError."""
    cursor.accept("IF", "EXISTS")
    view = draft.relations.get(draft.resolved(cursor.relation()))
    name, schema = read_new_name(cursor)
    if isinstance(view, View) and (name or schema):
        rename(draft, view, name, schema)


def rename_trigger(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind ALTER TRIGGER. Raises UnreadableError."""
    old = cursor.name()
    cursor.expect("ON")
    table = draft.resolved(cursor.relation())
    name, _ = read_new_name(cursor)
    trigger = draft.triggers.pop((table, old), None)
    if trigger:
        draft.triggers[table, name or old] = replace(trigger, name=name or old)


def rename_routine(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind ALTER FUNCTION, PROCEDURE, ROUTINE or AGGREGATE. Raises UnreadableError."""
    routines = read_named_routines(cursor, draft)
    name, schema = read_new_name(cursor)
    for routine in routines:
        index = draft.routines.index(routine)
        draft.routines[index] = replace(routine, name=_renamed(routine.name, name, schema))


def rename_type(cursor: Cursor, draft: Draft, old: TableName) -> None:
    """Reads the new name of a type or a domain. Raises UnreadableError."""
    name, schema = read_new_name(cursor)
    found = draft.types.pop(old, None)
    if found:
        new = _renamed(old, name, schema)
        draft.types[new] = replace(found, name=new)


def read_new_name(cursor: Cursor) -> tuple[str | None, str | None]:
    """What stands behind RENAME TO, and what behind SET SCHEMA. Raises UnreadableError."""
    if cursor.accept("RENAME", "TO"):
        return cursor.name(), None
    if cursor.accept("SET", "SCHEMA"):
        return None, cursor.name()
    return None, None
