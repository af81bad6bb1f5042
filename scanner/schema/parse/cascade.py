"""What PostgreSQL drops along with an object under CASCADE; MySQL and MariaDB read the word and do nothing.

A view's dependencies are taken from the names in its text.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from scanner.model import Column, TableName, View
from scanner.schema.parse.draft import Draft, TableDraft

_NOT_NAMES = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.S)
_STAR_OF_ALL = re.compile(r"(?:\bSELECT|,|\.)\s*(?:DISTINCT\s+)?\*", re.I)


def cascades(draft: Draft, word: str | None) -> bool:
    """Whether the word at the end of a DROP makes this engine drop what depends on the object."""
    return word == "CASCADE" and draft.engine.family == "postgres"


def drop_dependents(draft: Draft, gone: Collection[TableName]) -> None:
    """Drops the views over these relations, those over them, and the foreign keys that lead here."""
    for relation in draft.relations.values():
        if isinstance(relation, TableDraft):
            relation.constraints = [
                c for c in relation.constraints if c.foreign_key is None or c.foreign_key.table not in gone
            ]
    for name in gone:
        _drop_views(draft, [view for view in _views(draft) if _names(view, name)])


def drop_dependents_of_column(draft: Draft, table: TableName, column: str) -> None:
    """Drops the views that show or read a column that is gone, and the foreign keys that lead to it."""
    for relation in draft.relations.values():
        if isinstance(relation, TableDraft):
            relation.constraints = [
                c
                for c in relation.constraints
                if c.foreign_key is None or c.foreign_key.table != table or column not in c.foreign_key.referenced
            ]
    found = [view for view in _views(draft) if _names(view, table)]
    _drop_views(draft, [v for v in found if _mentions(v.sql, column) or _STAR_OF_ALL.search(v.sql)])


def drop_dependents_of_type(draft: Draft, type_: TableName) -> None:
    """Drops the columns, and the routines with an argument or a result, of a type that is gone."""
    for table in [r for r in draft.relations.values() if isinstance(r, TableDraft)]:
        for column in [c for c in table.columns if _is_of(c, type_)]:
            table.drop_column(column.name)
            drop_dependents_of_column(draft, table.name, column.name)
    draft.routines = [
        r
        for r in draft.routines
        if not any(_is(kind, type_) for kind in (r.returns or "", *(a.type for a in r.arguments)))
    ]


def _is_of(column: Column, type_: TableName) -> bool:
    return _is(column.type, type_)


def _is(written: str, type_: TableName) -> bool:
    name = written.lower().removeprefix("setof ").removesuffix("[]").replace('"', "")
    return name in (type_.name.lower(), f"{type_.schema}.{type_.name}".lower())


def _views(draft: Draft) -> list[View]:
    return [relation for relation in draft.relations.values() if isinstance(relation, View)]


def _drop_views(draft: Draft, views: Collection[View]) -> None:
    for view in views:
        if draft.relations.pop(view.name, None) is not None:
            drop_dependents(draft, [view.name])


def _names(view: View, relation: TableName) -> bool:
    """Whether a view's text names the relation; a name without its schema is taken for it."""
    found = re.finditer(
        rf'(?:"?(\w+)"?\s*\.\s*)?(?<![\w$])"?{re.escape(relation.name)}"?(?![\w$"])', _code(view.sql), re.I
    )
    return view.name != relation and any(match[1] in (None, relation.schema) for match in found)


def _mentions(sql: str, word: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(word)}(?![\w$])", _code(sql), re.I) is not None


def _code(sql: str) -> str:
    return _NOT_NAMES.sub(" ", sql)
