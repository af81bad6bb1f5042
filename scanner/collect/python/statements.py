"""Telling SQL from English, and one kind of statement from another, by keywords and structure alone."""

from __future__ import annotations

import re
from functools import lru_cache

_LEAD = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/|#[^\n]*\n)*", re.DOTALL)
_NAME = r'(?:[A-Za-z_][\w$]*|"[^"]+"|`[^`]+`|\[[^\]]+\])(?:\s*\.\s*(?:[A-Za-z_][\w$]*|"[^"]+"|`[^`]+`))*'
# No table is named so; prose after FROM, INTO or UPDATE nearly always starts so.
_PROSE = r"(?!(?:the|a|an|your|this|that|these|those|our|my|each|any|all|one|some|its|their|which|what|it|them)\b)"
_CTE = rf"WITH\s+(?:RECURSIVE\s+)?{_NAME}\s*(?:\([^)]*\)\s*)?AS\s+(?:NOT\s+)?(?:MATERIALIZED\s*)?\("

_STRUCTURES = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"SELECT\b.+?\bFROM\s+(?:ONLY\s+|LATERAL\s+)?(?:{_PROSE}{_NAME}|\()",
        rf"INSERT\s+(?:LOW_PRIORITY\s+|DELAYED\s+|HIGH_PRIORITY\s+|IGNORE\s+)*INTO\s+{_PROSE}{_NAME}\s*(?:AS\s+\w+\s*)?"
        r"(?:\(|VALUES|SELECT|SET|DEFAULT\s+VALUES|WITH|TABLE|OVERRIDING)",
        rf"REPLACE\s+INTO\s+{_PROSE}{_NAME}\s*(?:\(|VALUES|SELECT|SET)",
        rf"UPDATE\s+(?:LOW_PRIORITY\s+|IGNORE\s+|ONLY\s+)?{_PROSE}{_NAME}[^;=]*?\bSET\s+[\w.\"`(),\s\[\]]+?=",
        rf"UPDATE\s+{_PROSE}{_NAME}(?:\s+(?:AS\s+)?\w+)?\s+SET\s+(?:__hole_\d+__|$)",
        rf"DELETE\s+FROM\s+(?:ONLY\s+)?{_PROSE}{_NAME}",
        rf"DELETE\s+{_NAME}(?:\s*,\s*{_NAME})*\s+FROM\s+{_PROSE}{_NAME}\s+\w*\s*(?:JOIN|INNER|LEFT|,|AS)",
        _CTE,
        rf"MERGE\s+INTO\s+{_NAME}.+?\bUSING\b",
        rf"CALL\s+{_NAME}\(",
        rf"TRUNCATE\s+(?:TABLE\s+)?{_NAME}(?:\s*,\s*{_NAME})*\s*(?:RESTART|CONTINUE|CASCADE|RESTRICT|;|$)",
        rf"COPY\s+(?:{_NAME}\s*(?:\([^)]*\)\s*)?|\(.+\)\s*)(?:FROM|TO)\s+(?:STDIN|STDOUT|PROGRAM|')",
        rf"LOAD\s+DATA\s.+?\bINTO\s+TABLE\s+{_NAME}",
        r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:GLOBAL|LOCAL)\s+)?(?:TEMP(?:ORARY)?\s+|UNLOGGED\s+|MATERIALIZED\s+|RECURSIVE\s+"
        rf"|ALGORITHM\s*=\s*\w+\s+)*(?:VIEW|TABLE)\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}.*?\b(?:AS|SELECT)\b",
        rf"CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE|TRIGGER|RULE|EVENT)\s+{_NAME}.+",
    )
)
_COMMENT = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|/\*.*?\*/", re.DOTALL)
_INSERTED = re.compile(rf"INSERT\s+(?:\w+\s+)*?INTO\s+{_NAME}\s*\(([^()]*)\)\s*", re.IGNORECASE)
_ROW = re.compile(r"VALUES\s*\(", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_PART = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|__hole_\d+__|[(),]")
# A statement shows what it is in its first characters; the bound keeps huge literals from costing seconds.
_LOOK_AT = 20_000
# What an `execute` may run; these first words are enough where the call is known to run SQL.
_WORDS = frozenset(
    [
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "WITH",
        "REPLACE",
        "MERGE",
        "CALL",
        "TRUNCATE",
        "COPY",
        "LOAD",
        "TABLE",
        "VALUES",
        "EXPLAIN",
        "DECLARE",
        "EXECUTE",
        "PREPARE",
        "REFRESH",
        "HANDLER",
        "DO",
        "DESCRIBE",
        "EXEC",
    ]
)
# Between two parts of a sentence, these are English.
_LINKING_WORDS = ("with", "do", "values")
# Statements that touch no rows and read no columns: counted, not assessed.
_IGNORED = re.compile(
    r"(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|START|SET|RESET|USE|SHOW|PRAGMA|VACUUM|ANALYZE|LISTEN|UNLISTEN|NOTIFY|LOCK"
    r"|UNLOCK|DISCARD|DEALLOCATE|CLOSE|FETCH|MOVE|KILL|FLUSH|OPTIMIZE|CHECKPOINT|END|ABORT|ALTER|DROP|GRANT|REVOKE|COMMENT"
    r"|CREATE|CLUSTER|REINDEX|REASSIGN|RENAME|ATTACH|DETACH)\b",
    re.IGNORECASE,
)
_BARE_SELECT = re.compile(r"SELECT\s+(?:[A-Za-z_][\w.]*\s*\(|EXISTS\b|NOT\s|-?\d|%|:\w|\?|'|@@)", re.DOTALL)
_SIGNS = re.compile(
    r"[*=(,%?`\"]|:\w|\b(?:where|join|order\s+by|group\s+by|limit|union|values|as|distinct)\b|_|\.\w",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def may_begin(text: str) -> bool:
    """Whether a statement that `is_statement` knows may begin with this text."""
    word = first_word(text)
    return word in _WORDS or word == "CREATE"


def may_begin_written(text: str) -> bool:
    """As `may_begin`, for a text that stands in a program: what reads as a sentence begins no statement."""
    if not may_begin(text):
        return False
    start = _end_of_lead(text)
    word = _WORD.match(text, start)
    if word is None or word[0].istitle():
        return False
    if word[0] != word[0].lower() or word[0] in ("select", "insert", "delete"):
        return True
    rest = text[word.end() :]
    return _structured(text) if rest.strip() else bool(rest) and word[0] not in _LINKING_WORDS


@lru_cache(maxsize=4096)
def is_statement(sql: str) -> bool:
    """Whether the text by itself is a whole SQL statement and not prose that begins like one."""
    start = _end_of_lead(sql)
    body = _plain(sql[start : start + _LOOK_AT])
    word = re.match(r"[A-Za-z]+", body)
    if word is None or word[0].istitle():
        return False
    if any(pattern.match(body) for pattern in _STRUCTURES):
        return word[0].isupper() or _SIGNS.search(body) is not None
    return _BARE_SELECT.match(body) is not None


@lru_cache(maxsize=4096)
def is_run(sql: str) -> bool:
    """Whether a text that is known to be executed is a statement to assess."""
    return is_statement(sql) or first_word(sql) in _WORDS or _structured(sql)


@lru_cache(maxsize=4096)
def is_ignored(sql: str) -> bool:
    """Whether it is a statement that no added column can matter to: transactions, settings, other DDL."""
    return not _structured(sql) and _IGNORED.match(sql, _end_of_lead(sql)) is not None


def is_lopsided(sql: str) -> bool:
    """Whether it is an INSERT that gives a row of another width than its list of columns has."""
    names = _INSERTED.match(sql, _end_of_lead(sql))
    values = _ROW.match(sql, names.end()) if names else None
    if names is None or values is None or "__hole_" in names[1]:
        return False
    width = _width(sql, values.end())
    return width is not None and width != names[1].count(",") + 1


def _width(sql: str, start: int) -> int | None:
    """The number of values up to the parenthesis that closes; None where one may stand for several."""
    depth, count = 0, 1
    for match in _PART.finditer(sql, start, start + _LOOK_AT):
        sign = match[0]
        if sign.startswith("__hole_"):
            return None
        if sign == ")" and not depth:
            return count
        depth += {"(": 1, ")": -1}.get(sign, 0)
        count += sign == "," and not depth
    return None


def first_word(sql: str) -> str:
    """The first word after comments and parentheses, in upper case."""
    word = _WORD.match(sql, _end_of_lead(sql))
    return word[0].upper() if word else ""


def _structured(sql: str) -> bool:
    start = _end_of_lead(sql)
    body = _plain(sql[start : start + _LOOK_AT])
    return any(pattern.match(body) for pattern in _STRUCTURES)


def _plain(sql: str) -> str:
    """The text with a blank for each comment between slashes."""
    return _COMMENT.sub(lambda found: found[0] if found[0][0] != "/" else " ", sql) if "/*" in sql else sql


def _end_of_lead(sql: str) -> int:
    match = _LEAD.match(sql)
    return match.end() if match else 0
