"""Whether a digest's text is the whole of it.

A server keeps the tokens of a statement in max_digest_length bytes: two for each token, and the name of one that is
a name with two for its length. Tokens beyond are left out, without a mark. Seen on MariaDB 10.11; MySQL before 5.6.24
writes three dots instead.
"""

from __future__ import annotations

import re

_TOKEN = 2
_LENGTH = 2
_LONGEST_NAME = 64  # characters
# A row or list of values is one token, with all that is written for the rest of it.
_DOTS = re.compile(r"(?<!\?,)(?<!\?, )\.\.\.$")  # those of a list of values are none
_TOKENS = re.compile(r"`(?P<name>[^`]*)`|(?:\(\?\)|\(\.\.\.\))(?: /\* , \.\.\. \*/)?|\?, \.\.\.|\S+")


def is_cut(digest: str, limit: int) -> bool:
    """Whether tokens may have been left out: there was no room for another one, a name if need be."""
    if _DOTS.search(digest) or digest.count("(") > digest.count(")"):
        return True
    used = 0
    for token in _TOKENS.finditer(digest):
        name = token["name"]
        used += _TOKEN if name is None else _TOKEN + _LENGTH + len(name.encode("utf-8", "surrogatepass"))
    return used + _TOKEN + _LENGTH + _LONGEST_NAME > limit
