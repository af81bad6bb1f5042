"""A change → the phases in which it goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.change import AddedColumn, Change
from scanner.model import Phase, Plan, RolloutSettings, Table
from scanner.resolve import is_violated
from scanner.rollout import mysql_alter, mysql_plan, postgres_alter, postgres_plan
from scanner.rollout.deployment import Hit, deployment, preparation
from scanner.rollout.mysql_column import MysqlColumn
from scanner.rollout.mysql_hazards import given
from scanner.rollout.postgres_column import PostgresColumn
from scanner.rollout.steps import Ground, new_columns
from scanner.schema import Schema
from scanner.schema.after import changed_table

# Refused in one ALTER TABLE with ADD COLUMN, and possible step by step.
_POSSIBLE_IN_STEPS = ("1674",)


def plan(change: Change, schema: Schema, hits: Iterable[Hit] = (), settings: RolloutSettings | None = None) -> Plan:
    """The steps in which the change goes out, as short as it can be. Raises ChangeError.

    A change that no step makes possible has none, and a note that says why.
    """
    table, known = changed_table(schema, change), settings or RolloutSettings()
    ground, found, change = Ground(schema, table, known), tuple(hits), new_columns(change, schema, table)
    if not change.columns:
        return Plan((), (f"{table.name} has the columns already: nothing is left to do.",))
    problems = tuple(_problems(change, schema, table))
    if problems:
        return Plan((), problems)
    before, after = _steps(change, ground)
    phases = (
        *preparation(found, ground, change, before),
        *before,
        *deployment(found, ground, change, after),
        *after,
    )
    return Plan(phases, tuple(_notes(change)))


def _steps(change: Change, ground: Ground) -> tuple[Sequence[Phase], Sequence[Phase]]:
    if ground.engine.family == "postgres":
        columns = [PostgresColumn(ground, added) for added in change.columns]
        before, after = postgres_plan.before_deployment, postgres_plan.after_deployment
        return tuple(before(columns, ground)), tuple(after(columns, ground))
    on_mysql = [MysqlColumn(ground, added) for added in change.columns]
    return mysql_plan.steps(on_mysql, change, ground)


def _problems(change: Change, schema: Schema, table: Table) -> Iterator[str]:
    """Why no plan makes the change possible."""
    refusals = postgres_alter.refusals if schema.engine.family == "postgres" else mysql_alter.refusals
    for refusal in refusals(change, schema, table):
        code, _, why = refusal.partition(": ")
        if code not in _POSSIBLE_IN_STEPS:
            yield f"The server refuses the change with {code}: {why}."
    for added in change.columns:
        column, value = added.column, _same_for_all(added, schema)
        if column.unique and value is not None:
            yield f"{column.name} is unique and all rows that are there get {value}: add it without the default."
        if column.check and value is not None and is_violated(column.check, column.name, value, schema.engine.family):
            yield f"{column.name} gets {value} in all rows that are there, which its CHECK forbids: change one of them."


def _same_for_all(added: AddedColumn, schema: Schema) -> str | None:
    """The default that all rows get."""
    if schema.engine.family == "mysql":
        return given(added) if added.filled_with else None
    default = postgres_alter.default_of(added, schema)
    return None if default is None or postgres_alter.is_volatile(added, schema) else default


def _notes(change: Change) -> Iterator[str]:
    if change.other_operations:
        yield f"Not part of the plan, in the same text: {'; '.join(change.other_operations)}"
