"""A script of SQL → its statements. A lexer only: nothing is parsed, so nothing is too strange."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from scanner.model.names import Family


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a script, or one command of the client (psql's ``\\copy``, mysql's ``DELIMITER``)."""

    text: str  # from its first token to its last, as written, without the delimiter
    line: int  # of the first token, 1-based
    column: int  # of the first token, 0-based, in characters
    offset: int  # of the first token in the script, in characters
    lead: str = ""  # what stands before it since the last statement: comments, white space
    client: bool = False  # a command of the client, not for the server


# Without these a text of PostgreSQL is one statement, or comments alone.
_DIVIDING = re.compile(r"[;\\]")


@dataclass(slots=True)
class _State:
    """What one statement leaves behind for the next."""

    position: int = 0  # first character not yet read
    line: int = 1  # of `position`
    line_start: int = 0  # offset of that line's first character
    delimiter: str = ";"
    compounds: bool = True  # no body was left open so far


def split(text: str, family: Family) -> Iterator[Statement]:
    """Yields the statements of a script in order, one pass, in time linear to its length.

    Semicolons inside strings, quoted names, comments, dollar quotes and the bodies of routines, triggers and
    events end nothing. MySQL's DELIMITER is obeyed; the rows after COPY … FROM stdin are passed over.
    Strings and comments left open reach to the end. MySQL backslashes escape, PostgreSQL's only in E''.
    """
    state = _State()
    while (statement := _next(text, family, state)) is not None:
        yield statement
        if family == "postgres":
            _move(text, state, _after_copy_data(text, statement.text, state.position))
        elif statement.client:
            state.delimiter = _new_delimiter(statement.text) or state.delimiter


def texts(script: str, family: Family) -> list[str]:
    """The statements of a script, each with the comments before it."""
    plain = script.strip()
    if family == "postgres" and not _DIVIDING.search(plain) and not plain.startswith(("--", "/*")):
        return [plain] if plain else []
    return [f"{each.lead}{each.text}".strip() for each in split(script, family)]


def _next(text: str, family: Family, state: _State) -> Statement | None:
    begin = state.position
    start = _first_token(text, begin, family, state.delimiter)
    if start >= len(text):
        return None
    _move(text, state, start)
    line, column, lead = state.line, start - state.line_start, text[begin:start]
    command = _CLIENT_COMMAND[family].match(text, start)
    if command:
        _move(text, state, command.end())
        return Statement(command[0].rstrip(), line, column, start, lead, not _is_use(command[0]))
    end = _end(text, start, family, state)
    _move(text, state, end + len(state.delimiter) if text.startswith(state.delimiter, end) else end)
    return Statement(text[start:end].rstrip(), line, column, start, lead)


def _move(text: str, state: _State, position: int) -> None:
    state.line += text.count("\n", state.position, position)
    state.line_start = text.rfind("\n", state.position, position) + 1 or state.line_start
    state.position = position


def _first_token(text: str, position: int, family: Family, delimiter: str) -> int:
    """Passes over white space, comments and stray delimiters."""
    while position < len(text):
        position = _pass(_BLANK[family], text, position)
        if family == "postgres" and text.startswith("/*", position):
            position = _comment_end(text, position)
        elif text.startswith(delimiter, position):
            position += len(delimiter)
        else:
            break
    return position


