"""Sequences in statements: as a relation of one row, and MariaDB's functions, which name one as if it were a column."""

from __future__ import annotations

from sqlglot import exp

from scanner.model import SequenceGenerator, TableName
from scanner.resolve.context import Context
from scanner.resolve.resolution import Meaning, Output

# Measured; https://mariadb.com/kb/en/create-sequence/ and postgresql.org/docs/current/sql-createsequence.html
_POSTGRES = {"last_value": "bigint", "log_cnt": "bigint", "is_called": "boolean"}
_MARIADB = {
    **dict.fromkeys(("next_not_cached_value", "minimum_value", "maximum_value", "start_value", "increment"), "bigint"),
    "cache_size": "bigint unsigned",
    "cycle_option": "tinyint unsigned",
    "cycle_count": "bigint",
}
_FUNCTIONS = frozenset({"nextval", "lastval", "setval"})


def sequence_columns(ctx: Context, node: int) -> list[Output]:
    """The columns of a sequence's row. A change never adds one."""
    columns = _POSTGRES if ctx.postgres else _MARIADB
    return [Output(name, ctx.meanings.of("column", node, name), kind, star=True) for name, kind in columns.items()]


def named_sequence(ctx: Context, call: exp.Anonymous, name: str) -> Meaning | None:
    """What the first argument of MariaDB's NEXTVAL, LASTVAL and SETVAL means; None of another function."""
    if ctx.schema.engine.name != "mariadb" or name not in _FUNCTIONS or not call.expressions:
        return None
    argument = call.expressions[0]
    if not isinstance(argument, exp.Column) or not isinstance(argument.this, exp.Identifier):
        return None
    qualifier = argument.args.get("table")
    sequence = TableName(ctx.name(qualifier) if qualifier is not None else None, ctx.name(argument.this))
    found = ctx.schema.find(sequence, ctx.settings.default_schema)
    if isinstance(found, SequenceGenerator):
        ctx.result.reads.add(found.name)
    else:
        ctx.result.unknown_relations.add(sequence)
        ctx.doubt(f"the schema has no sequence {sequence}")
    return ctx.meanings.of("sequence", sequence)
