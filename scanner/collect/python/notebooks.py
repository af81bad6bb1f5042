"""Jupyter notebooks as Python: the code cells, each line where it stands in the file.

A notebook is JSON in which each line of a cell is a string on a line of its own. Lines that are no Python are
left blank, so that every line keeps its number. `%sql` and `%%sql` become calls of a function of that name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

SUFFIX = ".ipynb"

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SOURCE = re.compile(r'"source"\s*:\s*(\[|")')
_LINE_MAGIC = re.compile(r"^(\s*)(?:([\w.,\s]+?)\s*=\s*)?%sql\s+(.*)$")
_OTHER = re.compile(r"^\s*(?:[\w.,\s]+=\s*)?[%!?]|^[^#'\"]*\?\s*$")
_TIMED = re.compile(r"^(\s*)%(?:time|timeit|prun|memit)\s+(?!-)(.+)$")
_CELL_MAGIC = re.compile(r"^\s*%%(\w+)(.*)$")
# Cells in these magics hold Python behind the first line.
_PYTHON_MAGICS = frozenset(("time", "timeit", "capture", "prun", "memit"))
_OPTION = re.compile(r"^\s*(?:\S+://\S*|@\w+|--\w[\w-]*(?:[= ]\S+)?|\w+\s*<<)\s*")


@dataclass(frozen=True, slots=True)
class Notebook:
    """The code of a notebook, and the lines (1-based) on which its code cells begin."""

    source: str
    cells: tuple[int, ...]


def notebook(text: str) -> Notebook:
    """Reads a notebook; nothing where it is none."""
    lines = [""] * (text.count("\n") + 1)
    starts: list[int] = []
    for written in _code_cells(text):
        starts.append(written[0][0])
        for number, line in _python([each for _, each in written], [number for number, _ in written]):
            lines[number - 1] = f"{lines[number - 1]}; {line}" if lines[number - 1] else line
    return Notebook("\n".join(lines) + "\n", tuple(starts))


def _code_cells(text: str) -> Iterator[list[tuple[int, str]]]:
    """The lines of each code cell with their numbers in the file."""
    try:
        cells = json.loads(text).get("cells", [])
    except (ValueError, AttributeError, RecursionError):
        return
    at = 0
    for cell in cells if isinstance(cells, list) else []:
        found = _SOURCE.search(text, at)
        if found is None or not isinstance(cell, dict):
            return
        source = cell.get("source", [])
        parts = source if isinstance(source, list) else [source]
        numbered: list[tuple[int, str]] = []
        at = found.end() - (found[1] == '"')
        for part in parts:
            string = _STRING.search(text, at)
            if string is None or not isinstance(part, str):
                return
            number = text.count("\n", 0, string.start()) + 1
            numbered.extend((number, line) for line in part.splitlines())
            at = string.end()
        if cell.get("cell_type") == "code" and numbered:
            yield numbered


def _python(lines: list[str], numbers: list[int]) -> Iterator[tuple[int, str]]:
    magic = _CELL_MAGIC.match(lines[0])
    if magic is None or magic[1] in _PYTHON_MAGICS:
        first = 0 if magic is None else 1
        yield from zip(numbers[first:], map(_line, lines[first:]), strict=True)
    elif magic[1] == "sql":
        yield from _sql_cell(magic[2], lines[1:], numbers)


def _sql_cell(options: str, lines: list[str], numbers: list[int]) -> Iterator[tuple[int, str]]:
    body = [_without_options(options), *lines]
    quoted = [line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') for line in body]
    for place, line in enumerate(quoted):
        opening = 'sql("""' if not place else ""
        yield numbers[place], opening + line + ('""")' if place == len(quoted) - 1 else "")


def _line(line: str) -> str:
    magic = _LINE_MAGIC.match(line)
    if magic is not None:
        bound = f"{magic[2]} = " if magic[2] else ""
        return f"{magic[1]}{bound}sql({_without_options(magic[3])!r})"
    timed = _TIMED.match(line)
    if timed is not None:
        return timed[1] + timed[2]
    if _OTHER.match(line):
        return line[: len(line) - len(line.lstrip())] + "pass"
    return line


def _without_options(text: str) -> str:
    while match := _OPTION.match(text):
        text = text[match.end() :]
    return text