def _pass(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _end(text: str, start: int, family: Family, state: _State) -> int:
    """Where the statement's text ends: at its delimiter, at a client command or at the end of the script."""
    end = _first_delimiter(text, start, family, state.delimiter)
    if state.delimiter != ";" or not state.compounds or not _may_be_compound(text, start, end, family):
        return end
    body_end = _compound_end(text, start, family)
    if body_end is None:
        state.compounds = False  # one open body would swallow all that follows, and be searched for again and again
        return end
    return body_end


def _first_delimiter(text: str, position: int, family: Family, delimiter: str) -> int:
    plain = _plain(family, delimiter[0])
    while True:
        position = _pass(plain, text, position)
        if position >= len(text) or text.startswith(delimiter, position):
            return position
        if text[position] == "\\" and _ENDING_COMMAND[family].match(text, position):
            return position
        position = _stop_end(text, position, family)


def _stop_end(text: str, position: int, family: Family) -> int:
    """Passes over what `_plain` stopped at and is no end: a dollar quote, a nested comment, one character."""
    if family == "postgres":
        if text.startswith("/*", position):
            return _comment_end(text, position)
        tag = _DOLLAR_TAG.match(text, position)
        if tag:
            close = text.find(tag[0], tag.end())
            return len(text) if close < 0 else close + len(tag[0])
    return position + 1


def _comment_end(text: str, position: int) -> int:
    """PostgreSQL's block comments nest."""
    depth = 0
    for mark in _COMMENT_MARK.finditer(text, position):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def _may_be_compound(text: str, start: int, end: int, family: Family) -> bool:
    head = _COMPOUND_HEAD[family].match(text, start, end)
    if head is None:
        return False
    return family == "mysql" or head["kind"].lower() == "rule" or bool(_ATOMIC.search(text, start, end))


def _compound_end(text: str, start: int, family: Family) -> int | None:
    """The semicolon that is inside no block, CASE or (PostgreSQL) parenthesis; None if a block stays open."""
    frames: list[str] = []
    before = ""
    for token in _COMPOUND_TOKEN[family].finditer(text, start):
        word = token["word"] or token["mark"]
        if word is None:
            continue
        word = word.upper()
        if word == ";" and not frames:
            return token.start()
        if word in ("END", ")"):
            _close(frames, word)
        elif not (before == "END" and word in _BLOCKS):
            frames.extend(_opened(word, before, frames, family, text, token.end()))
        before = word
    return None if frames else len(text)


def _close(frames: list[str], word: str) -> None:
    if frames and (word == "END") != (frames[-1] == "("):
        frames.pop()


def _opened(word: str, before: str, frames: list[str], family: Family, text: str, after: int) -> list[str]:
    """The frame a token opens, if any; `case` is an expression: no statement begins in it."""
    if family == "postgres":
        atomic = word == "BEGIN" and _ATOMIC_FOLLOWS.match(text, after)
        return [word] if atomic or word == "(" or (word == "CASE" and "BEGIN" in frames) else []
    if word not in _BLOCKS:
        return []
    inside = bool(frames)
    statement = before in (_BEFORE_STATEMENT if inside else _BEFORE_BODY) and frames[-1:] != ["case"]
    if word == "CASE":
        return ["CASE" if statement else "case"]
    handler = word == "BEGIN" and inside and _HANDLER_FOR.search(text, max(0, after - 300), after - len(word))
    return [word] if statement or handler or (word == "BEGIN" and not inside) else []


def _new_delimiter(command: str) -> str | None:
    match = re.match(r"delimiter\s+(\S+)", command, re.IGNORECASE)
    return match[1] if match else None


def _is_use(command: str) -> bool:
    return command[:3].lower() == "use"


def _after_copy_data(text: str, statement: str, position: int) -> int:
    """Where the rows of COPY … FROM stdin end; `position` itself when the script holds none."""
    if not _COPY_FROM_STDIN.match(statement):
        return position
    end = _COPY_END.search(text, position)
    return end.end() if end else position


@lru_cache(maxsize=16)
def _plain(family: Family, delimiter: str) -> re.Pattern[str]:
    """Matches everything up to the next character that may end a statement or needs a closer look."""
    stops = re.escape("'\"-/\\" + delimiter + ("$" if family == "postgres" else "`#"))
    return re.compile(rf"(?:[^{stops}]++|{_QUOTED[family]})*+", re.DOTALL)


_POSTGRES_QUOTED = r"""
    (?<=\b[eE])'(?:[^'\\]++|\\.|'')*+(?:'|\Z) | '(?:[^']++|'')*+(?:'|\Z) | "(?:[^"]++|"")*+(?:"|\Z)
    | --[^\n]*+ | - | /(?!\*)"""
_MYSQL_QUOTED = r"""
    '(?:[^'\\]++|\\.|'')*+(?:'|\Z) | "(?:[^"\\]++|\\.|"")*+(?:"|\Z) | `(?:[^`]++|``)*+(?:`|\Z)
    | --(?=\s|\Z)[^\n]*+ | \#[^\n]*+ | /\*M?!\d*+ | /\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z) | -"""
# Without white space, so that they can stand inside other patterns.
_QUOTED: dict[Family, str] = {
    "postgres": re.sub(r"\s+", "", _POSTGRES_QUOTED),
    "mysql": re.sub(r"\s+", "", _MYSQL_QUOTED),
}
_BLANK: dict[Family, re.Pattern[str]] = {
    "postgres": re.compile(r"(?:\s++|--[^\n]*+|\\;|\ufeff)*+"),
    "mysql": re.compile(
        r"(?:\s++|--(?=\s|\Z)[^\n]*+|#[^\n]*+|/\*(?!M?!)(?:[^*]++|\*(?!/))*+(?:\*/|\Z)|\\[gG]|\ufeff)*+"
    ),
}
_COMMENT_MARK = re.compile(r"/\*|\*/")
_DOLLAR_TAG = re.compile(r"(?<![\w$])\$(?:[^\W\d]\w*)?\$")

# mysql reads these only at the start of a line, psql's backslash commands stand anywhere.
_CLIENT_COMMAND: dict[Family, re.Pattern[str]] = {
    "postgres": re.compile(r"\\[^\n]*"),
    "mysql": re.compile(
        r"(?:delimiter\s+\S|source\s+\S|use\s+[^\s;]+[ \t\r]*$|\\[^gG\s])[^\n]*", re.IGNORECASE | re.MULTILINE
    ),
}
_ENDING_COMMAND: dict[Family, re.Pattern[str]] = {
    "postgres": re.compile(r"\\"),
    "mysql": re.compile(r"\\[gG]"),
}

_COPY_FROM_STDIN = re.compile(r"\\?copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_COPY_END = re.compile(r"^\\\.[ \t\r]*$", re.MULTILINE)

_GLUE = r"(?:\s|\*/|/\*M?!\d*)"
_ACCOUNT_PART = r"""(?:'[^']*'|"[^"]*"|`[^`]*`|[^\s'"`@]+)"""
_COMPOUND_HEAD: dict[Family, re.Pattern[str]] = {
    "postgres": re.compile(r"create\s+(?:or\s+replace\s+)?(?P<kind>function|procedure|rule)\b", re.IGNORECASE),
    "mysql": re.compile(
        rf"{_GLUE}*create{_GLUE}+(?:or{_GLUE}+replace{_GLUE}+)?"
        rf"(?:definer\s*=\s*{_ACCOUNT_PART}(?:\s*@\s*{_ACCOUNT_PART})?{_GLUE}+)?(?:aggregate{_GLUE}+)?"
        r"(?:procedure|function|trigger|event|package)\b|begin\s+not\s+atomic\b",
        re.IGNORECASE,
    ),
}
_ATOMIC = re.compile(r"\bbegin\s+atomic\b", re.IGNORECASE)
_ATOMIC_FOLLOWS = re.compile(r"\s+atomic\b", re.IGNORECASE)
_WORD = r"(?<![@.\w$])(?P<word>[^\W\d][\w$]*)|(?P<mark>[;:()])"
_COMPOUND_TOKEN: dict[Family, re.Pattern[str]] = {
    "postgres": re.compile(
        rf"{_QUOTED['postgres']}|/\*.*?\*/|(?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$|{_WORD}",
        re.DOTALL,
    ),
    "mysql": re.compile(rf"{_QUOTED['mysql']}|{_WORD}", re.DOTALL),
}
# A handler's own body follows its conditions: DECLARE EXIT HANDLER FOR SQLSTATE '23000', duplicate BEGIN.
_HANDLER_FOR = re.compile(r"\bhandler\s+for\b[^;]*$", re.IGNORECASE)
_BLOCKS = frozenset({"BEGIN", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"})
# What a statement in a body follows, and what a body follows: elsewhere IF(…) and REPEAT(…) are functions.
_BEFORE_STATEMENT = frozenset({";", ":", "BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT"})
_BEFORE_BODY = frozenset({"ROW", "DO", ":", ")", "DETERMINISTIC", "DATA", "SQL"})
