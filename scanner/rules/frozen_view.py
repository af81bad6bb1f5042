"""A view goes on without the column

What it means
    The engine replaced the view's star by the columns of the day it was created, or the view lists all
    of them.

Why it matters
    The view keeps working, and its readers never see the new column until the view is created again.

Example
    CREATE VIEW all_orders AS SELECT * FROM orders;
    ALTER TABLE orders ADD COLUMN status text;
    SELECT * FROM all_orders;   -- without status

Instead
    Create the view again once the column is there, if its readers are to have it.

Engines
    PostgreSQL, MySQL and MariaDB alike. On PostgreSQL, CREATE OR REPLACE VIEW may only append columns.
"""

from __future__ import annotations

from scanner.model import Effect
from scanner.rules.hit import Hit

CODE = "SC602"


def frozen_view(view: str, table: str, columns: str) -> Hit:
    """What to say of a view that holds all the columns the table had."""
    message = f"The view {view} froze the columns of {table} when it was created: it goes on without {columns}."
    help_ = f"Create {view} again once {columns} is there, if its readers are to see it."
    return Hit(Effect.NEEDS_UPDATE, message, help_)
