"""GRANT and REVOKE on tables and their columns."""

from __future__ import annotations

from scanner.model import Grant
from scanner.schema.parse.cursor import Cursor
from scanner.schema.parse.draft import Draft, TableDraft

# https://www.postgresql.org/docs/current/ddl-priv.html
_ALL = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_ALL_ON_COLUMNS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
_OTHER_OBJECTS = {
    "SEQUENCE", "DATABASE", "DOMAIN", "FOREIGN", "FUNCTION", "LANGUAGE", "LARGE", "PARAMETER", "PROCEDURE",
    "ROUTINE", "SCHEMA", "TABLESPACE", "TYPE", "PACKAGE",
}  # fmt: skip


def grant(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind GRANT; only tables and their columns count. Raises UnreadableError."""
    _read(cursor, draft, "TO", revoke=False)


def revoke(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind REVOKE. Raises UnreadableError."""
    if not cursor.accept("GRANT", "OPTION", "FOR"):
        _read(cursor, draft, "FROM", revoke=True)


def _read(cursor: Cursor, draft: Draft, before_roles: str, *, revoke: bool) -> None:
    privileges: list[tuple[str, tuple[str, ...]]] = []
    while not cursor.done and not cursor.at("ON"):
        privileges += _read_privilege(cursor)
        cursor.accept(",")
    if not cursor.accept("ON") or cursor.key in _OTHER_OBJECTS:
        return
    tables = _read_tables(cursor, draft)
    cursor.expect(before_roles)
    for role in _read_roles(cursor):
        for table in tables:
            _change(table, [Grant(role, privilege, columns) for privilege, columns in privileges], revoke=revoke)


def _read_privilege(cursor: Cursor) -> list[tuple[str, tuple[str, ...]]]:
    words = []
    while not cursor.done and cursor.key not in (",", "ON", "("):
        words.append(cursor.advance().key)
    columns = cursor.names() if cursor.at("(") else ()
    if words[:1] == ["ALL"]:
        whole = (*_ALL, "MAINTAIN") if cursor.engine.family == "postgres" and cursor.engine.version >= (17,) else _ALL
        return [(name, columns) for name in (_ALL_ON_COLUMNS if columns else whole)]
    return [(" ".join(words), columns)]


def _read_tables(cursor: Cursor, draft: Draft) -> list[TableDraft]:
    if cursor.accept("ALL", "TABLES", "IN", "SCHEMA"):
        schemas = {cursor.name()}
        while cursor.accept(","):
            schemas.add(cursor.name())
        return [r for r in draft.relations.values() if isinstance(r, TableDraft) and r.name.schema in schemas]
    cursor.accept("TABLE")
    tables: list[TableDraft] = []
    while not cursor.done and cursor.key not in ("TO", "FROM"):
        if cursor.at_name() and cursor.peek(2).key != "*":
            found = draft.relations.get(draft.resolved(cursor.relation()))
            tables += [found] if isinstance(found, TableDraft) else []
        else:
            cursor.advance()
    return tables


def _read_roles(cursor: Cursor) -> list[str]:
    roles = []
    while not cursor.done and not cursor.at("WITH") and not cursor.at("GRANTED"):
        cursor.accept("GROUP")
        roles.append(_read_role(cursor))
        if not cursor.accept(","):
            break
    return roles


def _read_role(cursor: Cursor) -> str:
    name = cursor.string() if cursor.at_string() else cursor.name()
    if cursor.engine.family == "postgres":
        return name
    host = "%"
    if cursor.accept("@"):
        host = cursor.string() if cursor.at_string() else cursor.name()
    return f"{name}@{host}"


def _change(table: TableDraft, grants: list[Grant], *, revoke: bool) -> None:
    if not revoke:
        table.grants += grants
        return
    gone = set(grants)
    whole = {(g.role, g.privilege) for g in grants if not g.columns}
    table.grants = [g for g in table.grants if g not in gone and (g.role, g.privilege) not in whole]
