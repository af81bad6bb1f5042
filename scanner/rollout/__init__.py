"""What the ALTER TABLE itself does to the server, and the steps in which it goes out.

Pure: a change, a schema and what production counted go in.
"""

from __future__ import annotations

from scanner.change import Change
from scanner.model import Execution, Hazard, Work
from scanner.rollout import mysql_alter, postgres_alter
from scanner.rollout.deployment import Hit
from scanner.rollout.mysql_hazards import mysql_hazards
from scanner.rollout.plan import plan
from scanner.rollout.postgres_hazards import postgres_hazards
from scanner.rollout.running import running_costs
from scanner.rollout.steps import new_columns
from scanner.rollout.traffic import Traffic
from scanner.schema import Schema
from scanner.schema.after import changed_table

__all__ = ["Hit", "Traffic", "execution", "hazards", "plan"]


def hazards(change: Change, schema: Schema, traffic: Traffic | None = None) -> tuple[Hazard, ...]:
    """What the ALTER TABLE, run as one statement, does to the server and its users; worst first.

    Raises ChangeError when the change does not fit the schema.
    """
    table, known = changed_table(schema, change), traffic or Traffic()
    change = new_columns(change, schema, table)
    if not change.columns:
        return ()
    of_engine = postgres_hazards if schema.engine.family == "postgres" else mysql_hazards
    found = [*of_engine(change, schema, table, known), *running_costs(change, known)]
    return tuple(sorted(found, key=lambda hazard: hazard.severity.rank))


def execution(change: Change, schema: Schema) -> Execution:
    """How the engine carries out the ALTER TABLE as one statement. Raises ChangeError."""
    postgres = schema.engine.family == "postgres"
    of_engine = postgres_alter.execution if postgres else mysql_alter.execution
    table = changed_table(schema, change)
    change = new_columns(change, schema, table)
    return of_engine(change, schema, table) if change.columns else Execution(Work.CATALOGUE)
