"""The text of a string literal as the program would see it."""

from __future__ import annotations

import re
import unicodedata

_ESCAPE = re.compile(
    r"\\(?:(\r\n|\r|\n)|([\\'\"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]+)\})"
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LAST_CODE_POINT = 0x10FFFF


def decode(body: str, prefix: str) -> str:
    """What stands between the quotes, with escapes replaced unless the prefix makes it raw."""
    if "\\" not in body or "r" in prefix.lower():
        return body
    return _ESCAPE.sub(_replacement, body)


def _replacement(match: re.Match[str]) -> str:
    newline, simple, octal, two, four, eight, name = match.groups()
    if newline:
        return ""
    if simple:
        return _SIMPLE.get(simple, simple)
    if name:
        return _named(name)
    code = int(octal, 8) if octal else int(two or four or eight, 16)
    return chr(code) if code <= _LAST_CODE_POINT else match[0]


def _named(name: str) -> str:
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return "?"
