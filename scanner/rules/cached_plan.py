"""A prepared statement whose result would change its columns

What it means
    A statement prepared before the change is executed after it on the same connection. PostgreSQL fixes
    the result's columns when it prepares.

Why it matters
    Connections that are open while the column comes fail with an error that no test shows, on the busiest
    statements first, because drivers prepare by themselves:

    psycopg 3 prepares what a connection executes for the sixth time, and forgets it when a transaction is
    rolled back. The next execution after the change fails; after the rollback the connection works again.
    In autocommit mode nothing is rolled back, and it fails until the connection is closed.

    asyncpg prepares at once. Outside a transaction it notices and prepares again; inside one the first
    execution fails, and with it the transaction. A statement made by `connection.prepare()` fails for
    ever.

    SQLAlchemy over psycopg behaves as psycopg, over asyncpg the first execution fails in any mode.

    psycopg2, pg8000 and Django do not prepare by themselves. Each was tried on a PostgreSQL 15.

Example
    ALTER TABLE orders ADD COLUMN status text;
    PREPARE load AS SELECT * FROM orders;   -- before the change
    EXECUTE load;                           -- after it

Instead
    Name the columns, or make the pool reconnect after the change.

Engines
    PostgreSQL 0A000. MySQL and MariaDB prepare again by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Driver, Effect
from scanner.rules.hit import Hit

CODE = "SC104"

_OF_PSYCOPG = (
    "{name} prepares it: a connection that is open while the column comes fails with 0A000 once, "
    "in autocommit mode until it is closed."
)
_OF_ASYNCPG = "{name} prepares it: the first execution after the change fails with 0A000{more}."
_MESSAGES: dict[Driver, str] = {
    "psycopg": _OF_PSYCOPG.format(name="psycopg 3"),
    "sqlalchemy+psycopg": _OF_PSYCOPG.format(name="SQLAlchemy's psycopg"),
    "asyncpg": _OF_ASYNCPG.format(name="asyncpg", more=", and with it the transaction"),
    "sqlalchemy+asyncpg": _OF_ASYNCPG.format(name="SQLAlchemy's asyncpg", more=""),
}
_RECONNECT = "Name the columns instead of the star, or let every connection prepare the statement again."


def cached_plan(comparison: Comparison) -> Iterator[Hit]:
    """Yields the error of a plan whose columns are others now, prepared by the program or by its driver."""
    before, after = comparison.before.outputs, comparison.after.outputs
    if not comparison.postgres or [(o.name, o.type) for o in before] == [(o.name, o.type) for o in after]:
        return
    if comparison.planned_before:
        message = "It fails with 0A000: the cached plan must not change its result type."
        yield Hit(Effect.BREAKS, message, _RECONNECT)
    elif comparison.driver is not None and (comparison.driver != "asyncpg" or comparison.in_transaction):
        span = next((star.span for star in comparison.grown_stars), None)
        yield Hit(Effect.BREAKS, _MESSAGES[comparison.driver], _RECONNECT, span, _condition(comparison.driver))


def _condition(driver: Driver) -> str:
    if driver.endswith("psycopg"):
        return "only on connections that executed it more than five times before the change"
    return "only on connections that executed it before the change"
