"""How MySQL and MariaDB carry out ALTER TABLE … ADD COLUMN.

Facts: https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html and
https://mariadb.com/kb/en/innodb-online-ddl-operations-with-the-instant-alter-algorithm/; every form is put to a real
MariaDB under every ALGORITHM and LOCK (tests/engine/test_hazards.py), and was to MySQL 9.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from scanner.change import AddedColumn, Change
from scanner.model import Column, Engine, Execution, Method, Table, Work
from scanner.rollout.row_size import MOST_BYTES, row_bytes
from scanner.schema import Schema
from scanner.schema.parse.defaults import is_name

MOST_COLUMNS = 1017  # of InnoDB: https://dev.mysql.com/doc/refman/8.4/en/innodb-limits.html

_COPIED = Method("COPY", "SHARED")
_INPLACE = Method("INPLACE", "NONE")
# MariaDB's functions with a value of their own for each row, of those that a default may hold (measured).
_PER_ROW = re.compile(r"\b(?:uuid|uuid_short|sys_guid|nextval|lastval|sysdate|utc_timestamp|random_bytes)\s*\(", re.I)
_UNSAFE = re.compile(r"\b(?:uuid|uuid_short|rand|random_bytes|sysdate|connection_id|user|version)\s*\(", re.I)
_NOW = re.compile(r"\(?(?:current_timestamp|now|localtime|localtimestamp)\b[\s()\d]*", re.I)
_LITERAL = re.compile(r"[-+]?[\w.]*\s*'.*'|[-+]?[\d.]+(?:e[-+]?\d+)?|true|false|0x[0-9a-f]+", re.I | re.S)
_LONG = re.compile(r"(?:tiny|medium|long)?(?:text|blob)|json|geometry|point")
_STRINGS = re.compile(r"'(?:[^'\\]|''|\\.)*'", re.S)


class Way(IntEnum):
    """How much the engine has to do, least first."""

    INSTANT = 0  # the definition alone
    ONLINE = 1  # the table is rebuilt, and read and written meanwhile
    READ_ONLY = 2  # the table is rebuilt in place, and only read meanwhile
    COPY = 3  # the table is copied, and only read meanwhile


def execution(change: Change, schema: Schema, table: Table) -> Execution:
    """One ALTER TABLE with all the columns: the worst of them decides."""
    way = way_of(change, schema, table)
    work = Work.CATALOGUE if way is Way.INSTANT else Work.REWRITE
    refused = next(refusals(change, schema, table), None)
    return Execution(work, methods=methods(way, schema.engine), refused=refused and refused.partition(":")[0])


def way_of(change: Change, schema: Schema, table: Table) -> Way:
    """The least that the engine can do for the whole ALTER TABLE."""
    ways = [column_way(added, schema.engine, table)[0] for added in change.columns]
    kinds = {added.column.generated == "virtual" for added in change.columns}
    # A virtual column is added in place only by itself, with its like.
    return max(ways) if len(kinds) == 1 else Way.COPY


def methods(way: Way, engine: Engine) -> tuple[Method, ...]:
    """What is accepted beside ADD COLUMN, the best first."""
    if way is Way.COPY:
        return (_COPIED,)
    if way is Way.READ_ONLY:
        return Method("INPLACE", "SHARED"), _COPIED
    if way is Way.ONLINE:
        return _INPLACE, _COPIED
    if engine.name == "mysql":
        return Method("INSTANT", "DEFAULT"), _INPLACE, _COPIED
    return Method("INSTANT", "NONE"), Method("NOCOPY", "NONE"), _INPLACE, _COPIED


def column_way(added: AddedColumn, engine: Engine, table: Table) -> tuple[Way, str]:
    """The least that the engine can do for one column, and why it is not less."""
    column = added.column
    if table.storage not in ("innodb", "ndb", "ndbcluster"):
        return Way.COPY, f"tables of {table.storage} are copied"
    if column.generated == "stored":
        return Way.COPY, "a stored generated column is computed for each row"
    if column.generated == "virtual":
        return _virtual(column, engine, table)
    if reason := _copied(added, engine, table):
        return Way.COPY, reason
    if column.auto_increment:
        return Way.READ_ONLY, "each row is numbered"
    if table.fulltext:
        return Way.READ_ONLY, "a FULLTEXT index lets nothing be written while the table is rebuilt"
    if column.unique:
        return Way.ONLINE, "the index of its key is built"
    if table.row_format == "compressed":
        return Way.ONLINE, "rows of ROW_FORMAT=COMPRESSED have no room for INSTANT"
    return _plain(added, engine)


def _virtual(column: Column, engine: Engine, table: Table) -> tuple[Way, str]:
    if table.partitioned:
        return Way.COPY, "a virtual column is not added in place to a partitioned table"
    if column.unique:
        return Way.COPY, "a virtual column and its index do not go in place together"
    if column.check and engine.name == "mysql":
        return Way.COPY, "its CHECK is asked of each row"
    instant = engine.name == "mariadb" or engine.version >= (8, 0, 12)
    return (Way.INSTANT, "") if instant else (Way.ONLINE, "INSTANT came with MySQL 8.0.12")


def _copied(added: AddedColumn, engine: Engine, table: Table) -> str:
    """Why only a copy will do; empty where it need not."""
    column, default = added.column, added.filled_with or ""
    if column.references and has_foreign_key(added, engine):
        return "its foreign key is checked against each row"
    if engine.name == "mariadb":
        names = {each.name.lower() for each in table.columns}
        words = set(re.findall(r"\w+", _STRINGS.sub("", default).lower()))
        if any(clause.kind == "check" and clause.apart for clause in added.clauses):
            return "a CHECK of the table is asked of each row"
        per_row = _PER_ROW.search(_STRINGS.sub("", default)) or words & names
        return f"its default {default} has a value of its own for each row" if per_row else ""
    if column.check:
        return "its CHECK is asked of each row"
    if default and is_expression(default):
        return f"its default {default} is an expression"
    return "a FULLTEXT index lets the table be altered by a copy alone" if table.fulltext else ""


def _plain(added: AddedColumn, engine: Engine) -> tuple[Way, str]:
    since, anywhere = ((10, 3, 2), (10, 4)) if engine.name == "mariadb" else ((8, 0, 12), (8, 0, 29))
    title = "MariaDB" if engine.name == "mariadb" else "MySQL"
    version = full_version(engine)
    if version < since:
        return Way.ONLINE, f"INSTANT came with {title} {'.'.join(map(str, since))}"
    if added.position != "last" and version < anywhere:
        return Way.ONLINE, f"before {title} {'.'.join(map(str, anywhere))} INSTANT adds the last column alone"
    return Way.INSTANT, ""


def most_versions(engine: Engine) -> int:
    """How often INSTANT can change a table before it must be rebuilt, on MySQL."""
    return 255 if engine.version >= (9, 1) else 64


def full_version(engine: Engine) -> tuple[int, ...]:
    """With its third part: "8.0" is taken for the last of 8.0."""
    return engine.version if len(engine.version) > 2 else (*engine.version, 99)


def honours_references(engine: Engine) -> bool:
    """Whether REFERENCES on a column makes a foreign key: it is read over before MariaDB 10.5 and MySQL 9."""
    return engine.version >= ((10, 5) if engine.name == "mariadb" else (9,))


def has_foreign_key(added: AddedColumn, engine: Engine) -> bool:
    """Whether the engine makes a foreign key of what is written."""
    apart = any(clause.kind == "references" and clause.apart for clause in added.clauses)
    return added.column.references is not None and (apart or honours_references(engine))


def is_expression(default: str) -> bool:
    """A default that is neither a literal nor the current time."""
    return not _LITERAL.fullmatch(default.strip()) and not _NOW.fullmatch(default.strip())


def is_same_for_all(default: str) -> bool:
    """MariaDB's INSTANT asks a default once, so that rand() gives every row that is there the same value (measured)."""
    return re.search(r"\brand\s*\(", _STRINGS.sub("", default), re.I) is not None


