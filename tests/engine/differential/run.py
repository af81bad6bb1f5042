"""Asks a server what a statement does before a change, after it, and once the new column is filled.

Much as tests.engine.witness, but for one statement at a time and a thousand of them: PostgreSQL makes everything
anew inside of a transaction that is rolled back, MySQL and MariaDB in a database that is dropped, one for all phases
where the statement leaves nothing behind.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import count
from os import getpid
from typing import Any, Protocol

import psycopg
import pymysql

from tests.engine.differential.alter import Trial
from tests.engine.servers import Database, Server
from tests.engine.witness import Account, Outcome, outcome, tables
from tests.rules.fixture import Situation

ERRORS = (psycopg.Error, pymysql.Error)
_numbers = count(1)
_UNDONE = re.compile(r"[\s(]*(SELECT|WITH|VALUES|TABLE|INSERT|REPLACE|UPDATE|DELETE)\b", re.I)
_READS = re.compile(r"[\s(]*(SELECT|WITH|VALUES|TABLE)\b", re.I)
_GONE = (0, 2006, 2013)  # PyMySQL's numbers for a connection that was there and is no more


class ChangeFailsError(Exception):
    """The ALTER itself, or what comes before it, is refused."""


class ServerDiedError(Exception):
    """The connection is gone; the message is one sentence that says at which statement."""


class Runner(Protocol):
    """A server with connections that are kept from one trial to the next."""

    def phases(self, trial: Trial, steps: Sequence[str]) -> Generator[Outcome]:
        """The statement's outcome, and that after each step in a session that was there. Raises ChangeFailsError."""


def ask(runner: Runner, trial: Trial) -> Account:
    """The statement's outcomes in the three phases. Raises ChangeFailsError and ServerDiedError."""
    change, filled = trial.situation.change, trial.situation.filled
    with closing(runner.phases(trial, [change, *([filled] if filled else [])])) as phases:
        before = next(phases)
        if before.error is not None:
            return Account(before, before, before)
        after = later = next(phases)
        with suppress(ChangeFailsError):
            later = next(phases, after)
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

    def phases(self, trial: Trial, steps: Sequence[str]) -> Generator[Outcome]:
        """See Runner."""
        for done in range(len(steps) + 1):
            yield self._phase(trial, steps[:done])

    def _phase(self, trial: Trial, then: Sequence[str]) -> Outcome:
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
        self._server = server
        self._admin = admin
        self._user = user

    def phases(self, trial: Trial, steps: Sequence[str]) -> Generator[Outcome]:
        """See Runner. What a statement leaves nothing behind of, one database is enough for."""
        try:
            if _leaves_nothing(trial):
                yield from self._in_one_database(trial, steps)
                return
            for done in range(len(steps) + 1):
                with self._database(trial):
                    self._take(trial, steps[:done])
                    yield self._outcome(trial)
        except pymysql.Error as error:
            raise _died(self._server, trial, error) from None

    def _in_one_database(self, trial: Trial, steps: Sequence[str]) -> Generator[Outcome]:
        with self._database(trial):
            yield self._outcome(trial)
            for step in steps:
                self._take(trial, [step])
                yield self._outcome(trial)

    @contextmanager
    def _database(self, trial: Trial) -> Iterator[None]:
        """The trial's tables and rows, and a session that uses them."""
        situation = trial.situation
        name = f"scanner_fuzz_{getpid()}_{next(_numbers)}"
        _execute(self._admin, f"CREATE DATABASE {name}; USE {name}")
        try:
            self._set_up(self._admin, [situation.schema, situation.rows])
            self._set_up(self._user, [f"USE {name}", "SET sql_mode = DEFAULT", *situation.session])
            yield
        finally:
            with suppress(pymysql.err.OperationalError, pymysql.err.InterfaceError):  # of a server that died
                _execute(self._admin, f"DROP DATABASE {name}")

    def _take(self, trial: Trial, steps: Sequence[str]) -> None:
        """MariaDB keeps the body of a trigger that fired with its table, for all sessions: the rows' fired it."""
        if steps:
            fresh = "TRIGGER" in trial.situation.schema and _only_settings(trial.situation)
            self._set_up(self._admin, [*steps, "FLUSH TABLES" if fresh else ""])

    def _outcome(self, trial: Trial) -> Outcome:
        seen = outcome(self._user, trial.statement, _written(trial), trial.situation.reads)
        if seen.code in map(str, _GONE):
            raise _died(self._server, trial, seen.error)
        return seen

    def _set_up(self, connection: Any, scripts: Sequence[str]) -> None:
        try:
            _execute(connection, _script(scripts))
        except pymysql.Error as error:
            if error.args and error.args[0] in _GONE:
                raise
            raise ChangeFailsError(str(error)) from error


def _only_settings(situation: Situation) -> bool:
    return all(each.startswith("SET") for each in situation.session)


def _leaves_nothing(trial: Trial) -> bool:
    """A ROLLBACK undoes it all: it defines nothing, and the server keeps nothing of it for the session."""
    return _UNDONE.match(trial.statement) is not None and not trial.draft.objects and _only_settings(trial.situation)


def _written(trial: Trial) -> dict[str, str]:
    """The tables that the statement may write to, each with the query that reads the columns it had at first."""
    if _leaves_nothing(trial) and _READS.match(trial.statement):
        return {}
    return {t.name: f"SELECT {', '.join(t.names)} FROM {t.name}" for t in trial.draft.world.tables}


def _died(server: Server, trial: Trial, error: object) -> ServerDiedError:
    log = f"; its log is {server.directory / 'server.log'}" if server.directory else ""
    return ServerDiedError(f"{server.title} closed the connection ({error}) at this statement{log}:\n\n{trial}")


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
__all__ = ["ChangeFailsError", "Runner", "ServerDiedError", "ask", "runner"]
