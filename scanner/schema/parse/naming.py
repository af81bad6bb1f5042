"""The names that engines give to constraints, so that a later DROP finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scanner.model import Engine, TableName
from scanner.schema.parse.constraints import Constraint

_SUFFIXES = {
    "primary key": "pkey",
    "unique": "key",
    "foreign key": "fkey",
    "check": "check",
    "not null": "not_null",
}
_NAME_BYTES = 63


def constraint_name(table: str, constraint: Constraint, others: Sequence[Constraint], engine: Engine) -> str:
    """The default name, as ``orders_status_check`` in PostgreSQL and ``orders_chk_1`` in MySQL."""
    same_kind = sum(other.kind == constraint.kind for other in others) + 1
    if engine.family == "postgres":
        return _postgres_name(table, constraint, {other.name for other in others})
    if constraint.kind == "foreign key":
        return f"{table}_ibfk_{same_kind}"
    if constraint.kind == "check":
        return f"CONSTRAINT_{same_kind}" if engine.name == "mariadb" else f"{table}_chk_{same_kind}"
    return "PRIMARY" if constraint.kind == "primary key" else constraint.columns[0] if constraint.columns else ""


def _postgres_name(table: str, constraint: Constraint, taken: set[str | None]) -> str:
    columns = constraint.columns
    if constraint.kind == "primary key" or (constraint.kind == "check" and len(columns) > 1):
        columns = ()
    name = "_".join([table, *columns, _SUFFIXES.get(constraint.kind, "idx")])
    return next(n for n in (name, *(f"{name}{i}" for i in range(1, len(taken) + 2))) if n not in taken)


def made_name(table: TableName, column: str, suffix: str) -> str:
    """The name that PostgreSQL gives to a constraint, an index or a sequence of a column: makeObjectName."""
    room = _NAME_BYTES - len(suffix.encode()) - 2
    first, second = len(table.name.encode()), len(column.encode())
    while first + second > room:
        first, second = (first - 1, second) if first > second else (first, second - 1)
    return f"{_cut(table.name, first)}_{_cut(column, second)}_{suffix}"


def _cut(name: str, size: int) -> str:
    return name.encode()[:size].decode(errors="ignore")


def renamed_columns(constraint: Constraint, old: str, new: str) -> Constraint:
    """The constraint after a column of its table was renamed."""
    columns = tuple(new if column == old else column for column in constraint.columns)
    key = constraint.foreign_key
    return replace(constraint, columns=columns, foreign_key=replace(key, columns=columns) if key else None)
