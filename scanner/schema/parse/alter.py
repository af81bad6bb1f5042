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
from scanner.schema.parse.columns import none_if_null, read_definition, read_sequence_name, read_type, stop_words
from scanner.schema.parse.constraints import at_constraint, read_constraint
from scanner.schema.parse.cursor import Cursor


def at_alter_table(cursor: Cursor) -> bool:
    """An ALTER TABLE statement begins here."""
    words = [cursor.peek(ahead).key for ahead in range(4)]
    return words[0] == "ALTER" and "TABLE" in words[1:] and set(words[1 : words.index("TABLE")]) <= _BEFORE_TABLE


_OF_MYSQL = {"ONLINE", "OFFLINE", "IGNORE"}
_BEFORE_TABLE = {*_OF_MYSQL, "FOREIGN"}


def read_alteration(cursor: Cursor) -> Alteration:
    """Reads a whole ALTER TABLE statement. Raises UnreadableError."""
    while not cursor.accept("TABLE"):
        if cursor.engine.family == "postgres" and cursor.key in _OF_MYSQL:
            raise cursor.unexpected("TABLE")
        cursor.advance()
    if_exists = cursor.accept("IF", "EXISTS")
    only = cursor.accept("ONLY")
    table = cursor.relation()
    if cursor.engine.family == "postgres":
        cursor.accept("*")
    elif cursor.accept("WAIT"):
        cursor.advance()
    else:
        cursor.accept("NOWAIT")
    actions: list[tuple[Action, str]] = []
    while not cursor.done:
        start = cursor.position
        found = _read_action(cursor)
        cursor.skip_item()
        actions.extend((action, cursor.since(start)) for action in found)
        if not cursor.done:
            cursor.expect(",")
            _expect_action(cursor)
    return Alteration(table, only, if_exists, tuple(actions))


def _expect_action(cursor: Cursor) -> None:
    if cursor.done:
        raise cursor.unexpected("an action of ALTER TABLE behind the comma")


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
    if cursor.at("(") and cursor.engine.family == "mysql":
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
    if edit is None:
        return OtherAction()
    if not identity:
        return EditColumn(name, edit)
    cursor.accept("BY", "DEFAULT")
    cursor.accept("AS", "IDENTITY")
    return EditColumn(name, edit, inherits=False, sequence=read_sequence_name(cursor))


def _read_set(cursor: Cursor) -> Callable[[Column], Column] | None:
    if cursor.accept("DEFAULT"):
        return _edit(default=none_if_null(cursor.expression(stop_words(cursor))), serial=False)
    if cursor.engine.family == "mysql":
        visible = cursor.accept_any("INVISIBLE", "VISIBLE")
        if not visible:
            raise cursor.unexpected("DEFAULT")
        return _edit(invisible=visible == "INVISIBLE")
    if cursor.accept("NOT", "NULL"):
        return _edit(nullable=False)
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
    if not _is_harmless(cursor):
        raise cursor.unexpected(f"an action of {cursor.engine.title}'s ALTER TABLE")
    return OtherAction()


def _is_harmless(cursor: Cursor) -> bool:
    """Whether the action leaves the columns as they are; further options of MySQL are known by their "="."""
    if cursor.engine.family == "mysql" and cursor.peek(1).key == "=":
        return True
    behind = _HARMLESS[cursor.engine.family].get(cursor.key)
    return behind is not None and (not behind or cursor.peek(1).key in behind.split())


_OPTIONS_OF_MYSQL = """
ALGORITHM ANALYZE AUTO_INCREMENT AVG_ROW_LENGTH CHARACTER CHARSET CHECK CHECKSUM COALESCE COLLATE COMMENT
COMPRESSION CONNECTION CONVERT DEFAULT DELAY_KEY_WRITE DISCARD ENCRYPTION ENGINE EXCHANGE FORCE IMPORT
INSERT_METHOD KEY_BLOCK_SIZE LOCK MAX_ROWS MIN_ROWS OPTIMIZE ORDER PACK_KEYS PARTITION REBUILD REMOVE REORGANIZE
REPAIR ROW_FORMAT SECONDARY_LOAD SECONDARY_UNLOAD STATS_AUTO_RECALC STATS_PERSISTENT STATS_SAMPLE_PAGES
TABLESPACE TRUNCATE UNION UPGRADE WITH WITHOUT
"""
# Storage, ownership, switches and partition maintenance, each with the words of which one must stand behind it.
_HARMLESS = {
    "postgres": {
        **dict.fromkeys(("OWNER", "SET", "RESET", "CLUSTER", "NO", "REPLICA", "VALIDATE", "OPTIONS"), ""),
        "ENABLE": "ALWAYS REPLICA ROW RULE TRIGGER",
        "DISABLE": "ROW RULE TRIGGER",
        "FORCE": "ROW",
    },
    "mysql": dict.fromkeys(_OPTIONS_OF_MYSQL.split(), "") | {"ENABLE": "KEYS", "DISABLE": "KEYS"},
}
