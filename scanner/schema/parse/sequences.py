"""Sequences: those that are created, and those that serial and identity columns bring along (measured)."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from scanner.model import Column, SequenceGenerator, TableName
from scanner.schema.parse.cursor import Cursor, UnreadableError, relation_of
from scanner.schema.parse.draft import Draft, TableDraft, next_value
from scanner.schema.parse.naming import made_name
from scanner.schema.parse.renaming import read_new_name, rename


def create_sequence(cursor: Cursor, draft: Draft, *, replaces: bool) -> None:
    """Reads what stands behind CREATE SEQUENCE. Raises UnreadableError."""
    if draft.engine.name == "mysql":
        raise UnreadableError("MySQL has no sequences")
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = draft.created(cursor.relation())
    existing = draft.relations.get(name)
    if existing is not None and not (replaces and isinstance(existing, SequenceGenerator)):
        if if_not_exists:
            return
        raise UnreadableError(f"relation {name} was created before")
    draft.relations[name] = SequenceGenerator(name)
    _read_owners(cursor, draft, name)


def alter_sequence(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind ALTER SEQUENCE: its name, its schema and whose it is. Raises UnreadableError."""
    cursor.accept("IF", "EXISTS")
    name = draft.resolved(cursor.relation())
    found = draft.relations.get(name)
    new, schema = read_new_name(cursor)
    if found is not None and not isinstance(found, SequenceGenerator):
        raise UnreadableError(f"relation {name} is not a sequence")
    if found is not None and (new or schema):
        rename(draft, found, new, schema)
    _read_owners(cursor, draft, name)


def drop_sequence(cursor: Cursor, draft: Draft) -> list[TableName]:
    """Reads a name behind DROP SEQUENCE and drops that sequence: the names that are gone. Raises UnreadableError."""
    name = draft.resolved(cursor.relation())
    found = draft.relations.get(name)
    if found is not None and not isinstance(found, SequenceGenerator):
        raise UnreadableError(f"relation {name} is not a sequence")
    if found is None:
        return []
    del draft.relations[name]
    for table in _tables(draft):
        table.columns = [_without(column, table.sequences.get(name), name) for column in table.columns]
        table.sequences.pop(name, None)
    return [name]


def settle_sequences(draft: Draft, table: TableDraft) -> None:
    """Gives the serial and identity columns of a table their sequences, and takes those of columns that are gone."""
    columns = {column.name: column for column in table.columns}
    for name, owner in list(table.sequences.items()):
        if owner not in columns or (name in table.of_identity and not columns[owner].identity):
            del table.sequences[name]
            draft.relations.pop(name, None)
    inherited = {c.name for parent in map(draft.relations.get, table.parents) for c in getattr(parent, "columns", ())}
    for column in table.columns:
        if (column.serial or column.identity) and column.name not in inherited:
            _make(draft, table, column)


def beside(table: TableDraft, name: TableName) -> TableName:
    """The sequence of an identity column by the name that it is given: without a schema it is the table's."""
    return name if name.schema else TableName(table.name.schema, name.name)


def _make(draft: Draft, table: TableDraft, column: Column) -> None:
    own = [name for name, owner in table.sequences.items() if owner == column.name]
    if not own:
        made = (made_name(table.name, column.name, f"seq{number or ''}") for number in count())
        own = [next(n for n in (TableName(table.name.schema, each) for each in made) if n not in draft.relations)]
        table.sequences[own[0]] = column.name
    for name in own:
        draft.relations.setdefault(name, SequenceGenerator(name))
        if column.identity:
            table.of_identity.add(name)


def _read_owners(cursor: Cursor, draft: Draft, sequence: TableName) -> None:
    """OWNED BY: the sequence goes with the column, and a default of its next value makes that a serial one."""
    while not cursor.done:
        if not cursor.accept("OWNED", "BY"):
            cursor.skip_group()
            continue
        for table in _tables(draft):
            table.sequences.pop(sequence, None)
        if not cursor.accept("NONE"):
            *named, column = cursor.dotted()
            owner = draft.relations.get(draft.resolved(relation_of(named)))
            if isinstance(owner, TableDraft):
                owner.sequences[sequence] = column


def _without(column: Column, owner: str | None, sequence: TableName) -> Column:
    """The column without a default that takes the sequence's next value."""
    serial = column.serial and owner == column.name
    return replace(column, serial=False, default=None) if serial or next_value(column) == sequence.name else column


def _tables(draft: Draft) -> list[TableDraft]:
    return [relation for relation in draft.relations.values() if isinstance(relation, TableDraft)]
