"""SQL text → tokens, in one pass of a compiled expression whose cost is linear in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from scanner.model import Engine

# The styles of the drivers: %s %(name)s :name :1 $1; psycopg writes %b and %t too.
_DRIVER_PARAMETER = r"%s(?!\w)|%\(\w++\)[sbt](?!\w)|(?<![\w\])]):[^\W\d]\w*+|(?<![\w\]\[)]):\d++(?!\w)|\$\d++"
_NUMBER = (
    r"0[xX][0-9a-fA-F_]++|0[bB][01_]++|0[oO][0-7_]++"
    r"""|(?:\d[\d_]*+(?:\.(?!\.)\d*+)?+|(?<![\w"`\])])\.\d++)(?:[eE][+-]?\d++)?+"""
)
_BLOCK_COMMENT = r"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?+"
_COMMENT = {
    "postgres": rf"--[^\n]*+|{_BLOCK_COMMENT}",
    "mysql": rf"--(?=\s|\Z)[^\n]*+|{_BLOCK_COMMENT}|#[^\n]*+",
}
_COMMENT_STARTS = {"postgres": ("--", "/*"), "mysql": ("--", "/*", "#")}
_WORD = r"[^\W\d][\w$]*+"
_PLAIN = r"""[A-Za-z_][\w$]*+(?!['"&])|[,()]"""  # most tokens; first, for speed

_ESCAPE_STRING = r"[eE]'(?:[^'\\]++|''|\\(?s:.))*+'?+"
_PLAIN_STRING = r"'(?:[^']++|'')*+'?+"
_DOLLAR_STRING = r"\$(?P<tag>(?:[^\W\d]\w*+)?+)\$(?s:.)*?(?:\$(?P=tag)\$|\Z)"
_HAS_DOLLAR_STRING = re.compile(r"\$(?:[^\W\d]\w*)?\$")
_DOUBLE_QUOTED = r'"(?:[^"]++|"")*+"?+'
_BACKTICKED = r"`(?:[^`]++|``)*+`?+"

# PostgreSQL: an operator is a run of these, but it ends in + or - only if it holds one of the second kind.
_ARITHMETIC = r"[<>=*+]|-(?!-)|/(?!\*)"
_OTHER = r"[~!@#^&|?]|%(?!s(?!\w)|\(\w+\)[sbt](?!\w))"
_LONGEST = 63  # of an operator's name
_POSTGRES_OPERATOR = (
    r"(?:[<>=!]{1,2}|[+*/-])(?=\?(?![|&#?]|-(?!-)))"  # "=?": the parameter style of some drivers
    rf"|(?=(?:{_ARITHMETIC}){{0,{_LONGEST - 1}}}(?:{_OTHER}))(?:{_ARITHMETIC}|{_OTHER}){{1,{_LONGEST}}}+"
    rf"|(?:{_ARITHMETIC}){{0,{_LONGEST - 1}}}(?:[<>=*]|/(?!\*))"
)
_MYSQL_OPERATOR = r"<=>|<<|>>|->>|->|\|\||&&|!=|<>|<=|>=|:=|%%|\.\.\."

_NESTED_COMMENT = re.compile(r"/\*(?:[^*/]++|\*(?!/)|/(?!\*))*+/\*")
_EXECUTED_COMMENT = re.compile(r"/\*M?!")


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """What the lexical rules depend on; one for each, made by `dialect_of`."""

    engine: Engine
    postgres: bool  # PostgreSQL's syntax, else MySQL's
    ansi_quotes: bool = False  # MySQL: "a" is a name
    backslash: bool = True  # MySQL: a backslash escapes in strings

    @property
    def double_quoted_strings(self) -> bool:
        """Whether "a" is a string."""
        return not self.postgres and not self.ansi_quotes


@cache
def dialect_of(engine: Engine, sql_mode: frozenset[str] | None) -> Dialect:
    """The rules of an engine under an sql_mode (None: its default)."""
    modes = sql_mode or frozenset()
    ansi_quotes = bool(modes & {"ANSI_QUOTES", "ANSI"})
    return Dialect(engine, engine.family == "postgres", ansi_quotes, "NO_BACKSLASH_ESCAPES" not in modes)


def tokenize(sql: str, dialect: Dialect) -> list[str]:
    """The tokens of any text, as written; white space and comments left out, executed comments unwrapped."""
    if "/*" in sql:
        sql = _without_nested_comments(sql) if dialect.postgres else _without_executed_comments(sql, dialect)
    if dialect.postgres and "$" in sql and _HAS_DOLLAR_STRING.search(sql):
        tokens = [match[1] for match in _postgres_pattern(dollar_strings=True).finditer(sql)]
    elif dialect.postgres:
        tokens = _postgres_pattern(dollar_strings=False).findall(sql)
    else:
        tokens = _mysql_pattern(dialect).findall(sql)
    starts = _COMMENT_STARTS[dialect.engine.family]
    if any(start in sql for start in starts):
        return [lexeme for lexeme in tokens if not lexeme.startswith(starts)]
    return tokens


@cache
def _postgres_pattern(*, dollar_strings: bool) -> re.Pattern[str]:
    parts = [
        _PLAIN,
        _ESCAPE_STRING,
        rf"(?:[nNbBxX]|[uU]&)?+{_PLAIN_STRING}",
        rf"(?:[uU]&)?+{_DOUBLE_QUOTED}",
        _WORD,
        _NUMBER,
        _COMMENT["postgres"],
        _DRIVER_PARAMETER,
        *([_DOLLAR_STRING] if dollar_strings else []),
        "::|:=|=>(?![<>=~!@#%^&|?*/+-])",
        _POSTGRES_OPERATOR,
        r"\.\.",
        r"\S",
    ]
    return re.compile(rf"\s*+({'|'.join(parts)})")


@cache
def _mysql_pattern(dialect: Dialect) -> re.Pattern[str]:
    parts = [
        _PLAIN,
        "[nNbBxX]?+" + mysql_string(dialect, "'"),
        mysql_string(dialect, '"') if dialect.double_quoted_strings else _DOUBLE_QUOTED,
        _WORD,
        rf"(?:{_NUMBER})(?![\w$])",
        r"\d[\w$]++",  # a name may begin with digits
        _COMMENT["mysql"],
        _DRIVER_PARAMETER,
        _BACKTICKED,
        r"@@?+(?:`(?:[^`]++|``)*+`|[\w.$]++)",
        _MYSQL_OPERATOR,
        r"\\N(?![\w$])",  # NULL
        r"\S",
    ]
    return re.compile(rf"\s*+({'|'.join(parts)})")


def mysql_string(dialect: Dialect, quote: str) -> str:
    """The expression of a string in these quotes."""
    if dialect.backslash:
        return rf"{quote}(?:[^{quote}\\]++|{quote}{quote}|\\(?s:.))*+{quote}?+"
    return rf"{quote}(?:[^{quote}]++|{quote}{quote})*+{quote}?+"


@cache
def comment_pattern(dialect: Dialect) -> re.Pattern[bytes]:
    """MySQL's comments, each in the group ``comment``, and what could be taken for one; for text with none executed."""
    double_quoted = mysql_string(dialect, '"') if dialect.double_quoted_strings else _DOUBLE_QUOTED
    quoted = (mysql_string(dialect, "'"), double_quoted, _BACKTICKED)
    return re.compile("|".join([*quoted, f"(?P<comment>{_COMMENT['mysql']})"]).encode())


def _without_nested_comments(sql: str) -> str:
    """PostgreSQL text without its block comments, if any of them holds another."""
    if not _NESTED_COMMENT.search(sql):
        return sql
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
    skipped = (_ESCAPE_STRING, _PLAIN_STRING, _DOUBLE_QUOTED, r"--[^\n]*+", _DOLLAR_STRING)
    return re.compile("|".join([r"/\*", r"\*/", *skipped]))


def _without_executed_comments(sql: str, dialect: Dialect) -> str:
    """MySQL text with the content of each ``/*! … */`` in its place, if this server executes it."""
    if not _EXECUTED_COMMENT.search(sql):
        return sql
    return _executed_scan(dialect).sub(lambda match: _executed(match, dialect.engine), sql)


@cache
def _executed_scan(dialect: Dialect) -> re.Pattern[str]:
    executed = r"/\*(?P<maria>M?)!(?P<version>\d{5,6})?+(?P<content>(?:[^*]++|\*(?!/))*+)(?:\*/)?+"
    strings = (mysql_string(dialect, "'"), mysql_string(dialect, '"'), _BACKTICKED)
    return re.compile("|".join([*strings, executed, _COMMENT["mysql"]]))


def _executed(match: re.Match[str], engine: Engine) -> str:
    if match["content"] is None:
        return match[0]
    runs = _runs_on(int(match["version"] or 0), engine, maria=bool(match["maria"]))
    return f" {match['content']} " if runs else " "


def _runs_on(version: int, engine: Engine, *, maria: bool) -> bool:
    """Whether a server executes ``/*!version``: its version has at least that number."""
    major, minor, patch = (*engine.version, 99, 99)[:3]
    if engine.name == "mariadb":  # ignores the numbers that only MySQL has
        return not 50700 <= version <= 99999 and version <= major * 10000 + minor * 100 + patch
    return not maria and version <= major * 10000 + minor * 100 + patch
