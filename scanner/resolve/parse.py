"""Text → tree: what sqlglot reads as it is, and what has to be unwrapped or disguised first.

Everything done to the text keeps its length, so that the offsets of the tree are offsets of the statement given.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache, lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from scanner.model import HOLE_PATTERN, Family, Unresolved
from scanner.resolve.reworded import plain_operators, reworded
from scanner.resolve.shortened import shortened
from scanner.resolve.wrapped import Wrapper, unwrap

# sqlglot warns for every statement it hands back as text; we report those as unresolved ourselves.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

# What sqlglot raises on SQL that it does not know: its own errors, and on odd input those of its code.
_PARSER_ERRORS = (SqlglotError, ValueError, TypeError, AttributeError, LookupError)
# Read as SQL, "$1,$" is the start of a dollar quote: a parameter is shown to sqlglot as a number of the same length.
_PARAMETER = re.compile(r"\$\d+(?![\w$])")
# `$1.currency`: a field of a parameter is shown as a column of a relation that nobody can have called so.
_FIELD = re.compile(r"\$(?=\d+\s*\.\s*[A-Za-z_\"*])")
_FIELD_OF = "ª"
_HOLE = re.compile(HOLE_PATTERN)
_FUNCTION = re.compile(r"(?<![\w.\"`])([A-Za-z])(\w*)(?=\s*\()")
_VALUES = re.compile(r"\s*VALUES\s*(?:ROW\s*)?\(", re.I)
_VALUES_ROW = re.compile(r"\bVALUES\s+ROW\s*\(", re.I)
# A letter that no function's name begins with, and the way back.
_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BOLD = "".join(chr(0x1D400 + i) for i in range(52))
_DISGUISE, _UNDISGUISE = str.maketrans(_PLAIN, _BOLD), str.maketrans(_BOLD, _PLAIN)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A statement's tree, with what its text said that the tree cannot hold."""

    tree: exp.Expr
    wrapper: Wrapper
    cut: bool = False  # the text is cut off: this is what stands before


# Few are kept: a tree that outlives its statement costs the garbage collector more than another parse.
@lru_cache(maxsize=64)
def parse(sql: str, family: Family) -> Parsed | Unresolved:
    """Reads one statement; what stands in an EXPLAIN, a cursor or a PREPARE is read as what it is."""
    wrapper = unwrap(sql, family)
    tree = _tree(wrapper.sql, family)
    if isinstance(tree, Unresolved):
        cut = _before_the_cut(wrapper.sql, family)
        return tree if cut is None else Parsed(cut, wrapper, cut=True)
    if isinstance(tree, exp.Command):
        return Unresolved("opaque statement", str(tree.this).upper())
    return Parsed(tree, wrapper)


def _before_the_cut(sql: str, family: Family) -> exp.Expr | None:
    """The tree of what is whole in a text that is cut off; None for a text that is not, or where nothing is."""
    for text in shortened(sql):
        tree = _tree(text, family)
        if isinstance(tree, exp.Query | exp.DML):
            return tree
    return None


def _tree(sql: str, family: Family) -> exp.Expr | Unresolved:
    text = plain_operators(_without_parameters(sql), family) if family == "postgres" else sql
    try:
        tree = _values(text, family) or sqlglot.parse_one(text, dialect=_dialect(family))
        tree = (_read_again(text, family) or tree) if isinstance(tree, exp.Command) else tree
        if family == "postgres":
            return _fields_of_parameters(tree) if _FIELD_OF in text else tree
        return _rows_as_tuples(tree) if _VALUES_ROW.search(text) else tree
    except RecursionError:
        return Unresolved("too deeply nested", "the statement is nested more deeply than can be followed")
    except _PARSER_ERRORS as error:
        again = _read_again(text, family)
        if again is not None:
            return _fields_of_parameters(again)
        built = "a part of it is built at run time, and it does not parse without"
        return Unresolved("does not parse", built if _HOLE.search(text) else _first_line(error))


