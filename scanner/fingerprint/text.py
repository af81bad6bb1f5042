"""Tokens → one line of SQL."""

from __future__ import annotations

from scanner.fingerprint.words import HOLE, PLACEHOLDER, SPACED, ends_operand

_NO_SPACE_BEFORE = frozenset(",)];")
_NO_SPACE_AFTER = frozenset("([")
_UNARY = frozenset("-+~")


def render(tokens: list[str], *, numbered: bool) -> str:
    """One line, spaced alike however it was written; placeholders as $1, $2 … or as ?."""
    parts: list[str] = []
    before, earlier, count = "", "", 0
    for lexeme in tokens:
        if parts and not _glued(earlier, before, lexeme):
            parts.append(" ")
        if lexeme == PLACEHOLDER:
            count += 1
            parts.append(f"${count}" if numbered else "?")
        else:
            parts.append(lexeme)
        earlier, before = before, lexeme
    return "".join(parts)


def renumber_holes(text: str) -> tuple[str, dict[str, str]]:
    """The holes numbered from 1 in order of appearance, and the new marker of each old one that is left."""
    if "__hole_" not in text:
        return text, {}
    markers: dict[str, str] = {}
    renumbered = HOLE.sub(lambda m: markers.setdefault(m[0], f"__hole_{len(markers) + 1}__"), text)
    return renumbered, markers


def _glued(earlier: str, before: str, lexeme: str) -> bool:
    """Whether no space stands between two tokens; `earlier` is the one before both."""
    if lexeme in _NO_SPACE_BEFORE or before in _NO_SPACE_AFTER:
        return True
    if before in _UNARY:
        return not ends_operand(earlier) and (_is_name(lexeme) or lexeme == "(")
    if lexeme == "(":
        return _is_name(before) and before.upper() not in SPACED
    if lexeme == "[":
        return ends_operand(before)
    if lexeme in (".", "::"):
        return ends_operand(before)
    return before in (".", "::") and ends_operand(earlier) and (_is_name(lexeme) or lexeme == "*")


def _is_name(lexeme: str) -> bool:
    first = lexeme[0]
    return first.isalpha() or first in '_"`' or (first.isalnum() and not lexeme.isdigit())
