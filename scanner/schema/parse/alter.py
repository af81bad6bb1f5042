"""ALTER TABLE → its actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from scanner.model import Column
from scanner.schema.parse.actions import (
    Action,
    AddColumn,
    AddConstraint,
    Alteration,
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
from scanner.schema.parse.columns import none_if_null, read_definition, read_type, stop_words
from scanner.schema.parse.constraints import at_constraint, read_constraint
from scanner.schema.parse.cursor import Cursor


def at_alter_table(cursor: Cursor) -> bool:
    """An ALTER TABLE statement begins here."""
    words = [cursor.peek(ahead).key for ahead in range(4)]
    return words[0] == "ALTER" and "TABLE" in words[1:] and set(words[1 : words.index("TABLE")]) <= _BEFORE_TABLE


_BEFORE_TABLE = {"ONLINE", "OFFLINE", "IGNORE", "FOREIGN"}


def read_alteration(cursor: Cursor) -> Alteration:
    """Reads a whole ALTER TABLE statement. Raises UnreadableError."""
    while not cursor.accept("TABLE"):
        cursor.advance()
    if_exists = cursor.accept("IF", "EXISTS")
    only = cursor.accept("ONLY")
    table = cursor.relation()
    cursor.accept("*")
    if cursor.accept("WAIT"):
        cursor.advance()
    cursor.accept("NOWAIT")
    actions: list[tuple[Action, str]] = []
    while not cursor.done:
        start = cursor.position
        found = _read_action(cursor)
        cursor.skip_item()
        actions.extend((action, cursor.since(start)) for action in found)
        if not cursor.done:
            cursor.expect(",")
    return Alteration(table, only, if_exists, tuple(actions))


def _read_action(cursor: Cursor) -> list[Action]:
    if cursor.accept("ADD"):
        return _read_add(cursor)
    if cursor.accept("DROP"):
        return [_read_drop(cursor)]
    if cursor.accept("ALTER"):
        return [_read_alter(cursor)]
    if cursor.accept("RENAME"):
        return [_read_rename(cursor)]
    if cursor.engine.family == "mysql" and cursor.key in ("MODIFY", "CHANGE"):
        return [_read_modify(cursor)]
    return [_read_other(cursor)]


def _read_add(cursor: Cursor) -> list[Action]:
    column = cursor.accept("COLUMN")
    if not column and at_constraint(cursor):
        return [AddConstraint(read_constraint(cursor))]
    if not column and (cursor.at("PARTITION") or cursor.at("SYSTEM", "VERSIONING")):
        return [OtherAction()]
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    if cursor.at("("):
        return list(cursor.items(lambda: _read_element(cursor, if_not_exists)))
    return [_positioned(cursor, AddColumn(read_definition(cursor), if_not_exists=if_not_exists))]


def _read_element(cursor: Cursor, if_not_exists: bool) -> Action:
    if at_constraint(cursor):
        return AddConstraint(read_constraint(cursor))
    return AddColumn(read_definition(cursor), if_not_exists=if_not_exists)


def _positioned(cursor: Cursor, added: AddColumn) -> AddColumn:
    if cursor.accept("FIRST"):
        return replace(added, position="first")
    if cursor.accept("AFTER"):
        return replace(added, position="after", after=cursor.name())
    return added


def _read_drop(cursor: Cursor) -> Action:
    if cursor.accept("PRIMARY", "KEY"):
        return DropConstraint(None)
    if cursor.key in ("PARTITION", "SYSTEM", "PERIOD") and cursor.engine.family == "mysql":
        return OtherAction()
    constraint = cursor.accept("FOREIGN", "KEY") or cursor.accept_any(*_NAMED_CONSTRAINTS[cursor.engine.family])
    if not constraint:
        cursor.accept("COLUMN")
    cursor.accept("IF", "EXISTS")
    return DropConstraint(cursor.name()) if constraint else DropColumn(cursor.name(), cursor.accept("CASCADE"))


_NAMED_CONSTRAINTS = {"postgres": ("CONSTRAINT",), "mysql": ("CONSTRAINT", "CHECK", "INDEX", "KEY")}


def _read_alter(cursor: Cursor) -> Action:
    if not cursor.accept("COLUMN") and cursor.key in ("CONSTRAINT", "CHECK", "INDEX"):
        return OtherAction()
    name = cursor.name()
    identity = cursor.at("ADD", "GENERATED") or cursor.at("SET", "GENERATED") or cursor.at("DROP", "IDENTITY")
    edit = _read_set(cursor) if cursor.accept("SET") else _read_edit(cursor)
    return EditColumn(name, edit, inherits=not identity) if edit else OtherAction()


def _read_set(cursor: Cursor) -> Callable[[Column], Column] | None:
    if cursor.accept("DEFAULT"):
        return _edit(default=none_if_null(cursor.expression(stop_words(cursor))), serial=False)
    if cursor.accept("NOT", "NULL"):
        return _edit(nullable=False)
    if cursor.accept_any("INVISIBLE", "VISIBLE"):
        return _edit(invisible=cursor.peek(-1).key == "INVISIBLE")
    if cursor.accept("EXPRESSION", "AS"):
        return _edit(default=cursor.parenthesised())
    if cursor.accept("DATA"):
        return _read_edit(cursor)
    if cursor.accept("GENERATED"):
        return _edit(identity="always" if cursor.accept("ALWAYS") else "by default")
    return None


def _read_edit(cursor: Cursor) -> Callable[[Column], Column] | None:
    if cursor.accept("TYPE"):
        return _edit(type=read_type(cursor))
    if cursor.accept("ADD", "GENERATED"):
        return _edit(identity="always" if cursor.accept("ALWAYS") else "by default", nullable=False)
    if not cursor.accept("DROP"):
        return None
    if cursor.accept("DEFAULT"):
        return _edit(default=None, serial=False)
    if cursor.accept("NOT", "NULL"):
        return _edit(nullable=True)
    if cursor.accept("IDENTITY"):
        return _edit(identity=None)
    return _edit(generated=None, default=None) if cursor.accept("EXPRESSION") else None


def _edit(**changes: Any) -> Callable[[Column], Column]:  # noqa: ANN401 - fields of Column
    def edit(column: Column) -> Column:
        return replace(column, **changes)

    return edit


def _read_rename(cursor: Cursor) -> Action:
    if cursor.accept_any("CONSTRAINT", "INDEX", "KEY"):
        constraint = cursor.name()
        cursor.expect("TO")
        return RenameConstraint(constraint, cursor.name())
    if cursor.accept_any("TO", "AS") or (cursor.engine.family == "mysql" and cursor.key != "COLUMN"):
        name = cursor.relation()
        return RenameTable(name.name, name.schema)
    cursor.accept("COLUMN")
    cursor.accept("IF", "EXISTS")
    old = cursor.name()
    cursor.expect("TO")
    return RenameColumn(old, cursor.name())


def _read_modify(cursor: Cursor) -> Action:
    changes = cursor.advance().key == "CHANGE"
    cursor.accept("COLUMN")
    cursor.accept("IF", "EXISTS")
    old = cursor.name() if changes else None
    definition = read_definition(cursor)
    return _positioned(cursor, AddColumn(definition, replaces=old or definition.column.name))


def _read_other(cursor: Cursor) -> Action:
    for how in ("ATTACH", "DETACH"):
        if cursor.engine.family == "postgres" and cursor.accept(how, "PARTITION"):
            return Attach(cursor.relation(), "attach" if how == "ATTACH" else "detach")
    if cursor.accept("NO", "INHERIT"):
        return Attach(cursor.relation(), "no inherit")
    if cursor.accept("INHERIT"):
        return Attach(cursor.relation(), "inherit")
    if cursor.accept("SET", "SCHEMA"):
        return RenameTable(schema=cursor.name())
    if cursor.accept("NOT", "OF"):
        return SetType(None)
    if cursor.accept("OF"):
        return SetType(cursor.relation())
    if cursor.key not in _HARMLESS and cursor.peek(1).key != "=":
        raise cursor.unexpected("an action of ALTER TABLE")
    return OtherAction()


# Storage, ownership, switches and partition maintenance; further options of MySQL are known by their "=".
_HARMLESS = {
    "OWNER", "SET", "RESET", "CLUSTER", "ENABLE", "DISABLE", "FORCE", "NO", "REPLICA", "VALIDATE", "OF",
    "NOT", "OPTIONS", "DEFAULT", "CHARSET", "CHARACTER", "COLLATE", "CONVERT", "COMMENT", "ENGINE", "ORDER",
    "WITH", "WITHOUT", "AUTO_INCREMENT", "PARTITION", "REORGANIZE", "TRUNCATE", "EXCHANGE", "COALESCE",
    "REBUILD", "OPTIMIZE", "ANALYZE", "CHECK", "REPAIR", "REMOVE", "DISCARD", "IMPORT", "SECONDARY_LOAD",
    "SECONDARY_UNLOAD", "UPGRADE", "ROW_FORMAT", "TABLESPACE", "UNION",
}  # fmt: skip
