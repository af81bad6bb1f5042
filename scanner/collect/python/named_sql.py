"""Files of named statements, as aiosql and pugsql load them, as Python.

`-- name: get_user^` begins the statement that a program calls as ``queries.get_user(connection, …)``; the sign
says what the call gives. Each becomes the assignment of a pair, sign and statement, on the same lines.
"""

from __future__ import annotations

import re
from pathlib import Path

SUFFIX = ".sql"

_NAME = re.compile(r"^--\s*:?name\s*:?\s*([A-Za-z][\w-]*)(?:\([^)]*\))?\s*(\S*)\s*$", re.MULTILINE)
_NAMED = re.compile(rb"^--\s*:?name\s*:?\s*[A-Za-z]", re.MULTILINE)
_LOOK_AT = 4096  # bytes: such a file begins with a name, at most behind a comment
# What pugsql writes in words.
_SIGNS = {":one": "^", ":scalar": "$", ":affected": "!", ":insert": "<!", ":many": ""}


def is_named(file: Path) -> bool:
    """Whether the file holds named statements."""
    try:
        with file.open("rb") as content:
            return _NAMED.search(content.read(_LOOK_AT)) is not None
    except OSError:
        return False


def python_of(text: str) -> str:
    """The statements as assignments: ``get_user = ("^", r\"\"\"SELECT …\"\"\")``."""
    names = list(_NAME.finditer(text))
    if not names:
        return ""
    parts = ["\n" * text.count("\n", 0, names[0].start())]
    for number, name in enumerate(names):
        end = names[number + 1].start() if number + 1 < len(names) else len(text)
        body = text[name.end() : end].replace('"""', "'''")
        blank = body[len(body.rstrip()) :]
        sign = _SIGNS.get(name[2], name[2])
        quoted = f"{body.rstrip()} " if body.rstrip().endswith(('"', "\\")) else body.rstrip()
        parts.append(f'{name[1].replace("-", "_")} = ({sign!r}, r"""{quoted}"""){blank or chr(10)}')
    return "".join(parts)