def refusals(change: Change, schema: Schema, table: Table) -> Iterator[str]:
    """Why the ALTER TABLE cannot run at all, whatever rows there are: errno, a colon, the reason."""
    after = [*table.columns, *(added.column for added in change.columns)]
    if table.versioned and schema.engine.name == "mariadb":
        yield f"4119: {table.name} is system-versioned, unless @@system_versioning_alter_history is KEEP"
    if len(after) > MOST_COLUMNS and table.storage == "innodb":
        code = "1005" if schema.engine.name == "mariadb" else "1117"
        yield f"{code}: {table.name} would have {len(after):,} columns, and 1,017 is the most of an InnoDB table"
    if row_bytes(after, 1) > MOST_BYTES:
        yield f"1118: the columns of {table.name} would take more than the 65,535 bytes of a row"
    known = {each.name.lower() for each in after}
    for added in change.columns:
        if added.after is not None and added.after.lower() not in known and not change.other_operations:
            yield f"1054: {table.name} has no column {added.after}, which {added.column.name} is to stand behind"
    for added in change.columns:
        yield from _refusals_of_column(added, schema, table, change.replaces_key)


def _refusals_of_column(added: AddedColumn, schema: Schema, table: Table, replaces: bool) -> Iterator[str]:
    column, maria = added.column, schema.engine.name == "mariadb"
    if column.primary_key and table.primary_key and not replaces:
        yield f"1068: {table.name} has a primary key already, and a second one is not allowed"
    if column.auto_increment and any(each.auto_increment for each in table.columns):
        yield f"1075: {table.name} has an AUTO_INCREMENT column already"
    elif column.auto_increment and not column.unique:
        yield f"1075: the AUTO_INCREMENT column {column.name} must be a key"
    if column.unique and table.partitioned:
        yield f"1503: a key of the partitioned table {table.name} must hold all columns that it is partitioned by"
    if table.partitioned and has_foreign_key(added, schema.engine):
        yield f"1506: the partitioned table {table.name} can have no foreign key"
    if maria and column.invisible and not column.nullable and not column.has_default:
        yield f"4108: the invisible column {column.name} is NOT NULL and has no default"
    default = added.filled_with if maria and is_name(added.filled_with or "") else None
    if default and default.lower() not in {each.name.lower() for each in (*table.columns, column)}:
        yield f"1054: {table.name} has no column {default}, which stands behind DEFAULT"
    if not maria and added.filled_with:
        yield from _refused_default(added.filled_with, column)


def _refused_default(default: str, column: Column) -> Iterator[str]:
    if _UNSAFE.search(_STRINGS.sub("", default)):
        yield f"1674: the default {default} has another value for each row, which is unsafe for the binary log"
    elif _LONG.match(column.type) and not default.startswith("("):
        yield f"1101: a default of {column.type} must be an expression in parentheses"
