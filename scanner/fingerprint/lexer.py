"""SQL text → tokens, in one pass of a compiled expression whose cost is linear in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from scanner.model import Engine

# Python's driver styles: %s %(name)s :name :1, and psycopg's %b and %t in their named forms.
_DRIVER_PLACEHOLDER = r"%s(?!\w)|%\(\w++\)[sbt](?!\w)|(?<![\w\])]):[^\W\d]\w*+|(?<![\w\]\[)]):\d++|\$\d++"
_NUMBER = r"0[xX][0-9a-fA-F_]++|0[bB][01_]++|0[oO][0-7_]++|(?:\d[\d_]*+(?:\.(?!\.)\d*+)?+|{point}\.\d++)(?:[eE][+-]?\d++)?+"
_NO_POINT = r'(?<![\w"`\])])'  # what makes ".5" in "t.5" no number
_COMMENT = r"--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?+"
_WORD = r"[^\W\d][\w$]*+"
_DOLLAR_STRING = r"\$(?P<tag>(?:[^\W\d]\w*+)?+)\$(?s:.)*?(?:\$(?P=tag)\$|\Z)"
_HAS_DOLLAR_STRING = re.compile(r"\$(?:[^\W\d]\w*)?\$")

_POSTGRES_OPERATOR = r"(?:[<>=~!@#^&|?*+]|%(?!s(?!\w)|\(\w+\)[sbt](?!\w))|-(?!-)|/(?!\*))++"
_MYSQL_OPERATOR = r"<=>|<<|>>|->>|->|\|\||&&|!=|<>|<=|>=|:="

_QUESTION_OPERATORS = frozenset({"?", "?|", "?&", "@?", "?#", "?-", "?||", "?-|"})
# PostgreSQL's rule: an operator may end in + or - only if it holds one of these.
_SIGN_MAY_END = frozenset("~!@#%^&|?")

_NESTED_COMMENT = re.compile(r"/\*(?:(?!\*/)(?s:.))*?/\*")
_EXECUTED_COMMENT = re.compile(r"/\*M?!")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the lexical rules depend on."""

    engine: Engine
    ansi_quotes: bool = False  # MySQL: "a" is a name
    backslash: bool = True  # MySQL: a backslash escapes in strings

    @classmethod
    def of(cls, engine: Engine, sql_mode: frozenset[str] | None) -> Dialect:
        """The rules of an engine under an sql_mode (None: its default)."""
        modes = sql_mode or frozenset()
        return cls(engine, bool(modes & {"ANSI_QUOTES", "ANSI"}), "NO_BACKSLASH_ESCAPES" not in modes)

    @property
    def postgres(self) -> bool:
        """PostgreSQL's syntax, else MySQL's."""
        return self.engine.family == "postgres"


def tokenize(sql: str, dialect: Dialect) -> list[str]:
    """The tokens of any text, as written; white space and comments left out, executed comments unwrapped."""
    if dialect.postgres:
        return _tokenize_postgres(sql)
    if _EXECUTED_COMMENT.search(sql):
        sql = _unwrap_executed(sql, dialect)
    tokens: list[str] = _mysql_pattern(dialect).findall(sql)
    return [t for t in tokens if t[0] not in "-/#" or len(t) == 1 or t in ("->", "->>")]


def _tokenize_postgres(sql: str) -> list[str]:
    if "/*" in sql and _NESTED_COMMENT.search(sql):
        sql = _without_comments(sql)
    if "$" in sql and _HAS_DOLLAR_STRING.search(sql):
        tokens = [m[1] for m in _postgres_pattern(dollar_strings=True).finditer(sql)]
    else:
        tokens = _postgres_pattern(dollar_strings=False).findall(sql)
    return [part for t in tokens for part in (_split_operator(t) if len(t) > 1 else (t,))]


def _split_operator(lexeme: str) -> tuple[str, ...]:
    """A lexeme, cut where PostgreSQL ends an operator; nothing for a comment."""
    first = lexeme[0]
    if first.isalnum() or first in "_'\"$(.[],;:":
        return (lexeme,)
    if lexeme.startswith(("--", "/*")):
        return ()
    if first == "%" and (lexeme == "%s" or lexeme[1] == "("):
        return (lexeme,)
    if lexeme.endswith("?") and lexeme not in _QUESTION_OPERATORS:
        return (*_split_operator(lexeme[:-1]), "?")
    if lexeme[-1] in "+-" and len(lexeme) > 1 and _SIGN_MAY_END.isdisjoint(lexeme):
        return (*_split_operator(lexeme[:-1]), lexeme[-1])
    return (lexeme,)


