"""Texts as the view has them → statements.

With ``pg_stat_statements.track = all`` the view holds what runs inside functions, and since PostgreSQL 14 (measured on
14, 15 and 18; 13 writes SELECT before it) an expression of PL/pgSQL that asks a table is there as it was written:
``EXISTS (SELECT … FROM orders)``, ``total > (SELECT avg(total) FROM orders)``, ``top := (SELECT max(id) FROM orders)``.
"""

from __future__ import annotations

import re

from scanner.utility_statements import begins_statement

# What is quoted, or a comment; what is left open reaches to the text's end and matches a group of its own.
_QUOTED = re.compile(
    r"""\b[eE]'(?:[^'\\]++|\\.|'')*+(?:'|(\Z)) | '(?:[^']++|'')*+(?:'|(\Z)) | "(?:[^"]++|"")*+(?:"|(\Z))
    | (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*+)?+)\$.*?(?:\$(?P=tag)\$|(\Z))
    | --[^\n]*+ | /\*(?:[^*]++|\*(?!/))*+(?:\*/|(\Z))""",
    re.DOTALL | re.VERBOSE,
)
_OPEN = "\0"  # is in no text of a server
_LEFT_OPEN = (1, 2, 3, 5, 6)
# Each begins with a character of its own, so that the search passes quickly over all others.
_MAYBE_OPEN = re.compile(r"""'|"|/\*|\$(?:[^\W\d]\w*)?\$|\.\.\.\s*\Z|…\s*\Z""")
# The target of an assignment: a name, its fields and elements.
_ASSIGNED = re.compile(r"""\s*(?:[^\W\d]\w*|"(?:[^"]|"")*")(?:\s*\.\s*(?:\w+|"(?:[^"]|"")*")|\s*\[[^\]]*\])*\s*:=\s*""")
# What may stand after a query in parentheses, which is then a statement.
_AFTER_QUERY = re.compile(r"\s*(?:\Z|;|(?:union|intersect|except|order|limit|offset|fetch|for)\b)", re.IGNORECASE)
_MAYBE_PARENTHESIS = re.compile(r"\s*(?:\(|--|/\*)")


def as_statement(text: str) -> str:
    """The text, or what runs the expression that it is."""
    assigned = _ASSIGNED.match(text)
    if assigned:
        return f"SELECT {text[assigned.end() :]}"
    return text if begins_statement(text) and _is_statement_in_parentheses(text) else f"SELECT {text}"


def is_cut(text: str) -> bool:
    """Whether a quote, a comment or a parenthesis is left open, as the server would not have accepted."""
    if text.count("(") == text.count(")") and not _MAYBE_OPEN.search(text):
        return False
    rest = _unquoted(text)
    return _OPEN in rest or rest.count("(") > rest.count(")") or rest.rstrip().endswith(("...", "…"))


def _unquoted(text: str) -> str:
    """The text without what is quoted and without comments; _OPEN stands for one that is left open."""
    return _QUOTED.sub(lambda found: " " if all(found[group] is None for group in _LEFT_OPEN) else _OPEN, text)


def _is_statement_in_parentheses(text: str) -> bool:
    """Whether a text that begins with a parenthesis is a query from there on, and no part of an expression."""
    if not _MAYBE_PARENTHESIS.match(text):
        return True
    rest = _unquoted(text).lstrip()
    if not rest.startswith("("):
        return True
    depth = 0
    for mark in re.finditer(r"[()]", rest):
        depth += 1 if mark[0] == "(" else -1
        if depth == 0:
            return _AFTER_QUERY.match(rest, mark.end()) is not None
    return True
