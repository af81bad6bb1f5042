"""Grammar that sqlglot does not have, in words of the same length that it does.

What is blanked out or replaced decides neither what a name is bound to nor how many columns there are. The text is
normalised, so that no constant can look like grammar.
"""

from __future__ import annotations

import re

from scanner.model import HOLE_PATTERN, Family

_BLANKED = re.compile(
    r"\bESCAPE\s+(?:\d+|\?)"  # LIKE … ESCAPE '#', with the constant as a parameter
    r"|\bOVERRIDING\s+(?:USER|SYSTEM)\s+VALUE\b"
    r"|\bUSING\s*[<>=~*|]+"  # ORDER BY … USING >
    r"|\bWITH\s*\([\w\s=,.]*\)(?=\s*AS\b)"  # CREATE VIEW … WITH (security_barrier) AS
    r"|\bON\s+COMMIT\s+(?:DROP|(?:DELETE|PRESERVE)\s+ROWS)(?=\s*AS\b)"  # CREATE TEMPORARY TABLE … ON COMMIT DROP AS
    r"|\bWITH\s+(?:CASCADED\s+|LOCAL\s+)?CHECK\s+OPTION\s*$",
    re.I,
)
_CURRENT_OF = re.compile(r"\bCURRENT\s+OF\s+\S+", re.I)
# What is ordered by, whose direction is built at run time: ORDER BY total __hole_1__, id __hole_1__.
_ORDER_BY = re.compile(r"\bORDER\s+BY\b(?:[^()]|\([^()]*\))*", re.I)
_DIRECTION = re.compile(rf"(?<=[\w)\"`?])\s+{HOLE_PATTERN}(?=\s*(?:[,;]|$|\b(?:NULLS|LIMIT|OFFSET|FETCH|FOR)\b))", re.I)
_SUBSCRIPT = re.compile(r"(?<=[\w\"])(?:\[[^\[\]]*\]|\.\w+)+(?=\s*[,)])")
_INSERT_COLUMNS = re.compile(r"(?P<head>\bINSERT\s+INTO\s+[\w.\"]+(?:\s+AS\s+\w+)?\s*)(?P<columns>\([^()]*\))", re.I)
_ODBC_JOIN = re.compile(r"\{\s*OJ\b(?P<join>[^{}]*)\}", re.I)
_DELETE_STARS = re.compile(r"^\s*DELETE\s+(?:FROM\s+)?(?:[\w.`]+\s*(?:\.\s*\*\s*)?,\s*)*[\w.`]+\s*\.\s*\*", re.I)
_STAR = re.compile(r"\.\s*\*")
_QUALIFIED_COLUMNS = re.compile(r"(?P<head>\b(?:INSERT|REPLACE)\b[^()]*)(?P<columns>\([^()]*\))", re.I)
_QUALIFIER = re.compile(r"(?:(?:\w+|`[^`]*`)\s*\.\s*)+(?=\w|`)")
# MariaDB's other way to write NEXTVAL(s) and LASTVAL(s).
_SEQUENCE_VALUE = re.compile(
    r"\b(?P<which>NEXT|PREVIOUS)\s+VALUE\s+FOR\s+(?P<name>(?:(?:\w+|`[^`]*`)\s*\.\s*)?(?:\w+|`[^`]*`))", re.I
)
_OPERATOR = re.compile(r"(?<![-+*/<>=~!@#%^&|`?])[-+*/<>=~!@#%^&|`?]{2,}")
_COMMENT = ("--", "/*", "*/")
# Those that sqlglot 30 reads as what they are; `a <% b` it reads as `a < %` under the name b, others not at all.
_READ = re.compile(r"!=|!?~\*?|!?~~\*?|#-|#>>?|&[&<>]|->>?|-\|-|<->|<=|<>|<@|<<|=>|>=|>>|\?[&|]|@[>?@]|\|\|")
_BEFORE_PREFIX = re.compile(
    r"(?:^|[(,\[]|[-+*/<>=~!@#%^&|]|\b(?:SELECT|DISTINCT|WHERE|AND|OR|NOT|BY|ON|WHEN|THEN|ELSE|HAVING|RETURNING))\s*$",
    re.I,
)


def plain_operators(text: str, family: Family) -> str:
    """The text with the operators of PostgreSQL and its extensions that sqlglot does not know as ones that it does."""
    return _OPERATOR.sub(_plain_operator, text) if family == "postgres" else text


def reworded(text: str, family: Family) -> str:
    """The statement in sqlglot's grammar, for one that it did not read."""
    text = _ORDER_BY.sub(lambda order: _DIRECTION.sub(_blank, order[0]), text)
    if family != "postgres":
        return _mysql(text)
    text = _BLANKED.sub(_blank, text)
    text = _CURRENT_OF.sub(lambda m: "TRUE".ljust(len(m[0])), text)
    return _INSERT_COLUMNS.sub(lambda m: m["head"] + _SUBSCRIPT.sub(_blank, m["columns"]), text)


def _mysql(text: str) -> str:
    text = _ODBC_JOIN.sub(_as_parentheses, text)
    text = _SEQUENCE_VALUE.sub(_as_function, text)
    text = _DELETE_STARS.sub(lambda m: _STAR.sub(_blank, m[0]), text)
    return _QUALIFIED_COLUMNS.sub(lambda m: m["head"] + _QUALIFIER.sub(_blank, m["columns"]), text)


def _as_parentheses(match: re.Match[str]) -> str:
    """`{ OJ a LEFT JOIN b ON … }`: ODBC's way to write an outer join."""
    return "(" + " " * (match.start("join") - match.start() - 1) + match["join"] + ")"


def _as_function(match: re.Match[str]) -> str:
    function = "NEXTVAL(" if match["which"].upper() == "NEXT" else "LASTVAL("
    return function + " " * (match.start("name") - match.start() - len(function) - 1) + match["name"] + ")"


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _plain_operator(match: re.Match[str]) -> str:
    written = match[0]
    operator = _without_sign(written)
    if (
        _READ.fullmatch(operator)
        or len(operator) == 1
        or operator.endswith("?")
        or any(mark in operator for mark in _COMMENT)
    ):
        return written
    plain = "-" if _BEFORE_PREFIX.search(match.string[: match.start()]) else "||"
    return plain.ljust(len(operator)) + written[len(operator) :]


def _without_sign(written: str) -> str:
    """`=-` are two operators: one may end in a sign only if it holds ~ ! @ # % ^ & | ` or ? (PostgreSQL, 4.1.3)."""
    return written if re.search(r"[~!@#%^&|`?]", written) else written.rstrip("+-") or written[0]