def _without_parameters(sql: str) -> str:
    return _PARAMETER.sub(lambda m: "0" * len(m[0]), _FIELD.sub(_FIELD_OF, sql)) if "$" in sql else sql


def _fields_of_parameters(tree: exp.Expr) -> exp.Expr:
    """`$1.currency` as `(0).currency`: a field of a value that the caller gives."""
    for column in list(tree.find_all(exp.Column)):
        first, *fields = column.parts
        if first.name.startswith(_FIELD_OF):
            value: exp.Expr = exp.Paren(this=exp.Literal.number(0))
            for field in fields:
                value = exp.Dot(this=value, expression=field)
            column.replace(value)
    return tree


def _values(text: str, family: Family) -> exp.Expr | None:
    """`VALUES (1, 2)` by itself, which sqlglot knows from MySQL and MariaDB in parentheses only."""
    if family != "mysql" or _VALUES.match(text) is None:
        return None
    tree = sqlglot.parse_one(f"({text.rstrip(' ;')})", dialect=_dialect(family)).unnest()
    for node in tree.walk():
        node.meta.update({name: node.meta[name] - 1 for name in ("start", "end") if name in node.meta})
    return tree


def _read_again(text: str, family: Family) -> exp.Expr | None:
    """What sqlglot reads once clauses that it does not know are reworded, then functions disguised."""
    plain = reworded(text, family)
    if plain != text:
        try:
            return sqlglot.parse_one(plain, dialect=_dialect(family))
        except (*_PARSER_ERRORS, RecursionError):
            pass
    return _disguised(plain, family)


@cache
def _dialect(family: Family) -> Dialect:
    """One instance for all statements: sqlglot would make one for each."""
    return Dialect.get_or_raise(family)


def _rows_as_tuples(tree: exp.Expr) -> exp.Expr:
    """`VALUES ROW(1, 2)`: sqlglot reads a row of one value, which is a call of a function."""
    for values in tree.find_all(exp.Values):
        for row in values.expressions:
            call = row.expressions[0] if len(row.expressions) == 1 else None
            if isinstance(call, exp.Anonymous) and call.name.upper() == "ROW":
                row.set("expressions", call.expressions)
    return tree


def _disguised(text: str, family: Family) -> exp.Expr | None:
    """Reads the text once more with the functions under names that sqlglot has no grammar of its own for.

    An application's own `sum(amount, currency)` or `convert(amount, currency)` is none of the engine's.
    """
    hidden = _FUNCTION.sub(lambda m: _hide(m, family), text)
    if hidden == text:
        return None
    try:
        tree = sqlglot.parse_one(hidden, dialect=_dialect(family))
    except (*_PARSER_ERRORS, RecursionError):
        return None
    for call in tree.find_all(exp.Anonymous):
        if isinstance(call.this, str):
            call.set("this", call.this.translate(_UNDISGUISE))
    return tree


def _hide(match: re.Match[str], family: Family) -> str:
    known = (match[1] + match[2]).upper() in _functions(family)
    return match[1].translate(_DISGUISE) + match[2] if known else match[0]


@cache
def _functions(family: Family) -> frozenset[str]:
    parser = Dialect.get_or_raise(family).parser_class
    structural = {"CAST", "EXTRACT", "ARRAY", "ROW", "VALUES", "EXISTS", "ANY", "ALL", "SOME", "IN", "UNNEST"}
    structural |= {"AND", "OR", "XOR", "NOT", "FILTER", "OVER", "LIKE", "ILIKE", "INTERVAL"}
    return frozenset({*parser.FUNCTIONS, *parser.FUNCTION_PARSERS} - structural)


def _first_line(error: Exception) -> str:
    text = re.sub(r"\x1b\[\d+m", "", str(error))
    text = re.sub(r"<class '[\w.]*?(\w+)'>", r"\1", text)
    return text.splitlines()[0][:160] if text else type(error).__name__
