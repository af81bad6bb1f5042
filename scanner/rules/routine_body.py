"""A routine or trigger it sets off does something else

What it means
    The statement calls a routine or fires a trigger whose body reads or writes other values after the
    change.

Why it matters
    The caller's results change although its own text does not touch the column.

Example
    ALTER TABLE orders ADD COLUMN status text;
    UPDATE orders SET total = 0 WHERE id = 1;   -- a trigger stores to_jsonb(NEW)

Instead
    Name the columns in the routine.

Engines
    PostgreSQL; MySQL and MariaDB too, where MariaDB goes on with the old columns in sessions that
    called the routine before.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.rules.hit import Hit, listed

CODE = "SC503"


def routine_body(comparison: Comparison) -> Iterator[Hit]:
    """Yields a change of results for each body that means something else."""
    names = comparison.changed_bodies
    if names:
        message = f"{listed(names)}, which it sets off, reads or writes other values than before."
        yield Hit(Effect.CHANGES_RESULTS, message, f"Name the columns in the body of {listed(names)}.")
