"""An INSERT has another number of values than columns

What it means
    An INSERT without a column list, or one that copies `SELECT *` into another table, is matched by
    position and count.

Why it matters
    MySQL and MariaDB refuse an INSERT without a column list as soon as the table has one column more.
    On every engine `INSERT INTO archive SELECT * FROM orders` fails once `orders` is wider than
    `archive`.

Example
    ALTER TABLE orders ADD COLUMN status text;
    INSERT INTO order_archive SELECT * FROM orders;

Instead
    List the columns on both sides.

Engines
    PostgreSQL accepts fewer values than columns (42601 only for more); MySQL and MariaDB want the exact
    number (1136), with IGNORE too.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC201"


def insert_width(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine, or values that silently move into the next column."""
    for error in comparison.new_errors(ErrorKind.INSERT_WIDTH):
        message = f"It fails with {error.code}: {error.message}."
        yield Hit(Effect.BREAKS, message, _help(comparison), error.span, error.possible)
    for old, new in comparison.changed_writes:
        if old.columns_listed or old.kind == "load" or new.via or comparison.rebound or comparison.grown_rows:
            continue
        before = dict(old.values)
        moved = [column for column, meaning in new.values if before.get(column) != meaning]
        message = f"It writes other values into {new.table}.{', '.join(moved)}: the new column is there among them."
        yield Hit(Effect.CHANGES_RESULTS, message, _help(comparison), new.span)


def _help(comparison: Comparison) -> str:
    names = ", ".join(c.name for c in comparison.table.columns if not c.generated)
    what = "the INSERT, and of the star it copies" if comparison.after.stars else "the INSERT"
    return f"List the columns of {what}: ({names})."
