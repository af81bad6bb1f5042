"""Routines, triggers and DO blocks: their bodies are statements too, and what happens there happens to the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlglot import exp

from scanner.bodies import Body, Part, read_block, read_routine, read_trigger
from scanner.model import Family, Routine, Table, TableName, Trigger, Unresolved
from scanner.resolve.context import Context, Relation
from scanner.resolve.expressions import width
from scanner.resolve.functions import returned_table
from scanner.resolve.names import row_source
from scanner.resolve.parse import Parsed, parse
from scanner.resolve.resolution import ErrorKind, Meaning, Output, Resolution
from scanner.resolve.scope import CommonTable, DerivedSource, Scope, Source, TableSource

_DEPTH = 16
_block = lru_cache(maxsize=512)(read_block)
_routine = lru_cache(maxsize=1024)(read_routine)
_trigger = lru_cache(maxsize=1024)(read_trigger)


@dataclass(frozen=True, slots=True)
class Called:
    """What a body does, and what it returns."""

    meaning: Meaning
    results: tuple[tuple[Output, ...], ...] = ()  # of each result set or RETURN
    open: bool = False


@dataclass(slots=True)
class _Run:
    """A body under way."""

    ctx: Context  # of the body
    name: str
    scope: Scope
    body: Body
    returns: Routine | None = None
    meanings: list[Meaning] = field(default_factory=list)
    results: list[tuple[Output, ...]] = field(default_factory=list)


def call(ctx: Context, routine: Routine) -> Called:
    """What a routine does when the statement calls it. Errors and writes of the body become the statement's."""
    known = ctx.called.get(routine.name)
    if known is not None:
        return known
    ctx.result.routines.add(routine.name)
    body = _routine(routine, ctx.schema.engine.family)
    stale = ctx.schema.engine.name == "mariadb" and routine.name.name.lower() in ctx.settings.warmed
    called = _run(ctx, str(routine.name), body, {}, stale=stale or body.frozen, returns=routine)
    ctx.called[routine.name] = called
    return called


def call_named(ctx: Context, name: str) -> Called | None:
    """The routine of this name, called; None when the schema has none."""
    bare = name.split(".")[-1].strip('"`')
    routine = ctx.schema.routine(bare)
    return call(ctx, routine) if routine is not None else None


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
    if body is None or not isinstance(table, Table) or len(ctx.active) > _DEPTH:
        return
    warmed = trigger.table.name.lower() in ctx.settings.warmed
    rows = _row_sources(ctx, trigger, table, stale=warmed and ctx.postgres)
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
    return {
        name: TableSource(name, hash((trigger.name, name)), seen, index, ctx.meanings)
        for name in ("new", "old")
    }


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
    if name in ctx.active or len(ctx.active) > _DEPTH:
        return Called(ctx.meanings.of("recursive", name), open=True)
    key = (name, id(body), stale, tuple(id(source.table) for source in rows.values()))
    known = ctx.memo.get(key)
    if known is None:
        inner = ctx.inside(name, body.rule, stale)
        called = _executed(inner, name, body, rows, returns, tables or {})
        known = ctx.memo[key] = (called, inner.result, body)
    _merge(ctx, known[1])
    ctx.result.bodies[name] = _visible(ctx, known[0])
    return known[0]


def _visible(ctx: Context, called: Called) -> Meaning:
    """What the body does and returns, stars and rows apart: what they bring shows in the caller's columns."""
    rows = ctx.meanings.rows
    returned = (
        o.meaning for result in called.results for o in result if not o.star and o.meaning not in rows
    )
    return ctx.meanings.of("visible", called.meaning, *returned)


def _executed(
    inner: Context,
    name: str,
    body: Body,
    rows: Mapping[str, Source],
    returns: Routine | None,
    tables: Mapping[str, CommonTable],
) -> Called:
    if body.unread is not None:
        inner.gap(body.unread, returns.body if returns is not None else "")
    run = _Run(inner, name, _scope(inner, body, rows, tables), body, returns)
    for part in body.parts:
        _part(run, part)
    return Called(inner.meanings.of("body", name, *run.meanings), tuple(run.results))


def _scope(ctx: Context, body: Body, rows: Mapping[str, Source], tables: Mapping[str, CommonTable]) -> Scope:
    scope = Scope(ctes=dict(tables), by_alias=dict(rows))
    scalars: dict[str, str] = {}
    for name, kind in body.variables:
        source = _row_variable(ctx, name, kind)
        if source is None:
            scalars[ctx.key(name)] = kind
        else:
            scope.by_alias[ctx.key(name)] = source
    scope.variables = scalars
    return scope


def _row_variable(ctx: Context, name: str, kind: str) -> Source | None:
    """A variable that holds a row: its fields are the table's columns of today."""
    rows = ctx.meanings.of("variable", name)
    if kind == "record":
        return DerivedSource(name, rows, rows, (), ctx.key, ctx.meanings, open_=True)
    words = kind.removesuffix("%rowtype").strip('"').split(".")
    found = ctx.schema.find(TableName(words[-2] if len(words) > 1 else None, words[-1]))
    if not isinstance(found, Table):
        return None
    source = TableSource(name, rows, found, ctx.schema.index(found), ctx.meanings)
    source.unset = kind.endswith("%rowtype")
    return source


