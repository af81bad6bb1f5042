"""Why an engine does not take the definition of a new column: a change that cannot run has no impact to report.

What the reader of definitions takes is the sum of all engines' grammars, so that any schema is read; here stands what
each of them has. Compared with real servers: tests/engine/test_refused_definitions.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from scanner.model import Clause, Engine
from scanner.schema.parse.actions import AddColumn, Alteration, RenameColumn, RenameConstraint, RenameTable
from scanner.schema.parse.columns import Definition
from scanner.schema.parse.defaults import is_default
from scanner.schema.parse.sql_types import NAMES, is_of_characters, is_type

_POSITIONS = ("first", "after")
_COMMON = """
    NOT NULL
    NULL
    UNIQUE.*
    PRIMARY KEY.*
    CHECK \\(.*\\)
    REFERENCES .*
    GENERATED ALWAYS AS \\(.*\\)(?: VIRTUAL| STORED)?
    COLLATE .*
"""
_OF_MYSQL_FAMILY = """
    KEY
    AS \\(.*\\)(?: VIRTUAL| STORED)?
    COMMENT ['"].*
    AUTO_INCREMENT
    ON UPDATE (?:CURRENT_TIMESTAMP|NOW|LOCALTIME|LOCALTIMESTAMP)\\b.*
    INVISIBLE
    SERIAL DEFAULT VALUE
"""
_DEFERRED = r"(?: (?:NOT )?(?:DEFERRABLE|ENFORCED)| INITIALLY \w+)"
_CLAUSES = {
    "postgres": rf"""
    {_COMMON}
    GENERATED (?:ALWAYS|BY DEFAULT) AS IDENTITY.*
    CHECK \(.*\)(?: NO INHERIT)?{_DEFERRED}*
    NOT NULL NO INHERIT
    COMPRESSION .*
    OPTIONS .*
    """,
    "mysql": rf"""
    {_COMMON}{_OF_MYSQL_FAMILY}
    CHECK \(.*\)(?: NOT)? ENFORCED
    VISIBLE
    (?:COLUMN_FORMAT|STORAGE|SRID|ENGINE_ATTRIBUTE|SECONDARY_ENGINE_ATTRIBUTE)\b.*
    """,
    "mariadb": rf"""
    {_COMMON}{_OF_MYSQL_FAMILY}
    (?:GENERATED ALWAYS )?AS \(.*\) PERSISTENT
    COMPRESSED.*
    REF_SYSTEM_ID.*
    WITH(?:OUT)? SYSTEM VERSIONING
    GENERATED ALWAYS AS ROW (?:START|END)
    """,
}
_STORAGE_SINCE = (16,)  # of PostgreSQL, behind a new column
_DEFERRING = re.compile(r"\b(?:DEFERRABLE|INITIALLY)\b", re.IGNORECASE)
_KEY_OR_INDEX = re.compile(r"UNIQUE\s+(?:KEY|INDEX)\b", re.IGNORECASE)
_CHARACTER_SET = re.compile(r"CHARACTER\s|CHAR\s|CHARSET\b|ASCII\b|UNICODE\b|BYTE\b|BINARY\b", re.IGNORECASE)
_NATIONAL = re.compile(r"nchar|national")
_COMPRESSIBLE = re.compile(r"text|blob|varchar|varbinary|json")
_MAY_BE_NAMED = {
    "postgres": (
        "not null",
        "null",
        "unique",
        "primary key",
        "check",
        "references",
        "default",
        "generated",
        "identity",
    ),
    "mysql": ("check", "references"),
    "mariadb": ("references",),
}


def _alternatives(text: str) -> re.Pattern[str]:
    lines = (line.strip().replace(" ", r"\s+").replace(r"\s+\(", r"\s*\(") for line in text.split("\n"))
    return re.compile("|".join(filter(None, lines)), re.IGNORECASE | re.DOTALL)


_FORMS = {name: _alternatives(text) for name, text in _CLAUSES.items()}


def refused(action: AddColumn, engine: Engine) -> str | None:
    """Why the engine refuses it, in a sentence; None where it is not known to."""
    return next(_reasons(action, engine), None)


def refused_form(alteration: Alteration, engine: Engine) -> str | None:
    """Why the engine refuses the statement around the definitions, in a sentence; None where it is not known to."""
    guarded = alteration.if_exists or any(isinstance(a, AddColumn) and a.if_not_exists for a, _ in alteration.actions)
    if guarded and engine.name == "mysql":
        word = "IF EXISTS" if alteration.if_exists else "IF NOT EXISTS"
        return f"MySQL has no {word} in ALTER TABLE: leave it out, or name the engine that the change is for."
    if alteration.only and engine.family == "mysql":
        return f"{engine.title} has no ONLY in ALTER TABLE: leave it out, or name the engine that the change is for."
    several = len(alteration.actions) > 1 and engine.family == "postgres"
    if several and any(isinstance(a, RenameColumn | RenameConstraint | RenameTable) for a, _ in alteration.actions):
        return "PostgreSQL takes RENAME and SET SCHEMA alone: write them as an ALTER TABLE of their own."
    return None


def _reasons(action: AddColumn, engine: Engine) -> Iterator[str]:
    definition, column, has_no = action.definition, action.definition.column, f"{engine.title} has no"
    position: str = action.position
    if engine.family == "postgres":
        words = re.sub(r"\([^()]*\)|\[[^\]]*\]", " ", column.type).split()
        position = next((word for word in words[1:] if word in _POSITIONS), position)
        if position != "last":
            message = f"{has_no} {position.upper()}, a new column is always the last"
            yield f"{message}: leave it out, or name the engine that the change is for."
    if not is_type(definition.written, engine):
        yield f"{has_no} type {definition.written}: {_advice(definition, engine)}"
    leading = True
    for clause in definition.clauses:
        text = " ".join(clause.text.split())
        if clause.kind == "default":
            value = clause.text[len("DEFAULT") :].strip()
            if not is_default(value, engine):
                what = f"a DEFAULT {value}" if value else "a DEFAULT without a value"
                yield f"{engine.title} does not take {what}: write one for {column.name} that it does, or leave it out."
        elif engine.family == "mysql" and _CHARACTER_SET.match(clause.text):
            national = clause.text.upper() == "BINARY" and _NATIONAL.match(definition.written)
            if not leading or not (is_of_characters(definition.written) or national):
                yield f"{engine.title} does not take {text} there: it stands behind a type of characters."
            continue
        elif clause.text.upper().startswith("COMPRESSED") and not _COMPRESSIBLE.search(definition.written):
            yield f"{engine.title} does not compress {definition.written}: leave COMPRESSED out."
        elif not _is_clause(clause, engine):
            yield f"{has_no} {text} in the definition of a column: leave it out of {column.name}'s."
        leading = False


def _is_clause(clause: Clause, engine: Engine) -> bool:
    """Whether the engine has such a clause."""
    if clause.name is not None and clause.kind not in (*_MAY_BE_NAMED[engine.name], "attribute"):
        return False
    if engine.family == "mysql":
        return _FORMS[engine.name].fullmatch(clause.text) is not None and not _DEFERRING.search(clause.text)
    if clause.text.upper().startswith("STORAGE"):
        return engine.version >= _STORAGE_SINCE
    return _FORMS[engine.name].fullmatch(clause.text) is not None and not _KEY_OR_INDEX.match(clause.text)


def _advice(definition: Definition, engine: Engine) -> str:
    """What may have been meant."""
    name, written = definition.column.name, definition.written
    first, *others = re.findall(r"\w+", written)[:2] or [written]
    if others and get_close_matches(name.upper(), ("COLUMN",), 1, 0.8):
        return f"did you mean ADD COLUMN {written}?"
    if is_type(f"{written}(255)", engine):
        return f"it needs a length, as in {written}(255)."
    bare = re.sub(r"\(.*?\)", "", written)
    if bare != written and is_type(bare, engine):
        return f"leave the parentheses out, as in {bare}."
    near = [] if first in NAMES[engine.family] else get_close_matches(first, sorted(NAMES[engine.family]), 1, 0.6)
    other = f"give {name} one that it has, or name the engine that the change is for."
    return f"did you mean {near[0]}?" if near else other
