"""How PostgreSQL carries out ALTER TABLE … ADD COLUMN.

Facts: https://www.postgresql.org/docs/current/sql-altertable.html (Notes) and explicit-locking.html; each form is
compared with pg_locks, relfilenode and the rows read on a real server (tests/engine/test_hazards.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.change import AddedColumn, Change
from scanner.model import Column, Execution, Table, TableLock, TableName, UserType, Work
from scanner.rollout.names import RESERVED
from scanner.rollout.volatility import volatility
from scanner.schema import Schema
from scanner.schema.after import descendants

MOST_COLUMNS = 1600  # https://www.postgresql.org/docs/current/limits.html
_SYSTEM_COLUMNS = frozenset(("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"))
_STORED_DEFAULTS = (11,)  # since then a constant default is kept in the catalogue
_SINCE = {"identity": (10,), "stored": (12,), "virtual": (18,)}


@dataclass(frozen=True, slots=True)
class ColumnWork:
    """What one new column makes the engine do with the rows, and why."""

    work: Work
    why: str = ""  # a clause: "its default random() has another value for each row"
    doubt: str | None = None  # why it is only possible


def execution(change: Change, schema: Schema, table: Table) -> Execution:
    """One ALTER TABLE with all the columns: the worst of them decides."""
    works = [column_work(added, schema).work for added in change.columns if not table.foreign]
    refused = next(refusals(change, schema, table), None)
    return Execution(
        max(works, key=lambda work: work.rank, default=Work.CATALOGUE),  # a foreign table's rows are another server's
        tuple(_locks(change, schema, table)),
        refused=refused and refused.partition(":")[0],
    )


def column_work(added: AddedColumn, schema: Schema) -> ColumnWork:
    """What one column makes the engine do with the rows that are there."""
    column, domain = added.column, domain_of(added.column, schema)
    if column.generated == "virtual":
        return _checked(added, "is computed when it is read")
    if column.generated == "stored":
        return ColumnWork(Work.REWRITE, "it is computed for each row and stored in it")
    if column.serial or column.identity:
        return ColumnWork(Work.REWRITE, "each row gets a number of its own")
    if domain is not None and (domain.check or domain.not_null):
        return ColumnWork(Work.REWRITE, f"the domain {domain.name} has a constraint, and each row is checked anew")
    return _defaulted(added, schema, default_of(added, schema))


def default_of(added: AddedColumn, schema: Schema) -> str | None:
    """What fills the rows that are there: the column's default when it is added, or its domain's."""
    domain = domain_of(added.column, schema)
    return added.filled_with or (domain.default if domain and not added.column.default else None)


def is_volatile(added: AddedColumn, schema: Schema) -> bool:
    """Whether each row gets a value of its own, as far as is known."""
    default = default_of(added, schema)
    return default is not None and volatility(default, schema) != "constant"


def _defaulted(added: AddedColumn, schema: Schema, default: str | None) -> ColumnWork:
    if default is None:
        return _checked(added, "")
    if schema.engine.version < _STORED_DEFAULTS:
        return ColumnWork(Work.REWRITE, "before PostgreSQL 11 a default is written into each row")
    kind = volatility(default, schema)
    if kind == "constant":
        return _checked(added, default)
    doubt = None if kind == "volatile" else f"whether {default} has one value for all rows is not known"
    return ColumnWork(Work.REWRITE, f"its default {default} has a value of its own for each row", doubt)


def _checked(added: AddedColumn, filled: str) -> ColumnWork:
    """The work when the rows stay as they are; `filled` is empty when they have NULL there."""
    column = added.column
    if column.unique:
        return ColumnWork(Work.SCAN, "the index of its key is built")
    if column.check:
        return ColumnWork(Work.SCAN, "its CHECK is asked of each row")
    apart = any(clause.kind == "references" and clause.apart for clause in added.clauses)
    if column.references and (
        filled or apart
    ):  # a constraint of the table is checked even where all is NULL (measured)
        return ColumnWork(Work.SCAN, f"each row is looked up in {column.references}")
    later = added.clauses and not any(clause.kind == "not null" for clause in added.clauses)
    if not column.nullable and (later or not filled or column.generated):
        return ColumnWork(Work.SCAN, "each row is asked whether it is NULL there")
    return ColumnWork(Work.CATALOGUE)


def _locks(change: Change, schema: Schema, table: Table) -> Iterator[TableLock]:
    grown = {table.name: table, **{child.name: child for child in descendants(schema, table.name)}}
    for name in grown:
        yield TableLock(name, "ACCESS EXCLUSIVE")
    for referenced in referenced_tables(change, schema):
        if referenced not in grown:
            yield TableLock(referenced, "SHARE ROW EXCLUSIVE")


def referenced_tables(change: Change, schema: Schema) -> tuple[TableName, ...]:
    """The tables that the new columns' foreign keys lead to, each once."""
    found: dict[TableName, None] = {}
    for added in change.columns:
        if added.column.references:
            relation = schema.find(added.column.references)
            name = relation.name if relation else added.column.references
            found[name] = None
            found |= dict.fromkeys(child.name for child in descendants(schema, name) if child.partition_of)
    return tuple(found)


