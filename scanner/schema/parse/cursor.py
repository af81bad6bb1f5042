"""Reading a statement token by token: the words every reader of DDL shares."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TypeVar

from scanner.model import Engine, TableName
from scanner.schema.parse.lexer import NUMBER, QUOTED, STRING, WORD, Token
from scanner.schema.parse.statements import Statement

_OPEN, _CLOSE = {"(", "["}, {")", "]"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "0": "\0", "Z": "\x1a"}
_Item = TypeVar("_Item")


class UnreadableError(ValueError):
    """A statement is not understood; the message is the reason, for a Skipped or a ChangeError."""


class Cursor:
    """A position in the tokens of one statement."""

    def __init__(self, statement: Statement, engine: Engine) -> None:
        self._text = statement.text
        self.engine = engine
        self._tokens = statement.tokens
        self._end = Token("end", "", len(statement.text), len(statement.text))
        self.position = 0

    def peek(self, ahead: int = 0) -> Token:
        """The token at the position or some tokens ahead; behind the last one a token of kind "end"."""
        index = self.position + ahead
        return self._tokens[index] if index < len(self._tokens) else self._end

    @property
    def key(self) -> str:
        """The key of the token at the position."""
        return self.peek().key

    @property
    def written(self) -> str:
        """The token at the position as it is written; empty at the end."""
        return self._slice(self.peek().start, self.peek().end)

    @property
    def done(self) -> bool:
        """Nothing is left."""
        return self.position >= len(self._tokens)

    def advance(self) -> Token:
        """Takes one token; at the end there is none to take."""
        token = self.peek()
        self.position = min(self.position + 1, len(self._tokens))
        return token

    def at(self, *keys: str) -> bool:
        """These keywords or signs come next."""
        position = self.position
        for key in keys:
            if position >= len(self._tokens) or self._tokens[position].key != key:
                return False
            position += 1
        return True

    def accept(self, *keys: str) -> bool:
        """Takes these keywords or signs if they come next."""
        found = self.at(*keys)
        if found:
            self.position += len(keys)
        return found

    def accept_any(self, *keys: str) -> str | None:
        """Takes the next token if it is one of these."""
        return self.advance().key if self.key in keys else None

    def expect(self, *keys: str) -> None:
        """Takes these keywords or signs. Raises UnreadableError."""
        if not self.accept(*keys):
            raise self.unexpected(" ".join(keys))

    def unexpected(self, wanted: str) -> UnreadableError:
        """The error that says what was wanted and what stands there."""
        found = f"{self.written[:40]!r} stands" if self.written else "the statement ends"
        return UnreadableError(f"{wanted} was expected where {found}")

    def name(self) -> str:
        """One identifier, folded or unquoted. Raises UnreadableError."""
        token = self.peek()
        if token.kind == WORD:
            self.position += 1
            return self.engine.fold(self._slice(token.start, token.end))
        if token.kind == QUOTED:
            self.position += 1
            return self.engine.fold(_unquoted(self._slice(token.start, token.end)), quoted=True)
        if self.key == "`":
            raise UnreadableError(f"{self.engine.title} has no backquotes, a name is quoted with double quotes")
        raise self.unexpected("a name")

    def dotted(self) -> list[str]:
        """The parts of a qualified name. Raises UnreadableError."""
        parts = [self.name()]
        while self.accept("."):
            parts.append(self.name())
        return parts

    def relation(self) -> TableName:
        """A name with an optional qualifier; a catalogue before it is left out. Raises UnreadableError."""
        return relation_of(self.dotted())

    def string(self) -> str:
        """A string literal's value. Raises UnreadableError."""
        token = self.peek()
        if token.kind != STRING:
            raise self.unexpected("a string")
        self.position += 1
        return string_value(self._slice(token.start, token.end), self.engine)

    def at_string(self) -> bool:
        """A string literal comes next."""
        return self.peek().kind == STRING

    def at_name(self) -> bool:
        """A word or a quoted name comes next."""
        return self.peek().kind in (WORD, QUOTED)

    def names(self) -> tuple[str, ...]:
        """Names in parentheses, without their lengths and orders. Raises UnreadableError."""
        return self.items(self._name_and_more)

    def _name_and_more(self) -> str:
        name = self.name()
        self.skip_item()
        return name

    def items(self, read: Callable[[], _Item]) -> tuple[_Item, ...]:
        """Elements in parentheses, separated by commas. Raises UnreadableError."""
        self.expect("(")
        found: list[_Item] = []
        while not self.accept(")"):
            found.append(read())
            if not self.at(")") and not self.accept(","):
                raise self.unexpected(") or a comma")
        return tuple(found)

    def parenthesised(self) -> str:
        """The text between a parenthesis and its partner. Raises UnreadableError."""
        start = self.position
        if not self.at("("):
            raise self.unexpected("(")
        self.skip_group()
        return self._between(start + 1, self.position - 1)

    def skip_group(self) -> None:
        """Moves behind one token, or behind the partner if it opens a parenthesis. Raises UnreadableError."""
        depth = 0
        while True:
            if self.done:
                raise UnreadableError("a parenthesis is not closed")
            key = self.advance().key
            depth += (key in _OPEN) - (key in _CLOSE)
            if depth <= 0:
                return

    def skip_item(self) -> None:
        """Moves to the next comma or closing parenthesis of this level, or to the end."""
        while not self.done and self.key not in (",", ")"):
            self.skip_group()

    def expression(self, stops: Collection[str]) -> str:
        """The text of an expression of at least one token, up to a stop word, a comma or a parenthesis."""
        start = self.position
        if not self.done:
            self._skip_operand()
        while not self.done and self.key not in (",", ")") and self.key not in stops:
            self._skip_operand()
        return self.since(start)

    def _skip_operand(self) -> None:
        if not self.at("CASE"):
            self.skip_group()
            return
        depth = 0
        while not self.done:
            depth += {"CASE": 1, "END": -1}.get(self.key, 0)
            self.skip_group()
            if depth == 0:
                return

    def since(self, position: int) -> str:
        """The text from an earlier position to this one."""
        return self._between(position, self.position)

    def rest(self) -> str:
        """The text from here to the end, which it takes."""
        start, self.position = self.position, len(self._tokens)
        return self._between(start, self.position)

    def remaining_keys(self) -> set[str]:
        """The keys of the tokens from here to the end."""
        return {token.key for token in self._tokens[self.position :]}

    def spelled(self, position: int) -> str:
        """The tokens from an earlier position to this one in a canonical spelling.

        Unquoted words in lower case, one blank between words, none around parentheses.
        """
        text = ""
        for token in self._tokens[position : self.position]:
            part = self._slice(token.start, token.end)
            wordlike = token.kind in (WORD, QUOTED, STRING, NUMBER)
            text += " " if wordlike and text and text[-1] not in "([.,:%-" else ""
            text += part.lower() if token.kind == WORD else part
        return text

    def _between(self, first: int, behind: int) -> str:
        if behind <= first:
            return ""
        return self._slice(self._tokens[first].start, self._tokens[behind - 1].end)

    def _slice(self, start: int, end: int) -> str:
        return self._text[start:end]


