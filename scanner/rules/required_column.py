"""An INSERT leaves out a column that must have a value

What it means
    The new column is NOT NULL and has no default, and the INSERT does not name it. One without a column
    list whose rows are built at run time leaves it out as long as they are as wide as before: possible.

Why it matters
    Every such INSERT fails from the moment the column is there. Frameworks that fill the value in the
    application (Django's default) do not help the code that is already running.

Example
    ALTER TABLE orders ADD COLUMN status text NOT NULL;
    INSERT INTO orders (customer_id, total) VALUES (1, 9.90);

Instead
    Add the column nullable or with a database default, teach the code to write it, then set NOT NULL.

Engines
    PostgreSQL 23502; MySQL and MariaDB 1364 under a strict sql_mode, a warning otherwise; an ENUM
    column takes its first member there.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC202"


def required_column(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine for each required column that the INSERT, or a document made a row, lacks."""
    for error in comparison.new_errors(ErrorKind.REQUIRED_COLUMN):
        if error.table is None:
            message = f"It fails with {error.code}: {error.message}, and {error.column} is missing in the document."
            help_ = f"Give the document a value for {error.column}, or let its domain be NULL."
            yield Hit(Effect.BREAKS, message, help_, error.span, error.possible)
            continue
        insert = f"the INSERT in {error.via}" if error.via else "the INSERT"
        column = f"{error.table}.{error.column}"
        message = f"It fails with {error.code}: {column} is NOT NULL without a default, and {insert} leaves it out."
        help_ = (
            f"Give {error.column} a DEFAULT, or add it nullable first; "
            f"set NOT NULL once every INSERT into {error.table} names it."
        )
        yield Hit(Effect.BREAKS, message, help_, error.span, error.possible)
