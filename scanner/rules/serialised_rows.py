"""The whole row leaves the program, with the new column in it

What it means
    The statement returns a star, and the code sends the row on as a whole: `jsonify(row)`, `json.dumps`, the
    return value of a web handler, a line of a CSV file, a template that goes through the row's items, a log.

Why it matters
    Nothing fails, and whoever reads the answer, the file or the log gets the new column from the day it is
    there. It matters most when the column is private: nobody decided to publish it.

Example
    ALTER TABLE customers ADD COLUMN password_hash text;
    SELECT * FROM customers WHERE id = 1;   -- return jsonify(dict(cursor.fetchone()))

Instead
    Name the columns in the statement, or the fields that are sent.

Engines
    Every engine: it is the code that sends the row. The statement changes its shape and no more.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.rules.hit import Hit, listed, place

CODE = "SC105"


def serialised_rows(comparison: Comparison) -> Iterator[Hit]:
    """Yields a change of shape that reaches those outside for each place that sends whole rows out."""
    new = [o.name for o in comparison.new_outputs if o.name]
    if not comparison.outputs_grew or not new:
        return
    names = ", ".join(o.name or "…" for o in comparison.before.outputs)
    span = next((star.span for star in comparison.grown_stars), None)
    for use in comparison.row_uses:
        if use.kind == "serialised":
            by = f" {'in' if ' ' in use.into else 'through'} {use.into}" if use.into else ""
            message = f"{place(use)} sends the whole row out{by}, {listed(new)} too."
            yield Hit(Effect.CHANGES_SHAPE, message, f"Name the columns that are to be sent: {names}.", span)
