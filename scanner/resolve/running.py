"""A body, statement by statement: what each does, and what becomes of its result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from scanner.bodies import Body, Part
from scanner.model import Routine, Table, TableName, Unresolved
from scanner.resolve.catching import settle
from scanner.resolve.context import Context, Relation
from scanner.resolve.parse import Parsed, parse
from scanner.resolve.resolution import ErrorKind, Meaning, Output
from scanner.resolve.results import composite_fields, returned_table
from scanner.resolve.rows import row_source
from scanner.resolve.scope import CommonTable, DerivedSource, Scope, Source, TableSource
from scanner.resolve.types import is_plain
from scanner.resolve.value_types import scalar_type
from scanner.resolve.widths import width


@dataclass(frozen=True, slots=True)
class Called:
    """What a body does, and what it returns."""

    meaning: Meaning
    results: tuple[tuple[Output, ...], ...] = ()  # of each result set or RETURN
    open: bool = False


DEPTH = 16
# What every PL/pgSQL body has, those of triggers among them (PostgreSQL, 43.10 and 43.6).
_OWN: tuple[tuple[str, str], ...] = (
    *((f"tg_{name}", "text") for name in ("name", "when", "level", "op", "relname", "table_name", "table_schema")),
    *(("tg_relid", "oid"), ("tg_nargs", "integer"), ("tg_argv", "text[]"), ("tg_event", "text"), ("tg_tag", "text")),
    *(("found", "boolean"), ("sqlstate", "text"), ("sqlerrm", "text")),
)


@dataclass(slots=True)
class Run:
    """A body under way."""

    ctx: Context  # of the body
    name: str
    scope: Scope
    body: Body
    returns: Routine | None = None
    meanings: list[Meaning] = field(default_factory=list)
    results: list[tuple[Output, ...]] = field(default_factory=list)


def run_body(
    inner: Context,
    name: str,
    body: Body,
    rows: Mapping[str, Source],
    returns: Routine | None,
    tables: Mapping[str, CommonTable],
) -> Called:
    """Runs through a body in a context of its own; its errors and writes are found there."""
    if body.unread is not None:
        inner.gap(body.unread, returns.body if returns is not None else "")
    run = Run(inner, name, _scope(inner, body, rows, tables), body, returns)
    for part in body.parts:
        known = len(inner.result.errors), len(inner.result.writes)
        _part(run, part)
        run.meanings += settle(inner, part, *known)
    return Called(inner.meanings.of("body", name, *run.meanings), tuple(run.results))


def _scope(ctx: Context, body: Body, rows: Mapping[str, Source], tables: Mapping[str, CommonTable]) -> Scope:
    scope = Scope(ctes=dict(tables), by_alias=dict(rows))
    scalars = dict(_OWN) if ctx.postgres and body.procedural else {}
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


def _part(run: Run, part: Part) -> None:
    ctx = run.ctx
    if part.kind == "dynamic":
        ctx.gap(f"{run.name} builds SQL at run time", part.sql)
        return
    if part.kind == "call":
        routine = ctx.schema.routine(_called_name(part.sql))
        run.meanings.append(_nested(run, routine) if routine else ctx.meanings.of("unknown routine"))
        return
    parsed = parse(part.sql, ctx.schema.engine.family)
    if isinstance(parsed, Unresolved):
        ctx.gap(f"a statement in {run.name} could not be read ({parsed.reason})", part.sql)
        return
    ctx.meanings.keep(parsed)
    relation = _resolved(ctx, parsed, run.scope)
    _take(run, part, parsed, relation)


def _nested(run: Run, routine: Routine) -> Meaning:
    """CALL inside a body: on MySQL the result sets go on to whoever called."""
    called = run.ctx.call(routine)
    run.results += () if run.ctx.postgres else called.results
    return called.meaning


def _called_name(sql: str) -> str:
    """The routine's name in `CALL name(…)`."""
    return sql.strip()[4:].split("(")[0].strip().split(".")[-1].strip('"`')


