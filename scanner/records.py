"""Tables written as CSV, tab-separated or JSON → records, one broken record never costing the others."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TextIO

_MAX_FIELD = 64 << 20  # characters of one CSV field; Python's own limit is 128 kB
_DELIMITERS = ",;\t|"
_JSON_FILLER = re.compile(r"[\s,\[\]\ufeff]*")
_NEXT_JSON = re.compile(r"""\n[\s,\[]*(?=\{)|,\s*(?=\{\s*")""")
_FOOTER = re.compile(r"\(\d+ rows?\)")
# What the mysql client (--batch) and COPY write for characters that would end a field.
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "0": "\0", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_NULLS = ("", "NULL", r"\N")

# The columns by which a row is known as the header of another table, that follows in the same file.
Tables = Collection[frozenset[str]]
# Those of what ``scanner export-sql`` asks a MySQL or MariaDB for.
MYSQL_TABLES = (
    frozenset(("variable_name", "value")),
    frozenset(("consumer", "enabled")),
    frozenset(("digest_text", "count_star")),
    frozenset(("user_host", "sql_text")),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a table, or the place of one that could not be read."""

    line: int  # of its first character, 1-based
    values: Mapping[str, object] | None  # by lower-case name; None: broken


def records(text: str) -> Iterator[Record]:
    """Reads a JSON array, JSON objects one after the other, or CSV with a header; leaves out empty values."""
    return read_records(io.StringIO(text, newline="\n"))


def read_records(stream: TextIO, tables: Tables = ()) -> Iterator[Record]:
    """As `records`, and several tables one after the other; of CSV no more is held than a record."""
    first = next((line for line in stream if line.strip()), "")
    if _is_json(first):
        yield from _json_records(first + stream.read())
    else:
        yield from _csv_records(first, stream, tables)


def columns(text: str) -> tuple[str, ...]:
    """The names of the columns, lower case: a CSV file's header, or what the first JSON object names."""
    if _is_json(text):
        return tuple(next((_by_lower_name(found) for _, found in _json_objects(text) if found), {}))
    first, *rest = text.lstrip().splitlines(keepends=True)
    return tuple(_lower(_row_reader(first)(_Lines([first, *rest]))))


def _is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{")


def _csv_records(first: str, rest: Iterable[str], tables: Tables) -> Iterator[Record]:
    lines = _Lines(chain([first], rest))
    row = _row_reader(first)
    names: list[str] = []
    while True:
        line = lines.begin_row()
        try:
            fields = row(lines)
        except StopIteration:
            return
        except csv.Error:
            fields = None
        if fields is not None and (not names or _is_header(fields, tables)):
            names = _lower(fields)
        elif fields is None or (any(fields) and not (len(fields) == 1 and _FOOTER.fullmatch(fields[0]))):
            values = None if fields is None else _named(names, fields)
            if values is None:
                lines.back()
            yield Record(line, values)


def _is_header(fields: list[str], tables: Tables) -> bool:
    return bool(tables) and any(map({field.lower() for field in fields}.issuperset, tables))


class _Lines:
    """The lines of a file, of which those of the last row can be had again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self._before = 0  # lines before the row

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._row.append(line)
        return line

    def begin_row(self) -> int:
        """The number of the line that comes next, 1-based."""
        self._before += len(self._row)
        self._row = []
        return self._before + 1

    def back(self) -> None:
        """Goes back behind the first line of the row: a quote too many swallows whole rows."""
        self._again.extendleft(reversed(self._row[1:]))
        del self._row[1:]


def _row_reader(header: str) -> Callable[[_Lines], list[str]]:
    """What reads a row. Raises StopIteration at the end, csv.Error where there is none."""
    delimiter = max(_DELIMITERS, key=header.count)
    if delimiter == "\t" and not header.startswith('"'):  # of the mysql client and COPY, each line is a row
        end = "\r\n" if header.endswith("\r\n") else "\n"
        return lambda lines: [_unescaped(field) for field in next(lines).removesuffix(end).split("\t")]
    csv.field_size_limit(_MAX_FIELD)
    return lambda lines: next(csv.reader(lines, delimiter=delimiter, strict=True))


def _unescaped(field: str) -> str:
    if field in _NULLS:
        return ""
    if "\\" in field:
        return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), field)
    if field[0] == field[-1] == '"' and len(field) > 1:  # as spreadsheets write it
        return field[1:-1].replace('""', '"')
    return field


def _lower(fields: list[str]) -> list[str]:
    return [field.strip("\ufeff \t\r\n").lower() for field in fields]


def _named(names: list[str], fields: list[str]) -> Mapping[str, object] | None:
    if len(fields) < len(names) or any(fields[len(names) :]):
        return None
    return {name: value for name, value in zip(names, fields, strict=False) if value != ""}


def _json_records(text: str) -> Iterator[Record]:
    for line, found in _json_objects(text):
        given = {name: value for name, value in _by_lower_name(found).items() if value is not None} if found else found
        yield Record(line, given)


def _json_objects(text: str) -> Iterator[tuple[int, dict[str, object] | None]]:
    """Each object with the line of its first character; None: broken, or no object."""
    decoder = json.JSONDecoder()
    position, line, counted = 0, 1, 0
    while (position := _pass_filler(text, position)) < len(text):
        line += text.count("\n", counted, position)
        counted = position
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            value = None
            following = _NEXT_JSON.search(text, position)
            position = following.end() if following else len(text)
        yield line, value if isinstance(value, dict) else None


def _pass_filler(text: str, position: int) -> int:
    filler = _JSON_FILLER.match(text, position)
    return filler.end() if filler else position


def _by_lower_name(value: dict[str, object]) -> dict[str, object]:
    return {name.lower(): item for name, item in value.items()}
