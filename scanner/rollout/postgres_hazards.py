"""What ALTER TABLE … ADD COLUMN does to a running PostgreSQL, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.change import AddedColumn, Change
from scanner.model import Execution, Hazard, Severity, Table, Work
from scanner.resolve import is_violated
from scanner.rollout.postgres_alter import (
    column_work,
    default_of,
    domain_of,
    execution,
    is_volatile,
    referenced_tables,
    refusals,
)
from scanner.rollout.postgres_types import unknown_type
from scanner.rollout.traffic import Traffic
from scanner.schema import Schema

_MANUAL = "https://www.postgresql.org/docs/current"
_ALTER = f"{_MANUAL}/sql-altertable.html, Notes"
_LOCKS = f"{_MANUAL}/explicit-locking.html"
_MEASURED = "measured on PostgreSQL 15 and 18"


def postgres_hazards(change: Change, schema: Schema, table: Table, traffic: Traffic) -> Iterator[Hazard]:
    """The hazards of the ALTER TABLE as one statement; several columns add up to the worst."""
    for text in refusals(change, schema, table):
        code, _, why = text.partition(": ")
        yield Hazard("refused", Severity.FAILS, f"The ALTER TABLE fails with {code}: {why}.", _ALTER)
    for added in change.columns:
        yield from _unknown_type(added, schema)
    for added in change.columns if not table.foreign else ():
        yield from _existing_rows(added, schema, table)
    if table.foreign:
        yield _elsewhere(change, table)
    found = execution(change, schema, table)
    yield _lock(found, change, schema, table, traffic)
    yield _queue(table)
    yield from _other_tables(change, schema, table)
    for added in change.columns:
        yield from _sequence(added, table)
    yield from _replication(change, table)


def _elsewhere(change: Change, table: Table) -> Hazard:
    names = ", ".join(change.names)
    message = f"{table.name} is a foreign table: its rows are another server's, which must have {names} first, or "
    message += f"statements that name {names} fail there. NOT NULL and CHECK are not checked here."
    return Hazard("replication", Severity.BLOCKS, message, f"{_MANUAL}/sql-createforeigntable.html; {_MEASURED}")


def _unknown_type(added: AddedColumn, schema: Schema) -> Iterator[Hazard]:
    found = unknown_type(added.column.type, schema)
    if found is not None:
        name, near = found
        meant = f"; did you mean {near}?" if near else "."
        message = f"The ALTER TABLE fails with 42704: there is no type {name} in PostgreSQL or in the schema{meant}"
        yield Hazard("refused", Severity.FAILS, message, _MEASURED, "an extension may bring the type")


def _lock(found: Execution, change: Change, schema: Schema, table: Table, traffic: Traffic) -> Hazard:
    name, below = table.name, len(found.locks) - 1 - len(referenced_tables(change, schema))
    tables = f"{name} and the {below:,} tables below it" if below > 0 else str(name)
    works = [(added.column.name, column_work(added, schema)) for added in change.columns]
    worst = [(column, work) for column, work in works if work.work is found.work]
    reasons = "; ".join(f"{column}: {work.why}" for column, work in worst if work.why)
    doubts = [work.doubt for _, work in worst if work.doubt]
    reason = doubts[0] if doubts and len(doubts) == len(worst) else None
    taken = f"ALTER TABLE takes ACCESS EXCLUSIVE on {tables}"
    if found.work is Work.REWRITE:
        message = f"{taken} and writes all rows and indexes anew ({reasons}): {traffic.whom} waits until it is done, "
        message += f"and {name} needs its size once more on disk and in the WAL."
        return Hazard("rewrite", Severity.BLOCKS, message, f"{_ALTER}; {_MEASURED}", reason)
    if found.work is Work.SCAN:
        message = f"{taken} and reads all rows ({reasons}): {traffic.whom} waits until it is done."
        return Hazard("scan", Severity.BLOCKS, message, f"{_ALTER}; {_MEASURED}")
    message = f"{taken}, for moments: no row is read or written, the definition alone changes."
    return Hazard("lock", Severity.NOTE, message, f"{_LOCKS}; {_MEASURED}")


def _queue(table: Table) -> Hazard:
    message = f"While a transaction is open that has so much as read {table.name}, the ALTER TABLE waits for it, and "
    message += "every statement on the table that comes later waits behind the ALTER TABLE: set a lock_timeout."
    return Hazard("queue", Severity.BLOCKS, message, f"{_LOCKS}; {_MEASURED}")


def _other_tables(change: Change, schema: Schema, table: Table) -> Iterator[Hazard]:
    for name in referenced_tables(change, schema):
        if name != table.name:
            message = (
                f"The foreign key takes SHARE ROW EXCLUSIVE on {name} too: its writers wait until the ALTER TABLE "
            )
            message += f"is committed, and the ALTER TABLE waits for them while it holds {table.name}."
            yield Hazard("lock", Severity.BLOCKS, message, f"{_MANUAL}/sql-altertable.html; {_MEASURED}")
    for added in change.columns:
        if added.column.references and not added.column.unique:
            message = (
                f"A foreign key brings no index: each DELETE from {added.column.references}, and each UPDATE of its "
            )
            message += f"key, reads all of {table.name} to look for {added.column.name}."
            yield Hazard("running cost", Severity.COSTS, message, f"{_MANUAL}/ddl-constraints.html")


def _existing_rows(added: AddedColumn, schema: Schema, table: Table) -> Iterator[Hazard]:
    """Failures that depend on the rows that are there."""
    column, default = added.column, default_of(added, schema)
    each = default is not None and not is_volatile(added, schema)
    if _is_required(added, schema) and default is None:
        message = f"The ALTER TABLE fails with 23502 as soon as {table.name} has a row: {column.name} is NOT NULL, and "
        yield _fails(f"{message}there is no value for the rows that are there.", f"{_MEASURED}")
    if column.unique and each:
        message = f"The ALTER TABLE fails with 23505 as soon as {table.name} has two rows: {column.name} is unique, "
        yield _fails(f"{message}and each row gets {default}.", _MEASURED)
    if column.check and each and default and is_violated(column.check, column.name, default, "postgres"):
        message = f"The ALTER TABLE fails with 23514 as soon as {table.name} has a row: it gets {default} for "
        yield _fails(f"{message}{column.name}, which its CHECK forbids.", _MEASURED)
    if column.references and default is not None:
        message = (
            f"The ALTER TABLE fails with 23503 unless {column.references} has a row for {default}, which the rows "
        )
        yield _fails(f"{message}of {table.name} get for {column.name}.", _MEASURED, "it depends on the rows there")


def _is_required(added: AddedColumn, schema: Schema) -> bool:
    """Rows that are there must have a value, and the engine makes none."""
    column, domain = added.column, domain_of(added.column, schema)
    made = column.serial or column.identity or column.generated
    return not made and (not column.nullable or bool(domain and domain.not_null))


def _fails(message: str, source: str, reason: str | None = None) -> Hazard:
    return Hazard("existing rows", Severity.FAILS, message, source, reason)


def _sequence(added: AddedColumn, table: Table) -> Iterator[Hazard]:
    column = added.column
    if column.serial:
        message = f"{column.name} brings the sequence {table.name.name}_{column.name}_seq: roles that may INSERT into "
        message += f"{table.name} need USAGE on it as well, or their INSERTs fail with 42501."
        yield Hazard("sequence", Severity.BLOCKS, message, f"{_MANUAL}/datatype-numeric.html; {_MEASURED}")
    elif column.identity:
        message = (
            f"{column.name} brings a sequence of its own, {table.name.name}_{column.name}_seq; it needs no grants. "
        )
        message += "The rows that are there are numbered in the order in which they lie on disk."
        yield Hazard("sequence", Severity.NOTE, message, f"{_MANUAL}/ddl-identity-columns.html; {_MEASURED}")


def _replication(change: Change, table: Table) -> Iterator[Hazard]:
    names = ", ".join(change.names)
    message = (
        f"Where {table.name} is published, subscribers do not get {names} by themselves: the apply worker stops at "
    )
    message += f"the next write that has it. Add {names} on the subscribers first, then here."
    yield Hazard(
        "replication", Severity.BLOCKS, message, f"{_MANUAL}/logical-replication-restrictions.html; {_MEASURED}"
    )
