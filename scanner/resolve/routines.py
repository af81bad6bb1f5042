"""Routines, triggers and DO blocks: their bodies are statements too, and what happens there happens to the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from scanner.bodies import Body, read_block, read_routine, read_trigger
from scanner.model import Family, Routine, Table, TableName, Trigger, Unresolved
from scanner.resolve.context import Context
from scanner.resolve.resolution import RUN_TIME, Meaning, Output, Resolution
from scanner.resolve.running import DEPTH, Called, run_body
from scanner.resolve.scope import CommonTable, Source, TableSource

_block = lru_cache(maxsize=512)(read_block)
_routine = lru_cache(maxsize=1024)(read_routine)
_trigger = lru_cache(maxsize=1024)(read_trigger)


def call(ctx: Context, routine: Routine) -> Called:
    """What a routine does when the statement calls it. Errors and writes of the body become the statement's."""
    name = _label(ctx, routine)
    known = ctx.called.get(name)
    if known is not None:
        return known
    ctx.result.routines.add(routine.name)
    body = _routine(routine, ctx.schema.engine.family)
    stale = ctx.schema.engine.name == "mariadb" and routine.name.name.lower() in ctx.settings.warmed
    called = _run(ctx, name, body, {}, stale=stale or body.frozen, returns=routine)
    ctx.called[name] = called
    return called


def _label(ctx: Context, routine: Routine) -> str:
    """What tells the routine apart: its name, and the types of its arguments where others share it."""
    if len(ctx.schema.routines_named(routine.name.name)) < 2:
        return str(routine.name)
    types = (each.type for each in routine.arguments if each.mode in ("in", "inout", "variadic"))
    return f"{routine.name}({', '.join(types)})"


def call_named(ctx: Context, name: str) -> Called | None:
    """The routine of this name, called; None when the schema has none."""
    bare = name.split(".")[-1].strip('"`')
    routine = ctx.schema.routine(bare)
    return call(ctx, routine) if routine is not None else None


def created_routine(ctx: Context, sql: str) -> Resolution | Unresolved:
    """CREATE FUNCTION and CREATE PROCEDURE: PostgreSQL checks a body in SQL, and reads of others the grammar alone."""
    found = type(ctx.schema).from_ddl(sql, ctx.schema.engine).routines
    if len(found) != 1:
        return Unresolved("opaque statement", "CREATE FUNCTION")
    if found[0].language.lower() == "sql":
        call(ctx, replace(found[0], atomic=False))
    result = ctx.result
    result.errors = [error for error in result.errors if error.kind not in RUN_TIME]
    result.writes, result.bodies = [], {}
    return result


def by_itself(ctx: Context, found: Routine | Trigger) -> Resolution | None:
    """What the body of a routine or trigger does, whoever sets it off; None where it has none that is known.

    Of what it calls itself the errors are left out: they are the other body's.
    """
    if isinstance(found, Routine):
        name = _label(ctx, found)
        call(ctx, found)
    else:
        name = found.name
        _fire(ctx, found)
    own = ctx.own.get(name)
    if own is None:
        return None
    called, inner = own
    outputs = tuple(output for result in called.results for output in result) if isinstance(found, Routine) else ()
    errors = [error for error in inner.errors if error.via == name]
    return replace(inner, outputs=outputs, errors=errors, bodies={name: _visible(ctx, called)})


def run_block(ctx: Context, text: str) -> Called:
    """A DO block."""
    return _run(ctx, "DO", _block(text), {})


def fire(ctx: Context, table: TableName, event: str) -> None:
    """The triggers that a write sets off."""
    for trigger in ctx.schema.triggers_on(table):
        if event in trigger.events:
            _fire(ctx, trigger)


def _fire(ctx: Context, trigger: Trigger) -> None:
    body, name = _trigger_body(ctx, trigger)
    table = ctx.schema.find(trigger.table)
    if body is None or not isinstance(table, Table) or len(ctx.active) > DEPTH:
        return
    warmed = trigger.table.name.lower() in ctx.settings.warmed
    fired = any(f"{event} {trigger.table.name.lower()}" in ctx.settings.warmed for event in trigger.events)
    rows = _row_sources(ctx, trigger, table, stale=fired and ctx.postgres)
    stale = warmed and ctx.schema.engine.name == "mariadb"
    _run(ctx, name, body, rows, stale=stale, tables=_transition_tables(ctx, trigger, table))


def _trigger_body(ctx: Context, trigger: Trigger) -> tuple[Body | None, str]:
    if trigger.body is not None:
        return _trigger(trigger, ctx.schema.engine.family), trigger.name
    routine = next((r for r in ctx.schema.routines if r.name == trigger.routine), None)
    family: Family = ctx.schema.engine.family
    return (_routine(routine, family) if routine is not None else None), trigger.name


def _row_sources(ctx: Context, trigger: Trigger, table: Table, *, stale: bool) -> dict[str, Source]:
    """NEW and OLD. A PL/pgSQL trigger that ran in this session has expanded NEW.* already (measured)."""
    before = ctx.schema.before.relations.get(table.name) if stale and ctx.schema.before is not None else None
    seen = before if isinstance(before, Table) else table
    index = ctx.schema.before.index(seen) if seen is before and ctx.schema.before else ctx.schema.index(table)
    return {name: TableSource(name, hash((trigger.name, name)), seen, index, ctx.meanings) for name in ("new", "old")}


def _transition_tables(ctx: Context, trigger: Trigger, table: Table) -> dict[str, CommonTable]:
    names = [name for name in (trigger.new_table, trigger.old_table) if name]
    rows = ctx.meanings.of("transition table", trigger.name)
    made = tuple(Output(c.name, ctx.meanings.of("column", rows, c.name), c.type, True) for c in table.columns)
    return {ctx.key(name): CommonTable(made, rows) for name in names}


def _run(
    ctx: Context,
    name: str,
    body: Body,
    rows: Mapping[str, Source],
    *,
    stale: bool = False,
    returns: Routine | None = None,
    tables: Mapping[str, CommonTable] | None = None,
) -> Called:
    if name in ctx.active or len(ctx.active) > DEPTH:
        return Called(ctx.meanings.of("recursive", name), open=True)
    key = (name, id(body), stale, ctx.strict_write, tuple(id(source.table) for source in rows.values()))
    known = ctx.memo.get(key)
    if known is None:
        rule = ctx.settings.variable_conflict if body.rule == "error" else body.rule
        inner = ctx.inside(name, rule, stale)
        called = run_body(inner, name, body, rows, returns, tables or {})
        known = ctx.memo[key] = (called, inner.result, body)
    ctx.own[name] = known[:2]
    _merge(ctx, known[1])
    ctx.result.bodies[name] = _visible(ctx, known[0])
    return known[0]


def _visible(ctx: Context, called: Called) -> Meaning:
    """What the body does and returns, stars and rows apart: what they bring shows in the caller's columns."""
    rows = ctx.meanings.rows
    returned = (o.meaning for result in called.results for o in result if not o.star and o.meaning not in rows)
    return ctx.meanings.of("visible", called.meaning, *returned)


def _merge(ctx: Context, inner: Resolution) -> None:
    """What the body does, the statement does."""
    ctx.result.errors += inner.errors
    ctx.result.writes += inner.writes
    ctx.result.behind |= inner.reads | inner.behind | inner.unknown_relations
    ctx.result.routines |= inner.routines
    ctx.result.bodies.update(inner.bodies)
    ctx.result.gaps += inner.gaps
    for doubt in inner.doubts:
        ctx.doubt(doubt)