def refusals(change: Change, schema: Schema, table: Table) -> Iterator[str]:
    """Why the ALTER TABLE cannot run at all, whatever rows there are: SQLSTATE, a colon, the reason."""
    name, children = table.name, tuple(descendants(schema, table.name))
    if table.partition_of:
        yield f"42809: {name} is a partition of {table.partition_of}, and a column is added to all of them"
    if table.of_type:
        yield f"42809: {name} is a table of the type {table.of_type}, which the column must be added to"
    if change.only and (children or table.partitioned):
        yield f"42P16: ONLY leaves out the tables below {name}, and they must have the column too"
    if len(table.columns) + len(change.columns) > MOST_COLUMNS:
        yield f"54011: {name} would have {len(table.columns) + len(change.columns):,} columns, and 1,600 is the most"
    for added in change.columns:
        new = added.column.name
        if new in RESERVED and f'"{new}"' not in change.sql:
            yield f"42601: {new} is a reserved word, and stands without double quotes"
        yield from _refusals_of_column(added, schema, table, change.replaces_key)


def _refusals_of_column(added: AddedColumn, schema: Schema, table: Table, replaces: bool) -> Iterator[str]:
    column = added.column
    kind = column.generated or ("identity" if column.identity else None)
    if kind and schema.engine.version < _SINCE[kind]:
        yield f"42601: {_title(kind)} columns came with PostgreSQL {_SINCE[kind][0]}"
    if column.name in _SYSTEM_COLUMNS:
        yield f"42701: every table has a system column {column.name}"
    if table.foreign and (column.unique or column.references):
        yield f"0A000: {table.name} is a foreign table, which can have no key"
    if column.primary_key and table.primary_key and not replaces:
        yield f"42P16: {table.name} has a primary key already, and a second one is not allowed"
    if (column.unique or column.primary_key) and table.partitioned:
        yield f"0A000: a key of the partitioned table {table.name} must hold all columns that it is partitioned by"
    if added.column.has_default or default_of(added, schema):
        holders = [f"{name}.{c.name}" for name, c in _composites(schema, table)]
        if holders:
            yield f"0A000: {holders[0]} has {table.name} as its type, and such a type takes no column with a default"


def _title(kind: str) -> str:
    return kind if kind == "identity" else f"{kind} generated"


def _composites(schema: Schema, table: Table) -> Iterator[tuple[TableName, Column]]:
    """Columns that hold rows of the table."""
    names = {str(table.name), f"{table.name.schema}.{table.name.name}", table.name.name}
    for other in schema.tables:
        for column in other.columns:
            if column.type.removesuffix("[]") in names:
                yield other.name, column


def domain_of(column: Column, schema: Schema) -> UserType | None:
    """The domain that is the column's type, if it is one."""
    parts = [part.strip('"') for part in column.type.split(".")]
    schemas: tuple[str | None, ...] = (parts[-2],) if len(parts) > 1 else (*schema.database.schemas, None)
    found = (schema.types.get(TableName(each, parts[-1])) for each in schemas)
    return next((each for each in found if each is not None and each.kind == "domain"), None)
