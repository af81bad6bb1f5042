"""Replaces every literal and parameter of a statement by a placeholder, and keeps what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from scanner.fingerprint.bodies import closed_string, language_of, quoted_name, statement_text
from scanner.fingerprint.lexer import Dialect
from scanner.fingerprint.words import (
    AFTER_ORDINAL,
    CLAUSES,
    COMPARISONS,
    FILE_OPTIONS,
    HOLE,
    MODIFIED_TYPES,
    MYSQL_TYPED_LITERALS,
    NAMING_SETTINGS,
    PLACEHOLDER,
    POSTGRES_TYPE_KEYWORDS,
    PRECISIONS,
    QUERY_STARTERS,
    RESERVED,
    SCALAR_TYPES,
    STATEMENT_TEXT,
    ends_operand,
)

# Normalises a text inside a text (a routine's body); None where it is nested too deep.
Inner = Callable[[str], str | None]

_WATCHED = CLAUSES | {"BY", "NULL", "TRUE", "FALSE", "ALL", "EXECUTE", "FUNCTION", "PROCEDURE"}
_INTRODUCER = re.compile(r"_(?:binary|utf\d\w*|latin\d|ascii|ucs2|cp\d+|koi8\w|gb\w+|big5|sjis|ujis|euc\w+)", re.I)
_MODIFIER = re.compile(r"[0-9]{1,5}")
_LONGEST_OPTION = 8  # of a file's layout: '\t', 'utf8', '"'


@dataclass(slots=True)
class _Level:
    """A pair of parentheses or brackets that is open."""

    opener: str  # the lexeme before it, upper case
    start: int  # index in the output of its first lexeme
    clause: str = ""  # the last keyword of CLAUSES; BY in a list of GROUP BY or ORDER BY; TYPE in a type's modifiers
    query: bool = False  # it holds a query, so numbers in ORDER BY are ordinals


class _Replacer:
    """One pass over the tokens of a text."""

    def __init__(self, tokens: list[str], dialect: Dialect, inner: Inner) -> None:
        self.tokens = tokens
        self.dialect = dialect
        self.inner = inner
        self.out: list[str] = []
        self.levels = [_Level("", 0, query=True)]
        self.at = 0  # index of the lexeme being read
        self.statement = ""  # first word of the statement, upper case
        self.routine = False  # it creates a function or procedure
        self.executing = False  # after EXECUTE: a string may be a statement
        self.modifiers_start = 0  # index in the output of the parenthesis of the type read last

    def run(self) -> list[str]:
        """The tokens with PLACEHOLDER in place of literals."""
        handlers = _HANDLERS
        for at, lexeme in enumerate(self.tokens):
            self.at = at
            handler = handlers.get(lexeme[0])
            if handler is None:
                self._word(lexeme)
            else:
                handler(self, lexeme)
        return self.out

    # --- tokens by kind

    def _symbol(self, lexeme: str) -> None:
        self.out.append("%" if lexeme == "%%" else lexeme)

    def _semicolon(self, lexeme: str) -> None:
        self.out.append(lexeme)
        self.statement = ""
        self.routine = self.executing = False
        self.levels[-1].clause = ""

    def _open(self, lexeme: str) -> None:
        opener = self._back(1)
        level = _Level(opener, len(self.out) + 1)
        if lexeme == "(":
            level.clause = self._clause_inside(opener)
        self.levels.append(level)
        self.out.append(lexeme)

    def _close(self, lexeme: str) -> None:
        if len(self.levels) > 1:
            level = self.levels.pop()
            parent = self.levels[-1]
            parent.query = parent.query or (level.query and level.start - 1 == parent.start)
            if level.clause == "TYPE":
                self.modifiers_start = level.start - 1
        self.out.append(lexeme)

    def _number(self, lexeme: str) -> None:
        clause = self.levels[-1].clause
        if _MODIFIER.fullmatch(lexeme) and (clause == "TYPE" or (clause == "BY" and self._stands_alone())):
            self.out.append(lexeme)
        else:
            self._value()

    def _dot(self, lexeme: str) -> None:
        if len(lexeme) > 1 and lexeme[1].isdigit():
            self._value()
        else:
            self.out.append(lexeme)

    def _dollar(self, lexeme: str) -> None:
        if len(lexeme) == 1:
            self.out.append(lexeme)
        elif lexeme[1].isdigit():
            self._value()
        else:
            self._string(lexeme)

    def _percent(self, lexeme: str) -> None:
        if lexeme == "%s" or lexeme[1:2] == "(":
            self._value()
        else:
            self._symbol(lexeme)

    def _colon(self, lexeme: str) -> None:
        if len(lexeme) == 1 or lexeme in ("::", ":="):
            self.out.append(lexeme)
        else:
            self._value()

    def _question(self, lexeme: str) -> None:
        if lexeme == "?" and not (self.dialect.postgres and self._ends_operand(len(self.out))):
            self._value()
        else:
            self.out.append(lexeme)

    def _double_quote(self, lexeme: str) -> None:
        if not self.dialect.postgres and not self.dialect.ansi_quotes:
            self._string(lexeme)
        else:
            self._name(lexeme, '"')

    def _backtick(self, lexeme: str) -> None:
        self._name(lexeme, "`")

    def _name(self, lexeme: str, quote: str) -> None:
        if not closed_string(lexeme, quote, backslash=False):  # cut off: it may have swallowed literals
            self._value()
        elif quote == '"' and not self.dialect.postgres:
            self.out.append(quoted_name(lexeme[1:-1].replace('""', '"')))
        else:
            self.out.append(lexeme)

    def _word(self, lexeme: str) -> None:
        if lexeme[1:2] in ("'", "&"):
            return self._name(lexeme, '"') if lexeme[2:3] == '"' else self._string(lexeme)
        upper = lexeme.upper()
        level = self.levels[-1]
        if len(self.out) == level.start:
            level.query = level.query or upper in QUERY_STARTERS
        if not self.statement:
            self.statement = upper
        if upper in _WATCHED:
            self._keyword(lexeme, upper, level)
        elif lexeme.startswith("__hole_") and self._is_value_hole(lexeme, level):
            self._value()
        else:
            self.out.append(lexeme)
        return None

    def _keyword(self, lexeme: str, upper: str, level: _Level) -> None:
        if upper in ("NULL", "TRUE", "FALSE"):
            return self._constant(lexeme, upper)
        if upper == "ALL" and self._back(1) == "LIMIT":
            return self._value()
        if upper == "BY":
            level.clause = "BY" if level.query and self._back(1) in ("ORDER", "GROUP") else ""
        elif upper in CLAUSES:
            level.clause = upper
        elif upper == "EXECUTE":
            self.executing = True
        elif upper != "ALL":
            self.routine = self.routine or self.statement == "CREATE"
        return self.out.append(lexeme)

    def _constant(self, lexeme: str, upper: str) -> None:
        test = self._back(1) == "IS" or (self._back(1) == "NOT" and self._back(2) == "IS")
        kept = self._keeps_null() if upper == "NULL" else not self.dialect.postgres
        if test or kept:
            self.out.append(lexeme)
        else:
            self._value()

    def _string(self, lexeme: str) -> None:
        if self._continues_string():
            return
        kept = self._kept_string(lexeme)
        if kept is None:
            self._value()
        else:
            self.out.append(kept)

    # --- decisions

    def _back(self, distance: int) -> str:
        """A lexeme already written, upper case; empty before the first."""
        return self.out[-distance].upper() if len(self.out) >= distance else ""

    def _next(self) -> str:
        return self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""

    def _clause_inside(self, opener: str) -> str:
        before = self._back(2)
        if self.levels[-1].clause == "BY" and opener in ("BY", ",", "(", "SETS", "ROLLUP", "CUBE"):
            return "BY"
        if opener == "ON" and before == "DISTINCT":
            return "BY"
        return "TYPE" if self._takes_modifiers(opener, before) else ""

    def _takes_modifiers(self, opener: str, before: str) -> bool:
        """Whether numbers in a parenthesis after this word belong to a type."""
        if opener in PRECISIONS or before == "::":
            return True
        if self.dialect.postgres and opener in POSTGRES_TYPE_KEYWORDS:
            return True
        if opener not in MODIFIED_TYPES:
            return False
        return before in ("AS", "RETURNS") or (before == "," and self.levels[-1].opener == "CONVERT") or (
            before.lower() not in RESERVED[self.dialect.engine.family] and before[-1:] not in "(,=<>+-*/%|&!)"
        )

    def _stands_alone(self) -> bool:
        following = self._next()
        return self._back(1) in ("BY", ",", "(") and (
            following in ("", ",", ")", ";") or following.upper() in AFTER_ORDINAL or bool(HOLE.match(following))
        )

    def _keeps_null(self) -> bool:
        if self.statement in ("CREATE", "ALTER", "COPY") or "ON" in (self._back(1), self._next().upper()):
            return True
        ahead = self.tokens[self.at + 1 : self.at + 3]
        cast = ahead[:1] == ["::"] or (self._back(1) == "(" and self._back(2) == "CAST" and ahead[:1] in (["AS"], ["as"]))
        # A row type of the application: NULL of it is read otherwise than a literal row would be.
        return self.dialect.postgres and cast and len(ahead) == 2 and ahead[1].upper() not in SCALAR_TYPES

    def _is_value_hole(self, lexeme: str, level: _Level) -> bool:
        following = self._next()
        if not HOLE.fullmatch(lexeme) or following in (".", "("):
            return False
        before = self._back(1)
        if before in COMPARISONS or before == "IN":
            return True
        cell = before in ("(", ",") and following in (",", ")")
        alone = before == "(" and following == ")"
        return cell and (level.opener in ("IN", "ANY", "SOME") or (self._in_values_row(level) and not alone))

    def _in_values_row(self, level: _Level) -> bool:
        return level.opener in ("VALUES", "VALUE", "ROW") or (
            level.opener == "," and len(self.levels) > 1 and self.levels[-2].clause == "VALUES"
        )

    def _ends_operand(self, end: int) -> bool:
        """Whether the output up to an index ends a value."""
        return end > 0 and ends_operand(self.out[end - 1])

    def _starts_expression(self, index: int) -> bool:
        return not self._ends_operand(index) and (index == 0 or self.out[index - 1] not in (".", "::"))

    def _continues_string(self) -> bool:
        """Adjacent strings are one: 'a' 'b'."""
        if self.at == 0:
            return False
        before = self.tokens[self.at - 1]
        return before[0] == "'" or before[1:2] == "'" or (
            before[0] == '"' and not self.dialect.postgres and not self.dialect.ansi_quotes
        )

    def _kept_string(self, lexeme: str) -> str | None:
        """A string that is a name or a statement, normalised; None for data."""
        before = self._back(1)
        if self.statement == "SET" and (kept := self._setting(lexeme)):
            return kept
        if self.statement in ("COPY", "LOAD") and before in FILE_OPTIONS:
            return lexeme if len(lexeme) <= _LONGEST_OPTION and closed_string(lexeme, lexeme[0], backslash=True) else None
        if not self.dialect.postgres and before == "AS":
            return quoted_name(text) if (text := statement_text(lexeme, self.dialect)) else None
        if self._is_body(before):
            return self._inside(lexeme)
        if self.executing or self._prepares(before):
            text = statement_text(lexeme, self.dialect) or ""
            return self._inside(lexeme) if STATEMENT_TEXT.match(text) else None
        return None

    def _is_body(self, before: str) -> bool:
        if not self.dialect.postgres or before == "LANGUAGE":
            return False
        written_in_sql = language_of(self.tokens) in ("sql", "plpgsql")
        return written_in_sql and (self.statement == "DO" or (self.routine and before == "AS"))

    def _prepares(self, before: str) -> bool:
        return (self.statement == "PREPARE" and before == "FROM") or (
            self.statement == "SET" and before in ("=", ":=") and self._back(2).startswith("@")
        )

    def _setting(self, lexeme: str) -> str | None:
        """The string, if it is the value of a setting that holds names."""
        for written in reversed(self.out):
            word = written.upper().rsplit(".", 1)[-1].lstrip("@")
            if word in NAMING_SETTINGS:
                return lexeme if closed_string(lexeme, lexeme[0], backslash=not self.dialect.postgres) else None
            if written == "SET" or (written[0] == "@" and word not in NAMING_SETTINGS):
                return None
        return None

    def _inside(self, lexeme: str) -> str | None:
        """A string that holds SQL, normalised in its quotes."""
        text = statement_text(lexeme, self.dialect)
        inner = None if text is None else self.inner(text)
        if inner is None:
            return None
        if lexeme[0] == "$":
            tag = lexeme[: lexeme.index("$", 1) + 1]
            return f"{tag} {inner} {tag}"
        escaped = inner if self.dialect.postgres else inner.replace("\\", "\\\\")
        return "'" + escaped.replace("'", "''") + "'"

    # --- a value

    def _value(self) -> None:
        """Writes a placeholder in place of a literal, its sign, its introducer and its type."""
        out = self.out
        self._drop_introducer()
        start = self._type_start() if self.dialect.postgres else len(out)
        written_type = out[start:]
        del out[start:]
        while out and out[-1] in ("-", "+") and not self._ends_operand(len(out) - 1):
            out.pop()
        before = self._back(1)
        if written_type:
            out.extend((PLACEHOLDER, "::", *written_type))
        elif before == "IN" and self.levels[-1].opener != "POSITION" and self._next() != "..":
            out.extend(("(", PLACEHOLDER, ")"))
        elif before in MYSQL_TYPED_LITERALS and not self.dialect.postgres and self._starts_expression(len(out) - 1):
            out.extend(("(", PLACEHOLDER, ")"))
        else:
            out.append(PLACEHOLDER)

    def _drop_introducer(self) -> None:
        if self.dialect.postgres or not self.out:
            return
        if _INTRODUCER.fullmatch(self.out[-1]):
            self.out.pop()
        elif self.out[-3:] == ["(", "_charset", ")"]:  # MariaDB's digests
            del self.out[-3:]

    def _type_start(self) -> int:
        """Where the type of a typed literal (date '…') begins in the output; its end if there is none."""
        out = self.out
        at = len(out) - 1
        if at >= 3 and self._back(1) == "ZONE" and self._back(2) == "TIME" and self._back(3) in ("WITH", "WITHOUT"):
            at -= 3
        if at >= 0 and out[at] == ")" and 0 < self.modifiers_start < at and ")" not in out[self.modifiers_start : at]:
            at = self.modifiers_start - 1
        if at >= 1 and out[at].upper() in ("VARYING", "PRECISION"):
            at -= 1
        is_type = at >= 0 and out[at].upper() in SCALAR_TYPES and out[at].upper() != "ZONE"
        return at if is_type and self._starts_expression(at) else len(out)


_HANDLERS: dict[str, Callable[[_Replacer, str], None]] = {
    **dict.fromkeys("0123456789", _Replacer._number),
    **dict.fromkeys("+-*/<>=~!@#^&|,\\{}", _Replacer._symbol),
    **dict.fromkeys("([", _Replacer._open),
    **dict.fromkeys(")]", _Replacer._close),
    "'": _Replacer._string,
    '"': _Replacer._double_quote,
    "`": _Replacer._backtick,
    "$": _Replacer._dollar,
    "%": _Replacer._percent,
    ":": _Replacer._colon,
    "?": _Replacer._question,
    ".": _Replacer._dot,
    ";": _Replacer._semicolon,
}


def replace_literals(tokens: list[str], dialect: Dialect, inner: Inner) -> list[str]:
    """The tokens with PLACEHOLDER in place of every literal and parameter; `inner` normalises bodies in strings."""
    return _Replacer(tokens, dialect, inner).run()
