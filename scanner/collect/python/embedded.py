"""Files that hold Python beside other things: notebooks, named statements, the simplates of Aspen and Pando.

A simplate is divided by lines of ``[---]``. Its pages are Python until one has a media type or is the last:
those are templates, unless they are rendered by ``json_dump``, which takes an expression.
"""

from __future__ import annotations

import re

from scanner.collect.python import named_sql, notebooks

SUFFIXES = (".py", ".spt", notebooks.SUFFIX, named_sql.SUFFIX)

_DIVIDER = re.compile(r"^\[---+\]([^\n]*)\n?", re.MULTILINE)
_VISIBLE = re.compile(r"\S")


def python_of(path: str, text: str) -> str:
    """The Python of a file. What is not Python becomes blanks, so that every line stays what it was."""
    if path.endswith(notebooks.SUFFIX):
        return notebooks.notebook(text).source
    if path.endswith(named_sql.SUFFIX):
        return named_sql.python_of(text)
    return _of_simplate(text) if path.endswith(".spt") else text


def cells_of(path: str, text: str) -> tuple[int, ...]:
    """The lines (1-based) on which the cells of a notebook begin."""
    return notebooks.notebook(text).cells if path.endswith(notebooks.SUFFIX) else ()


def _of_simplate(text: str) -> str:
    dividers = list(_DIVIDER.finditer(text))
    starts = [0, *(divider.end() for divider in dividers)]
    ends = [*(divider.start() for divider in dividers), len(text)]
    kinds = ["", *(divider[1].strip() for divider in dividers)]
    parts: list[str] = []
    for number, (start, end, kind) in enumerate(zip(starts, ends, kinds, strict=True)):
        is_last = number == len(dividers)
        is_python = kind.endswith("json_dump") or (not kind and not is_last)
        parts.append(text[start:end] if is_python else _blank(text[start:end]))
        parts.append(_blank(dividers[number][0]) if not is_last else "")
    return "".join(parts)


def _blank(text: str) -> str:
    return _VISIBLE.sub(" ", text)
