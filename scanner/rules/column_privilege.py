"""The role may not read the new column

What it means
    The role has SELECT on single columns. A star, a whole row or COPY now asks for the new one.

Why it matters
    The statement fails for that role.

Example
    ALTER TABLE staff ADD COLUMN salary int;
    SELECT * FROM staff;   -- as a role with GRANT SELECT (id, name)

Instead
    Name the columns, or grant the new one.

Engines
    PostgreSQL 42501, MySQL and MariaDB 1143.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC701"


def column_privilege(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine for each place."""
    for error in comparison.new_errors(ErrorKind.PRIVILEGE):
        message = f"It fails with {error.code}: {error.message}."
        yield Hit(
            Effect.BREAKS,
            message,
            f"Name the columns that the role may read, or grant it SELECT ({error.column}).",
            comparison.narrowed(error.span),
            error.possible,
        )
