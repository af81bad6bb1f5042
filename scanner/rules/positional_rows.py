"""The code reads rows by position, and the row is longer now

What it means
    The statement returns a star, and the code has a fixed number of places for the row's values: names it
    unpacks it into, the parameters of a class or function, placeholders, labels of a data frame, the field
    names of a csv.DictWriter. Or it reads the row by number, asks how long it is, or adds all of it up.

Why it matters
    `a, b, c = row` raises ValueError as soon as the row has four values, `Order(*row)` and
    `class_row(Order)` raise TypeError, `assert len(row) == 3` fails. A negative index and `sum(row[1:])`
    come to another value without an error, and a row is never again equal to a tuple that is shorter. `all(row)`,
    `None not in row` and `frame.dropna()` leave rows out where the new column is NULL.

Example
    ALTER TABLE orders ADD COLUMN status text;
    SELECT * FROM orders WHERE id = 1;   -- order_id, customer_id, total = cursor.fetchone()

Instead
    Name the columns in the statement, or read the row by name.

Engines
    Every engine: it is the code that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.compare import Comparison
from scanner.model import Effect, RowUse
from scanner.rules.hit import Hit, listed, place

CODE = "SC103"


def positional_rows(comparison: Comparison) -> Iterator[Hit]:
    """Yields the error, or the other value, that the code gets at each place that uses the rows."""
    if not comparison.outputs_grew:
        return
    for use in comparison.row_uses:
        judged = _JUDGES.get(use.kind, _nothing)(comparison, use)
        if judged is not None:
            effect, message, possible = judged
            names = ", ".join(o.name or "…" for o in comparison.before.outputs)
            span = next((star.span for star in comparison.grown_stars), None)
            yield Hit(effect, f"{place(use)} {message}", f"Name the columns: {names}.", span, possible)


Judged = tuple[Effect, str, str | None] | None


def _nothing(_: Comparison, __: RowUse) -> Judged:
    return None


def _of_fixed_width(message: str) -> Callable[[Comparison, RowUse], Judged]:
    """A judge of code that has a place for so many values and raises when there are more."""

    def judge(comparison: Comparison, use: RowUse) -> Judged:
        before, after = _widths(comparison)
        if use.count != before or after <= before:
            return None
        return Effect.BREAKS, message.format(count=use.count, after=after, into=use.into or ""), None

    return judge


def _required(comparison: Comparison, use: RowUse) -> Judged:
    before, after = _widths(comparison)
    if use.count is None or not _is_inside(before, use) or _is_inside(after, use):
        return None
    return Effect.BREAKS, f"raises unless the row has {_lengths(use)}; it has {after}.", None


def _measured(comparison: Comparison, use: RowUse) -> Judged:
    before, after = _widths(comparison)
    if use.count is None or _is_inside(before, use) == _is_inside(after, use):
        return None
    message = f"asks whether the row has {_lengths(use)}: it has {before} today and {after} then."
    return Effect.CHANGES_RESULTS, message, None


def _is_inside(width: int, use: RowUse) -> bool:
    least = use.count if use.least is None else use.least
    return use.count is not None and least is not None and least <= width <= use.count


def _lengths(use: RowUse) -> str:
    return f"{use.count} values" if use.least in (None, use.count) else f"at most {use.count} values"


def _folded(comparison: Comparison, use: RowUse) -> Judged:
    before, after = _widths(comparison)
    if before == after:
        return None
    if use.into in _ASKS:
        return _asked(comparison, use.into)
    message = f"makes one value of all the row's by {use.into}: of {after} instead of {before}."
    return Effect.CHANGES_RESULTS, message, None


# What asks for a NULL among a row's values; what asks whether they are true, or the same as others.
_ASKS_FOR_NULL = frozenset(("None in", "dropna", "all"))
_ASKS = _ASKS_FOR_NULL | {"any", "drop_duplicates", "duplicated"}


def _asked(comparison: Comparison, by: str) -> Judged:
    """Rows that are there have the default, and NULL where there is none."""
    named = listed([column.name for column in comparison.columns])
    message = f"asks all values of the row by {by}: {named} is one of them then."
    if by not in _ASKS_FOR_NULL:
        return Effect.CHANGES_RESULTS, message, f"it depends on the values of {named}"
    if any(column.nullable and not column.has_default for column in comparison.columns):
        return Effect.CHANGES_RESULTS, message, None
    if by != "all" and not any(column.nullable for column in comparison.columns):
        return None
    return Effect.CHANGES_RESULTS, message, f"{named} is NULL, or false, only where that is written into it"


def _arguments(comparison: Comparison, use: RowUse) -> Judged:
    before, after = _widths(comparison)
    into = use.into or "a call"
    if use.count is None:
        if use.least is not None or use.into == comparison.change.table.name:
            return None  # it takes any number, or as many as the table has
        message = f"passes the row's values to {into} as arguments: {before} today, {after} then."
        return Effect.BREAKS, message, f"how many values {into} takes is not known"
    least = use.count if use.least is None else use.least
    if not least <= before <= use.count:
        return None
    if after > use.count:
        return Effect.BREAKS, f"passes the row's values to {into}, which takes {use.count}; it gets {after}.", None
    message = f"passes the row's values to {into}: the new one takes the place of a parameter that had its default."
    return Effect.CHANGES_RESULTS, message, None


def _keywords(comparison: Comparison, use: RowUse) -> Judged:
    new = [o.name for o in comparison.new_outputs if o.name]
    into = use.into or "a call"
    if use.names is None:
        if use.least is not None or use.into == comparison.change.table.name:
            return None  # it takes any name, or those of the table
        message = f"passes the row's columns to {into} by name, {listed(new)} too."
        return Effect.BREAKS, message, f"which names {into} accepts is not known"
    unknown = [name for name in new if name not in use.names]
    dotted = [name for name in new if use.namesakes == "first" and _is_twice(name, comparison)]
    if not unknown and not dotted:
        return None
    reason = f"{into} does not accept {listed(unknown)}"
    if dotted:
        reason = f"the row has {listed(dotted)} twice: the name of the second has its table's before it"
    return Effect.BREAKS, f"passes the row's columns to {into} by name, and {reason}.", None


def _is_twice(name: str, comparison: Comparison) -> bool:
    return [output.name for output in comparison.after.outputs].count(name) > 1


def _compared(comparison: Comparison, use: RowUse) -> Judged:
    before, after = _widths(comparison)
    if use.into is not None and after != before:
        new = listed([o.name for o in comparison.new_outputs if o.name])
        message = f"compares whole rows with {use.into}: {new} is compared too."
        return Effect.CHANGES_RESULTS, message, f"where the others have {new} too, the values of it may be the same"
    if use.count != before or after == before:
        return None
    message = f"compares the row with {before} values; it has {after} then and is never equal to them."
    return Effect.CHANGES_RESULTS, message, None


def _by_number(comparison: Comparison, use: RowUse) -> Judged:
    before, after = comparison.before.outputs, comparison.after.outputs
    indexes = use.indexes if use.kind == "indexed" else tuple(range(use.count or len(before)))
    known = [i for i in indexes if -len(before) <= i < len(before)]
    moved = [f"[{i}]" for i in known if before[i].meaning != after[i].meaning]
    if not moved:
        return None
    verb = "is another column" if len(moved) == 1 else "are other columns"
    return Effect.CHANGES_RESULTS, f"reads the row by position: {listed(moved)} {verb} now.", None


def _widths(comparison: Comparison) -> tuple[int, int]:
    return len(comparison.before.outputs), len(comparison.after.outputs)


_JUDGES: dict[str, Callable[[Comparison, RowUse], Judged]] = {
    "unpacked": _of_fixed_width("unpacks the row into {count} names; it gets {after} values."),
    "filled": _of_fixed_width("fills {count} placeholders with the row's values; it gets {after}."),
    "labelled": _of_fixed_width("gives the columns {count} names; the result has {after}."),
    "splatted": _arguments,
    "keywords": _keywords,
    "required": _required,
    "compared": _compared,
    "measured": _measured,
    "folded": _folded,
    "indexed": _by_number,
    "zipped": _by_number,
}
