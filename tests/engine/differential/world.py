"""A few small tables that share column names and keys, and rows that tell their columns apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

INTEGER, TEXT = "integer", "varchar(20)"
# A name has one type in every table, so that columns of one name can be compared before the change.
POOL = {
    "customer_id": INTEGER,
    "total": INTEGER,
    "size": INTEGER,
    "region": TEXT,
    "status": TEXT,
    "label": TEXT,
    "note": TEXT,
}
TABLE_NAMES = ("orders", "customers", "payments", "visits")
VALUES = {INTEGER: ("1", "2", "3"), TEXT: ("'a'", "'b'", "'c'")}


class Column(NamedTuple):
    """A column of a table or of a query."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its rows, each a tuple of SQL literals."""

    name: str
    columns: tuple[Column, ...]
    keyed: bool  # its first column, id, is the primary key
    rows: tuple[tuple[str, ...], ...]

    @property
    def ddl(self) -> str:
        """As CREATE TABLE."""
        parts = [f"{c.name} {c.type}" for c in self.columns]
        if self.keyed:
            parts[0] += " PRIMARY KEY"
        return f"CREATE TABLE {self.name} ({', '.join(parts)});"

    @property
    def inserts(self) -> str:
        """Its rows, as one INSERT."""
        rows = ", ".join(f"({', '.join(row)})" for row in self.rows)
        return f"INSERT INTO {self.name} VALUES {rows};" if rows else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(c.name for c in self.columns)


@dataclass(frozen=True, slots=True)
class World:
    """What a statement is asked of."""

    family: str  # postgres, mysql
    tables: tuple[Table, ...]

    @property
    def postgres(self) -> bool:
        """Whether the server is a PostgreSQL."""
        return self.family == "postgres"

    def table(self, name: str) -> Table:
        """The table of this name."""
        return next(table for table in self.tables if table.name == name)

    def with_table(self, table: Table) -> World:
        """With one more table, or another one of that name."""
        others = tuple(t for t in self.tables if t.name != table.name)
        return replace(self, tables=(*others, table))


def world(draw: Draw, family: str, *, keyed: bool | None = None, most_rows: int = 3) -> World:
    """Two to four tables. keyed: whether they have primary keys; None: some have."""
    names = draw(st.lists(st.sampled_from(TABLE_NAMES), min_size=2, max_size=4, unique=True))
    return World(family, tuple(_table(draw, name, keyed, most_rows) for name in names))


def rows(draw: Draw, columns: Sequence[Column], keyed: bool, most: int) -> tuple[tuple[str, ...], ...]:
    """Rows of these columns; a key counts up, other values repeat."""
    count = draw(st.integers(0 if most < 2 else 1, most))
    return tuple(
        tuple(
            str(number + 1) if keyed and place == 0 else value(draw, column.type)
            for place, column in enumerate(columns)
        )
        for number in range(count)
    )


def value(draw: Draw, type_: str) -> str:
    """A literal of few that there are, so that rows of different tables match."""
    return draw(st.sampled_from((*VALUES[type_], *VALUES[type_], "NULL")))


def _table(draw: Draw, name: str, keyed: bool | None, most_rows: int) -> Table:
    has_key = draw(st.booleans()) if keyed is None else keyed
    picked = draw(st.lists(st.sampled_from(sorted(POOL)), min_size=1, max_size=3, unique=True))
    first = [Column("id", INTEGER)] if has_key or draw(st.booleans()) else []
    columns = (*first, *(Column(each, POOL[each]) for each in picked))
    return Table(name, columns, has_key, rows(draw, columns, has_key, most_rows))
