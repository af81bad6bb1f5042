"""Asks PostgreSQL: a migration is made and undone within the service's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from tests.engine.servers import Database
from tests.engine.shop_migrations import Migration
from tests.engine.shop_witness import Answer, Watch, answer_of, replaced, text_of
from tests.engine.witness import Account, Outcome

READING = ("SELECT", "SHOW", "COPY")  # commands that write nothing in this shop


@contextmanager
def watching_postgres(shop: Database, migrations: Sequence[Migration]) -> Iterator[Watch]:
    """Watches psycopg.

    Migrations are made and undone within the service's own transaction, so every role must be a member of the
    tables' owner.
    """
    watch, ask = Watch(shop.engine), _PostgresQuestions(shop, migrations)
    execute, executemany, copy = (getattr(psycopg.Cursor, n) for n in ("execute", "executemany", "copy"))

    def look(cursor: Any, query: Any, run: Callable[[Any], Answer]) -> None:
        watch.see(lambda: text_of(query, cursor.connection), lambda: ask.accounts(cursor, run))

    def watched_execute(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        look(self, query, lambda cursor: answer_of(execute(cursor, query, params, prepare=False)))
        return execute(self, query, params, **options)

    def watched_executemany(self: Any, query: Any, rows: Any, **options: Any) -> Any:
        rows = list(rows)
        look(self, query, lambda cursor: answer_of(execute(cursor, query, rows[0], prepare=False)))
        return executemany(self, query, rows, **options)

    def watched_copy(self: Any, query: Any, *args: Any, **options: Any) -> Any:
        look(self, query, lambda cursor: _copied(copy(cursor, query)))
        return copy(self, query, *args, **options)

    watched = {"execute": watched_execute, "executemany": watched_executemany, "copy": watched_copy}
    with replaced(psycopg.Cursor, watched):
        yield watch


class _PostgresQuestions:
    """Runs one statement in every state of the database and undoes it."""

    def __init__(self, shop: Database, migrations: Sequence[Migration]) -> None:
        self._migrations = migrations
        ((owner,),) = shop.rows("SELECT current_user")
        self._owner = sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner))
        found = shop.rows(
            "SELECT format('SELECT %L, ARRAY(SELECT ROW(%s)::text FROM %I ORDER BY 1)', c.table_name,"
            "       string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position), c.table_name)"
            " FROM information_schema.columns c JOIN information_schema.tables t"
            " USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY c.table_name"
        )
        self._contents = sql.SQL(" UNION ALL ".join(query for (query,) in found))

    def accounts(self, cursor: Any, run: Callable[[Any], Answer]) -> dict[Migration, Account]:
        """What becomes of the statement with each migration."""
        connection = cursor.connection
        # Django's parameters are put into the text by its own kind of cursor.
        kind = psycopg.ClientCursor if isinstance(cursor, psycopg.ClientCursor) else psycopg.Cursor
        asked = kind(connection, row_factory=tuple_row)
        with connection.transaction(force_rollback=True):  # one transaction: now() is the same for all
            sequences = self._sequences(asked)

            def outcome(phase: Sequence[str]) -> Outcome:
                return self._outcome(asked, run, phase, sequences)

            before = outcome(())
            return {m: Account(before, outcome(m.postgres), outcome(m.postgres_filled)) for m in self._migrations}

    def _outcome(
        self, cursor: Any, run: Callable[[Any], Answer], phase: Sequence[str], sequences: sql.Composable
    ) -> Outcome:
        with cursor.connection.transaction(force_rollback=True):
            cursor.execute(self._owner)
            for statement in phase:
                cursor.execute(statement)
            cursor.execute("SET LOCAL ROLE NONE")
            try:
                with cursor.connection.transaction():
                    columns, rows = run(cursor)
                    count, reads = cursor.rowcount, str(cursor.statusmessage).startswith(READING)
            except psycopg.Error as error:
                return Outcome(f"{error.sqlstate}: {error}")
            finally:
                cursor.execute(self._owner)
                cursor.execute(sequences)  # no rollback sets them back
            contents = {} if reads else dict(cursor.execute(self._contents).fetchall())
            return Outcome(None, columns, rows, count, contents)

    def _sequences(self, cursor: Any) -> sql.Composable:
        """What sets every sequence back to where it stands."""
        with cursor.connection.transaction(force_rollback=True):
            cursor.execute(self._owner)
            cursor.execute(
                "SELECT format('setval(%L, %s, %L)', format('%I.%I', schemaname, sequencename),"
                "       coalesce(last_value, start_value), last_value IS NOT NULL) FROM pg_sequences"
            )
            return sql.SQL("SELECT " + ", ".join(call for (call,) in cursor.fetchall()))


def _copied(copying: Any) -> Answer:
    """A COPY with a header, read as if it were a query."""
    with copying as copy:
        header, *lines = b"".join(map(bytes, copy)).decode().splitlines()
    return tuple((name, "text") for name in header.split(",")), [tuple(line.split(",")) for line in lines]
