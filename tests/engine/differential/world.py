"""A few small tables that share column names and keys, and rows that tell their columns apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
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

    def with_other_rows(self, random: Random, more: int) -> Table:
        """The same table with other rows: so many more, if there are any."""
        return replace(self, rows=rows(random, self.columns, self.keyed, len(self.rows) + more if self.rows else 0))


@dataclass(frozen=True, slots=True)
class World:
    """What a statement is asked of."""

    family: str  # postgres, mysql
    tables: tuple[Table, ...]
    seed: int  # of the rows

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

    def with_other_rows(self, random: Random, more: int) -> World:
        """The same tables; those that hold rows hold so many more."""
        return replace(self, tables=tuple(t.with_other_rows(random, more) for t in self.tables))


def world(draw: Draw, family: str, *, keyed: bool | None = None, most_rows: int = 3) -> World:
    """Two to four tables. keyed: whether they have primary keys; None: some have."""
    names = draw(st.lists(st.sampled_from(TABLE_NAMES), min_size=2, max_size=4, unique=True))
    seed = draw(st.integers(0, 2**32 - 1))
    random = Random(seed)
    return World(family, tuple(_table(draw, random, name, keyed, most_rows) for name in names), seed)


def rows(random: Random, columns: Sequence[Column], keyed: bool, count: int) -> tuple[tuple[str, ...], ...]:
    """Rows of these columns; a key counts up, other values repeat, and often the whole row before."""
    made: list[tuple[str, ...]] = []
    for number in range(count):
        again = made and random.random() < 0.4
        row = made[-1] if again else tuple(value(random, column.type) for column in columns)
        made.append((str(number + 1), *row[1:]) if keyed else row)
    return tuple(made)


def value(random: Random, type_: str) -> str:
    """A literal of few that there are, so that rows of different tables match."""
    return random.choice((*VALUES[type_], *VALUES[type_], "NULL"))


def _table(draw: Draw, random: Random, name: str, keyed: bool | None, most_rows: int) -> Table:
    has_key = draw(st.booleans()) if keyed is None else keyed
    picked = draw(st.lists(st.sampled_from(sorted(POOL)), min_size=1, max_size=3, unique=True))
    first = [Column("id", INTEGER)] if has_key or draw(st.booleans()) else []
    columns = (*first, *(Column(each, POOL[each]) for each in picked))
    return Table(name, columns, has_key, rows(random, columns, has_key, random.randint(1, most_rows)))
