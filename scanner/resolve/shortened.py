"""What can still be read of a text that was cut off.

MySQL cuts digests at max_digest_length and ends them with three dots; a log or a view of statements cuts wherever its
limit is, within parentheses or a quote too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_DOTS = re.compile(r"\s*\.\.\.\s*$")
_TOKEN = re.compile(r"'(?:[^']|'')*'?|\"[^\"]*\"?|`[^`]*`?|[\w$@]+|\S")
_LONGEST = 40  # tokens that are given up, one after the other


def shortened(sql: str) -> Iterator[str]:
    """The text up to the cut, then without its last token, and so on, parentheses closed; nothing for a whole one."""
    dotted = _DOTS.search(sql)
    text = sql[: dotted.start()] if dotted else sql
    tokens = [(match.start(), match[0]) for match in _TOKEN.finditer(text)]
    if dotted is None and not _is_open([token for _, token in tokens]):
        return
    for given_up in range(min(_LONGEST, len(tokens) - 1)):
        kept = tokens[: len(tokens) - given_up]
        start, last = kept[-1]
        yield text[: start + len(last)] + ")" * _depth([token for _, token in kept])


def _is_open(tokens: list[str]) -> bool:
    last = tokens[-1] if tokens else ""
    return _depth(tokens) > 0 or (last[:1] in ("'", '"', "`") and (len(last) == 1 or last[-1] != last[0]))


def _depth(tokens: list[str]) -> int:
    return tokens.count("(") - tokens.count(")")
