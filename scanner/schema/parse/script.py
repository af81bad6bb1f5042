"""What a script's statements do to the catalogue, statement by statement."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.model import Skipped
from scanner.schema.parse.alter import at_alter_table
from scanner.schema.parse.altering import alter_table
from scanner.schema.parse.creating import create, read_modifiers
from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.draft import Draft
from scanner.schema.parse.dropping import drop
from scanner.schema.parse.grants import grant, revoke
from scanner.schema.parse.renaming import rename_routine, rename_tables, rename_trigger, rename_view
from scanner.schema.parse.sequences import alter_sequence
from scanner.schema.parse.settings import apply_reset, apply_select, apply_set, use_database
from scanner.schema.parse.statements import Statement
from scanner.schema.parse.usertypes import alter_domain, alter_type
from scanner.schema.parse.views import create_view

Handler = Callable[[Cursor, Draft], None]

# Data, transactions, sessions and maintenance: nothing of it stays in the catalogue.
_SILENT = {
    "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "TRUNCATE", "COPY", "VALUES", "TABLE", "WITH",
    "DECLARE", "FETCH", "MOVE", "CLOSE", "PREPARE", "DEALLOCATE", "COMMENT", "LOCK", "UNLOCK", "BEGIN",
    "START", "COMMIT", "ROLLBACK", "END", "SAVEPOINT", "RELEASE", "ABORT", "DISCARD", "ANALYZE", "VACUUM",
    "CLUSTER", "REINDEX", "REFRESH", "CHECKPOINT", "LISTEN", "NOTIFY", "SHOW", "EXPLAIN", "SECURITY",
    "REASSIGN", "FLUSH", "OPTIMIZE", "IMPORT", "LOAD", "CHANGE", "PURGE", "KILL", "CHECK",
}  # fmt: skip
_SILENT_ALTER = {
    "COLLATION", "CONVERSION", "DATABASE", "DEFAULT", "EXTENSION", "FOREIGN", "GROUP", "INDEX", "INSTANCE",
    "LANGUAGE", "LARGE", "OPERATOR", "POLICY", "PROCEDURAL", "PUBLICATION", "ROLE", "RULE", "SERVER",
    "STATISTICS", "SUBSCRIPTION", "SYSTEM", "TABLESPACE", "TEXT", "USER",
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
    if draft.engine.family == "mysql":
        read_modifiers(cursor)
    kind = cursor.advance().key
    handler = _ALTER_HANDLERS.get(kind)
    if handler:
        handler(cursor, draft)
    elif kind not in _SILENT_ALTER:
        raise UnreadableError("this kind of statement is not known")


def _alter_view(cursor: Cursor, draft: Draft) -> None:
    """PostgreSQL gives a view another name, MySQL another query."""
    cursor.accept("VIEW")
    if draft.engine.family == "mysql":
        create_view(cursor, draft, replaces=True)
    else:
        rename_view(cursor, draft)


def _alter_event(cursor: Cursor, draft: Draft) -> None:
    if draft.engine.family == "mysql" and "DO" in cursor.remaining_keys():
        raise UnreadableError("the new body of an event is not read")


def _alter_schema(cursor: Cursor, _: Draft) -> None:
    if "RENAME" in cursor.remaining_keys():
        raise UnreadableError("the new name of a schema is not followed")


def _do(cursor: Cursor, _: Draft) -> None:
    if _DEFINES.search(cursor.rest()):
        raise UnreadableError("it defines objects from within a block, which is not carried out")


_ALTER_HANDLERS: dict[str, Handler] = {
    "SEQUENCE": alter_sequence,
    "TYPE": alter_type,
    "DOMAIN": alter_domain,
    "VIEW": _alter_view,
    "MATERIALIZED": _alter_view,
    "TRIGGER": rename_trigger,
    "EVENT": _alter_event,
    "SCHEMA": _alter_schema,
    **dict.fromkeys(("FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE"), rename_routine),
}
_HANDLERS: dict[str, Handler] = {
    "CREATE": create,
    "ALTER": _alter,
    "DROP": drop,
    "RENAME": rename_tables,
    "GRANT": grant,
    "REVOKE": revoke,
    "SET": apply_set,
    "RESET": apply_reset,
    "SELECT": apply_select,
    "USE": use_database,
    "DO": _do,
}
