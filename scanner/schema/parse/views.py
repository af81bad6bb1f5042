"""CREATE VIEW of both families, and rewrite rules and policies."""

from __future__ import annotations

from scanner.model import Rule, SequenceGenerator, View
from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.draft import Draft, TableDraft

_VIEW_OPTIONS = (("CHECK", "OPTION"), ("CASCADED", "CHECK"), ("LOCAL", "CHECK"), ("DATA",), ("NO", "DATA"))


def create_view(
    cursor: Cursor, draft: Draft, *, replaces: bool, materialized: bool = False, recursive: bool = False
) -> None:
    """Reads what stands behind CREATE … VIEW and adds the view. Raises UnreadableError."""
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    written = cursor.relation()
    columns = cursor.names() if cursor.at("(") else ()
    while not cursor.accept("AS"):
        if cursor.done:
            raise cursor.unexpected("AS")
        cursor.skip_group()
    sql = _query(cursor)
    if recursive:
        sql = f"WITH RECURSIVE {written.name}({', '.join(columns)}) AS ({sql}) SELECT * FROM {written.name}"
    name = draft.created(written)
    existing = draft.relations.get(name)
    if existing and if_not_exists:
        return
    # A view that is made anew was dropped before by a CASCADE; a table in its place only gives way in a dump.
    gives_way = replaces or draft.stored_views
    if isinstance(existing, SequenceGenerator) or (isinstance(existing, TableDraft) and not gives_way):
        raise UnreadableError(f"relation {name} was created before")
    draft.relations[name] = View(name, sql, columns, materialized, draft.stored_views)


def _query(cursor: Cursor) -> str:
    """The query behind AS, without WITH CHECK OPTION and WITH [NO] DATA."""
    start = cursor.position
    while not cursor.done and not _at_view_option(cursor):
        cursor.skip_group()
    text = cursor.since(start)
    if not text:
        raise cursor.unexpected("a query")
    return text


def _at_view_option(cursor: Cursor) -> bool:
    return any(
        cursor.at("WITH", *words)
        for words in (
            ("CHECK", "OPTION"),
            ("CASCADED", "CHECK"),
            ("LOCAL", "CHECK"),
            ("DATA",),
            ("NO", "DATA"),
        )
    )


def create_rule(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind CREATE RULE; ON SELECT makes its table a view. Raises UnreadableError."""
    name = cursor.name()
    cursor.expect("AS", "ON")
    event = cursor.advance().key
    cursor.expect("TO")
    table = draft.resolved(cursor.relation())
    if event == "SELECT" and cursor.accept("DO", "INSTEAD"):
        existing = draft.relations.get(table)
        columns = tuple(c.name for c in existing.columns) if isinstance(existing, TableDraft) else ()
        draft.relations[table] = View(table, cursor.rest(), columns, stored=draft.stored_views)
        return
    cursor.rest()
    draft.rules[table, name] = Rule(name, table, "rule", cursor.since(0))


def create_policy(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind CREATE POLICY. Raises UnreadableError."""
    name = cursor.name()
    cursor.expect("ON")
    table = draft.resolved(cursor.relation())
    cursor.rest()
    draft.rules[table, name] = Rule(name, table, "policy", cursor.since(0))
