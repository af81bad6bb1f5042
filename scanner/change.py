"""ALTER TABLE … ADD COLUMN → Change."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from scanner.model import Clause, Column, Engine, TableName


@dataclass(frozen=True, slots=True)
class AddedColumn:
    """A column and where it goes."""

    column: Column
    position: Literal["last", "first", "after"] = "last"
    after: str | None = None
    if_not_exists: bool = False
    # How it is written, which two changes that do the same need not share:
    filled_with: str | None = field(default=None, compare=False)  # the default at first, which rows that are there get
    clauses: tuple[Clause, ...] = field(default=(), compare=False)  # of the definition, and of later statements


@dataclass(frozen=True, slots=True)
class Change:
    """One or several columns added to one table, in one migration."""

    table: TableName  # as written; schema None: found through the search path
    columns: tuple[AddedColumn, ...]
    sql: str  # as given
    only: bool = False  # ALTER TABLE ONLY
    other_operations: tuple[str, ...] = ()  # in the same text, not analysed

    @classmethod
    def parse(cls, sql: str, engine: str | Engine) -> Change:
        """Reads a migration that adds columns to one table: ALTER TABLE, and what else it does with them.

        Later statements on the new columns (SET NOT NULL, SET DEFAULT, ADD CONSTRAINT, CREATE UNIQUE INDEX)
        are carried out on them; every other statement is kept in `other_operations`.
        Raises ChangeError, and UsageError for an engine that is not known.
        """
        from scanner.schema.parse.migration import read_migration

        return read_migration(sql, Engine.parse(engine))

    @classmethod
    def short(cls, table: str, definition: str, engine: str | Engine) -> Change:
        """The short form, ``orders`` and ``status text NOT NULL``. Raises ChangeError and UsageError."""
        return cls.parse(f"ALTER TABLE {table} ADD COLUMN {definition}", engine)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the new columns."""
        return tuple(added.column.name for added in self.columns)

    @property
    def replaces_key(self) -> bool:
        """What else the text does drops a constraint, which may be the table's primary key."""
        return any(
            re.search(r"\bDROP\s+(?:PRIMARY\s+KEY|CONSTRAINT)\b", o, re.IGNORECASE) for o in self.other_operations
        )

    def __str__(self) -> str:
        return f"{self.table}.{', '.join(self.names)}"
