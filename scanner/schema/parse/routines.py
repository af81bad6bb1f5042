"""CREATE FUNCTION, PROCEDURE, AGGREGATE and EVENT."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from scanner.model import Argument, Engine, Routine, TableName
from scanner.schema.parse.columns import read_type
from scanner.schema.parse.cursor import Cursor
from scanner.schema.parse.draft import Draft

RoutineKind = Literal["function", "procedure", "aggregate", "event"]
Mode = Literal["in", "out", "inout", "variadic", "table"]

_TWO_WORD_TYPES = {"DOUBLE", "CHARACTER", "CHAR", "NATIONAL", "BIT", "TIMESTAMP", "TIME", "INTERVAL", "SETOF"}
_SECOND_WORDS = {
    "PRECISION",
    "VARYING",
    "CHARACTER",
    "CHAR",
    "WITH",
    "WITHOUT",
    "YEAR",
    "DAY",
    "HOUR",
    "MONTH",
}
_SAME_TYPES = {
    "int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint", "bool": "boolean",
    "varchar": "character varying", "float8": "double precision", "float4": "real", "decimal": "numeric",
    "timestamptz": "timestamp with time zone",
}  # fmt: skip
_MYSQL_CHARACTERISTICS = (
    ("NOT", "DETERMINISTIC"), ("DETERMINISTIC",), ("CONTAINS", "SQL"), ("NO", "SQL"),
    ("READS", "SQL", "DATA"), ("MODIFIES", "SQL", "DATA"),
)  # fmt: skip


@dataclass(slots=True)
class _Attributes:
    """What stands behind the arguments, in any order."""

    returns: str | None = None
    language: str = "sql"
    body: str = ""
    atomic: bool = False
    volatile: bool = True


def create_routine(cursor: Cursor, draft: Draft, kind: RoutineKind, *, replaces: bool) -> None:
    """Reads what stands behind CREATE FUNCTION or PROCEDURE and adds it. Raises UnreadableError."""
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = draft.created(cursor.relation())
    if cursor.at("RETURNS") or cursor.at("SONAME"):  # MySQL's loadable functions have no body to look into
        return
    arguments = list(cursor.items(lambda: _read_argument(cursor)))
    postgres = draft.engine.family == "postgres"
    attributes = _read_postgres(cursor, arguments) if postgres else _read_mysql(cursor)
    if kind == "function" and attributes.returns is None:
        attributes.returns = _returns_of_outs(arguments)
    routine = Routine(
        name,
        kind,
        tuple(arguments),
        attributes.returns,
        attributes.language,
        attributes.body,
        attributes.atomic,
        attributes.volatile,
    )
    _add(draft, routine, keep_existing=if_not_exists and not replaces)


def create_aggregate(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind CREATE AGGREGATE and adds it. Raises UnreadableError."""
    name = draft.created(cursor.relation())
    arguments = () if cursor.at("(", "*", ")") else cursor.items(lambda: _read_argument(cursor))
    _add(draft, Routine(name, "aggregate", arguments, None, "internal", ""), keep_existing=False)


