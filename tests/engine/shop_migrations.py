"""Columns that could come to the demo shop: what one would ask the scanner, and how a server gets there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Migration:
    """One new column. Texts are SQL."""

    database: str
    table: str
    column: str
    type: str  # with NOT NULL
    filled: str  # a value for each row that is there, differing where it can
    default: str | None = None
    first: str | None = None  # what rows get that are there when the column is required: the default goes again
    place: str = ""  # MariaDB: FIRST, AFTER …

    @property
    def sql(self) -> str:
        """The question."""
        default = f" DEFAULT {self.default}" if self.default else ""
        return f"ALTER TABLE {self.table} ADD COLUMN {self.column} {self.type}{default} {self.place}".rstrip()

    @property
    def postgres(self) -> tuple[str, ...]:
        """What brings PostgreSQL to the state after the change."""
        return self._with_default(self.default or self.first)

    @property
    def postgres_filled(self) -> tuple[str, ...]:
        """The same with values in the column.

        A volatile default writes the table anew in the order it stands in, where an UPDATE would move rows.
        """
        return ("SELECT setseed(0.5)", *self._with_default(self.filled))

    @property
    def fill(self) -> str:
        """What puts values into the column, for a server on which rows keep their place."""
        return f"UPDATE {self.table} SET {self.column} = {self.filled}"

    def _with_default(self, first: str | None) -> tuple[str, ...]:
        default = f" DEFAULT {first}" if first else ""
        later = f"SET DEFAULT {self.default}" if self.default else "DROP DEFAULT"
        return (
            f"ALTER TABLE {self.table} ADD COLUMN {self.column} {self.type}{default}",
            f"ALTER TABLE {self.table} ALTER COLUMN {self.column} {later}",
        )

    def __str__(self) -> str:
        return f"{self.database}.{self.table}.{self.column}"


STATUS = "(ARRAY['open', 'paid', 'captured', 'requested'])[1 + floor(random() * 4)::int]"
CURRENCY = "(ARRAY['EUR', 'CHF'])[1 + floor(random() * 2)::int]"

MIGRATIONS = (
    Migration("shop", "orders", "status", "text NOT NULL", STATUS, first="'open'"),
    Migration("shop", "order_archive", "archived_at", "timestamptz NOT NULL", "clock_timestamp()", "now()"),
    Migration("shop", "order_items", "placed_at", "timestamptz", "clock_timestamp()"),
    Migration("shop", "payments", "total", "numeric NOT NULL", "random() * 10", "0"),
    Migration("shop", "invoices", "currency", "char(3) NOT NULL", CURRENCY, "'EUR'"),
    Migration("shop", "customers", "status", "text NOT NULL", STATUS, "'active'"),
    Migration("warehouse", "orders", "priority", "int NOT NULL", "1 + id % 4", "0"),
    Migration("warehouse", "orders", "location", "varchar(12)", "'A-1'", place="FIRST"),
    Migration("warehouse", "shipments", "weight_g", "int", "id", place="AFTER order_id"),
    Migration("warehouse", "order_events", "picker_id", "int NOT NULL", "1 + id % 5"),
    Migration("warehouse", "pickers", "wave", "int", "id"),
)
