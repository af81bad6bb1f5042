"""DROP of every kind of object."""

from __future__ import annotations

from collections.abc import Callable

from scanner.model import SequenceGenerator, TableName
from scanner.schema.parse.cascade import cascades, drop_dependents, drop_dependents_of_type
from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.draft import Draft, TableDraft
from scanner.schema.parse.routines import drop_routine
from scanner.schema.parse.sequences import drop_sequence
from scanner.schema.parse.triggers import drop_trigger

_ROUTINES = {"FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE", "EVENT"}


def drop(cursor: Cursor, draft: Draft) -> None:
    """Reads a DROP statement behind its first word. Raises UnreadableError."""
    while cursor.accept_any("MATERIALIZED", "FOREIGN", "TEMPORARY"):
        pass
    kind = cursor.advance().key
    if kind in ("TABLE", "VIEW", "SEQUENCE"):
        _drop_relations(cursor, draft, sequences=kind == "SEQUENCE")
    elif kind in ("TYPE", "DOMAIN"):
        _drop_types(cursor, draft)
    elif kind in _ROUTINES and not cursor.at("TRIGGER"):
        drop_routine(cursor, draft)
    elif kind == "TRIGGER":
        drop_trigger(cursor, draft)
    elif kind in ("RULE", "POLICY"):
        _drop_rule(cursor, draft)
    elif kind == "INDEX":
        _drop_index(cursor, draft)
    elif kind in ("SCHEMA", "DATABASE"):
        _drop_schemas(cursor, draft)


def _drop_each(cursor: Cursor, drop_one: Callable[[], object]) -> None:
    cursor.accept("CONCURRENTLY")
    cursor.accept("IF", "EXISTS")
    drop_one()
    while cursor.accept(","):
        drop_one()


def _drop_relations(cursor: Cursor, draft: Draft, *, sequences: bool) -> None:
    gone: list[TableName] = []
    drop_one = drop_sequence if sequences else _drop_relation
    _drop_each(cursor, lambda: gone.extend(drop_one(cursor, draft)))
    if cascades(draft, cursor.accept_any("CASCADE", "RESTRICT")):
        drop_dependents(draft, gone)


def _drop_types(cursor: Cursor, draft: Draft) -> None:
    gone: list[TableName] = []
    _drop_each(cursor, lambda: gone.append(draft.resolved_type(cursor.relation())))
    cascade = cascades(draft, cursor.accept_any("CASCADE", "RESTRICT"))
    for name in gone:
        if draft.types.pop(name, None) is not None and cascade:
            drop_dependents_of_type(draft, name)


def _drop_relation(cursor: Cursor, draft: Draft) -> list[TableName]:
    """The names that are gone: the relation's and those of the tables below it."""
    name = draft.resolved(cursor.relation())
    found = draft.relations.get(name)
    gone = [name]
    if isinstance(found, SequenceGenerator) and draft.engine.family == "postgres":
        raise UnreadableError(f"{name} is a sequence: DROP SEQUENCE removes it")
    if isinstance(found, TableDraft):
        gone += [below.name for below in draft.descendants(name)]
        tables = (draft.relations.get(each) for each in list(gone))
        gone += [each for table in tables if isinstance(table, TableDraft) for each in table.sequences]
        for parent in list(found.parents):
            draft.disown(found, parent)
    for each in gone:
        draft.relations.pop(each, None)
        draft.heirs.pop(each, None)
    draft.triggers = {key: trigger for key, trigger in draft.triggers.items() if key[0] not in gone}
    draft.rules = {key: rule for key, rule in draft.rules.items() if key[0] not in gone}
    return gone


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


def _drop_schemas(cursor: Cursor, draft: Draft) -> None:
    before = list(draft.relations)
    _drop_each(cursor, lambda: _drop_schema(cursor.name(), draft))
    if cascades(draft, cursor.accept_any("CASCADE", "RESTRICT")):
        drop_dependents(draft, [name for name in before if name not in draft.relations])


def _drop_schema(schema: str, draft: Draft) -> None:
    draft.relations = {name: relation for name, relation in draft.relations.items() if name.schema != schema}
    draft.routines = [routine for routine in draft.routines if routine.name.schema != schema]
    draft.types = {name: type_ for name, type_ in draft.types.items() if name.schema != schema}
    draft.triggers = {key: trigger for key, trigger in draft.triggers.items() if key[0].schema != schema}
    draft.rules = {key: rule for key, rule in draft.rules.items() if key[0].schema != schema}
