"""What decides where an unqualified name leads: search_path and USE."""

from __future__ import annotations

from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.draft import Draft

_NOT_CREATED_IN = {"$user", "pg_catalog", "pg_temp", "information_schema", ""}


def apply_set(cursor: Cursor, draft: Draft) -> None:
    """Reads SET behind its first word: search_path counts, the rest does not. Raises UnreadableError."""
    cursor.accept_any("SESSION", "LOCAL")
    if cursor.accept("SCHEMA"):
        draft.path = [cursor.string()]
    elif cursor.accept("SEARCH_PATH") and cursor.accept_any("=", "TO"):
        names = []
        while not cursor.done:
            names.append(cursor.string() if cursor.at_string() else cursor.name())
            cursor.accept(",")
        _use_path(draft, names)


def apply_select(cursor: Cursor, draft: Draft) -> None:
    """Reads SELECT behind its first word: pg_dump calls set_config. Raises UnreadableError."""
    if draft.engine.family == "postgres" and "INTO" in cursor.remaining_keys():
        raise UnreadableError("it may make a table whose columns come from a query")
    if cursor.accept("PG_CATALOG"):
        cursor.accept(".")
    if (
        cursor.accept("SET_CONFIG", "(")
        and cursor.at_string()
        and cursor.string() == "search_path"
        and cursor.accept(",")
    ):
        _use_path(draft, [name.strip(' "') for name in cursor.string().split(",")])


def apply_reset(cursor: Cursor, draft: Draft) -> None:
    """Reads RESET behind its first word."""
    if cursor.accept_any("SEARCH_PATH", "ALL"):
        _use_path(draft, [])


def _use_path(draft: Draft, names: list[str]) -> None:
    """An empty path, as in a dump, leaves the database's own for the names that are not qualified."""
    path = [name for name in names if name not in _NOT_CREATED_IN and name.upper() != "DEFAULT"]
    draft.path = path or list(draft.database.schemas)


def use_database(cursor: Cursor, draft: Draft) -> None:
    """Reads USE behind its first word. Raises UnreadableError."""
    draft.in_use = cursor.name()
    if draft.in_use not in draft.used:
        draft.used.append(draft.in_use)
