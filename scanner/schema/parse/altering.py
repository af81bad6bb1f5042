"""Carries out the actions of ALTER TABLE on the catalogue so far."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.model import SequenceGenerator, View
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
    RenameConstraint,
    RenameTable,
    SetType,
)
from scanner.schema.parse.alter import read_alteration
from scanner.schema.parse.cascade import cascades, drop_dependents_of_column
from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.draft import Draft, TableDraft
from scanner.schema.parse.renaming import rename
from scanner.schema.parse.sequences import beside, settle_sequences
from scanner.schema.parse.tables import add_definition, attach


def alter_table(cursor: Cursor, draft: Draft) -> None:
    """Reads an ALTER TABLE statement and carries it out. Raises UnreadableError."""
    alteration = read_alteration(cursor)
    changing = [action for action, _ in alteration.actions if not isinstance(action, OtherAction)]
    relation = draft.relations.get(draft.resolved(alteration.table))
    if not changing or (alteration.if_exists and relation is None):
        return
    if isinstance(relation, View | SequenceGenerator):
        _alter_other(draft, relation, changing)
        return
    table = draft.table(alteration.table)
    for action in changing:
        _apply(action, draft, table, only=alteration.only)


def _alter_other(draft: Draft, relation: View | SequenceGenerator, actions: Iterable[Action]) -> None:
    """A view or a sequence gets another name or schema by ALTER TABLE as well."""
    for action in actions:
        if isinstance(action, RenameTable):
            rename(draft, relation, action.name, action.schema)
        elif isinstance(relation, SequenceGenerator):
            raise UnreadableError(f"{relation.name} is a sequence, whose columns cannot be altered")


def _apply(action: Action, draft: Draft, table: TableDraft, *, only: bool) -> None:
    match action:
        case RenameTable():
            rename(draft, table, action.name, action.schema)
        case Attach():
            _attach(action, draft, table)
        case DropConstraint(name):
            dropped = table.drop_constraint(name)
            for below in [] if only else draft.descendants(table.name):
                below.drop_copies([c for c in dropped if below.partition_of or c.kind == "check"])
        case AddConstraint(constraint):
            added = table.add_constraint(draft.resolved_constraint(constraint))
            for below in [] if only else draft.descendants(table.name):
                if below.partition_of or added.kind in ("check", "not null"):
                    below.copy_constraint(added)
        case RenameConstraint(old, new):
            table.rename_constraint(old, new)
        case SetType(type_):
            table.of_type = draft.resolved_type(type_) if type_ else None
        case _:
            for each in [table] if only else [table, *draft.descendants(table.name)]:
                _apply_to_one(action, draft, each, inherited=each is not table)
            settle_sequences(draft, table)


def _apply_to_one(action: Action, draft: Draft, table: TableDraft, *, inherited: bool) -> None:
    match action:
        case AddColumn(replaces=str()):
            _modify_column(action, draft, table)
        case AddColumn():
            _add_column(action, draft, table)
        case EditColumn(name, edit, inherits) if inherits or not inherited:
            index = table.require(name)
            table.columns[index] = edit(table.columns[index])
            if action.sequence is not None:
                table.sequences[beside(table, action.sequence)] = table.columns[index].name
        case DropColumn(name, cascade):
            if table.index(name) is not None:
                table.drop_column(name)
            if cascades(draft, "CASCADE" if cascade else None):
                drop_dependents_of_column(draft, table.name, name)
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