def create_event(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind MySQL's CREATE EVENT and adds it. Raises UnreadableError."""
    cursor.accept("IF", "NOT", "EXISTS")
    name = draft.created(cursor.relation())
    while not cursor.accept("DO"):
        if cursor.done:
            raise cursor.unexpected("DO")
        cursor.skip_group()
    _add(draft, Routine(name, "event", (), None, "sql", cursor.rest()), keep_existing=False)


def _add(draft: Draft, routine: Routine, *, keep_existing: bool) -> None:
    new = _signature(routine, draft.engine)
    same = [r for r in draft.routines if r.name == routine.name and _signature(r, draft.engine) == new]
    if same and keep_existing:
        return
    for old in same:
        draft.routines.remove(old)
    draft.routines.append(routine)


def _signature(routine: Routine, engine: Engine) -> tuple[str, ...]:
    """What tells overloaded routines apart; MySQL has one of a name in each of its kinds."""
    return _passed(routine.arguments) if engine.family == "postgres" else (routine.kind,)


def _passed(arguments: Iterable[Argument]) -> tuple[str, ...]:
    types = (a.type.removeprefix("public.") for a in arguments if a.mode in ("in", "inout", "variadic"))
    return tuple(_SAME_TYPES.get(type_, type_) for type_ in types)


def _read_argument(cursor: Cursor) -> Argument:
    mode = _read_mode(cursor)
    name = cursor.name() if _has_name(cursor) else None
    type_ = read_type(cursor, "the type of an argument")
    default = cursor.accept("DEFAULT") or cursor.accept("=")
    cursor.skip_item()
    return Argument(name, type_, mode, default)


def _read_mode(cursor: Cursor) -> Mode:
    if cursor.accept("IN"):
        return "inout" if cursor.accept("OUT") else "in"
    if cursor.peek(1).key in (",", ")"):
        return "in"
    if cursor.accept("OUT"):
        return "out"
    if cursor.accept("INOUT"):
        return "inout"
    return "variadic" if cursor.accept("VARIADIC") else "in"


def _has_name(cursor: Cursor) -> bool:
    """An argument's name comes next, and not its type alone."""
    if cursor.engine.family == "mysql":
        return True
    behind = cursor.peek(1)
    if behind.key in (",", ")", ".", "(", "[", "=", "DEFAULT", "%", "ORDER", ""):
        return behind.kind == "quoted"
    if cursor.key not in _TWO_WORD_TYPES:
        return True
    return behind.key not in _SECOND_WORDS


def _returns_of_outs(arguments: list[Argument]) -> str:
    outs = [a.type for a in arguments if a.mode in ("out", "inout")]
    return "void" if not outs else outs[0] if len(outs) == 1 else "record"


def _read_postgres(cursor: Cursor, arguments: list[Argument]) -> _Attributes:
    found = _Attributes()
    while not cursor.done:
        if cursor.accept("RETURNS", "TABLE"):
            columns = cursor.items(lambda: _read_argument(cursor))
            arguments += [Argument(c.name, c.type, "table") for c in columns]
            found.returns = "table"
        elif cursor.at("RETURNS") and not cursor.at("RETURNS", "NULL"):
            cursor.advance()
            found.returns = _read_returned_type(cursor)
        elif cursor.accept("LANGUAGE"):
            found.language = (cursor.string() if cursor.at_string() else cursor.name()).lower()
        elif cursor.accept("AS"):
            found.body = cursor.string()
        elif cursor.accept("BEGIN", "ATOMIC"):
            found.body, found.atomic = _without_end(cursor), True
        elif cursor.accept("RETURN"):
            found.body, found.atomic = f"SELECT {cursor.rest()}", True
        elif cursor.accept_any("IMMUTABLE", "STABLE"):
            found.volatile = False
        else:
            cursor.skip_group()
    return found


_BEHIND_TYPE = {
    "LANGUAGE", "AS", "IMMUTABLE", "STABLE", "VOLATILE", "STRICT", "CALLED", "RETURNS", "SECURITY",
    "EXTERNAL", "COST", "ROWS", "PARALLEL", "SET", "WINDOW", "LEAKPROOF", "NOT", "SUPPORT", "TRANSFORM",
    "BEGIN", "RETURN",
}  # fmt: skip


def _read_returned_type(cursor: Cursor) -> str:
    start = cursor.position
    cursor.accept("SETOF")
    cursor.skip_group()
    while not cursor.done and cursor.key not in _BEHIND_TYPE:
        cursor.skip_group()
    return cursor.spelled(start)


def _without_end(cursor: Cursor) -> str:
    """The statements between BEGIN ATOMIC and its END."""
    start, last = cursor.position, cursor.position
    while not cursor.done:
        if cursor.at("END"):
            last = cursor.position
        cursor.advance()
    cursor.position, behind = last, cursor.position
    text = cursor.since(start)
    cursor.position = behind
    return text


def _read_mysql(cursor: Cursor) -> _Attributes:
    found = _Attributes()
    if cursor.accept("RETURNS"):
        found.returns = _read_mysql_type(cursor)
    while _accept_characteristic(cursor):
        pass
    found.body = cursor.rest()
    return found


def _read_mysql_type(cursor: Cursor) -> str:
    start = cursor.position
    cursor.advance()
    if cursor.at("("):
        cursor.skip_group()
    while cursor.accept_any("UNSIGNED", "SIGNED", "ZEROFILL", "PRECISION", "VARYING"):
        pass
    type_ = cursor.spelled(start)
    while cursor.accept_any("CHARSET", "COLLATE") or cursor.accept("CHARACTER", "SET"):
        cursor.advance()
    return type_


def _accept_characteristic(cursor: Cursor) -> bool:
    if cursor.accept("COMMENT") or cursor.accept("LANGUAGE") or cursor.accept("SQL", "SECURITY"):
        cursor.advance()
        return True
    return any(cursor.accept(*words) for words in _MYSQL_CHARACTERISTICS)


def drop_routine(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind DROP FUNCTION, PROCEDURE or another routine. Raises UnreadableError."""
    cursor.accept("IF", "EXISTS")
    while True:
        gone = read_named_routines(cursor, draft)
        draft.routines = [r for r in draft.routines if r not in gone]
        if not cursor.accept(","):
            return


def read_named_routines(cursor: Cursor, draft: Draft) -> list[Routine]:
    """The routines that a name means, with its arguments or without. Raises UnreadableError."""
    name, types = _resolved(draft, cursor.relation()), None
    if cursor.at("(", "*"):
        cursor.skip_group()
    elif cursor.at("("):
        types = _passed(cursor.items(lambda: _read_argument(cursor)))
    return [r for r in draft.routines if r.name == name and types in (None, _passed(r.arguments))]


def _resolved(draft: Draft, name: TableName) -> TableName:
    known = {routine.name for routine in draft.routines}
    candidates = [TableName(schema, name.name) for schema in draft.path] if name.schema is None else [name]
    return next((c for c in candidates if c in known), draft.created(name))
