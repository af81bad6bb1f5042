"""Column definitions and constraints: one reader for CREATE TABLE and ADD COLUMN of every engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from scanner.model import Clause, ClauseKind, Column, TableName
from scanner.schema.parse.constraints import Constraint, ConstraintKind, read_references, skip_index_options
from scanner.schema.parse.cursor import Cursor, UnreadableError

_SERIAL = {
    "serial": "integer", "serial4": "integer", "bigserial": "bigint", "serial8": "bigint",
    "smallserial": "smallint", "serial2": "smallint",
}  # fmt: skip

# Words that end a type or a default, because they begin the next part of a column definition.
_ATTRIBUTES = {
    "NOT", "NULL", "DEFAULT", "CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "COLLATE",
    "GENERATED",
}  # fmt: skip
_POSTGRES_ATTRIBUTES = _ATTRIBUTES | {
    "STORAGE", "COMPRESSION", "DEFERRABLE", "INITIALLY", "OPTIONS", "USING", "ENFORCED", "NO",
    "CASCADE", "RESTRICT",
}  # fmt: skip
_MYSQL_ATTRIBUTES = _ATTRIBUTES | {
    "AS", "KEY", "ON", "COMMENT", "AUTO_INCREMENT", "INVISIBLE", "VISIBLE", "VIRTUAL", "STORED",
    "PERSISTENT", "FIRST", "AFTER", "CHARSET", "COLUMN_FORMAT", "STORAGE", "SRID", "REF_SYSTEM_ID",
    "BINARY", "COMPRESSED", "WITHOUT", "WITH", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE", "ENFORCED",
    "SERIAL", "ASCII", "UNICODE", "BYTE",
}  # fmt: skip
# Attributes that change nothing a query can see, with the number of tokens behind the word.
_IGNORED = {
    "COLLATE": 1, "CHARSET": 1, "STORAGE": 1, "COMPRESSION": 1, "COLUMN_FORMAT": 1, "SRID": 1,
    "REF_SYSTEM_ID": 1, "INITIALLY": 1, "DEFERRABLE": 0, "ENFORCED": 0, "VISIBLE": 0, "COMPRESSED": 0,
    "NULL": 0, "ASCII": 0, "UNICODE": 0, "BYTE": 0, "BINARY": 0, "COMMENT": 1, "OPTIONS": 1,
}  # fmt: skip


_CLAUSES: dict[str, ClauseKind] = {
    "NULL": "null", "DEFAULT": "default", "UNIQUE": "unique", "PRIMARY": "primary key", "KEY": "primary key",
    "CHECK": "check", "REFERENCES": "references", "GENERATED": "generated", "AS": "generated",
}  # fmt: skip
# What belongs to the constraint before it.
_TRAILING = {"DEFERRABLE", "INITIALLY", "ENFORCED"}
_TRAILING_PAIRS = {("NOT", "DEFERRABLE"), ("NOT", "VALID"), ("NOT", "ENFORCED")}


@dataclass(frozen=True, slots=True)
class Definition:
    """A column as one definition gives it, before the keys of its table are known."""

    column: Column
    constraints: tuple[Constraint, ...] = ()
    clauses: tuple[Clause, ...] = ()  # everything behind the type, in its order
    written: str = ""  # the type as it is written: "serial", where the column's is "integer"
    sequence: TableName | None = None  # of an identity column, where its sequence is given a name


def stop_words(cursor: Cursor) -> set[str]:
    """The words that end a type or a default in this engine's column definitions."""
    return _POSTGRES_ATTRIBUTES if cursor.engine.family == "postgres" else _MYSQL_ATTRIBUTES


def read_definition(cursor: Cursor) -> Definition:
    """Reads ``name type attribute…`` up to a comma, a closing parenthesis, FIRST, AFTER or the end.

    Raises UnreadableError when there is no name, no type or an attribute that is not known.
    """
    name = cursor.name()
    return _Reader(cursor, Column(name, read_type(cursor, f"the type of column {name}"))).read()


def read_attributes(cursor: Cursor, column: Column) -> Definition:
    """Reads what stands behind the type, into a column that has its type already. Raises UnreadableError."""
    return _Reader(cursor, column).read()


