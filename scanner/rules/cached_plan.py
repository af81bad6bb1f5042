"""A prepared statement whose result would change its columns

What it means
    A statement prepared before the change is executed after it in the same session. PostgreSQL fixes
    the result's columns when it prepares.

Why it matters
    Every connection that prepared it fails until it prepares again; drivers that prepare by themselves
    (asyncpg, psycopg 3 after five executions, JDBC) do so too.

Example
    ALTER TABLE orders ADD COLUMN status text;
    PREPARE load AS SELECT * FROM orders;   -- before the change
    EXECUTE load;                           -- after it

Instead
    Name the columns, or make the pool reconnect after the change.

Engines
    PostgreSQL 0A000. MySQL and MariaDB prepare again by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.rules.hit import Hit

CODE = "SC104"


def cached_plan(comparison: Comparison) -> Iterator[Hit]:
    """Yields the error of a plan whose columns are others now."""
    before, after = comparison.before.outputs, comparison.after.outputs
    if not (comparison.postgres and comparison.planned_before):
        return
    if [(o.name, o.type) for o in before] != [(o.name, o.type) for o in after]:
        message = "It fails with 0A000: the cached plan must not change its result type."
        help_ = "Name the columns instead of the star, or let every connection prepare the statement again."
        yield Hit(Effect.BREAKS, message, help_)
