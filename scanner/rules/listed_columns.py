"""The statement lists nearly all columns of the table, and not the new one

What it means
    A SELECT names at least nine in ten of the table's columns, or an INSERT or UPDATE gives a value to that many
    of those that a program gives values to; five or more.

Why it matters
    Nothing fails. But a statement that names the whole row means the whole row: whoever relies on the new
    column finds it missing in what is read here, or NULL or at its default in what is written here.

Example
    ALTER TABLE orders ADD COLUMN status text;
    INSERT INTO orders (customer_id, total, note) VALUES (1, 500, '');

Instead
    Name the new column here in the release that begins to use it.

Engines
    Every engine: it is the code that has to learn the column. Statements that a mapper writes are left out:
    there it is the model that has to learn it.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect, TableName
from scanner.resolve import Clause
from scanner.rules.hit import Hit, listed

CODE = "SC603"

# In three applications (oncall, sydent, synapse) 3 % of the SELECTs written by hand name nine tenths of a table's
# columns, while the bulk names less than a half; half of the INSERTs name all that they can. Of fewer than five columns
# a statement that names all says little: there are not many others to name.
_SHARE = 0.9
_LEAST = 5


def listed_columns(comparison: Comparison) -> Iterator[Hit]:
    """Yields a statement that somebody wrote with nearly all columns of the changed table in it."""
    if not comparison.by_hand or not comparison.is_grown(comparison.table.name):
        return
    table, new = comparison.table.name, list(comparison.change.names)
    for verb, known, every in (*_written(comparison), *_read(comparison)):
        message = f"It {verb} {len(known)} of the {len(every)} columns of {table.name} by name, and not {listed(new)}."
        clause = "SELECT list" if verb == "reads" else "list of columns"
        help_ = f"Name {listed(new)} in the {clause} in the release that uses it."
        yield Hit(Effect.NEEDS_UPDATE, message, help_)
        return


Listed = tuple[str, set[str], set[str]]  # verb, the columns named, those that could be


def _read(comparison: Comparison) -> Iterator[Listed]:
    outputs = {o.column for o in comparison.before.outputs if o.column and not o.star}
    bound = comparison.before.bindings.values()
    known = {
        b.column
        for b in bound
        if b.column in outputs and b.table == comparison.table.name and b.clause is Clause.SELECT and b.depth == 0
    }
    every = {column.name for column in comparison.table.columns if not column.invisible}
    named = {column for column in known if column is not None}
    if len(named) >= max(_LEAST, _SHARE * len(every)) and not named & set(comparison.change.names):
        yield "reads", named, every


def _written(comparison: Comparison) -> Iterator[Listed]:
    for write in comparison.before.writes:
        every = _given(comparison, write.table, write.kind)
        named = {column for column, _ in write.values} & every
        is_list = write.columns_listed and write.via is None and write.table == comparison.table.name
        if is_list and len(named) >= max(_LEAST, _SHARE * len(every)):
            yield "writes", named, every


def _given(comparison: Comparison, table: TableName, kind: str) -> set[str]:
    """The columns that a program gives values to: the server makes the others, and an UPDATE keeps the key."""
    if table != comparison.table.name:
        return set()
    keys = comparison.table.primary_key if kind == "update" else ()
    columns = comparison.table.columns
    made = {c.name for c in columns if c.generated or c.identity or c.serial or c.auto_increment}
    return {column.name for column in columns} - made - set(keys)
