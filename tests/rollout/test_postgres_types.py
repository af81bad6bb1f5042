"""A type that PostgreSQL does not have is told, with the one that was meant."""

import pytest

import scanner
from scanner.rollout import hazards
from scanner.rollout.postgres_types import unknown_type

SCHEMA = scanner.Schema.from_ddl(
    """CREATE TABLE orders (id integer PRIMARY KEY); CREATE TYPE mood AS ENUM ('sad');
    CREATE TYPE app.state AS ENUM ('open'); CREATE DOMAIN "Money" AS numeric;""",
    "postgres:15",
)
OWN = [
    *("text", "text[]", "integer ARRAY", "character varying(3)", "bit varying(3)", "double precision", "serial8"),
    *("national character(3)", "timestamp(3) with time zone", "interval year to month", "pg_catalog.int4", "dec(3, 2)"),
    *('"char"', "mood", "app.state", '"Money"', "orders", "citext", "public.geometry", "elsewhere.thing", "vector(3)"),
]
NONE = ["strng", "varchr(20)", "app.stat", "Moood", "blurb"]


def column_type(written: str) -> str:
    change = scanner.Change.parse(f"ALTER TABLE orders ADD COLUMN status {written}", "postgres:15")
    return change.columns[0].column.type


@pytest.mark.parametrize("written", OWN)
def test_known_types(written: str) -> None:
    assert unknown_type(column_type(written), SCHEMA) is None


@pytest.mark.parametrize("written", NONE)
def test_others_are_told(written: str) -> None:
    assert unknown_type(column_type(written), SCHEMA) is not None


def test_it_is_a_hazard() -> None:
    change = scanner.Change.parse("ALTER TABLE orders ADD COLUMN status varchr(20)", "postgres:15")
    told = [each.message for each in hazards(change, SCHEMA) if each.kind == "refused"]
    why = "there is no type varchr in PostgreSQL or in the schema; did you mean varchar?"
    assert told == [f"The ALTER TABLE fails with 42704: {why}"]
