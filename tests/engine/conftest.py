"""Real servers for the tests of this directory: started once a run, removed at its end.

SCANNER_TEST_POSTGRES and SCANNER_TEST_MARIADB give the URL of a server to use instead; the tests create and
drop databases there. SCANNER_TEST_MYSQL adds a MySQL: without it `mysql` is in none of the tests.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from tests.conftest import ENGINES
from tests.engine.servers import Database, Server, ServerMissingError, started


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Iterator[Server]:
    """A private PostgreSQL."""
    yield from serve(pytestconfig, started("postgres"))


@pytest.fixture(scope="session")
def mariadb(pytestconfig: pytest.Config) -> Iterator[Server]:
    """A private MariaDB."""
    yield from serve(pytestconfig, started("mariadb"))


@pytest.fixture(scope="session")
def mysql(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The MySQL of SCANNER_TEST_MYSQL."""
    yield from serve(pytestconfig, started("mysql"))


@pytest.fixture
def postgres_database(postgres: Server) -> Iterator[Database]:
    """A new PostgreSQL database for one test."""
    with postgres.fresh_database() as database:
        yield database


@pytest.fixture
def mariadb_database(mariadb: Server) -> Iterator[Database]:
    """A new MariaDB database for one test."""
    with mariadb.fresh_database() as database:
        yield database


def serve(config: pytest.Config, starting: AbstractContextManager[Server]) -> Iterator[Server]:
    """The server, noted for the summary. One that cannot be run fails the tests; skipping is opted into."""
    try:
        server = starting.__enter__()
    except ServerMissingError as missing:
        if os.environ.get("SCANNER_TEST_ALLOW_MISSING") == "1":
            pytest.skip(str(missing))
        pytest.fail(f"{missing} (SCANNER_TEST_ALLOW_MISSING=1 skips these tests.)", pytrace=False)
    config.stash[ENGINES].add(server.title)
    try:
        yield server
    finally:
        starting.__exit__(None, None, None)
