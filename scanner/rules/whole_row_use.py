"""A whole row is used as one value

What it means
    PostgreSQL lets a table's name stand for its row: row_to_json(o), to_jsonb(o), o::text,
    md5(o::text), SELECT o.

Why it matters
    The value gets one field more: events, checksums and API payloads change without an error, and a
    private column leaks. `o IS NOT NULL` becomes false while the new column is NULL.

Example
    ALTER TABLE orders ADD COLUMN status text;
    SELECT row_to_json(o) FROM orders o WHERE id = 1;

Instead
    Build the value from named columns: json_build_object('id', o.id, …).

Engines
    PostgreSQL only. count(o), o IS NULL, (o).id and ORDER BY o do not show the new column.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import WholeRow
from scanner.rules.hit import Hit, listed

CODE = "SC501"


def whole_row_use(comparison: Comparison) -> Iterator[Hit]:
    """Yields a change of results for each row value that reaches the result; an error for row literals."""
    names = listed(list(comparison.change.names))
    for row in _told(comparison.grown_rows):
        if row.use in ("literal", "stored"):
            message = f"The row literal has no field for {names}: it fails with 22P02."
            doubt = "the value may be NULL" if row.use == "stored" else None
            yield Hit(Effect.BREAKS, message, f"Write the literal with {len(row.columns)} fields.", row.span, doubt)
        elif row.use == "value" and comparison.meaning_changed:
            message = f"The row of {row.source} used as one value now has {names} in it."
            example = f"json_build_object('{row.columns[0]}', …)"
            help_ = f"Build the value from the columns that are meant, for instance {example}."
            yield Hit(Effect.CHANGES_RESULTS, message, help_, row.span)
    if comparison.rows_changed:
        yield from _null_tests(comparison, names)


def _told(rows: list[WholeRow]) -> Iterator[WholeRow]:
    """The rows without those that are made of another one, as `t::t` is."""
    spans = [row.span for row in rows if row.span is not None]
    for row in rows:
        inside = (span for span in spans if row.span is not None and span != row.span)
        if row.span is None or not any(row.span[0] <= span[0] and span[1] <= row.span[1] for span in inside):
            yield row


def _null_tests(comparison: Comparison, names: str) -> Iterator[Hit]:
    for node, row in comparison.after.whole_rows.items():
        before = comparison.before.whole_rows.get(node)
        if row.use == "not-null-test" and before is not None and before.columns != row.columns:
            message = f"{row.source} IS NOT NULL is true only when no column is NULL: it is false while {names} is."
            help_ = f"Test the key instead: {row.source}.{row.columns[0]} IS NOT NULL."
            yield Hit(Effect.CHANGES_RESULTS, message, help_, row.span)
