"""Statements inside views, routines and triggers: they are statements too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from scanner.model import Routine, TableName, Trigger, Unresolved
from scanner.resolve import References, references
from scanner.schema import Schema

_WORD = re.compile(r'"((?:[^"]|"")+)"|`([^`]+)`|([A-Za-z_][\w$]*)')


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """One view, routine or trigger of a schema."""

    kind: Literal["view", "routine", "trigger"]
    name: TableName
    table: TableName | None = None  # the table a trigger hangs on


def dependencies(schema: Schema) -> Mapping[ObjectKey, References]:
    """What every view, routine and trigger names.

    A body that cannot be resolved depends on every object it mentions by name: on too much rather than too little.
    """
    found: dict[ObjectKey, References] = {}
    for view in schema.views:
        found[ObjectKey("view", view.name)] = _of_statement(view.sql, schema)
    for routine in schema.routines:
        found[ObjectKey("routine", routine.name)] = _of_routine(routine, schema)
    for trigger in schema.triggers:
        found[ObjectKey("trigger", TableName(None, trigger.name), trigger.table)] = _of_trigger(trigger, schema)
    return found


def mentioned(text: str, schema: Schema) -> References:
    """The objects of the schema whose names stand in the text: too many rather than too few."""
    words = set(_words(text, schema))
    names = frozenset(name for name in schema.relations if name.name in words)
    routines = frozenset(r.name for r in schema.routines if r.name.name in words)
    return References(names, names, routines)


def _words(text: str, schema: Schema) -> Iterator[str]:
    for double, back, bare in _WORD.findall(text):
        yield double.replace('""', '"') or back or schema.engine.fold(bare)


def _of_statement(sql: str, schema: Schema) -> References:
    found = references(sql, schema)
    return mentioned(sql, schema) if isinstance(found, Unresolved) else found


def _of_routine(routine: Routine, schema: Schema) -> References:
    return mentioned(f"{routine.body} {routine.returns or ''} {' '.join(a.type for a in routine.arguments)}", schema)


def _of_trigger(trigger: Trigger, schema: Schema) -> References:
    called = frozenset({trigger.routine}) if trigger.routine is not None else frozenset()
    inside = mentioned(trigger.body, schema) if trigger.body else References()
    return References(inside.reads, inside.writes, inside.routines | called)