@cache
def _postgres_pattern(*, dollar_strings: bool) -> re.Pattern[str]:
    escaped = r"[eE]'(?:[^'\\]++|''|\\(?s:.))*+'?+"
    plain = r"(?:[nNbBxX]|[uU]&)?+'(?:[^']++|'')*+'?+"
    name = r'(?:[uU]&)?+"(?:[^"]++|"")*+"?+'
    parts = [
        _COMMENT,
        escaped,
        plain,
        name,
        _WORD,
        _NUMBER.format(point=_NO_POINT),
        _DRIVER_PLACEHOLDER,
        *([_DOLLAR_STRING] if dollar_strings else []),
        "::|:=|=>",
        _POSTGRES_OPERATOR,
        r"\.\.",
        r"\S",
    ]
    return re.compile(rf"\s*+({'|'.join(parts)})")


@cache
def _mysql_pattern(dialect: Dialect) -> re.Pattern[str]:
    single, double = (_mysql_string(quote, backslash=dialect.backslash) for quote in "'\"")
    name = '"(?:[^"]++|"")*+"?+' if dialect.ansi_quotes else double
    parts = [
        _COMMENT + r"|#[^\n]*+",
        rf"[nNbBxX]?+{single}",
        name,
        _WORD,
        rf"(?:{_NUMBER.format(point=_NO_POINT)})(?![\w$])",
        r"\d[\w$]++",  # names may begin with digits
        _DRIVER_PLACEHOLDER,
        r"`(?:[^`]++|``)*+`?+",
        r"@@?+(?:`(?:[^`]++|``)*+`|[\w.$]++)",
        _MYSQL_OPERATOR,
        r"\.\.\.",
        r"\S",
    ]
    return re.compile(rf"\s*+({'|'.join(parts)})")


def _mysql_string(quote: str, *, backslash: bool) -> str:
    if backslash:
        return rf"{quote}(?:[^{quote}\\]++|{quote}{quote}|\\(?s:.))*+{quote}?+"
    return rf"{quote}(?:[^{quote}]++|{quote}{quote})*+{quote}?+"


def _without_comments(sql: str) -> str:
    """PostgreSQL text without its block comments, which may nest."""
    parts: list[str] = []
    depth = begin = 0
    for match in _postgres_comment_scan().finditer(sql):
        if match[0] == "/*":
            if depth == 0:
                parts.append(sql[begin : match.start()])
            depth += 1
        elif match[0] == "*/" and depth:
            depth -= 1
            begin = match.end()
    return " ".join([*parts, sql[begin:] if depth == 0 else ""])


@cache
def _postgres_comment_scan() -> re.Pattern[str]:
    return re.compile(
        r"""[eE]'(?:[^'\\]++|''|\\(?s:.))*+'?+|'(?:[^']++|'')*+'?+|"[^"]*+"?+|--[^\n]*+|"""
        + _DOLLAR_STRING
        + r"|/\*|\*/"
    )


def _unwrap_executed(sql: str, dialect: Dialect) -> str:
    """Replaces each ``/*! … */`` that this server executes by its content."""
    single, double = (_mysql_string(quote, backslash=dialect.backslash) for quote in "'\"")
    scan = rf"{single}|{double}|`[^`]*+`?+|#[^\n]*+|--[^\n]*+|/\*(?P<maria>M?)!(?P<version>\d{{5,6}})?+(?P<content>(?:[^*]++|\*(?!/))*+)(?:\*/)?+|{_COMMENT}"
    return re.sub(scan, lambda match: _executed(match, dialect.engine), sql)


def _executed(match: re.Match[str], engine: Engine) -> str:
    if match["content"] is None:
        return match[0]
    runs = _runs_on(int(match["version"] or 0), engine, maria=bool(match["maria"]))
    return f" {match['content']} " if runs else " "


def _runs_on(version: int, engine: Engine, *, maria: bool) -> bool:
    major, minor, patch = (*engine.version, 0, 0)[:3]
    if engine.name == "mariadb":  # which ignores the numbers that only MySQL has
        return not 50700 <= version <= 99999 and version <= major * 10000 + minor * 100 + patch + 999
    return not maria and version <= major * 10000 + minor * 100 + 99
