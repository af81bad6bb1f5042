"""Statements to which a column added to a table cannot matter."""

from __future__ import annotations

import re

# One word decides: transactions, settings, maintenance, privileges, and DDL that runs no query.
_WORDS = """
abort alter analyse analyze begin binlog cache change check checkpoint close cluster comment commit create
deallocate desc describe discard drop end flush grant help import install kill listen load notify optimize
prepare purge reassign reindex release rename repair reset resignal revoke rollback savepoint security set
show shutdown signal start stop uninstall unlisten unlock use vacuum xa
"""
_UTILITY = frozenset(_WORDS.split())
# The others that a statement may begin with.
_QUERY_WORDS = """
call checksum copy declare delete do execute explain fetch handler insert load lock merge move refresh replace select
table truncate update values with
"""
_STARTING = _UTILITY | frozenset(_QUERY_WORDS.split())
_SKIP = r"(?:\s|\(|/\*M?!\d*|/\*(?!M?!)(?:[^*]|\*(?!/))*+\*/|--[^\n]*(?:\n|\Z)|\#[^\n]*(?:\n|\Z)|\*/)*+"
_FIRST_WORD = re.compile(rf"{_SKIP}([^\W\d]\w*)")
# The exceptions: they run a query, or keep one.
_MATTERS = re.compile(
    rf"""{_SKIP}(?:
      set\b.*\bselect\b                                     # SET @a = (SELECT …)
    | (?:desc|describe|analyze|analyse)\s+
      (?:format|extended|select|with|insert|update|delete|replace)\b
    | begin\s+not\s+atomic\b
    | load\s+(?:data|xml)\b
    | prepare\s+(?!transaction\b)
    | import\s+foreign\b
    | (?:create|alter)\b(?:[^\n'"`(;]|\n|(?P<quote>['"`]).*?(?P=quote))*?
      \b(?:view|function|procedure|trigger|event|rule|policy|package|cursor|publication|foreign)\b
    | create\b.*?\btable\b.*?(?:\bselect\b|\bas\s+(?:execute|table|values|with)\b|\bpartition\s+of\b|\binherits\b)
    | create\s+(?:temporary\s+|temp\s+)?table\s+(?:if\s+not\s+exists\s+)?\S+\s*\(?\s*like\b
    | create\s+schema\b.*?\bview\b
    )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def begins_statement(sql: str) -> bool:
    """Whether a text begins as statements do, and not as an expression does."""
    word = _FIRST_WORD.match(sql)
    return word is not None and word[1].lower() in _STARTING


def is_utility(sql: str) -> bool:
    """Whether a statement neither reads nor writes rows of a table nor holds one that does.

    True for BEGIN, COMMIT, SET, SHOW, VACUUM, GRANT, CREATE TABLE, ALTER TABLE …; False for queries,
    for COPY, CALL, EXECUTE, EXPLAIN, LOCK, TRUNCATE, CREATE … AS, for whatever has a body or is not known.
    """
    word = _FIRST_WORD.match(sql)
    return word is not None and word[1].lower() in _UTILITY and _MATTERS.match(sql) is None
