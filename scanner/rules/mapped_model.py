"""A mapped model of the table does not know the column

What it means
    An ORM class maps the table and lists its columns. It neither reads nor writes the new one.

Why it matters
    Nothing fails while the column may be NULL or has a default in the database; code cannot use it
    before the class has it. A default written in the class alone does not help the code that is already
    running.

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
from scanner.rules.hit import Hit

CODE = "SC601"


def mapped_model(model: str, table: str, columns: str) -> Hit:
    """What to say of a class that maps the table."""
    message = f"The model {model} maps {table} and does not know {columns}: it neither reads nor writes it."
    help_ = f"Add {columns} to {model}, as nullable or with the database's default, before code relies on it."
    return Hit(Effect.NEEDS_UPDATE, message, help_)
