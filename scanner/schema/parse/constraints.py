"""Keys and conditions of tables, as the constraints of CREATE TABLE and ALTER TABLE and as indexes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from scanner.model import ForeignKey, TableName
from scanner.schema.parse.cursor import Cursor

ConstraintKind = Literal["primary key", "unique", "check", "foreign key", "not null", "fulltext", "other"]

_HEADS = {"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK"}
_MYSQL_INDEXES = {"KEY", "INDEX", "FULLTEXT", "SPATIAL", "VECTOR"}
_ACTIONS = {"CASCADE", "RESTRICT", "SET", "NO"}


@dataclass(frozen=True, slots=True)
class Constraint:
    """A key or a condition of a table; columns and name as the catalogue holds them."""

    kind: ConstraintKind
    columns: tuple[str, ...] = ()
    name: str | None = None
    expression: str | None = None  # of a check
    foreign_key: ForeignKey | None = None
    index: str | None = None  # USING INDEX
    inline: bool = False  # written on a column

    @property
    def what(self) -> tuple[object, ...]:
        """What it says, whatever its name."""
        return self.kind, self.columns, self.expression, self.foreign_key


def at_constraint(cursor: Cursor) -> bool:
    """A table constraint or an index comes next, and no column."""
    if cursor.key in _HEADS or cursor.at("PERIOD", "FOR"):
        return True
    if cursor.engine.family == "mysql":
        return cursor.key in _MYSQL_INDEXES
    return cursor.at("EXCLUDE", "USING") or cursor.at("EXCLUDE", "(") or cursor.at("NOT", "NULL")


def read_constraint(cursor: Cursor) -> Constraint:
    """Reads a table constraint up to the next comma. Raises UnreadableError."""
    name = None
    if cursor.accept("CONSTRAINT"):
        cursor.accept("IF", "NOT", "EXISTS")
        name = None if cursor.key in _HEADS else cursor.name()
    constraint = _read_body(cursor)
    cursor.skip_item()
    symbol_wins = constraint.kind == "foreign key"  # of MySQL's two names; a key's index gives its name
    named = name or constraint.name if symbol_wins else constraint.name or name
    return replace(constraint, name=named)


def _read_body(cursor: Cursor) -> Constraint:
    if cursor.accept("PRIMARY", "KEY"):
        return _read_key(cursor, "primary key")
    if cursor.accept("UNIQUE"):
        return _read_key(cursor, "unique")
    if cursor.accept("CHECK"):
        return Constraint("check", expression=cursor.parenthesised())
    if cursor.accept("NOT", "NULL"):
        return Constraint("not null", (cursor.name(),))
    if cursor.accept("FOREIGN", "KEY"):
        cursor.accept("IF", "NOT", "EXISTS")
        name = None if cursor.at("(") else cursor.name()
        columns = cursor.names()
        cursor.expect("REFERENCES")
        return Constraint("foreign key", columns, name, foreign_key=read_references(cursor, columns))
    if cursor.key in _MYSQL_INDEXES:
        return _read_index(cursor)
    if cursor.key not in ("EXCLUDE", "PERIOD"):
        raise cursor.unexpected("a key or a condition")
    return Constraint("other")


def _read_key(cursor: Cursor, kind: ConstraintKind) -> Constraint:
    if cursor.accept("USING", "INDEX"):
        return Constraint(kind, index=cursor.name())
    if cursor.engine.family == "mysql":
        cursor.accept_any("KEY", "INDEX")
        cursor.accept("IF", "NOT", "EXISTS")
    skip_index_options(cursor)
    name = cursor.name() if cursor.engine.family == "mysql" and not cursor.at("(") else None
    skip_index_options(cursor)
    columns = read_key_columns(cursor)
    return Constraint(kind, columns, name) if columns else Constraint("other", name=name)


def _read_index(cursor: Cursor) -> Constraint:
    kind: ConstraintKind = "fulltext" if cursor.advance().key == "FULLTEXT" else "other"
    cursor.accept_any("KEY", "INDEX")
    cursor.accept("IF", "NOT", "EXISTS")
    return Constraint(kind, name=None if cursor.at("(") else cursor.name())


def read_key_columns(cursor: Cursor) -> tuple[str, ...]:
    """The columns of a key in parentheses; none when an element is an expression. Raises UnreadableError."""
    columns = cursor.items(lambda: _read_key_column(cursor))
    return () if "" in columns else columns


def read_unique_index(cursor: Cursor) -> tuple[TableName, Constraint] | None:
    """The table and the key of a CREATE UNIQUE INDEX, read from INDEX or from behind it.

    None when it is over an expression or not over all rows. Raises UnreadableError.
    """
    cursor.accept("CREATE", "UNIQUE")
    cursor.accept("INDEX")
    cursor.accept("CONCURRENTLY")
    cursor.accept("IF", "NOT", "EXISTS")
    name = None if cursor.at("ON") else cursor.relation().name
    _skip_method(cursor)
    cursor.expect("ON")
    cursor.accept("ONLY")
    table = cursor.relation()
    _skip_method(cursor)
    columns = read_key_columns(cursor)
    while not cursor.done and not cursor.at("WHERE"):
        cursor.skip_group()
    return (table, Constraint("unique", columns, name)) if columns and cursor.done else None


def _skip_method(cursor: Cursor) -> None:
    if cursor.accept("USING"):
        cursor.advance()


def _read_key_column(cursor: Cursor) -> str:
    calls = cursor.peek(1).key == "(" and cursor.engine.family == "postgres"
    name = "" if calls or not cursor.at_name() else cursor.name()
    cursor.skip_item()
    return name


def read_references(cursor: Cursor, columns: tuple[str, ...]) -> ForeignKey:
    """What stands behind REFERENCES: table, columns and actions. Raises UnreadableError."""
    table = cursor.relation()
    referenced = cursor.names() if cursor.at("(") else ()
    actions: dict[str, str] = {}
    while True:
        if cursor.accept("MATCH"):
            cursor.advance()
        elif cursor.at("ON", "DELETE") or (cursor.at("ON", "UPDATE") and cursor.peek(2).key in _ACTIONS):
            cursor.advance()
            event = cursor.advance().key.lower()
            actions[event] = _read_action(cursor)
        else:
            return ForeignKey(columns, table, referenced, actions.get("delete"), actions.get("update"))


def _read_action(cursor: Cursor) -> str:
    first = cursor.advance().key
    action = first if first in ("CASCADE", "RESTRICT") else f"{first} {cursor.advance().key}"
    if cursor.at("("):
        cursor.skip_group()
    return action.lower()


def skip_index_options(cursor: Cursor) -> None:
    """Reads over what may follow the columns of a key and changes nothing that it guarantees."""
    while not cursor.done:
        if cursor.accept("NULLS"):
            cursor.accept("NOT")
            cursor.expect("DISTINCT")
        elif cursor.at("INCLUDE", "(") or cursor.at("WITH", "("):
            cursor.advance()
            cursor.skip_group()
        elif cursor.accept("USING", "INDEX", "TABLESPACE") or cursor.at("USING", "BTREE") or cursor.at("USING", "HASH"):
            cursor.accept("USING")
            cursor.advance()
        else:
            return
