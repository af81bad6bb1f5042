"""Text → tree: what sqlglot reads as it is, and what has to be unwrapped first."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from scanner.model import Family, Unresolved

# sqlglot warns for every statement it hands back as text; we report those as unresolved ourselves.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_PLACEHOLDER = re.compile(r"\$(\d+)(?=[\w$,|:)\]])")
_REPLACE = re.compile(r"\s*REPLACE\b(?P<low>\s+(LOW_PRIORITY|DELAYED))?(\s+INTO\b)?", re.I)
_INTO_VARIABLES = re.compile(
    r"\bINTO\s+(?P<names>@?[\w`.]+(?:\s*,\s*@?[\w`.]+)*)(?=\s+FROM\b|\s*(?:;|$)|\s+(?:WHERE|LIMIT|FOR)\b)",
    re.I,
)
_MODIFIERS = re.compile(
    r"^(\s*(?:INSERT|UPDATE|DELETE|REPLACE))((?:\s+(?:LOW_PRIORITY|HIGH_PRIORITY|DELAYED|QUICK))+)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A statement's tree, with what its text said that the tree cannot hold."""

    tree: exp.Expr
    text: str  # what the offsets of the tree count in: as long as the statement given
    replaces: bool = False  # REPLACE, read as INSERT
    into: tuple[str, ...] = ()  # MySQL: SELECT … INTO @a, @b


@lru_cache(maxsize=4096)
def parse(sql: str, family: Family) -> Parsed | Unresolved:
    """Reads one statement. Offsets of the tree are offsets of `sql`."""
    text = _PLACEHOLDER.sub(_spaced, sql) if family == "postgres" and "$" in sql else sql
    replaces, into = False, ()
    if family == "mysql":
        text, replaces, into = _mysql(text)
    try:
        tree = sqlglot.parse_one(text, dialect=family)
    except (SqlglotError, RecursionError) as error:
        return Unresolved("does not parse", _first_line(error))
    if isinstance(tree, exp.Command):
        return Unresolved("opaque statement", str(tree.this).upper())
    return Parsed(tree, text, replaces, into)


def _spaced(match: re.Match[str]) -> str:
    return f"${match[1]} "


def _mysql(text: str) -> tuple[str, bool, tuple[str, ...]]:
    """What MySQL's grammar has and sqlglot's has not, blanked out in place so that offsets stay."""
    text = _MODIFIERS.sub(lambda m: m[1] + " " * len(m[2]), text)
    replaces = bool(_REPLACE.match(text)) and not re.match(r"\s*REPLACE\s*\(", text, re.I)
    if replaces:
        text = re.sub(
            r"REPLACE(\s+INTO\b)?", lambda m: "INSERT " + (m[1] or " INTO"), text, count=1, flags=re.I
        )
    into: tuple[str, ...] = ()
    if re.match(r"\s*(SELECT|WITH|TABLE)\b", text, re.I) and (found := _INTO_VARIABLES.search(text)):
        into = tuple(name.strip() for name in found["names"].split(","))
        text = text[: found.start()] + " " * (found.end() - found.start()) + text[found.end() :]
    return text, replaces, into


def _first_line(error: Exception) -> str:
    return re.sub(r"\x1b\[\d+m", "", str(error)).splitlines()[0][:160] if str(error) else type(error).__name__