def read_type(cursor: Cursor, what: str = "a type") -> str:
    """A type in its canonical spelling: "timestamp(3) with time zone", "app.mood[]", "enum('a','B')".

    Raises UnreadableError.
    """
    start, stops = cursor.position, stop_words(cursor)
    if not cursor.at_name() or cursor.key in _ATTRIBUTES:
        raise cursor.unexpected(what)
    cursor.skip_group()
    while not cursor.done and cursor.key not in (",", ")", "=") and cursor.key not in stops:
        if cursor.at("CHARACTER", "SET") or cursor.at("CHAR", "SET"):
            break
        cursor.skip_group()
    return cursor.spelled(start)


def read_sequence_name(cursor: Cursor) -> TableName | None:
    """Reads the options of an identity column's sequence up to their end; its name where they give one."""
    found = None
    if cursor.accept("("):
        while not cursor.done and not cursor.accept(")"):
            if cursor.accept("SEQUENCE", "NAME"):
                found = cursor.relation()
            else:
                cursor.advance()
    return found


def decorated(column: Column, constraints: Iterable[Constraint]) -> Column:
    """The column with what the keys and conditions of its table say of it alone."""
    for constraint in constraints:
        if constraint.kind == "primary key" and column.name in constraint.columns:
            column = replace(column, nullable=False)
        if constraint.columns != (column.name,):
            continue
        if constraint.kind in ("primary key", "unique"):
            column = replace(column, unique=True, primary_key=column.primary_key or constraint.kind == "primary key")
        elif constraint.kind == "foreign key" and constraint.foreign_key and column.references is None:
            key = constraint.foreign_key
            column = replace(column, references=key.table, on_delete=key.on_delete)
        elif constraint.kind == "check" and constraint.inline and column.check is None:
            column = replace(column, check=constraint.expression)
    return column


