"""What ALTER TABLE … ADD COLUMN does to a running MySQL or MariaDB, in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.change import AddedColumn, Change
from scanner.model import Hazard, Severity, Table
from scanner.resolve import is_violated
from scanner.rollout.mysql_alter import (
    Way,
    column_way,
    has_foreign_key,
    is_expression,
    is_same_for_all,
    methods,
    most_versions,
    refusals,
    way_of,
)
from scanner.rollout.row_size import MOST_BYTES, row_bytes
from scanner.rollout.traffic import Traffic
from scanner.schema import Schema

_MYSQL = "https://dev.mysql.com/doc/refman/8.4/en"
_MARIADB = "https://mariadb.com/kb/en"
_NUMBERS = re.compile(r"(?:tiny|small|medium|big)?int|bool|dec|num|float|double|real|bit|year|fixed")
_TIMES = re.compile(r"date|datetime|timestamp")
_UTF8 = 4  # bytes of a character of utf8mb4


def mysql_hazards(change: Change, schema: Schema, table: Table, traffic: Traffic) -> Iterator[Hazard]:
    """The hazards of the ALTER TABLE as one statement; several columns add up to the worst."""
    source = _Source(schema.engine.name)
    for text in refusals(change, schema, table):
        code, _, why = text.partition(": ")
        yield Hazard("refused", Severity.FAILS, f"The ALTER TABLE fails with {code}: {why}.", source.measured)
    for added in change.columns:
        yield from _existing_rows(added, schema, table, source)
        yield from _filled(added, schema, table, source)
    way = way_of(change, schema, table)
    yield _method(way, change, schema, table, traffic, source)
    yield _queue(table, source)
    yield from _references(change, schema, source)
    if way is not Way.INSTANT:
        yield _replication(table, source)
    elif schema.engine.name == "mysql":
        yield _versions(table, schema)
    yield from _size(change, table)


class _Source:
    """Where facts about this engine come from."""

    def __init__(self, engine: str) -> None:
        self.mariadb = engine == "mariadb"
        self.measured = "measured on MariaDB 10.11" if self.mariadb else "measured on MySQL 9.7"
        operations = (
            f"{_MARIADB}/innodb-online-ddl-overview/" if self.mariadb else f"{_MYSQL}/innodb-online-ddl-operations.html"
        )
        self.operations = f"{operations}; {self.measured}"
        locks = f"{_MARIADB}/metadata-locking/" if self.mariadb else f"{_MYSQL}/metadata-locking.html"
        self.locks = f"{locks}; {self.measured}"


def _method(way: Way, change: Change, schema: Schema, table: Table, traffic: Traffic, source: _Source) -> Hazard:
    best = methods(way, schema.engine)[0]
    asked = f"ALGORITHM={best.algorithm}" + ("" if best.lock == "DEFAULT" else f", LOCK={best.lock}")
    reasons = [(a.column.name, *column_way(a, schema.engine, table)) for a in change.columns]
    why = "; ".join(f"{name}: {reason}" for name, each, reason in reasons if each is way and reason)
    why = why or "virtual columns and others in one ALTER TABLE"
    name = table.name
    if way is Way.INSTANT:
        message = f"{asked} is accepted: the definition of {name} changes alone, and no row is read or written."
        return Hazard("method", Severity.NOTE, message, source.operations)
    if way is Way.ONLINE:
        message = f"INSTANT is refused ({why}); {asked} is accepted: {name} is rebuilt while it is read and written, "
        message += "which takes its size once more on disk; what is written meanwhile is kept in a log of bounded size."
        return Hazard("rewrite", Severity.COSTS, message, source.operations)
    how = "rebuilt in place" if way is Way.READ_ONLY else "copied row by row"
    writes = f"every write ({traffic.writes:,} calls seen)" if traffic.writes else "every write"
    whose = f", of {', '.join(traffic.services)}," if traffic.services else ""
    message = (
        f"{asked} is the least that is accepted ({why}): {name} is {how}, and {writes}{whose} waits until it is done."
    )
    return Hazard("rewrite", Severity.BLOCKS, message, source.operations)


def _queue(table: Table, source: _Source) -> Hazard:
    message = (
        f"Whatever the ALGORITHM, the ALTER TABLE needs the metadata lock of {table.name}: it waits for every open "
    )
    message += "transaction that has so much as read the table, and every statement that comes later waits behind it: "
    return Hazard("queue", Severity.BLOCKS, f"{message}set lock_wait_timeout.", source.locks)


def _existing_rows(added: AddedColumn, schema: Schema, table: Table, source: _Source) -> Iterator[Hazard]:
    column, name = added.column, table.name
    value = given(added)
    if column.unique and not column.auto_increment and value is not None:
        message = (
            f"The ALTER TABLE fails with 1062 as soon as {name} has two rows: {column.name} is unique, and each row "
        )
        yield Hazard("existing rows", Severity.FAILS, f"{message}gets {value}.", source.measured)
    if column.check and value is not None and is_violated(column.check, column.name, value, "mysql"):
        copies = way_of(Change(table.name, (added,), ""), schema, table) is Way.COPY
        code = "3819" if not source.mariadb else "4025" if copies else None
        if code:
            message = (
                f"The ALTER TABLE fails with {code} as soon as {name} has a row: it gets {value} for {column.name}, "
            )
            yield Hazard("existing rows", Severity.FAILS, f"{message}which its CHECK forbids.", source.measured)
        else:
            message = (
                f"The CHECK is not asked of the rows that are there: they get {value} for {column.name}, which it "
            )
            message += "forbids, and the next write to any of them fails with 4025."
            yield Hazard("existing rows", Severity.BLOCKS, message, source.measured)
    if added.filled_with and has_foreign_key(added, schema.engine):
        message = (
            f"The ALTER TABLE fails with 1452 unless {column.references} has a row for {added.filled_with}, which "
        )
        message += f"the rows of {name} get for {column.name}."
        yield Hazard("existing rows", Severity.FAILS, message, source.measured, "it depends on the rows there")


def _filled(added: AddedColumn, schema: Schema, table: Table, source: _Source) -> Iterator[Hazard]:
    column, default, name = added.column, added.filled_with, table.name
    implied = _implied(added)
    if implied and _TIMES.match(column.type) and _refuses_zero_dates(schema):
        message = f"The ALTER TABLE fails with 1292 as soon as {name} has a row: {column.name} is NOT NULL without a "
        message += "default, and NO_ZERO_DATE refuses the zero date that it would get."
        yield Hazard("existing rows", Severity.FAILS, message, source.measured)
    elif implied:
        message = (
            f"{column.name} is NOT NULL without a default: the rows of {name} that are there get {implied} without a "
        )
        yield Hazard("filled", Severity.NOTE, f"{message}word.", source.measured)
    if default and source.mariadb and is_same_for_all(default):
        message = (
            f"INSTANT asks {default} once: all rows of {name} that are there get the same value for {column.name}."
        )
        if way_of(Change(table.name, (added,), ""), schema, table) is not Way.COPY:
            yield Hazard("filled", Severity.NOTE, message, source.measured)


def _refuses_zero_dates(schema: Schema) -> bool:
    """MySQL's default sql_mode does (measured)."""
    modes = schema.database.sql_mode
    strict = modes is None or bool(modes & {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "TRADITIONAL"})
    return schema.engine.name == "mysql" and strict and (modes is None or bool(modes & {"NO_ZERO_DATE", "TRADITIONAL"}))


