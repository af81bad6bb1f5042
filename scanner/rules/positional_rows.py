"""The code reads rows by position, and the row is longer now

What it means
    The statement returns a star, and the code unpacks the row into a fixed number of names, hands it to
    a constructor or reads it by number.

Why it matters
    `a, b, c = row` raises ValueError as soon as the row has four values; a negative index reads another
    column without an error.

Example
    ALTER TABLE orders ADD COLUMN status text;
    SELECT * FROM orders WHERE id = 1;   -- order_id, customer_id, total = cursor.fetchone()

Instead
    Name the columns in the statement, or read the row by name.

Engines
    Every engine: it is the code that fails.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect, RowUse
from scanner.rules.hit import Hit, listed

CODE = "SC103"


def positional_rows(comparison: Comparison) -> Iterator[Hit]:
    """Yields the error, or the other value, that the code at this place gets."""
    use = comparison.row_use
    if use is None or not comparison.outputs_grew:
        return
    before, after = len(comparison.before.outputs), len(comparison.after.outputs)
    help_ = f"Name the columns: {', '.join(o.name or '…' for o in comparison.before.outputs)}."
    stars = comparison.grown_stars
    span = stars[0].span if stars else None
    if use.kind == "unpacked" and use.count == before:
        yield Hit(
            Effect.BREAKS,
            f"The code unpacks the row into {use.count} names; it gets {after} values.",
            help_,
            span,
        )
    elif use.kind == "splatted":
        message = f"The code passes the row's values as arguments: {before} today, {after} then."
        yield Hit(
            Effect.BREAKS,
            message,
            help_,
            span,
            None if use.count == before else "the call may take any number of values",
        )
    elif use.kind in ("indexed", "zipped") and (moved := _moved(comparison, use)):
        message = f"The code reads the row by position: {listed(moved)} is another column now."
        yield Hit(Effect.CHANGES_RESULTS, message, help_, span)


def _moved(comparison: Comparison, use: RowUse) -> list[str]:
    """The positions read whose column is another one."""
    before, after = comparison.before.outputs, comparison.after.outputs
    indexes = use.indexes if use.kind == "indexed" else tuple(range(use.count or len(before)))
    known = [i for i in indexes if -len(before) <= i < len(before)]
    return [f"[{i}]" for i in known if before[i].meaning != after[i].meaning]
