"""What drivers that prepare statements by themselves do when a star grows: the facts of the rule cached_plan."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import asyncpg
import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

from tests.engine.servers import Database, Server

STAR = "SELECT * FROM orders"
NAMED = "SELECT id FROM orders"
CHANGE = "ALTER TABLE orders ADD COLUMN status text"
CACHED_PLAN = "0A000"


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    """One with a table of one row."""
    with postgres.fresh_database() as database:
        database.run("CREATE TABLE orders (id integer PRIMARY KEY, total integer); INSERT INTO orders VALUES (1, 500)")
        yield database


@pytest.mark.parametrize(("executions", "errors"), [(5, []), (6, [CACHED_PLAN, None, None])])
def test_psycopg_fails_once_where_a_transaction_is_rolled_back(
    database: Database, executions: int, errors: list[str | None]
) -> None:
    with psycopg.connect(database.dsn) as connection:
        seen = _psycopg(connection, database, STAR, executions)
    assert seen == (errors or [None] * 3)


@pytest.mark.parametrize(("sql", "errors"), [(STAR, [CACHED_PLAN] * 3), (NAMED, [None] * 3)])
def test_psycopg_fails_until_it_reconnects_in_autocommit_mode(
    database: Database, sql: str, errors: list[str | None]
) -> None:
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        assert _psycopg(connection, database, sql, 6) == errors


def test_psycopg_can_be_told_not_to_prepare(database: Database) -> None:
    with psycopg.connect(database.dsn, prepare_threshold=None) as connection:
        assert _psycopg(connection, database, STAR, 9) == [None] * 3


def _psycopg(connection: psycopg.Connection[Any], database: Database, sql: str, executions: int) -> list[str | None]:
    """SQLSTATEs of three executions after the change; None for success."""

    def execute() -> str | None:
        try:
            connection.execute(sql).fetchall()
        except psycopg.Error as error:
            connection.rollback()
            return error.sqlstate
        connection.commit()
        return None

    assert [execute() for _ in range(executions)] == [None] * executions
    database.run(CHANGE)
    return [execute() for _ in range(3)]


def test_asyncpg_prepares_again_outside_a_transaction(database: Database) -> None:
    assert _asyncpg(database, lambda connection: connection.fetch(STAR)) == [None, None]


def test_asyncpg_fails_once_inside_a_transaction(database: Database) -> None:
    async def execute(connection: Any) -> Any:
        async with connection.transaction():
            return await connection.fetch(STAR)

    assert _asyncpg(database, execute) == [CACHED_PLAN, None]


def test_a_statement_that_asyncpg_was_told_to_prepare_fails_for_ever(database: Database) -> None:
    prepared: list[Any] = []

    async def execute(connection: Any) -> Any:
        prepared[1:] = []
        if not prepared:
            prepared.append(await connection.prepare(STAR))
        return await prepared[0].fetch()

    assert _asyncpg(database, execute) == [CACHED_PLAN, CACHED_PLAN]


def test_asyncpg_can_be_told_not_to_prepare(database: Database) -> None:
    async def execute(connection: Any) -> Any:
        async with connection.transaction():
            return await connection.fetch(STAR)

    assert _asyncpg(database, execute, statement_cache_size=0) == [None, None]


def _asyncpg(database: Database, execute: Callable[[Any], Awaitable[Any]], **options: Any) -> list[str | None]:
    """SQLSTATEs of two executions after the change, on a connection that executed before it."""

    async def session() -> list[str | None]:
        connection = await asyncpg.connect(database.dsn, **options)
        await execute(connection)
        database.run(CHANGE)
        seen = [await _outcome(execute(connection)) for _ in range(2)]
        await connection.close()
        return seen

    return asyncio.run(session())


async def _outcome(execution: Awaitable[Any]) -> str | None:
    try:
        await execution
    except asyncpg.PostgresError as error:
        return error.sqlstate
    return None


@pytest.mark.parametrize(
    ("level", "errors"), [("READ COMMITTED", [True, False]), ("AUTOCOMMIT", [True, True])], ids=str
)
def test_sqlalchemy_over_psycopg_behaves_as_psycopg(database: Database, level: Any, errors: list[bool]) -> None:
    url = database.dsn.replace("postgresql://", "postgresql+psycopg://")
    engine = sqlalchemy.create_engine(url, isolation_level=level, poolclass=StaticPool)

    def fails() -> bool:
        try:
            with engine.connect() as connection:
                connection.execute(sqlalchemy.text(STAR)).fetchall()
                connection.commit()
        except sqlalchemy.exc.NotSupportedError as error:
            return getattr(error.orig, "sqlstate", None) == CACHED_PLAN
        return False

    assert [fails() for _ in range(7)] == [False] * 7
    database.run(CHANGE)
    assert [fails() for _ in errors] == errors
    engine.dispose()


@pytest.mark.parametrize("level", ["READ COMMITTED", "AUTOCOMMIT"])
def test_sqlalchemy_over_asyncpg_fails_once_in_any_mode(database: Database, level: Any) -> None:
    url = database.dsn.replace("postgresql://", "postgresql+asyncpg://")

    async def session() -> list[bool]:
        engine = create_async_engine(url, isolation_level=level, poolclass=StaticPool)

        async def fails() -> bool:
            try:
                async with engine.connect() as connection:
                    await connection.execute(sqlalchemy.text(STAR))
            except sqlalchemy.exc.NotSupportedError:
                return True
            return False

        assert not await fails()
        database.run(CHANGE)
        seen = [await fails() for _ in range(2)]
        await engine.dispose()
        return seen

    assert asyncio.run(session()) == [True, False]
