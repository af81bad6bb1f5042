"""Statements around statements, and clauses that sqlglot's grammar does not have.

`unwrap` blanks out what is not read further, in place: the statement inside keeps its offsets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from scanner.model import Family

Kind = Literal[
    "none",
    "explain",
    "prepare",
    "declare",
    "refresh",
    "describe",
    "load",
    "call",
    "do",
    "execute",
    "fetch",
    "handler",
    "evaluate",
    "exchange",
    "inherit",
    "routine",
    "lock",
    "alter view",
    "define",
]

_EXPLAIN = re.compile(
    r"\s*(?:EXPLAIN|DESCRIBE|DESC)\b(?:\s*\([^)]*\)|\s+(?:ANALY[SZ]E|VERBOSE|EXTENDED|PARTITIONS|FORMAT\s*=\s*\w+))*"
    r"(?=\s+(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|TABLE|VALUES|MERGE|EXECUTE|CREATE|DECLARE)\b)",
    re.I,
)
_ANALYZE = re.compile(r"\s*ANALYZE\b(?:\s+FORMAT\s*=\s*\w+)?(?=\s+(?:SELECT|UPDATE|DELETE|INSERT|REPLACE)\b)", re.I)
_DECLARE = re.compile(
    r"\s*DECLARE\s+\S+(?:\s+(?:BINARY|ASENSITIVE|INSENSITIVE|NO|SCROLL))*\s+CURSOR\b.*?\bFOR\b", re.I | re.S
)
_PREPARE = re.compile(r"\s*PREPARE\s+(?P<name>\"[^\"]+\"|[\w`]+)\s*(?:\([^)]*\))?\s*AS\b", re.I)
_PREPARE_FROM = re.compile(
    r"\s*PREPARE\s+(?P<name>[\w`]+)\s+FROM\s+(?P<quote>['\"])(?P<sql>.*)(?P=quote)\s*;?\s*$", re.I | re.S
)
_IMMEDIATE = re.compile(r"\s*EXECUTE\s+IMMEDIATE\s+(?P<quote>['\"])(?P<sql>.*)(?P=quote)", re.I | re.S)
_SET_STATEMENT = re.compile(r"\s*SET\s+STATEMENT\b.*?\bFOR\b", re.I | re.S)
_EVALUATE = re.compile(r"\s*(?:DO\b|SET\s+@(?:\w+|\?)\s*:?=)(?P<values>.*\bSELECT\b.*)", re.I | re.S)
_NEXT_VARIABLE = re.compile(r",\s*@(?:\w+|\?)\s*:?=")
_EXCHANGE = re.compile(
    r"\s*ALTER\s+TABLE\s+(?P<name>[\w.`]+)\s+EXCHANGE\s+PARTITION\s+\S+\s+WITH\s+TABLE\s+(?P<other>[\w.`]+)", re.I
)
_ALTER_VIEW = re.compile(r"\s*ALTER\s+(?:[^()]*?\s)?VIEW\s+(?P<rest>.*)", re.I | re.S)
_REFRESH = re.compile(r"\s*REFRESH\s+MATERIALIZED\s+VIEW\s+(?:CONCURRENTLY\s+)?(?P<name>[\w.\"]+).*", re.I | re.S)
_DESCRIBE = re.compile(
    r"\s*(?:SHOW\s+(?:FULL\s+|EXTENDED\s+)*(?:COLUMNS|FIELDS)\s+(?:FROM|IN)|SHOW\s+CREATE\s+TABLE|CHECKSUM\s+TABLE|DESCRIBE|DESC|EXPLAIN)"
    r"\s+(?P<name>[\w.`]+)\s*(?:EXTENDED|QUICK)?\s*;?\s*$",
    re.I,
)
_HANDLER = re.compile(r"\s*HANDLER\s+(?P<name>[\w.`]+)\s+(?:OPEN|READ|CLOSE)\b.*", re.I | re.S)
_CALL = re.compile(r"\s*CALL\s+(?P<name>[\w.\"`]+)", re.I)
_EXECUTE = re.compile(r"\s*EXECUTE\s+(?P<name>\"[^\"]+\"|[\w`]+).*", re.I | re.S)
_FETCH = re.compile(r"\s*(?:FETCH|MOVE|CLOSE)\b.*?(?P<name>[\w\"]+)\s*;?\s*$", re.I | re.S)
_DO = re.compile(
    r"\s*DO\b(?:\s+LANGUAGE\s+[\w\"]+)?\s*(?:\$(?P<tag>\w*)\$(?P<body>.*)\$(?P=tag)\$|'(?P<quoted>.*)')"
    r"(?:\s+LANGUAGE\s+[\w\"]+)?\s*;?\s*$",
    re.I | re.S,
)
_ROUTINE = re.compile(r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b", re.I)
# What it makes hangs on the table, and is the same whatever other columns the table has.
_DEFINE = re.compile(
    r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:(?:UNIQUE|FULLTEXT|SPATIAL|CONSTRAINT)\s+)?"
    r"(?:INDEX|TRIGGER)\b.*?\bON\s+(?:ONLY\s+)?(?P<name>[\w.\"`]+)",
    re.I | re.S,
)
_PG_TABLE = r"\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?P<{}>[\w.\"]+)\s+"
_ATTACH = re.compile(_PG_TABLE.format("name") + r"ATTACH\s+PARTITION\s+(?P<other>[\w.\"]+)", re.I)
_INHERIT = re.compile(_PG_TABLE.format("other") + r"INHERIT\s+(?P<name>[\w.\"]+)", re.I)
_LOAD = re.compile(
    r"\s*LOAD\s+(?:DATA|XML)\b.*?\b(?P<on>IGNORE|REPLACE)?\s*INTO\s+TABLE\s+(?P<name>[\w.`]+)(?P<rest>.*)$",
    re.I | re.S,
)
_LOAD_COLUMNS = re.compile(r"(?:^|\s|\bROWS|\bLINES)\((?P<columns>[^()]*)\)\s*(?:SET\b.*)?;?\s*$", re.I | re.S)
_PARTITIONS = re.compile(r"^\s*PARTITION\s*\([^()]*\)", re.I)
_COPY = re.compile(
    r"(?P<head>\s*COPY\s*(?:\(.*\)\s*TO|[\w.\"]+\s*(?:\([^()]*\)\s*)?(?P<way>FROM|TO))\s+)\S.*$", re.I | re.S
)
_OVERRIDING = re.compile(r"\bOVERRIDING\s+(?:SYSTEM|USER)\s+VALUE\b", re.I)
_LOCK = re.compile(r"\s*LOCK\b", re.I)  # of tables, by their names: no column matters
_EXECUTES = re.compile(r"\bANALY[SZ]E\b(?!\s+(?:false|off|0)\b)", re.I)
_REPLACE = re.compile(r"(?P<head>\s*(?:WITH\b.*?)?)REPLACE(?P<into>\s+INTO)?(?=\s+[\w`])", re.I | re.S)
_MODIFIERS = re.compile(
    r"(?P<head>\s*(?:INSERT|UPDATE|DELETE|REPLACE))(?P<words>(?:\s+(?:LOW_PRIORITY|HIGH_PRIORITY|DELAYED|QUICK))+)\b",
    re.I,
)
_UPDATE_IGNORE = re.compile(r"(?P<head>\s*(?:UPDATE|DELETE))(?P<words>\s+IGNORE)\b", re.I)
_INTO = re.compile(
    r"\bINTO\s+(?P<names>(?:@\?|@?[\w`.]+)(?:\s*,\s*(?:@\?|@?[\w`.]+))*)(?=\s+FROM\b|\s*(?:;|$)|\s+(?:WHERE|LIMIT|FOR)\b)",
    re.I,
)
_MYSQL_QUERY = re.compile(r"\s*(?:\(\s*)*(?:SELECT|WITH|TABLE)\b", re.I)


@dataclass(frozen=True, slots=True)
class Wrapper:
    """What stood around the statement, or was taken out of it."""

    sql: str  # as long as the statement given; what is not read further is blank
    kind: Kind = "none"
    name: str = ""  # of the prepared statement, cursor, view, table or routine
    replaces: bool = False  # REPLACE, read as INSERT
    into: tuple[str, ...] = ()  # SELECT … INTO a, b
    columns: tuple[str, ...] | None = None  # LOAD DATA: the listed ones
    ignores: bool = False  # LOAD DATA … IGNORE, UPDATE IGNORE
    overriding: bool = False  # INSERT … OVERRIDING SYSTEM VALUE or USER VALUE
    plans_only: bool = False  # EXPLAIN without ANALYZE: nothing is run


def unwrap(sql: str, family: Family) -> Wrapper:
    """The statement inside, with what was around it."""
    for pattern, made in _AROUND[family]:
        match = pattern.match(sql)
        if match is not None:
            return made(sql, match, family)
    return _without_clauses(Wrapper(sql), family)


def _inside(kind: Kind) -> Callable[[str, re.Match[str], Family], Wrapper]:
    def made(sql: str, match: re.Match[str], family: Family) -> Wrapper:
        inner = unwrap(_blank(sql, match.start(), match.end()), family)
        if inner.kind != "none":
            return inner
        plans_only = kind == "explain" and family == "postgres" and _EXECUTES.search(match[0]) is None
        return replace(inner, kind=kind, name=match.groupdict().get("name") or "", plans_only=plans_only)

    return made


def _instead(kind: Kind) -> Callable[[str, re.Match[str], Family], Wrapper]:
    """A statement that stands for a SELECT of what it names."""

    def made(_sql: str, match: re.Match[str], _family: Family) -> Wrapper:
        name = match.groupdict().get("name") or ""
        return Wrapper(f"SELECT {_SHOWN[kind]} FROM {name}" if kind in _SHOWN else "SELECT 1", kind, name)

    return made


_SHOWN: dict[Kind, str] = {"refresh": "*", "describe": "*", "handler": "*", "define": "1"}


def _prepare_from(sql: str, match: re.Match[str], family: Family) -> Wrapper:
    inner = unwrap(_blank(_blank(sql, 0, match.start("sql")), match.end("sql"), len(sql)), family)
    return replace(inner, kind="prepare", name=match["name"])


def _immediate(sql: str, match: re.Match[str], family: Family) -> Wrapper:
    return unwrap(_blank(_blank(sql, 0, match.start("sql")), match.end("sql"), len(sql)), family)


def _evaluate(_sql: str, match: re.Match[str], _family: Family) -> Wrapper:
    """DO and SET @a = (SELECT …): expressions whose values nobody sees."""
    return Wrapper("SELECT " + _NEXT_VARIABLE.sub(",", match["values"]).strip(" ;"), "evaluate")


def _exchange(_sql: str, match: re.Match[str], _family: Family) -> Wrapper:
    return Wrapper(f"SELECT * FROM {match['name']}, {match['other']}", "exchange")


def _alter_view(_sql: str, match: re.Match[str], _family: Family) -> Wrapper:
    """ALTER VIEW v AS …: the view is made anew."""
    return Wrapper(f"CREATE OR REPLACE VIEW {match['rest']}", "alter view")


def _inherit(_sql: str, match: re.Match[str], _family: Family) -> Wrapper:
    return Wrapper(f"SELECT * FROM {match['name']}, {match['other']}", "inherit")


def _do(_sql: str, match: re.Match[str], _family: Family) -> Wrapper:
    body = match["body"] if match["quoted"] is None else match["quoted"].replace("''", "'")
    return Wrapper("SELECT 1", "do", body)


def _routine(sql: str, _match: re.Match[str], _family: Family) -> Wrapper:
    return Wrapper("SELECT 1", "routine", sql)


def _load(_sql: str, match: re.Match[str], _family: Family) -> Wrapper:
    listed = _LOAD_COLUMNS.search(_PARTITIONS.sub("", match["rest"]))
    columns = tuple(part.strip(" `\n") for part in listed["columns"].split(",")) if listed else None
    ignores = (match["on"] or "").upper() == "IGNORE"
    return Wrapper(f"SELECT * FROM {match['name']}", "load", match["name"], columns=columns, ignores=ignores)


def _copy(sql: str, match: re.Match[str], family: Family) -> Wrapper:
    """Options of COPY are blanked out: only what is copied, and which way, matters here. A query is read as such."""
    if match["way"] is None:
        start, end = sql.index("(") + 1, sql.rindex(")", 0, match.end("head"))
        return _without_clauses(Wrapper(_blank(_blank(sql, 0, start), end, len(sql))), family)
    return Wrapper(match["head"] + ("STDIN" if (match["way"] or "").upper() == "FROM" else "STDOUT"))


def _without_clauses(wrapper: Wrapper, family: Family) -> Wrapper:
    if family != "mysql":
        overriding = _OVERRIDING.search(wrapper.sql)
        if overriding is None:
            return wrapper
        return replace(wrapper, sql=_blank(wrapper.sql, *overriding.span()), overriding=True)
    text = _MODIFIERS.sub(_blank_words, wrapper.sql, count=1)
    ignores = _UPDATE_IGNORE.match(text) is not None
    text = _UPDATE_IGNORE.sub(_blank_words, text, count=1)
    replaces = _REPLACE.match(text)
    if replaces is not None:
        start = len(replaces["head"])
        text = text[:start] + "INSERT " + text[start + 7 :]
    into = _INTO.search(text) if _MYSQL_QUERY.match(text) else None
    names = tuple(part.strip() for part in into["names"].split(",")) if into else ()
    if into is not None:
        text = _blank(text, into.start(), into.end())
    return replace(wrapper, sql=text, replaces=replaces is not None, into=names, ignores=ignores)


def _blank_words(match: re.Match[str]) -> str:
    return match["head"] + " " * len(match["words"])


def _blank(sql: str, start: int, end: int) -> str:
    return sql[:start] + " " * (end - start) + sql[end:]


_Maker = Callable[[str, re.Match[str], Family], Wrapper]
_BOTH: tuple[tuple[re.Pattern[str], _Maker], ...] = (
    (_EXPLAIN, _inside("explain")),
    (_CALL, _instead("call")),
    (_PREPARE, _inside("prepare")),
    (_DEFINE, _instead("define")),
    (_LOCK, _instead("lock")),
)
_AROUND: dict[Family, tuple[tuple[re.Pattern[str], _Maker], ...]] = {
    "postgres": (
        *_BOTH,
        (_DECLARE, _inside("declare")),
        (_REFRESH, _instead("refresh")),
        (_DO, _do),
        (_ROUTINE, _routine),
        (_ATTACH, _exchange),
        (_INHERIT, _inherit),
        (_COPY, _copy),
        (_EXECUTE, _instead("execute")),
        (_FETCH, _instead("fetch")),
    ),
    "mysql": (
        *_BOTH,
        (_ANALYZE, _inside("explain")),
        (_PREPARE_FROM, _prepare_from),
        (_DESCRIBE, _instead("describe")),
        (_HANDLER, _instead("handler")),
        (_LOAD, _load),
        (_IMMEDIATE, _immediate),
        (_SET_STATEMENT, _inside("none")),
        (_EVALUATE, _evaluate),
        (_EXCHANGE, _exchange),
        (_ALTER_VIEW, _alter_view),
        (_EXECUTE, _instead("execute")),
    ),
}
