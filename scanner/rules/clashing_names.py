"""Two columns of the result get one name, and the code reads the row by it

What it means
    The statement joins two tables and returns a star, and the new column has the name of a column that the
    result has already.

Why it matters
    A row that is a dictionary holds one value for a name, mostly that of the last column: `row["status"]`,
    `Order(**row)` and `json.dumps(row)` silently get the new column's. PyMySQL and mysqlclient keep the
    first, a data frame has both, so that `frame["status"]` is two columns, and drivers make no named tuple of such
    a row. Of data frames that are merged, neither has the name then: they are `status_x` and `status_y`.

Example
    ALTER TABLE orders ADD COLUMN status text;
    SELECT c.*, o.* FROM customers c JOIN orders o ON o.customer_id = c.id;   -- customers.status: row["status"]

Instead
    Name the columns in the statement, or give one of the two another name there.

Engines
    Every engine: it is the driver that keeps one of the two.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect, RowUse
from scanner.model.observation import Namesakes
from scanner.resolve import Output
from scanner.rules.hit import Hit, listed, place

CODE = "SC106"

_UNKNOWN = "whether a row keeps the first or the last of two columns of one name depends on the driver"
_VERBS = {"by-name": "reads", "serialised": "sends out", "keywords": "passes on"}


def clashing_names(comparison: Comparison) -> Iterator[Hit]:
    """Yields the other value that a name stands for, or the error, at each place that reads rows by name."""
    yield from _suffixed(comparison)
    twice = {o.name for o in comparison.new_outputs if o.name} & {o.name for o in comparison.before.outputs}
    if not comparison.outputs_grew or not twice:
        return
    names = ", ".join(o.name or "…" for o in comparison.before.outputs)
    span = next((star.span for star in comparison.grown_stars), None)
    for use in comparison.row_uses:
        clashing = [name for name in _taken(use, twice) if _differs(name, use, comparison)]
        if clashing:
            effect, message = _said(use, clashing)
            possible = None if use.namesakes or comparison.postgres else _UNKNOWN
            yield Hit(effect, f"{place(use)} {message}", f"Name the columns: {names}.", span, possible)


def _suffixed(comparison: Comparison) -> Iterator[Hit]:
    """Data frames that were merged: a name that both have is in neither column's name any more."""
    old = {o.name for o in comparison.before.outputs}
    new = {o.name for o in comparison.new_outputs if o.name} - old
    for use in comparison.row_uses if comparison.outputs_grew else ():
        clashing = [name for name in use.keys if name in new] if use.namesakes == "suffixed" else []
        if clashing:
            name = clashing[0]
            message = f"reads {listed(clashing)} of merged data frames: both have it then, as {name}_x and {name}_y."
            names = ", ".join(o.name or "…" for o in comparison.before.outputs)
            yield Hit(Effect.BREAKS, f"{place(use)} {message}", f"Name the columns: {names}.")


def _taken(use: RowUse, twice: set[str]) -> list[str]:
    """Those of the names whose value the code gets."""
    if use.namesakes == "refused":
        return sorted(twice)
    if use.kind == "by-name":
        return [name for name in use.keys if name in twice]
    if use.namesakes is None or use.kind not in _VERBS:
        return []
    return sorted(name for name in twice if use.names is None or name in use.names)


def _differs(name: str, use: RowUse, comparison: Comparison) -> bool:
    before, after = comparison.before.outputs, comparison.after.outputs
    if use.namesakes == "refused":
        return len(_named(name, before)) == 1
    return any(_value(name, before, way) != _value(name, after, way) for way in _ways(use, comparison))


def _ways(use: RowUse, comparison: Comparison) -> tuple[Namesakes, ...]:
    """Which of two columns a row may have: every driver of PostgreSQL keeps the last."""
    if use.namesakes is not None:
        return (use.namesakes,)
    return ("last",) if comparison.postgres else ("first", "last")


def _value(name: str, outputs: tuple[Output, ...], way: Namesakes) -> object:
    """What a row holds under the name."""
    named = [output.meaning for output in _named(name, outputs)]
    return named if way == "both" else named[0] if way == "first" else named[-1]


def _named(name: str, outputs: tuple[Output, ...]) -> list[Output]:
    return [output for output in outputs if output.name == name]


def _said(use: RowUse, names: list[str]) -> tuple[Effect, str]:
    if use.namesakes == "refused":
        return Effect.BREAKS, f"makes named tuples of the rows, in which two columns have the name {listed(names)}."
    gets = "gets both" if use.namesakes == "both" else "gets the new one"
    message = f"{_VERBS[use.kind]} {listed(names)} by name: two columns have that name then, and it {gets}."
    return Effect.CHANGES_RESULTS, message
