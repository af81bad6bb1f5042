"""CREATE TRIGGER of both families."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from scanner.model import TableName, Trigger
from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.draft import Draft

Timing = Literal["before", "after", "instead of"]


@dataclass(slots=True)
class _Clauses:
    """What stands between the table and the call of a PostgreSQL trigger."""

    for_each: Literal["row", "statement"] = "statement"
    tables: dict[str, str] = field(default_factory=dict)  # NEW and OLD of REFERENCING
    condition: str | None = None


def create_trigger(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind CREATE TRIGGER and adds the trigger. Raises UnreadableError."""
    cursor.accept("IF", "NOT", "EXISTS")
    name = cursor.relation().name
    timing = _read_timing(cursor)
    events, columns = _read_events(cursor)
    cursor.expect("ON")
    table = draft.resolved(cursor.relation())
    if draft.engine.family == "mysql":
        trigger = Trigger(name, table, timing, events, columns, body=_read_mysql_body(cursor))
    else:
        clauses = _read_clauses(cursor)
        trigger = Trigger(
            name, table, timing, events, columns, clauses.for_each, _read_call(cursor, draft), None,
            clauses.tables.get("NEW"), clauses.tables.get("OLD"), clauses.condition,
        )  # fmt: skip
    draft.triggers[table, name] = trigger


def _read_timing(cursor: Cursor) -> Timing:
    if cursor.accept("INSTEAD", "OF"):
        return "instead of"
    if cursor.accept("BEFORE"):
        return "before"
    cursor.expect("AFTER")
    return "after"


def _read_events(cursor: Cursor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    events: list[str] = []
    columns: list[str] = []
    while True:
        event = cursor.accept_any("INSERT", "UPDATE", "DELETE", "TRUNCATE")
        if event is None:
            raise cursor.unexpected("INSERT, UPDATE or DELETE")
        events.append(event.lower())
        if cursor.accept("OF"):
            columns.append(cursor.name())
            while cursor.accept(","):
                columns.append(cursor.name())
        if not cursor.accept("OR"):
            return tuple(events), tuple(columns)


def _read_mysql_body(cursor: Cursor) -> str:
    cursor.expect("FOR", "EACH", "ROW")
    if cursor.accept_any("FOLLOWS", "PRECEDES"):
        cursor.name()
    return cursor.rest()


def _read_clauses(cursor: Cursor) -> _Clauses:
    found = _Clauses()
    while not cursor.done and not cursor.at("EXECUTE"):
        if cursor.accept("REFERENCING"):
            continue
        if cursor.at("NEW", "TABLE") or cursor.at("OLD", "TABLE"):
            which = cursor.advance().key
            cursor.expect("TABLE")
            cursor.accept("AS")
            found.tables[which] = cursor.name()
        elif cursor.accept("FOR"):
            cursor.accept("EACH")
            found.for_each = "row" if cursor.advance().key == "ROW" else "statement"
        elif cursor.accept("WHEN"):
            found.condition = cursor.parenthesised()
        else:
            cursor.skip_group()
    return found


def _read_call(cursor: Cursor, draft: Draft) -> TableName:
    cursor.expect("EXECUTE")
    if not cursor.accept_any("FUNCTION", "PROCEDURE"):
        raise cursor.unexpected("FUNCTION")
    written = cursor.relation()
    known = {routine.name for routine in draft.routines}
    candidates = [TableName(schema, written.name) for schema in draft.path] if written.schema is None else [written]
    return next((c for c in candidates if c in known), draft.created(written))


def drop_trigger(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind DROP TRIGGER. Raises UnreadableError."""
    if_exists = cursor.accept("IF", "EXISTS")
    name = cursor.relation().name
    table = draft.resolved(cursor.relation()) if cursor.accept("ON") else None
    matching = [key for key in draft.triggers if key[1] == name and table in (None, key[0])]
    if not matching and not if_exists:
        raise UnreadableError(f"trigger {name} is not created by this script")
    for key in matching:
        del draft.triggers[key]
