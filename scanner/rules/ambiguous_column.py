"""A name without a qualifier now fits two tables

What it means
    The statement uses a bare column name that only one of its tables had. The changed table gets a
    column of that name.

Why it matters
    The engine refuses the statement: it cannot know which one is meant.

Example
    ALTER TABLE orders ADD COLUMN status text;
    SELECT status FROM orders JOIN payments ON payments.order_id = orders.id;

Instead
    Qualify the name: payments.status.

Engines
    PostgreSQL 42702, MySQL and MariaDB 1052. ORDER BY is safe where the name is in the select list;
    GROUP BY is safe there on MySQL and MariaDB only.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind, SqlError
from scanner.rules.hit import Hit

CODE = "SC401"


def ambiguous_column(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine for each name that became ambiguous."""
    for error in comparison.new_errors(ErrorKind.AMBIGUOUS_COLUMN, ErrorKind.AMBIGUOUS_JOIN_KEY):
        before = comparison.before.bindings.get(error.node)
        owner = before.source if before is not None and before.source else ""
        meant = f" (today it means {owner}.{error.column})" if owner else ""
        where = f" in {error.via}" if error.via else ""
        twice = f": {error.within} has two columns of that name" if error.within else meant
        message = f"It fails with {error.code}: {error.column}{where} is ambiguous{twice}."
        yield Hit(Effect.BREAKS, message, _help(error, owner), error.span, error.possible)


def _help(error: SqlError, owner: str) -> str:
    if error.within:
        return (
            f"Inside {error.within}, name the columns instead of the star, or give the other {error.column} an alias."
        )
    if error.kind is ErrorKind.AMBIGUOUS_JOIN_KEY:
        return f"Join ON a condition that says which {error.column} is meant, instead of USING or NATURAL."
    return f"Write {owner}.{error.column}." if owner else f"Qualify {error.column} with the table it belongs to."
