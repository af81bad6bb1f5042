"""What statements say of themselves in comments: tags as sqlcommenter (``key='value'``) and marginalia write them."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import unquote

from scanner.model import Family

Tags = tuple[tuple[str, str], ...]  # key and value, sorted; a key may come twice

_LONGEST = 200  # characters of a value
# Not /*! … */, which MySQL and MariaDB execute, nor /*+ … */, which is a hint.
_COMMENT = r"/\*(?!M?!|\+)(?P<comment>(?:[^*]++|\*(?!/))*+)\*/"
_OTHER = {  # what only looks as if it held a comment
    "postgres": (
        r"(?<![\w$])[eE]'(?:[^'\\]++|''|\\(?s:.))*+'?+",
        r"'[^']*+'?+",
        r'"[^"]*+"?+',
        r"(?<![\w$])\$(?P<dollar>(?:[^\W\d]\w*+)?+)\$(?s:.)*?(?:\$(?P=dollar)\$|\Z)",
        r"--[^\n]*+",
        r"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?+",
    ),
    "mysql": (
        r"'(?:[^'\\]++|\\(?s:.))*+'?+",
        r'"(?:[^"\\]++|\\(?s:.))*+"?+',
        r"`[^`]*+`?+",
        r"--(?=\s|\Z)[^\n]*+",
        r"\#[^\n]*+",
        r"/\*\+(?:[^*]++|\*(?!/))*+(?:\*/)?+",
    ),
}
_PAIR = re.compile(
    r"""(?:\A|,)\s*+(?P<key>[\w.%-]{1,64})\s*+
        (?:=\s*+'(?P<quoted>(?:[^'\\]|\\.)*+)'|[:=]\s*+(?P<plain>[^,']++))\s*+(?=,|\Z)""",
    re.VERBOSE | re.DOTALL,
)


def tags_of(sql: str, family: Family) -> Tags:
    """The tags in the comments of a statement, wherever in it they stand.

    Keys and values of sqlcommenter are percent-decoded, as https://google.github.io/sqlcommenter/spec/ says; those of
    marginalia are taken as they are. A comment that is no list of tags has none, and nor has one without an end.
    """
    if "/*" not in sql:
        return ()
    comments = (found["comment"] for found in _scan(family).finditer(sql))
    return tuple(sorted({tag for comment in comments if comment for tag in _tags(comment)}))


@cache
def _scan(family: Family) -> re.Pattern[str]:
    return re.compile("|".join((_COMMENT, *_OTHER[family])))


def _tags(comment: str) -> list[tuple[str, str]]:
    return [
        (unquote(pair["key"]), _decoded(pair["quoted"]) if pair["plain"] is None else pair["plain"].strip()[:_LONGEST])
        for pair in _PAIR.finditer(comment)
    ]


def _decoded(value: str) -> str:
    return unquote(re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL))[:_LONGEST]