def _part(run: _Run, part: Part) -> None:
    ctx = run.ctx
    if part.kind == "dynamic":
        ctx.gap(f"{run.name} builds SQL at run time", part.sql)
        return
    if part.kind == "call":
        called = call_named(ctx, parse_call(part.sql))
        run.meanings.append(called.meaning if called else ctx.meanings.of("unknown routine"))
        return
    parsed = parse(part.sql, ctx.schema.engine.family)
    if isinstance(parsed, Unresolved):
        ctx.gap(f"a statement in {run.name} could not be read ({parsed.reason})", part.sql)
        return
    ctx.meanings.keep(parsed)
    relation = _resolved(ctx, parsed, run.scope)
    _take(run, part, parsed, relation)


def parse_call(sql: str) -> str:
    """The routine's name in `CALL name(…)`."""
    return sql.strip()[4:].strip().split("(")[0].strip()


def _resolved(ctx: Context, parsed: Parsed, scope: Scope) -> Relation:
    tree = parsed.tree
    if isinstance(tree, (exp.Insert, exp.Update, exp.Delete, exp.Merge)):
        ctx.wrapper = parsed.wrapper
        return ctx.write(tree, scope)
    if isinstance(tree, (exp.Select, exp.SetOperation, exp.Values, exp.Subquery)):
        return ctx.query(tree, scope)
    return Relation((), ctx.meanings.of("other statement", tree.key))


def _take(run: _Run, part: Part, parsed: Parsed, relation: Relation) -> None:
    """What becomes of a statement's result."""
    ctx, outputs = run.ctx, relation.outputs
    shown: Sequence[Output] = outputs
    if part.kind in ("into", "loop"):
        shown = outputs[: len(part.into)] if part.into and not _fill(run, part, relation) else ()
    elif part.kind == "fetch" or parsed.wrapper.into:
        _check_into(run, parsed, relation, part.into or parsed.wrapper.into)
    elif part.kind == "assign" and _copies_row(run, parsed.tree.expressions):
        shown = ()
    elif part.kind in ("return query", "return", "return next"):
        shown = _returned(run, part, parsed, relation)
    elif part.kind == "run" and outputs and not ctx.postgres:
        run.results.append(outputs)
        shown = ()
    run.meanings.append(ctx.meanings.of(part.kind, relation.rows, *(o.meaning for o in shown)))


def _copies_row(run: _Run, items: Sequence[exp.Expr]) -> bool:
    """`rec := NEW`, `rec := CASE … THEN OLD ELSE NEW END`: a row handed on, of which nothing shows yet."""
    if not items:
        return False
    item = items[0].unnest() if isinstance(items[0], exp.Paren) else items[0]
    if isinstance(item, exp.Case):
        values = [branch.args["true"] for branch in item.args["ifs"]] + [
            item.args.get("default") or exp.Null()
        ]
        return all(isinstance(value, exp.Null) or _copies_row(run, [value]) for value in values)
    return isinstance(item, exp.Column) and row_source(run.ctx, item, run.scope) is not None


def _fill(run: _Run, part: Part, relation: Relation) -> bool:
    """A record or row variable that takes the whole row; extra columns are dropped by the engine."""
    source = run.scope.by_alias.get(run.ctx.key(part.into[0])) if len(part.into) == 1 else None
    if source is None:
        return False
    if isinstance(source, TableSource):
        source.unset = False
        return True
    ctx = run.ctx
    filled = DerivedSource(
        source.alias, source.node, relation.rows, relation.outputs, ctx.key, ctx.meanings, open_=relation.open
    )
    run.scope.by_alias[ctx.key(source.alias)] = filled
    return True


def _check_into(run: _Run, parsed: Parsed, relation: Relation, names: Sequence[str]) -> None:
    """MySQL wants as many variables as columns; PL/pgSQL drops the rest."""
    if run.ctx.postgres or relation.open or len(names) == len(relation.outputs):
        return
    code = "1328" if not parsed.wrapper.into else "1222"
    message = f"{len(relation.outputs)} columns for {len(names)} variables"
    run.ctx.error(ErrorKind.INTO_WIDTH, code, message, parsed.tree)


def _returned(run: _Run, part: Part, parsed: Parsed, relation: Relation) -> Sequence[Output]:
    """RETURN: its width must be that of the declared type."""
    run.results.append(relation.outputs)
    wanted = _wanted_width(run)
    if wanted is None or relation.open:
        return ()
    given = len(relation.outputs)
    if part.kind != "return query" or given == 1:
        first = (
            parsed.tree.expressions[0]
            if isinstance(parsed.tree, exp.Select) and parsed.tree.expressions
            else None
        )
        row = width(run.ctx, first.unalias(), run.scope) if first is not None else None
        if part.kind != "return query" and (row is None or row == 1):
            return ()
        given = given if row is None or row == 1 else row
    if given != wanted:
        _mismatch(run, parsed, wanted, given)
    return ()


def _wanted_width(run: _Run) -> int | None:
    routine = run.returns
    if routine is None or not run.ctx.postgres or routine.returns in ("void", "trigger"):
        return None
    table = returned_table(run.ctx, routine)
    if table is not None:
        return len(table.columns)
    out = [a for a in routine.arguments if a.mode in ("out", "inout", "table")]
    if out:
        return len(out)
    returns = (routine.returns or "").removeprefix("setof ")
    composite = any(
        t.name.name == returns.split(".")[-1] and t.kind == "composite" for t in run.ctx.schema.types.values()
    )
    return None if composite or returns in ("record", "") else 1


def _mismatch(run: _Run, parsed: Parsed, wanted: int, given: int) -> None:
    code = "42804" if run.body.procedural else "42P13"
    message = f"{run.name} is declared to return {wanted} columns and returns {given}"
    run.ctx.error(ErrorKind.RETURN_TYPE, code, message, parsed.tree)


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
