"""DROP of every kind of object."""

from __future__ import annotations

from collections.abc import Callable

from scanner.schema.parse.cursor import Cursor
from scanner.schema.parse.draft import Draft, TableDraft
from scanner.schema.parse.routines import drop_routine
from scanner.schema.parse.triggers import drop_trigger

_ROUTINES = {"FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE", "EVENT"}


def drop(cursor: Cursor, draft: Draft) -> None:
    """Reads a DROP statement behind its first word. Raises UnreadableError."""
    while cursor.accept_any("MATERIALIZED", "FOREIGN", "TEMPORARY"):
        pass
    kind = cursor.advance().key
    if kind in ("TABLE", "VIEW"):
        _drop_each(cursor, lambda: _drop_relation(cursor, draft))
    elif kind in ("TYPE", "DOMAIN"):
        _drop_each(cursor, lambda: draft.types.pop(draft.resolved_type(cursor.relation()), None))
    elif kind in _ROUTINES and not cursor.at("TRIGGER"):
        drop_routine(cursor, draft)
    elif kind == "TRIGGER":
        drop_trigger(cursor, draft)
    elif kind in ("RULE", "POLICY"):
        _drop_rule(cursor, draft)
    elif kind == "INDEX":
        _drop_index(cursor, draft)
    elif kind in ("SCHEMA", "DATABASE"):
        _drop_each(cursor, lambda: _drop_schema(cursor.name(), draft))


def _drop_each(cursor: Cursor, drop_one: Callable[[], object]) -> None:
    cursor.accept("CONCURRENTLY")
    cursor.accept("IF", "EXISTS")
    drop_one()
    while cursor.accept(","):
        drop_one()


def _drop_relation(cursor: Cursor, draft: Draft) -> None:
    name = draft.resolved(cursor.relation())
    found = draft.relations.get(name)
    gone = [name]
    if isinstance(found, TableDraft):
        gone += [below.name for below in draft.descendants(name)]
        for parent in list(found.parents):
            draft.disown(found, parent)
    for each in gone:
        draft.relations.pop(each, None)
        draft.heirs.pop(each, None)
    draft.triggers = {key: trigger for key, trigger in draft.triggers.items() if key[0] not in gone}
    draft.rules = {key: rule for key, rule in draft.rules.items() if key[0] not in gone}


def _drop_rule(cursor: Cursor, draft: Draft) -> None:
    cursor.accept("IF", "EXISTS")
    name = cursor.name()
    cursor.expect("ON")
    draft.rules.pop((draft.resolved(cursor.relation()), name), None)


def _drop_index(cursor: Cursor, draft: Draft) -> None:
    """MySQL names the table; in PostgreSQL the name is enough."""
    names = []
    _drop_each(cursor, lambda: names.append(cursor.relation().name))
    if cursor.accept("ON"):
        draft.table(cursor.relation()).drop_constraint(names[0])
        return
    for relation in draft.relations.values():
        if isinstance(relation, TableDraft):
            relation.constraints = [c for c in relation.constraints if c.name not in names]


def _drop_schema(schema: str, draft: Draft) -> None:
    draft.relations = {name: relation for name, relation in draft.relations.items() if name.schema != schema}
    draft.routines = [routine for routine in draft.routines if routine.name.schema != schema]
    draft.types = {name: type_ for name, type_ in draft.types.items() if name.schema != schema}
    draft.triggers = {key: trigger for key, trigger in draft.triggers.items() if key[0].schema != schema}
    draft.rules = {key: rule for key, rule in draft.rules.items() if key[0].schema != schema}