def _resolved(ctx: Context, parsed: Parsed, scope: Scope) -> Relation:
    tree = parsed.tree
    if isinstance(tree, (exp.Insert, exp.Update, exp.Delete, exp.Merge)):
        ctx.wrapper = parsed.wrapper
        return ctx.write(tree, scope)
    if isinstance(tree, (exp.Select, exp.SetOperation, exp.Values, exp.Subquery)):
        return ctx.query(tree, scope)
    return Relation((), ctx.meanings.of("other statement", tree.key))


def _take(run: Run, part: Part, parsed: Parsed, relation: Relation) -> None:
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
    # Of a row that a variable takes nothing shows yet.
    known = ctx.meanings.row_bases if part.kind == "assign" else {}
    run.meanings.append(ctx.meanings.of(part.kind, relation.rows, *(known.get(o.meaning, o.meaning) for o in shown)))


def _copies_row(run: Run, items: Sequence[exp.Expr]) -> bool:
    """`rec := NEW`, `rec := CASE … THEN OLD ELSE NEW END`: a row handed on, of which nothing shows yet."""
    if not items:
        return False
    item = items[0].unnest() if isinstance(items[0], exp.Paren) else items[0]
    if isinstance(item, exp.Case):
        values = [branch.args["true"] for branch in item.args["ifs"]] + [item.args.get("default") or exp.Null()]
        return all(isinstance(value, exp.Null) or _copies_row(run, [value]) for value in values)
    return isinstance(item, exp.Column) and row_source(run.ctx, item, run.scope) is not None


def _fill(run: Run, part: Part, relation: Relation) -> bool:
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


def _check_into(run: Run, parsed: Parsed, relation: Relation, names: Sequence[str]) -> None:
    """MySQL wants as many variables as columns; PL/pgSQL drops the rest."""
    if run.ctx.postgres or relation.open or len(names) == len(relation.outputs):
        return
    code = "1328" if not parsed.wrapper.into else "1222"
    message = f"{len(relation.outputs)} columns for {len(names)} variables"
    run.ctx.error(ErrorKind.INTO_WIDTH, code, message, parsed.tree)


def _returned(run: Run, part: Part, parsed: Parsed, relation: Relation) -> Sequence[Output]:
    """RETURN: its width must be that of the declared type."""
    run.results.append(relation.outputs)
    wanted = _wanted_width(run)
    if wanted is None or relation.open:
        return ()
    given = len(relation.outputs)
    if part.kind != "return query" or given == 1:
        first = parsed.tree.expressions[0] if isinstance(parsed.tree, exp.Select) and parsed.tree.expressions else None
        row = width(run.ctx, first.unalias(), run.scope) if first is not None else None
        if (row is None or row == 1) and (part.kind != "return query" or not _is_plain(run, first, relation.outputs)):
            return ()
        given = given if row is None or row == 1 else row
    if given != wanted:
        _mismatch(run, parsed, wanted, given)
    return ()


def _is_plain(run: Run, node: exp.Expr | None, outputs: Sequence[Output]) -> bool:
    """Whether it is seen to be no row: a constant, or a value of one of the engine's own types, star or not."""
    inner = node.unalias() if node is not None else None
    if inner is None or isinstance(inner, exp.Literal) or is_plain(scalar_type(run.ctx, inner)):
        return True
    return any(output.star and is_plain(output.type) for output in outputs[:1])


def _wanted_width(run: Run) -> int | None:
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
    composite = composite_fields(run.ctx, routine)
    if composite is not None:
        return len(composite)
    return None if returns in ("record", "") else 1


def _mismatch(run: Run, parsed: Parsed, wanted: int, given: int) -> None:
    code = "42804" if run.body.procedural else "42P13"
    message = f"{run.name} is declared to return {wanted} columns and returns {given}"
    run.ctx.error(ErrorKind.RETURN_TYPE, code, message, parsed.tree)
