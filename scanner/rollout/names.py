"""Names as they are written in SQL that is to be run."""

from __future__ import annotations

import re

from scanner.fingerprint.words import RESERVED as RESERVED_WORDS
from scanner.model import Engine, TableName

# PostgreSQL's reserved words: those of pg_get_keywords() with catcode R or T, 15 to 18.
_RESERVED_NAMES = """
all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
concurrently constraint create cross current_catalog current_date current_role current_schema current_time
current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning
right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user
using variadic verbose when where window with
"""
RESERVED = frozenset(_RESERVED_NAMES.split())
# Reserved by MySQL and taken as a column's name by MariaDB 10.11, measured.
_FREE_NAMES_IN_MARIADB = """
cube cume_dist database dense_rank empty first_value function generated get grouping groups json_table lag
last_value lateral lead nth_value ntile of optimizer_costs option percent_rank rank row schema stored system
virtual window
"""
_FREE_IN_MARIADB = frozenset(_FREE_NAMES_IN_MARIADB.split())
_NAME_BYTES = 63
_NAME_CHARACTERS = 64  # of MySQL and MariaDB


def quoted(name: str, engine: Engine) -> str:
    """An identifier that means this name, quoted where it must be; MySQL's always are."""
    if engine.family == "mysql":
        return "`" + name.replace("`", "``") + "`"
    if re.fullmatch(r"[a-z_][a-z0-9_$]*", name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def is_reserved(name: str, engine: Engine) -> bool:
    """Whether it must be quoted to be a column's name, in any case."""
    lower = name.lower()
    if engine.family == "postgres":
        return lower in RESERVED
    return lower in RESERVED_WORDS["mysql"] and not (engine.name == "mariadb" and lower in _FREE_IN_MARIADB)


def fits(name: str, engine: Engine) -> bool:
    """Whether the engine takes a name of this length as it is."""
    return len(name.encode()) <= _NAME_BYTES if engine.family == "postgres" else len(name) <= _NAME_CHARACTERS


def quoted_table(name: TableName, engine: Engine) -> str:
    """The table as a statement names it; `public` is left out."""
    own = name.schema is None or (engine.family == "postgres" and name.schema == "public")
    return ".".join(quoted(part, engine) for part in ((name.name,) if own else (name.schema or "", name.name)))


def literal(text: str) -> str:
    """A string of SQL."""
    return "'" + text.replace("'", "''") + "'"
