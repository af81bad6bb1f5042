"""A class that rows of the table become instances of does not know the column

What it means
    A dataclass, NamedTuple, pydantic model or other class has a field for at least nine in ten of the
    table's columns, and the code makes instances of it from the table's rows.

Why it matters
    Nothing fails while the statement names its columns, and no code that holds such an object can see the
    new column. With a star in the statement the class is what raises: see positional-rows.

Example
    ALTER TABLE orders ADD COLUMN status text;
    -- Order(*row) or Order(id=row["id"], …), where class Order has the fields id, customer_id and total

Instead
    Add the field in the release that uses the column, together with the statements that fill it.

Engines
    Every engine: it is the code that has to learn the column.
"""

from __future__ import annotations

from scanner.model import Column, Effect, Table
from scanner.rules.hit import Hit, listed

CODE = "SC604"

_SHARE = 0.9
_LEAST = 3
# What drivers make of a type, by the word it begins with.
_TYPES = {
    **dict.fromkeys(("text", "varchar", "character", "char", "enum", "citext"), "str"),
    **dict.fromkeys(("integer", "int", "bigint", "smallint", "tinyint", "mediumint", "serial", "bigserial"), "int"),
    **dict.fromkeys(("numeric", "decimal"), "Decimal"),
    **dict.fromkeys(("real", "double", "float"), "float"),
    **dict.fromkeys(("boolean", "bool"), "bool"),
    **dict.fromkeys(("timestamp", "timestamptz", "datetime"), "datetime"),
    **dict.fromkeys(("bytea", "blob", "binary", "varbinary"), "bytes"),
    **dict.fromkeys(("json", "jsonb"), "dict"),
    "date": "date",
    "time": "time",
    "interval": "timedelta",
    "uuid": "UUID",
}


def mirrors(fields: tuple[str, ...], table: Table, new: tuple[str, ...]) -> bool:
    """Whether the fields are nearly all of the table's columns, and not all of the new ones."""
    known = {field.lower() for field in fields}
    shared = {column.name.lower() for column in table.columns} & known
    return len(shared) >= max(_LEAST, _SHARE * len(table.columns)) and not {name.lower() for name in new} <= known


def row_class(name: str, place: str, table: str, columns: tuple[Column, ...]) -> Hit:
    """What to say of a class that holds rows of the table."""
    message = f"The class {name} holds rows of {table} and does not know {listed([c.name for c in columns])}."
    help_ = f"Add {listed([f'`{_field(column)}`' for column in columns])} to class {name} at {place}."
    return Hit(Effect.NEEDS_UPDATE, message, help_)


def _field(column: Column) -> str:
    type_ = _TYPES.get(column.type.split("(")[0].split()[0].lower(), "object")
    return f"{column.name}: {type_} | None = None" if column.nullable else f"{column.name}: {type_}"
