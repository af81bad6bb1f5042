"""The value a new column gets violates its own CHECK

What it means
    The new column has a CHECK that is false for the value it gets when nobody gives it one: its default,
    or on MySQL and MariaDB the '' or 0 of a NOT NULL column without a default.

Why it matters
    Every INSERT that leaves the column out fails. MariaDB does not look at the rows that are there when
    the column is added: an UPDATE of one of them fails too.

Example
    ALTER TABLE orders ADD COLUMN quantity int DEFAULT 0 CHECK (quantity > 0);
    INSERT INTO orders (id, total) VALUES (2, 9.90);

Instead
    Give the column a default that fulfils the CHECK, or none.

Engines
    PostgreSQL 23514, MySQL 3819 (on both the ALTER TABLE fails once there are rows), MariaDB 4025.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Column, Effect
from scanner.resolve import Write, is_violated
from scanner.rules.hit import Hit
from scanner.rules.implied import implied_value

CODE = "SC208"

_ROWS_ARE_OLD = "rows written after the change may have another value"


def violated_check(comparison: Comparison) -> Iterator[Hit]:
    """Yields the error of each write that leaves the column to its default."""
    for column in comparison.columns:
        value = implied_value(comparison, column)
        if value is None or not _violates(comparison, column, value):
            continue
        for write in comparison.writes_to_changed():
            if column.name not in dict(write.values) and _is_checked(comparison, write):
                reason = _ROWS_ARE_OLD if write.kind == "update" else None
                message = f"It fails with {_code(comparison)}: {column.name} gets {value}, which its CHECK forbids."
                help_ = f"Give {column.name} a default that its CHECK allows."
                yield Hit(Effect.BREAKS, message, help_, write.span, reason)


def _violates(comparison: Comparison, column: Column, value: str) -> bool:
    """MariaDB's json has the CHECK that it is JSON."""
    if comparison.engine.name == "mariadb" and column.type == "json" and value == "''":
        return True
    return column.check is not None and is_violated(column.check, column.name, value, comparison.engine.family)


def _is_checked(comparison: Comparison, write: Write) -> bool:
    if write.kind == "update":
        return comparison.engine.name == "mariadb"
    skips = comparison.engine.name == "mysql" and write.ignores_errors  # the row is left out, with a warning
    return write.kind in ("insert", "replace", "load") and not skips


def _code(comparison: Comparison) -> str:
    return "23514" if comparison.postgres else "4025" if comparison.engine.name == "mariadb" else "3819"
