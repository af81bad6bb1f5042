"""A statement writes a value into a generated column

What it means
    A star or a positional INSERT hands a value to the new column, which the engine computes by itself.

Why it matters
    The engine refuses values for GENERATED columns and GENERATED ALWAYS identities.

Example
    ALTER TABLE orders ADD COLUMN net int GENERATED ALWAYS AS (total * 2) STORED;
    INSERT INTO orders SELECT * FROM orders WHERE id = 1;

Instead
    List the columns and leave the generated one out.

Engines
    PostgreSQL 428C9, MySQL 3105, MariaDB 1906.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC203"


def generated_value(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine for each place."""
    for error in comparison.new_errors(ErrorKind.GENERATED_COLUMN):
        message = f"It fails with {error.code}: {error.message}."
        yield Hit(
            Effect.BREAKS,
            message,
            f"List the columns and leave {error.column} out.",
            comparison.narrowed(error.span),
            error.possible,
        )
