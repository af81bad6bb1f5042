"""A name silently means the new column

What it means
    A bare name in a subquery was found in an outer query, or stood for an alias, a variable or a whole
    row. Inner tables are searched first: the new column takes the name over.

Why it matters
    Nothing fails. Conditions compare another column, deletes hit other rows, results change.

Example
    ALTER TABLE orders ADD COLUMN region text;
    SELECT id FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE region = 'eu');

Instead
    Qualify the name with the table it is meant to come from.

Engines
    PostgreSQL, MySQL and MariaDB alike; a type that does not fit is an error on PostgreSQL (42883, 22P02).
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import Binding, ErrorKind
from scanner.resolve.types import family
from scanner.rules.hit import Hit

CODE = "SC402"


def captured_column(comparison: Comparison) -> Iterator[Hit]:
    """Yields a change of results for each name that is bound elsewhere; a likely error where the types do not fit."""
    ambiguous = {error.span for error in comparison.new_errors(ErrorKind.AMBIGUOUS_COLUMN)}
    for old, new in comparison.rebound if comparison.meaning_changed else ():
        if new.kind == "column" and new.table is not None and new.span not in ambiguous:
            yield _hit(comparison, old, new)


def _hit(comparison: Comparison, old: Binding, new: Binding) -> Hit:
    named = f"the {_KINDS.get(old.kind, old.kind)} {old.name}"
    meant = f"{old.source}.{old.name}" if old.source and old.kind == "column" else named
    message = f"{new.name} in {new.clause} silently means {new.source}.{new.name} instead of {meant}."
    help_ = f"Write {meant}." if old.kind == "column" and old.source else f"Give {named} another name, or qualify it."
    if comparison.postgres and old.kind != "row" and _may_refuse(old, new):
        types = f"{new.name} is then {new.type}, not {old.type}"
        reason = f"{types}: whether that fails depends on the value it is compared with"
        return Hit(Effect.BREAKS, message, help_, new.span, reason)
    return Hit(Effect.CHANGES_RESULTS, message, help_, new.span)


def _may_refuse(old: Binding, new: Binding) -> bool:
    """Whether the constant that the old column was compared with may not do for the new one's type.

    PostgreSQL reads a quoted constant as the column's type: any is a text, not every one a number or a date.
    A number without quotes stays a number, and no text equals it.
    """
    before, after = family(old.type), family(new.type)
    if not new.constant or before is None or after is None or before == after:
        return False
    return after != "text" or before in ("number", "bool")


_KINDS = {"output": "alias", "row": "row", "variable": "variable"}
