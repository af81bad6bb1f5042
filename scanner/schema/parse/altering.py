"""Carries out the actions of ALTER TABLE on the catalogue so far."""

from __future__ import annotations

from dataclasses import replace

from scanner.model import TableName, View
from scanner.schema.parse.actions import (
    Action,
    AddColumn,
    AddConstraint,
    Attach,
    DropColumn,
    DropConstraint,
    EditColumn,
    OtherAction,
    RenameColumn,
    RenameTable,
    SetType,
)
from scanner.schema.parse.alter import read_alteration
from scanner.schema.parse.cursor import Cursor
from scanner.schema.parse.draft import Draft, TableDraft
from scanner.schema.parse.tables import add_definition, attach


def alter_table(cursor: Cursor, draft: Draft) -> None:
    """Reads an ALTER TABLE statement and carries it out. Raises UnreadableError."""
    alteration = read_alteration(cursor)
    changing = [action for action, _ in alteration.actions if not isinstance(action, OtherAction)]
    if not changing or isinstance(draft.relations.get(draft.resolved(alteration.table)), View):
        return
    if alteration.if_exists and draft.resolved(alteration.table) not in draft.relations:
        return
    table = draft.table(alteration.table)
    for action in changing:
        _apply(action, draft, table, only=alteration.only)


def _apply(action: Action, draft: Draft, table: TableDraft, *, only: bool) -> None:
    match action:
        case RenameTable():
            rename(draft, table, action)
        case Attach():
            _attach(action, draft, table)
        case SetType(type_):
            table.of_type = draft.resolved_type(type_) if type_ else None
        case _:
            for each in [table] if only else [table, *draft.descendants(table.name)]:
                _apply_to_one(action, draft, each, inherited=each is not table)


def _apply_to_one(action: Action, draft: Draft, table: TableDraft, *, inherited: bool) -> None:
    match action:
        case AddColumn(replaces=str()):
            _modify_column(action, draft, table)
        case AddColumn():
            _add_column(action, draft, table)
        case AddConstraint(constraint):
            if not inherited or constraint.kind in ("check", "not null") or table.partition_of:
                table.add_constraint(draft.resolved_constraint(constraint))
        case EditColumn(name, edit):
            index = table.require(name)
            table.columns[index] = edit(table.columns[index])
        case DropColumn(name):
            if table.index(name) is not None:
                table.drop_column(name)
        case DropConstraint(name):
            table.drop_constraint(name)
        case RenameColumn(old, new):
            table.rename_column(old, new)


def _add_column(action: AddColumn, draft: Draft, table: TableDraft) -> None:
    if action.if_not_exists and table.index(action.definition.column.name) is not None:
        return
    add_definition(draft, table, action.definition, _place(action, table))


def _place(action: AddColumn, table: TableDraft) -> int | None:
    if action.position == "first":
        return 0
    return table.require(action.after) + 1 if action.after else None


def _modify_column(action: AddColumn, draft: Draft, table: TableDraft) -> None:
    """MySQL's MODIFY and CHANGE give the whole definition anew; the keys stay."""
    old = action.replaces or ""
    index = table.require(old)
    if table.columns[index].name != action.definition.column.name:
        table.rename_column(old, action.definition.column.name)
    table.columns.pop(index)
    place = _place(action, table)
    add_definition(draft, table, action.definition, index if place is None else place)


def _attach(action: Attach, draft: Draft, table: TableDraft) -> None:
    other = draft.table(action.other)
    match action.how:
        case "attach":
            attach(draft, table, other)
        case "inherit":
            draft.adopt(table, other.name)
        case "detach":
            draft.disown(other, table.name)
        case "no inherit":
            draft.disown(table, other.name)


def rename(draft: Draft, table: TableDraft | View, action: RenameTable) -> None:
    """Gives a relation another name or schema and follows it in what refers to it."""
    old = table.name
    schema = action.schema if action.schema is not None else old.schema
    new = TableName(schema, action.name or old.name)
    del draft.relations[old]
    if isinstance(table, View):
        draft.relations[new] = replace(table, name=new)
        return
    table.name = new
    draft.relations[new] = table
    if old in draft.heirs:
        draft.heirs[new] = draft.heirs.pop(old)
    for other in draft.relations.values():
        if isinstance(other, TableDraft):
            _follow(other, old, new)
    draft.triggers = {
        (new if t == old else t, n): replace(v, table=new) if t == old else v
        for (t, n), v in draft.triggers.items()
    }
    draft.rules = {
        (new if t == old else t, n): replace(v, table=new) if t == old else v
        for (t, n), v in draft.rules.items()
    }


def _follow(table: TableDraft, old: TableName, new: TableName) -> None:
    table.parents = [new if parent == old else parent for parent in table.parents]
    table.partition_of = new if table.partition_of == old else table.partition_of
    table.constraints = [
        replace(c, foreign_key=replace(c.foreign_key, table=new))
        if c.foreign_key and c.foreign_key.table == old
        else c
        for c in table.constraints
    ]
