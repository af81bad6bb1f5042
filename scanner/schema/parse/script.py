"""What a script's statements do to the catalogue, statement by statement."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.model import Skipped
from scanner.schema.parse.alter import at_alter_table
from scanner.schema.parse.altering import alter_table
from scanner.schema.parse.creating import create
from scanner.schema.parse.cursor import Cursor, UnreadableError, relation_of
from scanner.schema.parse.draft import Draft, TableDraft
from scanner.schema.parse.dropping import drop, rename_tables
from scanner.schema.parse.grants import grant, revoke
from scanner.schema.parse.settings import apply_select, apply_set, use_database
from scanner.schema.parse.statements import Statement
from scanner.schema.parse.usertypes import alter_domain, alter_type

Handler = Callable[[Cursor, Draft], None]

# Data, transactions, sessions and maintenance: nothing of it stays in the catalogue.
_SILENT = {
    "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "TRUNCATE", "COPY", "VALUES", "TABLE", "WITH",
    "COMMENT", "LOCK", "UNLOCK", "BEGIN", "START", "COMMIT", "ROLLBACK", "END", "SAVEPOINT", "RELEASE",
    "ABORT", "RESET", "DISCARD", "ANALYZE", "VACUUM", "CLUSTER", "REINDEX", "REFRESH", "CHECKPOINT",
    "LISTEN", "NOTIFY", "SHOW", "EXPLAIN", "SECURITY", "REASSIGN", "FLUSH", "OPTIMIZE", "IMPORT", "LOAD",
    "CHANGE", "PURGE", "KILL", "CHECK",
}  # fmt: skip
_SILENT_ALTER = {
    "AGGREGATE", "COLLATION", "CONVERSION", "DATABASE", "DEFAULT", "EXTENSION", "EVENT", "FOREIGN",
    "FUNCTION", "GROUP", "INDEX", "INSTANCE", "LANGUAGE", "LARGE", "MATERIALIZED", "OPERATOR", "POLICY",
    "PROCEDURAL", "PROCEDURE", "PUBLICATION", "ROLE", "ROUTINE", "RULE", "SCHEMA", "SERVER", "STATISTICS",
    "SUBSCRIPTION", "SYSTEM", "TABLESPACE", "TEXT", "TRIGGER", "USER", "VIEW",
}  # fmt: skip
_DEFINES = re.compile(
    r"\b(?:CREATE|ALTER|DROP|RENAME)\s+(?:\w+\s+){0,3}?(?:TABLE|VIEW|FUNCTION|TRIGGER|TYPE)\b", re.IGNORECASE
)


def run(statement: Statement, draft: Draft) -> None:
    """Carries one statement out on the draft; what is not understood is added to its skipped ones."""
    try:
        if statement.problem:
            raise UnreadableError(statement.problem)
        if statement.tokens:
            _dispatch(Cursor(statement, draft.engine), draft)
    except UnreadableError as error:
        draft.skipped.append(Skipped(statement.line, statement.kind, str(error)))


def _dispatch(cursor: Cursor, draft: Draft) -> None:
    if at_alter_table(cursor):
        alter_table(cursor, draft)
        return
    first = cursor.advance().key
    handler = _HANDLERS.get(first)
    if handler:
        handler(cursor, draft)
    elif first not in _SILENT:
        raise UnreadableError("this kind of statement is not known")


def _alter(cursor: Cursor, draft: Draft) -> None:
    kind = cursor.advance().key
    if kind == "SEQUENCE":
        _alter_sequence(cursor, draft)
    elif kind == "TYPE":
        alter_type(cursor, draft)
    elif kind == "DOMAIN":
        alter_domain(cursor, draft)
    elif kind not in _SILENT_ALTER:
        raise UnreadableError("this kind of statement is not known")


def _alter_sequence(cursor: Cursor, draft: Draft) -> None:
    """OWNED BY makes a default of its next value a serial column."""
    cursor.accept("IF", "EXISTS")
    sequence = draft.created(cursor.relation())
    while not cursor.done:
        if cursor.accept("OWNED", "BY") and not cursor.accept("NONE"):
            *table, column = cursor.dotted()
            owner = draft.relations.get(draft.resolved(relation_of(table)))
            if isinstance(owner, TableDraft):
                owner.sequences[column] = sequence
        else:
            cursor.skip_group()


def _do(cursor: Cursor, _: Draft) -> None:
    if _DEFINES.search(cursor.rest()):
        raise UnreadableError("it defines objects from within a block, which is not carried out")


_HANDLERS: dict[str, Handler] = {
    "CREATE": create,
    "ALTER": _alter,
    "DROP": drop,
    "RENAME": rename_tables,
    "GRANT": grant,
    "REVOKE": revoke,
    "SET": apply_set,
    "SELECT": apply_select,
    "USE": use_database,
    "DO": _do,
}