def relation_of(parts: list[str]) -> TableName:
    """The relation that the parts of a dotted name mean. Raises UnreadableError."""
    if not parts:
        raise UnreadableError("a name lacks its table")
    return TableName(parts[-2] if len(parts) > 1 else None, parts[-1])


def _unquoted(text: str) -> str:
    if text[0] in "uU":
        return _unicode_escapes(text[3:-1].replace('""', '"'))
    quote = text[0]
    return text[1:-1].replace(quote * 2, quote)


def string_value(text: str, engine: Engine) -> str:
    """A literal as the engine reads it: without quotes, escapes carried out."""
    if text.startswith("$"):
        tag = text[: text.index("$", 1) + 1]
        return text[len(tag) : -len(tag)]
    quote = text[-1]
    prefix, inner = text[: text.index(quote)], text[text.index(quote) + 1 : -1]
    if engine.family == "mysql" or prefix in ("e", "E"):
        return re.sub(
            rf"\\(.)|{quote}{quote}",
            lambda f: _ESCAPES.get(f[1], f[1]) if f[1] else quote,
            inner,
            flags=re.DOTALL,
        )
    inner = inner.replace(quote * 2, quote)
    return _unicode_escapes(inner) if prefix in ("u&", "U&") else inner


def _unicode_escapes(text: str) -> str:
    return re.sub(r"\\(?:\+([0-9A-Fa-f]{6})|([0-9A-Fa-f]{4}))", lambda found: chr(int(found[1] or found[2], 16)), text)
