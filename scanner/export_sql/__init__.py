"""The read-only statements that write down what a server runs, for whoever may not connect the scanner to it.

One module an engine family. What the script prints is a file that the scanner reads as that source, and says of it what
it would say of the server itself.
"""

from __future__ import annotations

from typing import Literal

from scanner.errors import UsageError
from scanner.export_sql.mysql import mysql_script
from scanner.export_sql.postgres import postgres_script
from scanner.model import Engine

Format = Literal["csv", "json"]


def export_sql(engine: Engine, form: Format | None = None) -> str:
    """The script for the engine's own client, which prints one file in this form. Raises UsageError.

    psql writes CSV unless it is told otherwise, the mysql client nothing but tab-separated text.
    """
    if engine.family == "postgres":
        return postgres_script(form or "csv")
    if form is not None:
        raise UsageError(f"The client of {engine.name} writes tab-separated text alone: leave out --format.")
    return mysql_script(engine)
