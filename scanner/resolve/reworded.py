"""Grammar that sqlglot does not have, in words of the same length that it does.

What is blanked out or replaced decides neither what a name is bound to nor how many columns there are. The text is
normalised, so that no constant can look like grammar.
"""

from __future__ import annotations

import re
from itertools import islice

from scanner.fingerprint.words import RESERVED, STARTERS
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
# What a condition is put together from at run time: WHERE a __hole_1__ b __hole_2__.
_HOLE = re.compile(HOLE_PATTERN)
_CLAUSE = re.compile(
    r"\b(?:SELECT|FROM|WHERE|HAVING|ON|USING|SET|INTO|VALUES|GROUP|ORDER|LIMIT|OFFSET|WINDOW|RETURNING)\b", re.I
)
_OF_CONDITIONS = frozenset(("WHERE", "HAVING", "ON"))
_CLOSED = re.compile(r"\([^()]*\)")
_OPERAND_BEFORE = re.compile(r"(?:(?P<word>[\w$]+)|[)\]\"`?])\Z")
_OPERAND_BEHIND = re.compile(r"(?P<word>[\w$]+)|[(\"`?]")
_VALUES_BY_WORDS = frozenset(("NULL", "TRUE", "FALSE", "END", "UNKNOWN"))
_LONGEST_NAME = 256  # characters
_MOST_HOLES = 100  # each is looked at with all that stands before it
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
    text = _with_operators(text, family)
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


def _with_operators(text: str, family: Family) -> str:
    """The conditions with an operator where an operand and a part that is built at run time stand side by side.

    That part is an operator, or what follows with one; which it is decides nothing of the names beside it.
    """
    signs = list(text)
    for hole in islice(_HOLE.finditer(text), _MOST_HOLES):
        before, behind = text[: hole.start()].rstrip(), text[hole.end() :].lstrip()
        first, second = len(before), len(text) - len(behind)
        if not _in_condition(before):
            continue
        if first < hole.start() and _is_operand(_OPERAND_BEFORE.search(before[-_LONGEST_NAME:]), family):
            signs[first] = "="
        if second > hole.end() and _is_operand(_OPERAND_BEHIND.match(behind), family):
            signs[hole.end()] = "="
    return "".join(signs)


def _in_condition(before: str) -> bool:
    """Whether a condition is open at the end of the text."""
    while (opened := _CLOSED.sub("", before)) != before:
        before = opened
    clauses = _CLAUSE.findall(before)
    return bool(clauses) and clauses[-1].upper() in _OF_CONDITIONS


def _is_operand(match: re.Match[str] | None, family: Family) -> bool:
    if match is None:
        return False
    word = match["word"]
    if word is None or word.upper() in _VALUES_BY_WORDS:
        return True
    return word.upper() not in STARTERS and word.lower() not in RESERVED[family]


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
