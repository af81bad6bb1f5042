"""CREATE and ALTER of types and domains."""

from __future__ import annotations

from dataclasses import replace

from scanner.model import Column, UserType
from scanner.schema.parse.columns import none_if_null, read_type, stop_words
from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.draft import Draft
from scanner.schema.parse.renaming import rename_type


def create_type(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind CREATE TYPE; base types hold nothing to keep. Raises UnreadableError."""
    name = draft.created(cursor.relation())
    if not cursor.accept("AS"):
        return
    if cursor.accept("ENUM"):
        draft.types[name] = UserType(name, "enum")
    elif cursor.accept("RANGE"):
        draft.types[name] = UserType(name, "range")
    else:
        draft.types[name] = UserType(name, "composite", cursor.items(lambda: _read_attribute(cursor)))


def _read_attribute(cursor: Cursor) -> Column:
    attribute = Column(cursor.name(), read_type(cursor))
    cursor.skip_item()
    return attribute


def create_domain(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind CREATE DOMAIN. Raises UnreadableError."""
    name = draft.created(cursor.relation())
    cursor.accept("AS")
    domain = UserType(name, "domain", base=read_type(cursor))
    while not cursor.done:
        domain = _with_attribute(cursor, domain)
    draft.types[name] = domain


def _with_attribute(cursor: Cursor, domain: UserType) -> UserType:
    if cursor.accept("NOT", "NULL"):
        return replace(domain, not_null=True)
    if cursor.accept("NULL"):
        return replace(domain, not_null=False)
    if cursor.accept("DEFAULT"):
        return replace(domain, default=none_if_null(cursor.expression(stop_words(cursor))))
    if cursor.accept("CHECK"):
        check = cursor.parenthesised()
        return replace(domain, check=f"({domain.check}) AND ({check})" if domain.check else check)
    cursor.skip_group()
    return domain


def alter_domain(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind ALTER DOMAIN. Raises UnreadableError."""
    name = draft.resolved_type(cursor.relation())
    if cursor.at("RENAME", "TO") or cursor.at("SET", "SCHEMA"):
        rename_type(cursor, draft, name)
        return
    domain = draft.types.get(name)
    if domain is None:
        raise UnreadableError(f"domain {name} is not created by this script")
    if cursor.accept("DROP", "NOT", "NULL"):
        domain = replace(domain, not_null=False)
    elif cursor.accept("DROP", "DEFAULT"):
        domain = replace(domain, default=None)
    elif cursor.accept_any("SET", "ADD"):
        cursor.accept("CONSTRAINT", cursor.peek(1).key)
        domain = _with_attribute(cursor, domain)
    draft.types[name] = domain


def alter_type(cursor: Cursor, draft: Draft) -> None:
    """Reads what stands behind ALTER TYPE: the attributes of composites count. Raises UnreadableError."""
    name = draft.resolved_type(cursor.relation())
    if cursor.at("RENAME", "TO") or cursor.at("SET", "SCHEMA"):
        rename_type(cursor, draft, name)
        return
    found = draft.types.get(name)
    while found and cursor.at_name():
        found = _with_change(cursor, found)
        cursor.skip_item()
        cursor.accept(",")
    if found:
        draft.types[name] = found


def _with_change(cursor: Cursor, composite: UserType) -> UserType:
    if cursor.accept("ADD", "ATTRIBUTE"):
        return replace(composite, columns=(*composite.columns, _read_attribute(cursor)))
    if cursor.accept("DROP", "ATTRIBUTE"):
        cursor.accept("IF", "EXISTS")
        name = cursor.name()
        return replace(composite, columns=tuple(c for c in composite.columns if c.name != name))
    if cursor.accept("RENAME", "ATTRIBUTE"):
        old = cursor.name()
        cursor.expect("TO")
        new = cursor.name()
        return replace(composite, columns=tuple(_renamed(c, old, new) for c in composite.columns))
    cursor.skip_item()
    return composite


def _renamed(column: Column, old: str, new: str) -> Column:
    return replace(column, name=new) if column.name == old else column
