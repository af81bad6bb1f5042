"""The SQL run before a statement in its session → what it means for the statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scanner.bodies import CONFLICT_RULES, VariableRule
from scanner.model import Database
from scanner.resolve.context import Settings
from scanner.statements import split

_ROLE = re.compile(r"\s*SET\s+(?:LOCAL\s+|SESSION\s+)?(?:ROLE|SESSION\s+AUTHORIZATION)\s+['\"]?(?P<role>\w+)", re.I)
_SQL_MODE = re.compile(r"\s*SET\s+(?:SESSION\s+|@@(?:session\.)?)?sql_mode\s*:?=\s*(?P<value>.*)", re.I | re.S)
_DEFAULT_MODES = {
    "mysql": frozenset({"ONLY_FULL_GROUP_BY", "STRICT_TRANS_TABLES"}),
    "mariadb": frozenset({"STRICT_TRANS_TABLES"}),
}
_PREPARE = re.compile(r"\s*PREPARE\s+(?P<name>\"[^\"]+\"|\w+)\s*(?:\([^)]*\))?\s*AS\s+(?P<sql>.*)", re.I | re.S)
_PREPARE_FROM = re.compile(r"\s*PREPARE\s+(?P<name>\w+)\s+FROM\s+(?P<quote>['\"])(?P<sql>.*)(?P=quote)", re.I | re.S)
_CURSOR = re.compile(r"\s*DECLARE\s+(?P<name>\w+)\b.*?\bCURSOR\b", re.I | re.S)
_ROUTINE = re.compile(r"(?P<name>\w+)\s*\(")
_WRITTEN = re.compile(
    r"\s*(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+(?P<i>[\w.]+)|\s*UPDATE\s+(?P<u>[\w.]+)|\s*DELETE\s+FROM\s+(?P<d>[\w.]+)",
    re.I,
)
_RESET = re.compile(r"\s*(?:RESET\s+(?:ROLE|SESSION\s+AUTHORIZATION|ALL)|DISCARD\s+ALL)\b", re.I)
_SEARCH_PATH = re.compile(
    r"\s*SET\s+(?:LOCAL\s+|SESSION\s+)?(?:search_path\s*(?:=|TO)|SCHEMA)\s*(?P<path>[^;]+)"
    r"|\s*SELECT\s+(?:pg_catalog\.)?set_config\(\s*'search_path'\s*,\s*'(?P<config>[^']*)'",
    re.I,
)
_VARIABLE_CONFLICT = re.compile(
    r"\s*SET\s+(?:LOCAL\s+|SESSION\s+)?plpgsql\.variable_conflict\s*(?:=|TO)\s*'?(?P<rule>\w+)", re.I
)
_TEMPORARY = re.compile(
    r"\s*CREATE\s+(?:(?:GLOBAL|LOCAL)\s+)?TEMP(?:ORARY)?\s+TABLE\b|\s*SELECT\b.*?\bINTO\s+TEMP(?:ORARY)?\b", re.I | re.S
)
_USE = re.compile(r"\s*USE\s+`?(?P<name>\w+)", re.I)
_EVENTS = {"i": "insert", "u": "update", "d": "delete"}
_STRICT = frozenset({"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "TRADITIONAL"})


@dataclass(slots=True)
class Session:
    """What earlier statements of the session left behind."""

    role: str | None = None
    sql_mode: frozenset[str] | None = None  # None: as the database has it
    default_schema: str | None = None
    prepared: dict[str, str] = field(default_factory=dict)  # name → statement
    cursors: set[str] = field(default_factory=set)  # open ones: they go on with the rows and columns they began with
    search_path: tuple[str, ...] = ()  # PostgreSQL; empty: as the database has it
    created: list[str] = field(default_factory=list)  # PostgreSQL: statements that make temporary tables
    variable_conflict: VariableRule = "error"  # plpgsql.variable_conflict
    warmed: set[str] = field(default_factory=set)  # routines called, tables written

    @property
    def own_catalogue(self) -> bool:
        """Whether names mean other relations than elsewhere."""
        return bool(self.search_path or self.created)


def read_session(statements: Iterable[str], database: Database) -> Session:
    """Reads the statements in order; what says nothing of later statements is passed over."""
    session = Session()
    for text in statements:
        for statement in split(text, database.engine.family):
            _read(statement.text, session, database)
            if database.engine.family == "postgres":
                _read_postgres(statement.text, session)
    return session


def settings(database: Database, session: Session, default_schema: str | None = None) -> Settings:
    """What the session decides for a statement. MySQL is strict by default, MariaDB too; both since 5.7 and 10.2."""
    modes = session.sql_mode if session.sql_mode is not None else database.sql_mode
    strict = modes is None or bool(modes & _STRICT)
    grouping = database.engine.name != "mariadb" if modes is None else "ONLY_FULL_GROUP_BY" in modes
    return Settings(
        session.default_schema or default_schema,
        strict,
        grouping or database.engine.family == "postgres",
        session.role,
        frozenset(session.warmed),
        variable_conflict=session.variable_conflict,
    )


def _read(text: str, session: Session, database: Database) -> None:
    if (role := _ROLE.match(text)) is not None:
        session.role = None if role["role"].lower() == "none" else role["role"].lower()
    elif (mode := _SQL_MODE.match(text)) is not None:
        session.sql_mode = _modes(mode["value"], session.sql_mode, database)
    elif (use := _USE.match(text)) is not None:
        session.default_schema = use["name"]
    elif (prepare := _PREPARE.match(text) or _PREPARE_FROM.match(text)) is not None:
        session.prepared[prepare["name"].strip('"').lower()] = prepare["sql"]
    elif (cursor := _CURSOR.match(text)) is not None:
        session.cursors.add(cursor["name"].lower())
    else:
        _warm(text, session)


def _modes(value: str, known: frozenset[str] | None, database: Database) -> frozenset[str] | None:
    """The modes that an assignment leaves: a list, DEFAULT, or @@sql_mode with some put in or taken out."""
    if value.strip(" ;").upper() == "DEFAULT":
        return None
    named = frozenset(re.findall(r"[A-Z_]{3,}", re.sub(r"@@[\w.]+|\w+\s*\(", "", value.upper())))
    if "@@" not in value:
        return named
    known = known if known is not None else database.sql_mode
    before = known if known is not None else _DEFAULT_MODES.get(database.engine.name, frozenset())
    return before - named if value.lstrip().upper().startswith("REPLACE") else before | named


def _read_postgres(text: str, session: Session) -> None:
    if _RESET.match(text):
        session.role = None
    elif (path := _SEARCH_PATH.match(text)) is not None:
        names = (name.strip().strip("'\"") for name in (path["path"] or path["config"]).split(","))
        session.search_path = tuple(name for name in names if name and name.upper() not in ("$USER", "DEFAULT"))
    elif (conflict := _VARIABLE_CONFLICT.match(text)) is not None:
        session.variable_conflict = CONFLICT_RULES.get(conflict["rule"].lower(), "error")
    elif _TEMPORARY.match(text):
        session.created.append(text)


def _warm(text: str, session: Session) -> None:
    session.warmed.update(match["name"].lower() for match in _ROUTINE.finditer(text))
    written: Mapping[str, str | None] = found.groupdict() if (found := _WRITTEN.match(text)) else {}
    for group, name in written.items():
        if name:
            bare = name.split(".")[-1].lower()
            session.warmed.update((bare, f"{_EVENTS[group]} {bare}"))
