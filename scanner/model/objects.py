"""What stands in a database's catalogue. Names are as the catalogue holds them (see Engine.fold)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scanner.model.names import TableName


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. Texts are SQL; None means "none"."""

    name: str
    type: str  # SQL type as written, lower case: "varchar(20)", "integer", "app.mood", "text[]"
    nullable: bool = True
    default: str | None = None  # of a generated column its expression; serial columns have none
    generated: Literal["stored", "virtual"] | None = None
    identity: Literal["always", "by default"] | None = None
    serial: bool = False  # PostgreSQL serial types: an own sequence, with grants of its own
    auto_increment: bool = False  # MySQL
    invisible: bool = False  # MySQL and MariaDB
    unique: bool = False  # by a UNIQUE or PRIMARY KEY of this column alone, wherever it is written
    primary_key: bool = False
    check: str | None = None  # the first one written on the column
    references: TableName | None = None  # by a foreign key of this column alone
    on_delete: str | None = None  # of that key: "cascade", "set null" …
    on_update: str | None = None  # MySQL ON UPDATE CURRENT_TIMESTAMP

    @property
    def has_default(self) -> bool:
        """An INSERT that leaves the column out gets a value from somewhere other than an implicit NULL."""
        return bool(self.default or self.generated or self.identity or self.serial or self.auto_increment)


ClauseKind = Literal[
    "not null", "null", "default", "unique", "unique index", "primary key", "check", "references", "generated",
    "identity", "attribute",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a column's definition, as it is written behind the type."""

    kind: ClauseKind
    text: str  # without CONSTRAINT and its name: "CHECK (total > 0)", "REFERENCES users (id) ON DELETE CASCADE"
    name: str | None = None  # of the constraint or index, when one is written
    apart: bool = False  # written behind the definition: a constraint of the table, or a statement of its own


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key from these columns to another table's."""

    columns: tuple[str, ...]
    table: TableName
    referenced: tuple[str, ...] = ()  # empty: the referenced table's primary key
    on_delete: str | None = None  # "cascade", "set null" …
    on_update: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A privilege on a table; columns is empty for the whole table."""

    role: str
    privilege: str  # upper case: SELECT, INSERT …
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table, partitioned or not."""

    name: TableName
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()  # unique indexes too, over plain columns and all rows
    checks: tuple[str, ...] = ()  # all of them, the columns' too
    foreign_keys: tuple[ForeignKey, ...] = ()
    parents: tuple[TableName, ...] = ()  # INHERITS and PARTITION OF
    partition_of: TableName | None = None  # also in parents
    of_type: TableName | None = None  # CREATE TABLE … OF type
    grants: tuple[Grant, ...] = ()
    foreign: bool = False  # CREATE FOREIGN TABLE
    partitioned: bool = False
    # MySQL and MariaDB:
    storage: str = "innodb"  # the storage engine, lower case
    row_format: str | None = None  # lower case; None: the server's default
    fulltext: bool = False  # has a FULLTEXT index
    versioned: bool = False  # WITH SYSTEM VERSIONING


@dataclass(frozen=True, slots=True)
class View:
    """A view. Its columns are frozen by the engine when it is created."""

    name: TableName
    sql: str  # the query behind AS, as written
    columns: tuple[str, ...] = ()  # the explicit list after the name; empty when there is none
    materialized: bool = False
    stored: bool = False  # sql is the server's own deparse (a dump or a catalogue): stars are expanded


@dataclass(frozen=True, slots=True)
class SequenceGenerator:
    """A sequence, one that a serial or identity column brought along too: a relation of one row."""

    name: TableName


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a routine."""

    name: str | None
    type: str
    mode: Literal["in", "out", "inout", "variadic", "table"] = "in"
    default: bool = False


@dataclass(frozen=True, slots=True)
class Routine:
    """A function, a procedure, an aggregate (its body is elsewhere) or a scheduled event of MySQL."""

    name: TableName
    kind: Literal["function", "procedure", "aggregate", "event"]
    arguments: tuple[Argument, ...]
    returns: str | None  # SQL type, "setof t", "table", "trigger", "void", "record"; None for a procedure
    language: str  # sql, plpgsql; MySQL bodies are "sql"
    body: str  # without its quotes
    atomic: bool = False  # BEGIN ATOMIC or RETURN: parsed when it was created, and frozen
    volatile: bool = True  # PostgreSQL: neither IMMUTABLE nor STABLE is written

    def takes(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        given = [each for each in self.arguments if each.mode in ("in", "inout", "variadic")]
        any_number = any(each.mode == "variadic" for each in given)
        least = sum(not each.default and each.mode != "variadic" for each in given)
        return least <= count and (any_number or count <= len(given))


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger. PostgreSQL's call a routine; MySQL's have a body of their own."""

    name: str
    table: TableName
    timing: Literal["before", "after", "instead of"]
    events: tuple[str, ...]  # lower case: insert, update, delete, truncate
    update_columns: tuple[str, ...] = ()  # UPDATE OF a, b
    for_each: Literal["row", "statement"] = "row"
    routine: TableName | None = None
    body: str | None = None
    new_table: str | None = None  # REFERENCING NEW TABLE AS
    old_table: str | None = None
    condition: str | None = None  # WHEN (…)


@dataclass(frozen=True, slots=True)
class UserType:
    """A type made by CREATE TYPE or CREATE DOMAIN."""

    name: TableName
    kind: Literal["enum", "composite", "domain", "range"]
    columns: tuple[Column, ...] = ()  # of a composite
    base: str | None = None  # of a domain
    not_null: bool = False  # of a domain
    check: str | None = None  # of a domain
    default: str | None = None  # of a domain


@dataclass(frozen=True, slots=True)
class Rule:
    """A PostgreSQL rewrite rule or a row-level policy."""

    name: str
    table: TableName
    kind: Literal["rule", "policy"]
    sql: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A statement of a schema that could not be read; the others were."""

    line: int  # 1-based, 0 when unknown
    kind: str  # its first words: "CREATE AGGREGATE"
    reason: str
    count: int = 1
