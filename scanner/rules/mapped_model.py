"""A mapped model of the table does not know the column

What it means
    An ORM class maps the table and lists its columns. It neither reads nor writes the new one.

Why it matters
    Nothing fails while the column may be NULL or has a default in the database; code cannot use it
    before the class has it. A default written in the class alone (Django's `default=`, SQLAlchemy's
    `default=`) is a value that the program sends: Django drops the database's default again when it has
    filled the rows that were there, and the code that is already running does not send the column. Its
    INSERTs fail with a NOT NULL column until that code is gone. A serializer or form with
    `fields = "__all__"`, or that excludes some alone, sends the column out as soon as the model has it.

Example
    ALTER TABLE orders ADD COLUMN status text;
    -- class Order(Base): __tablename__ = "orders"; id = mapped_column(...); total = mapped_column(...)

Instead
    Add the attribute in the release after the column is there, as nullable or with the database's default.

Engines
    Every engine: it is the code that has to learn the column.
"""

from __future__ import annotations

from scanner.model import Effect
from scanner.rules.hit import Hit, listed

CODE = "SC601"


def mapped_model(model: str, place: str, table: str, columns: str, required: list[str], senders: list[str]) -> Hit:
    """What to say of a class that maps the table.

    `model` is empty for a Table object. `required` are the columns an INSERT must give a value, `senders` the
    classes that take all of the model's fields, with their places.
    """
    who, there = (f"model {model}", f"{model} at {place}") if model else (f"Table at {place}", f"the Table at {place}")
    message = f"The {who} maps {table} and does not know {columns}: it neither reads nor writes it."
    help_ = f"Add {columns} to {there}, as nullable or with the database's default, before code relies on it."
    if required:
        message += f" Its INSERTs fail once the column is there: the database has no default for {listed(required)}."
        help_ = (
            f"Give {listed(required)} a default in the database first: one in the class alone reaches only the code "
            f"that is released with it. Then add {columns} to {there}."
        )
    if senders:
        takes = "takes" if len(senders) == 1 else "take"
        message += f" {listed(senders)} {takes} all its fields: {columns} is sent out too as soon as the model has it."
    return Hit(Effect.NEEDS_UPDATE, message, help_)