def given(added: AddedColumn) -> str | None:
    """The one value that all rows get that are there; None where they get NULL or one of their own."""
    default = added.filled_with
    return default if default and not is_expression(default) else None if default else _implied(added)


def _implied(added: AddedColumn) -> str | None:
    column = added.column
    if column.nullable or added.filled_with or column.generated or column.auto_increment:
        return None
    if _NUMBERS.match(column.type):
        return "0"
    if column.type.startswith("enum"):
        return "the first member"
    return "a zero date" if _TIMES.match(column.type) else "''"


def _references(change: Change, schema: Schema, source: _Source) -> Iterator[Hazard]:
    for added in change.columns:
        target = added.column.references
        if target and not has_foreign_key(added, schema.engine):
            message = f"{schema.engine} reads over REFERENCES on a column: {added.column.name} gets no foreign key. "
            message += "Write FOREIGN KEY (…) REFERENCES … as a constraint of its own."
            yield Hazard("lock", Severity.NOTE, message, f"{_MYSQL}/create-table-foreign-keys.html")
        elif target and source.mariadb:
            message = (
                f"The foreign key holds up the writers of {target} until the ALTER TABLE is done, which itself waits "
            )
            message += f"for every open transaction that has written {target}; its readers go on."
            yield Hazard("lock", Severity.BLOCKS, message, source.measured)
        elif target:
            message = (
                f"The foreign key takes the metadata lock of {target} too: statements on {target} may wait while the "
            )
            yield Hazard("lock", Severity.BLOCKS, f"{message}ALTER TABLE waits.", f"{_MYSQL}/metadata-locking.html")


def _replication(table: Table, source: _Source) -> Hazard:
    message = (
        f"A replica begins the ALTER TABLE of {table.name} when the primary has ended it, and falls behind by the "
    )
    message += "time it takes"
    later = " (MariaDB from 10.8 on can start earlier: binlog_alter_two_phase)" if source.mariadb else ""
    page = f"{_MARIADB}/binlog_alter_two_phase/" if source.mariadb else f"{_MYSQL}/innodb-online-ddl-limitations.html"
    return Hazard("replication", Severity.COSTS, f"{message}{later}.", page)


def _versions(table: Table, schema: Schema) -> Hazard:
    most = most_versions(schema.engine)
    message = (
        f"INSTANT makes a new version of the rows of {table.name}, and {most} are the most before the table must be "
    )
    message += (
        "rebuilt (4092): SELECT total_row_versions FROM information_schema.innodb_tables tells how many there are."
    )
    return Hazard("limit", Severity.NOTE, message, f"{_MYSQL}/innodb-online-ddl-operations.html")


def _size(change: Change, table: Table) -> Iterator[Hazard]:
    after = [*table.columns, *(added.column for added in change.columns)]
    least, most = row_bytes(after, 1), row_bytes(after, _UTF8)
    if least <= MOST_BYTES < most:
        message = (
            f"The ALTER TABLE fails with 1118 if the columns of {table.name} are of utf8mb4: they would take {most:,} "
        )
        page = f"{_MYSQL}/column-count-limit.html"
        reason = "it depends on their character sets"
        yield Hazard("limit", Severity.FAILS, f"{message}bytes, and a row has 65,535.", page, reason)
