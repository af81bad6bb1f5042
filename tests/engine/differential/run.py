"""Asks a server what a statement does before a change, after it, and once the new column is filled.

Much as tests.engine.witness, but for one statement at a time and a thousand of them: PostgreSQL makes everything
anew inside of a transaction that is rolled back, MySQL and MariaDB in a database that is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import count
from os import getpid
from typing import Any, Protocol

import psycopg
import pymysql

from tests.engine.differential.alter import Trial
from tests.engine.servers import Database, Server
from tests.engine.witness import Account, Outcome, outcome, tables

ERRORS = (psycopg.Error, pymysql.Error)
_numbers = count(1)


class ChangeFailsError(Exception):
    """The ALTER itself, or what comes before it, is refused."""


class Runner(Protocol):
    """A server with connections that are kept from one trial to the next."""

    def phase(self, trial: Trial, then: Sequence[str]) -> Outcome:
        """The statement's outcome in a session that was there when `then` happened. Raises ChangeFailsError."""


def ask(runner: Runner, trial: Trial) -> Account:
    """The statement's outcomes in the three phases. Raises ChangeFailsError."""
    before = runner.phase(trial, ())
    change, filled = trial.situation.change, trial.situation.filled
    if before.error is not None:
        return Account(before, before, before)
    after = later = runner.phase(trial, (change,))
    if filled:
        with suppress(ChangeFailsError):
            later = runner.phase(trial, (change, filled))
    return Account(before, after, later)


@contextmanager
def runner(server: Server) -> Iterator[Runner]:
    """The server's runner."""
    if server.engine.family == "postgres":
        with server.fresh_database() as database, closing(database.connect()) as connection:
            connection.prepare_threshold = None
            yield _Postgres(database, connection)
    else:
        with closing(server.connect()) as admin, closing(server.connect()) as user:
            yield _MySQL(server, admin, user)


class _Postgres:
    def __init__(self, database: Database, connection: Any) -> None:
        self._database = database
        self._connection = connection
        self._known: dict[str, str] = {}  # the tables as they were before the change
        self._run(_PINNED)

    def phase(self, trial: Trial, then: Sequence[str]) -> Outcome:
        situation = trial.situation
        try:
            self._set_up(["BEGIN", situation.schema, situation.rows])
            if not then:
                self._known = tables(self._connection, self._database.engine)
            settings = [each for each in situation.session if each.startswith("SET")]
            self._set_up([*situation.session, "RESET ROLE", *then, *settings])
            return outcome(self._connection, trial.statement, self._known, situation.reads)
        finally:
            self._run("ROLLBACK; DEALLOCATE ALL")

    def _set_up(self, scripts: Sequence[str]) -> None:
        try:
            self._run(_script(scripts))
        except psycopg.Error as error:
            raise ChangeFailsError(str(error)) from error

    def _run(self, script: str) -> None:
        self._connection.execute(script)


class _MySQL:
    def __init__(self, server: Server, admin: Any, user: Any) -> None:
        self._engine = server.engine
        self._admin = admin
        self._user = user
        self._known: dict[str, str] = {}  # the tables as they were before the change

    def phase(self, trial: Trial, then: Sequence[str]) -> Outcome:
        situation = trial.situation
        name = f"scanner_fuzz_{getpid()}_{next(_numbers)}"
        _execute(self._admin, f"CREATE DATABASE {name}; USE {name}")
        try:
            self._set_up(self._admin, [situation.schema, situation.rows])
            if not then:
                self._known = tables(self._admin, self._engine)
            self._set_up(self._user, [f"USE {name}", "SET sql_mode = DEFAULT", *situation.session])
            if then:
                self._set_up(self._admin, then)
            return outcome(self._user, trial.statement, self._known, situation.reads)
        finally:
            _execute(self._admin, f"DROP DATABASE {name}")

    def _set_up(self, connection: Any, scripts: Sequence[str]) -> None:
        try:
            _execute(connection, _script(scripts))
        except pymysql.Error as error:
            raise ChangeFailsError(str(error)) from error


def _script(parts: Sequence[str]) -> str:
    """One script: every message to the server takes its time."""
    return ";\n".join(part.rstrip(";\n ") for part in parts if part)


def _execute(connection: Any, script: str) -> None:
    with closing(connection.cursor()) as cursor:
        cursor.execute(script)
        while cursor.nextset():
            pass


# A wider row must not lead to another plan, or rows come in another order.
_PINNED = """
SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_hashagg = off; SET join_collapse_limit = 1;
SET from_collapse_limit = 1; SET jit = off; SET statement_timeout = '10s'; SET client_min_messages = error
"""
__all__ = ["ChangeFailsError", "Runner", "ask", "runner"]
