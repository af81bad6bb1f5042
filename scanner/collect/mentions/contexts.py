"""In what surroundings the name of a table is more than a word: SQL, configuration, code of other languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.collect.mentions.names import Names

_Q = r"[\"'`\[]?"
_NAME = rf"(?P<name>(?:{_Q}[^\W\d]\w*{_Q}\.)?{_Q}[^\W\d]\w*)"
_WRITES = re.compile(
    rf"\b(?:INSERT\s+(?:IGNORE\s+)?INTO|REPLACE\s+INTO|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE\s+TABLE)\s+{_NAME}"
    rf"|\bUPDATE\s+(?P<updated>(?:{_Q}[^\W\d]\w*{_Q}\.)?{_Q}[^\W\d]\w*){_Q}(?:\s+(?:AS\s+)?\w+)?\s+SET\b",
    re.IGNORECASE,
)
_READS = re.compile(rf"\b(?:FROM|JOIN|from|join)\s+{_NAME}")
_SELECT = re.compile(r"\bselect\b[^<>{}]*$", re.IGNORECASE)
_REACH = 600  # characters between SELECT and the name
# Of configuration and other languages: table: orders, @Table(name = "orders"), $table = 'orders', ref('orders').
_MAPPED = re.compile(
    r"(?:\b\w*(?:table|relation)s?(?:_?names?)?[\"']?\s*(?::|=>?|\(\s*name\s*=|\()"
    r"|@@map\(|\bTableName\(\)\s*string\s*\{\s*return"
    r"|(?:\b(?:ref|knex)|\.(?:from|into|insertInto|selectFrom|updateTable|deleteFrom))\()"
    rf"\s*{_NAME}",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^[ \t]*-[ \t]*(?P<name>[\w.\"']+)[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"^(?P<indent>[ \t]*)(?:-[ \t]+)?[\w.-]*table[\w.-]*[ \t]*:[ \t]*$", re.MULTILINE | re.IGNORECASE)

SQL_WRITE = "SQL that writes it"
SQL_READ = "SQL that reads it"
MAPPED = "named as a table"


@dataclass(frozen=True, slots=True)
class Found:
    """A name at a place of a text."""

    table: str
    at: int  # offset in characters
    text: str  # the surroundings in words, without literals
    rank: int  # 0 for what most likely is a query or a model


def in_sql(text: str, names: Names) -> Iterator[Found]:
    """Where the text says FROM, JOIN, INTO or UPDATE before the name of a table, as SQL does and prose does not."""
    for match in _WRITES.finditer(text):
        table = names.table(match["name"] or match["updated"])
        if table:
            yield Found(table, match.start(), SQL_WRITE, 0)
    for match in _READS.finditer(text):
        table = names.table(match["name"])
        if table and _is_read(text, match):
            yield Found(table, match.start(), SQL_READ, 1)


def in_configuration(text: str, names: Names) -> Iterator[Found]:
    """Where the name stands for a table by what is written before it: a key, a function, an annotation."""
    for match in _MAPPED.finditer(text):
        table = names.table(match["name"])
        if table:
            yield Found(table, match.start("name"), MAPPED, 2)
    for key in _KEY.finditer(text):
        yield from _listed(text, key, names)


def _is_read(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - _REACH) : match.start()]
    return match[0][:4].isupper() or _SELECT.search(before) is not None


def _listed(text: str, key: re.Match[str], names: Names) -> Iterator[Found]:
    """The items right below a key that speaks of tables."""
    at = key.end() + 1
    while (item := _LISTED.match(text, at)) is not None:
        table = names.table(item["name"])
        if table:
            yield Found(table, item.start("name"), MAPPED, 2)
        at = item.end() + 1
