"""CSV and JSON text → records, one broken record never costing the others."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _csv import Reader

_MAX_FIELD = 64 << 20  # characters of one CSV field; Python's own limit is 128 kB
_DELIMITERS = ",;\t|"
_JSON_FILLER = re.compile(r"[\s,\[\]]*")
_NEXT_JSON_LINE = re.compile(r"\n[\s,\[]*(?=\{)")
_FOOTER = re.compile(r"\(\d+ rows?\)")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a table, or the place of one that could not be read."""

    line: int  # of its first character, 1-based
    values: Mapping[str, object] | None  # by lower-case name; None: broken


def records(text: str) -> Iterator[Record]:
    """Reads a JSON array, JSON objects one after the other, or CSV with a header; leaves out empty values."""
    return _json_records(text) if _is_json(text) else _csv_records(text)


def columns(text: str) -> tuple[str, ...]:
    """The names of the columns, lower case: a CSV file's header, or what the first JSON object names."""
    if _is_json(text):
        return tuple(next((_lower(found) for _, found in _json_objects(text) if found), {}))
    return tuple(_header(next(_csv_reader(text), [])))


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("[", "{")


def _csv_records(text: str) -> Iterator[Record]:
    reader = _csv_reader(text)
    names = _header(next(reader, []))
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Record(line, None)
            continue
        if any(fields) and not (len(fields) == 1 and _FOOTER.fullmatch(fields[0])):
            yield Record(line, _named(names, fields))


def _csv_reader(text: str) -> Reader:
    header = text.lstrip().partition("\n")[0]
    csv.field_size_limit(_MAX_FIELD)
    return csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=header.count))


def _header(fields: list[str]) -> list[str]:
    return [field.strip().lower() for field in fields]


def _named(names: list[str], fields: list[str]) -> Mapping[str, object] | None:
    if len(fields) < len(names) or any(fields[len(names) :]):
        return None
    return {name: value for name, value in zip(names, fields, strict=False) if value != ""}


def _json_records(text: str) -> Iterator[Record]:
    for line, found in _json_objects(text):
        given = {name: value for name, value in _lower(found).items() if value is not None} if found else found
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
            following = _NEXT_JSON_LINE.search(text, position)
            position = following.end() if following else len(text)
        yield line, value if isinstance(value, dict) else None


def _pass_filler(text: str, position: int) -> int:
    filler = _JSON_FILLER.match(text, position)
    return filler.end() if filler else position


def _lower(found: dict[str, object]) -> dict[str, object]:
    return {name.lower(): value for name, value in found.items()}