class _Reader:
    """The attributes behind one column's type."""

    def __init__(self, cursor: Cursor, column: Column) -> None:
        self._cursor = cursor
        self._stops = stop_words(cursor)
        self._constraints: list[Constraint] = []
        self._constraint_name: str | None = None
        self._clauses: list[Clause] = []
        self._column = column
        self._written = column.type
        self._sequence: TableName | None = None
        if column.type in _SERIAL and cursor.engine.family == "postgres":
            self._set(type=_SERIAL[column.type], nullable=False, serial=True)
        elif column.type == "serial":
            self._serial_of_mysql()

    def read(self) -> Definition:
        cursor = self._cursor
        while not cursor.done and cursor.key not in (",", ")", "FIRST", "AFTER"):
            start, name = cursor.position, self._constraint_name
            if not (self._read_key() or self._read_value() or self._read_mysql() or self._read_over()):
                what = f"the definition of column {self._column.name} is not understood at"
                raise UnreadableError(f"{what} {cursor.written[:40]!r}")
            self._note(start, name)
        return Definition(self._column, tuple(self._constraints), tuple(self._clauses), self._written, self._sequence)

    def _note(self, start: int, name: str | None) -> None:
        """Keeps what was read from there on as it is written."""
        cursor = self._cursor
        end, cursor.position = cursor.position, start
        first, second = cursor.key, cursor.peek(1).key
        cursor.position = end
        if first == "CONSTRAINT":
            return
        text = cursor.since(start)
        if (first in _TRAILING or (first, second) in _TRAILING_PAIRS) and self._clauses:
            last = self._clauses.pop()
            self._clauses.append(replace(last, text=f"{last.text} {text}"))
            return
        kind = _CLAUSES.get(first, "attribute")
        if (first, second) == ("NOT", "NULL"):
            kind = "not null"
        elif kind == "generated" and self._column.identity:
            kind = "identity"
        self._clauses.append(Clause(kind, text, name))

    def _set(self, **changes: Any) -> None:  # noqa: ANN401 - fields of Column
        self._column = replace(self._column, **changes)

    def _read_key(self) -> bool:
        cursor = self._cursor
        if cursor.accept("CONSTRAINT"):
            self._constraint_name = None if cursor.key in self._stops else cursor.name()
        elif cursor.accept("PRIMARY", "KEY") or (cursor.engine.family == "mysql" and cursor.accept("KEY")):
            self._set(nullable=False)
            self._add("primary key")
        elif cursor.accept("UNIQUE"):
            cursor.accept("KEY")
            self._add("unique")
        elif cursor.accept("CHECK"):
            self._add("check", expression=cursor.parenthesised())
            cursor.accept("NO", "INHERIT")
        elif cursor.accept("REFERENCES"):
            self._add("foreign key", foreign_key=read_references(cursor, (self._column.name,)))
        else:
            return False
        return True

    def _add(self, kind: ConstraintKind, **details: Any) -> None:  # noqa: ANN401 - fields of Constraint
        self._constraints.append(Constraint(kind, (self._column.name,), self._constraint_name, inline=True, **details))
        self._constraint_name = None
        if kind != "check":
            skip_index_options(self._cursor)

    def _read_value(self) -> bool:
        cursor = self._cursor
        if cursor.accept("NOT", "NULL"):
            cursor.accept("NO", "INHERIT")
            cursor.accept("ENABLE")
            self._set(nullable=False)
        elif cursor.accept("NULL"):
            self._set(nullable=True)
        elif cursor.accept("DEFAULT"):
            self._set(default=none_if_null(cursor.expression(self._stops)))
        elif cursor.accept("GENERATED"):
            self._read_generated()
        else:
            return False
        return True

    def _read_generated(self) -> None:
        cursor = self._cursor
        always = cursor.accept("ALWAYS")
        if not always:
            cursor.expect("BY", "DEFAULT")
        cursor.expect("AS")
        if cursor.accept("IDENTITY"):
            self._set(identity="always" if always else "by default", nullable=False)
            self._sequence = read_sequence_name(cursor)
        elif cursor.accept("ROW"):
            cursor.advance()
            self._set(generated="stored", nullable=False)
        else:
            self._read_expression()

    def _read_expression(self) -> None:
        text = self._cursor.parenthesised()
        word = self._cursor.accept_any("STORED", "PERSISTENT", "VIRTUAL")
        self._set(generated="virtual" if word in (None, "VIRTUAL") else "stored", default=text)

    def _read_mysql(self) -> bool:
        cursor = self._cursor
        if cursor.engine.family == "postgres":
            return False
        if cursor.accept("AS"):
            self._read_expression()
        elif cursor.accept("AUTO_INCREMENT"):
            self._set(auto_increment=True, nullable=False)
        elif cursor.accept("INVISIBLE"):
            self._set(invisible=True)
        elif cursor.accept("ON", "UPDATE"):
            self._set(on_update=cursor.expression(self._stops))
        elif cursor.accept("SERIAL", "DEFAULT", "VALUE"):
            self._set(auto_increment=True, nullable=False)
            self._add("unique")
        else:
            return False
        return True

    def _read_over(self) -> bool:
        cursor = self._cursor
        if cursor.accept("CHARACTER", "SET") or cursor.accept("CHAR", "SET"):
            cursor.advance()
        elif cursor.accept_any("WITH", "WITHOUT"):
            return cursor.accept("OPTIONS") or cursor.accept("SYSTEM", "VERSIONING")
        elif cursor.accept_any("ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE"):
            cursor.accept("=")
            cursor.advance()
        elif cursor.accept("NOT"):
            return bool(cursor.accept_any("DEFERRABLE", "VALID", "ENFORCED"))
        elif cursor.key in _IGNORED:
            behind = _IGNORED[cursor.advance().key]
            behind = cursor.accept("=") or behind
            if behind:
                cursor.skip_group()
            while behind and cursor.accept("."):
                cursor.advance()
        else:
            return False
        return True

    def _serial_of_mysql(self) -> None:
        self._set(type="bigint unsigned", nullable=False, auto_increment=True)
        self._add("unique")


def none_if_null(expression: str) -> str | None:
    """DEFAULT NULL is no default, with a cast or without."""
    head = expression.split("::")[0].strip("() ").upper()
    return None if head == "NULL" else expression
