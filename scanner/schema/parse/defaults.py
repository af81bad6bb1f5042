"""Which texts an engine's grammar takes behind DEFAULT, as far as a list of tokens tells.

What stands within parentheses is not looked at. Compared with real servers: tests/engine/test_refused_definitions.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from scanner.model import Engine
from scanner.schema.parse.lexer import NUMBER, QUOTED, STRING, WORD, Token, UnclosedError, lexer_for

_NOW = frozenset(["CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP"])
_CONSTANTS = frozenset(["TRUE", "FALSE", "NULL"])
# Words that are values by themselves on PostgreSQL, where every other one names a column, which no default may.
_VALUES = frozenset(["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP"]) | _CONSTANTS
_SESSION_WORDS = """
CURRENT_ROLE CURRENT_USER USER SESSION_USER SYSTEM_USER CURRENT_CATALOG CURRENT_SCHEMA
"""
_SESSION = frozenset(_SESSION_WORDS.split())
_OF_MARIADB = frozenset(["CURDATE", "CURTIME", "UTC_DATE", "UTC_TIME", "UTC_TIMESTAMP"])
# Words that may follow a value on PostgreSQL: operators, and the later words of a type.
_CONTINUING_WORDS = """
IS DISTINCT FROM DOCUMENT OPERATOR VARYING CHARACTER PRECISION WITH WITHOUT TIME ZONE ARRAY YEAR MONTH DAY HOUR
MINUTE SECOND TO
"""
_CONTINUING = frozenset(_CONTINUING_WORDS.split())
_NUMBER = re.compile(r"[-+]?\s*(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_INTRODUCER = re.compile(r"[NXB]|DATE|TIME|TIMESTAMP|_\w+")


def is_default(text: str, engine: Engine) -> bool:
    """Whether the engine can take the text for the value behind DEFAULT."""
    try:
        tokens = list(lexer_for(engine, None).tokens(text))
    except UnclosedError:
        return False
    if not tokens or tokens[0].key == ")":
        return False
    if engine.family == "postgres":
        return _of_postgres(text, tokens)
    return _of_mysql(text, tokens) or (engine.name == "mariadb" and _of_mariadb(tokens))


def is_name(text: str) -> bool:
    """Whether a default is a bare word that is no value by itself, and so the name of a column."""
    return re.fullmatch(r"[^\W\d]\w*", text) is not None and text.upper() not in _VALUES | _SESSION | _OF_MARIADB


def _of_postgres(text: str, tokens: Sequence[Token]) -> bool:
    only = tokens[1:-1] if _is_group(tokens) else tokens
    if len(only) == 1 and only[0].kind in (WORD, QUOTED):
        return only[0].key in _VALUES | _SESSION
    if tokens[0].key in _VALUES and [token.key for token in tokens[1:3]] == ["(", ")"]:
        return False
    if any(token.key == "OPERATOR" for token in tokens):
        return True  # an operator of a schema: any word may follow it
    before: Token | None = None
    for token in _outermost(tokens):
        if before is not None and _ends_value(before) and not _may_follow(before, token, text):
            return False
        before = token
    return True


def _ends_value(token: Token) -> bool:
    return token.kind in (STRING, NUMBER, QUOTED) or token.key in (")", "]") or token.kind == WORD


def _may_follow(before: Token, token: Token, text: str) -> bool:
    """Whether a token may follow one that ends a value or is a word."""
    if token.kind == WORD:
        return token.key in _CONTINUING or before.key in _CONTINUING
    if token.kind == STRING and before.kind == STRING:
        return "\n" in text[before.end : token.start]  # the parts of one literal
    if token.kind == STRING:
        return before.kind == WORD or before.key == ")" or before.key in _CONTINUING  # interval '1 day', float(8) '1'
    return token.kind not in (NUMBER, QUOTED) or before.key in _CONTINUING


def _outermost(tokens: Sequence[Token]) -> list[Token]:
    """The tokens that stand in no parentheses and in no CASE, with the parentheses."""
    found, depth, cases = [], 0, 0
    for token in tokens:
        depth -= token.key in (")", "]")
        cases += token.key == "CASE"
        if not depth and not cases:
            found.append(token)
        cases -= token.key == "END"
        depth += token.key in ("(", "[")
    return found


def _of_mysql(text: str, tokens: Sequence[Token]) -> bool:
    """A literal, the current time, or an expression in parentheses."""
    kinds, first = {token.kind for token in tokens}, tokens[0]
    if _NUMBER.fullmatch(text) or _is_group(tokens) or kinds == {STRING} or first.key == "{":
        return True
    if first.kind != WORD:
        return False
    rest = tokens[1:]
    if not rest:
        return first.key in _CONSTANTS | _NOW - {"NOW"} or text[:1].isdigit()  # 0x1F
    words = [token.key for token in tokens if token.kind == WORD]
    if kinds == {WORD, STRING} and tokens[-1].kind == STRING:
        return all(map(_INTRODUCER.fullmatch, words))
    return first.key in _NOW and _is_group(rest) and all(token.kind == NUMBER for token in rest[1:-1])


def _of_mariadb(tokens: Sequence[Token]) -> bool:
    """A name, a call, CASE or the next value of a sequence."""
    keys = [token.key for token in tokens]
    if keys[0] == "CASE":
        return keys[-1] == "END" and len(_outermost(tokens)) == 0
    if keys[1:3] == ["VALUE", "FOR"]:
        return keys[0] in ("NEXT", "PREVIOUS")
    path = next((i for i, key in enumerate(keys) if key == "("), len(keys))
    names = all((token.kind in (WORD, QUOTED)) == (i % 2 == 0) for i, token in enumerate(tokens[:path]))
    dots = all(key == "." for key in keys[1:path:2])
    return names and dots and keys[0] not in ("NOT", "DEFAULT") and (path == len(keys) or _is_group(tokens[path:]))


def _is_group(tokens: Sequence[Token]) -> bool:
    """Whether they are one pair of parentheses with what stands in it."""
    return bool(tokens) and tokens[0].key == "(" and [token.key for token in _outermost(tokens)] == ["(", ")"]
