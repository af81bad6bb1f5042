"""A star in the outermost SELECT list returns the new column

What it means
    `SELECT *`, `t.*` or `RETURNING *` stands for the columns the table has when the statement is
    planned. After the change the result has more of them.

Why it matters
    Code that unpacks rows into a fixed number of names, reads by position, or hands the whole row on
    meets a column it does not know. When two columns get the same name, a row read as a dictionary
    loses one of them.

Example
    ALTER TABLE orders ADD COLUMN status text;
    SELECT * FROM orders WHERE id = 1;

Instead
    Name the columns that the code uses.

Engines
    PostgreSQL, MySQL and MariaDB alike. MySQL and MariaDB leave INVISIBLE columns out.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.rules.hit import Hit, listed

CODE = "SC101"

_NAMED = 12  # columns that are written out, at most


def star_projection(comparison: Comparison) -> Iterator[Hit]:
    """Yields a change of shape when the result has other columns than before."""
    if not comparison.outputs_grew or any(use.kind == "serialised" for use in comparison.row_uses):
        return  # of rows that are sent out, serialised_rows says more
    stars = comparison.grown_stars
    names = [o.name for o in comparison.after.outputs if o.name]
    new = [o.name for o in comparison.new_outputs if o.name]
    twice = [name for name in dict.fromkeys(new) if names.count(name) > 1]
    width = len(comparison.before.outputs)
    what = f"creates {comparison.after.creates} with" if comparison.after.creates else "returns"
    message = f"It {what} {len(names)} columns instead of {width}: {listed(new)} {'is' if len(new) == 1 else 'are'} new"
    if twice:
        message += f"; the result then has {twice[0]} twice, and a row read as a dictionary keeps only one of them"
    old = [o.name for o in comparison.before.outputs if o.name]
    instead = " instead of the star" if stars else ""
    help_ = f"Name the columns{instead}: {', '.join(old)}." if len(old) <= _NAMED else f"Name the columns{instead}."
    yield Hit(Effect.CHANGES_SHAPE, message + ".", help_, stars[0].span if stars else None)
