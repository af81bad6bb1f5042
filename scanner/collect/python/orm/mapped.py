"""A mapped class or table: what of it becomes SQL."""

from __future__ import annotations

from typing import Literal as OneOf

from scanner.collect.python.light import Hashed, dataclass
from scanner.collect.python.values import ClassValue, MapperValue, Place, Sql

Framework = OneOf["django", "sqlalchemy", "peewee"]


class Source(str):
    """The name of an alias, a subquery or a common table, with what stands for it in FROM or WITH."""

    sql: Sql
    common: bool
    query: MapperValue | None  # the query that it stands for
    several: bool  # tables with joins between them

    @classmethod
    def named(
        cls, name: str, sql: Sql, *, common: bool = False, query: MapperValue | None = None, several: bool = False
    ) -> Source:
        """With what the name stands for."""
        made = cls(name)
        made.sql, made.common, made.query, made.several = sql, common, query, several
        return made


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column that the program knows of."""

    attribute: str  # its name in the program
    name: str  # its name in the database
    primary_key: bool = False
    generated: bool = False  # the database makes the value: INSERT leaves it out unless it is given
    deferred: bool = False  # not read with the row
    filled: bool = False  # SQLAlchemy gives it a value of its own where the program gives none
    refers: str = ""  # the "table.column" of a foreign key, where the program says it
    foreign: bool = False  # it refers to another table
    table: str = ""  # as SQL names it, where it is not the class's own: that of a class that is extended


@dataclass(frozen=True, slots=True)
class Relation:
    """A way from one mapped class to another, over a pair of columns."""

    attribute: str
    target: ClassValue
    local: str
    remote: str
    between: Between | None = None
    loading: str = ""  # SQLAlchemy's `lazy`: "joined", "selectin"
    back: str = ""  # the `backref` of SQLAlchemy and peewee: what the way back is called
    single: bool = False  # one row at its end, though the key stands on the other side


@dataclass(frozen=True, slots=True)
class Between:
    """The table between two others, with its columns that refer to them."""

    table: str
    local: str
    remote: str


@dataclass(frozen=True, slots=True)
class Mapped(MapperValue, Hashed):
    """A mapped class, or a Table object when `of` is None."""

    framework: Framework
    table: str
    columns: tuple[MappedColumn, ...]
    place: Place
    of: ClassValue | None = None
    schema: str | None = None
    relations: tuple[Relation, ...] = ()
    ordering: tuple[str, ...] = ()  # Django's Meta.ordering
    managed: bool = True  # Django's Meta.managed
    source: Source | None = None  # an alias, a subquery, joined tables: what stands in FROM
    kind: str = ""  # SQLAlchemy's `polymorphic_on`: the column that tells which class a row is of
    shares: bool = False  # its rows are some of those in the table of the class that it extends
    parts: tuple[Mapped, ...] = ()  # of SQLAlchemy, where a row stands in several tables: each by itself, its own last

    def column(self, attribute: str) -> MappedColumn | None:
        """The column behind an attribute, or with this name in the database."""
        if self.is_reflected:  # whatever the program says is there
            return MappedColumn(attribute, attribute)
        return next((column for column in self.columns if attribute in (column.attribute, column.name)), None)

    @property
    def tables(self) -> tuple[Mapped, ...]:
        """The tables that hold a row, each with its own columns."""
        return self.parts or (self,)

    @property
    def is_reflected(self) -> bool:
        """Whether it is a table whose columns only the database knows."""
        return not self.columns and self.of is None

    def relation(self, attribute: str) -> Relation | None:
        """The relation behind an attribute."""
        return next((relation for relation in self.relations if relation.attribute == attribute), None)

    @property
    def key(self) -> MappedColumn | None:
        """The primary key, where it is one column; of several tables, that of the first."""
        first = self.parts[0].key if self.parts else None
        if first is not None:
            return next((each for each in reversed(self.columns) if each.table and each.name == first.name), None)
        keys = [column for column in self.columns if column.primary_key]
        return keys[0] if len(keys) == 1 else None

    @property
    def read(self) -> tuple[MappedColumn, ...]:
        """The columns that are read with a row."""
        return tuple(column for column in self.columns if not column.deferred)
