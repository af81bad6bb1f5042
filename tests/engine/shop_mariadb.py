"""Asks MariaDB: the data is brought to a migrated database, for a migration cannot be undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pymysql

from tests.engine.servers import Database
from tests.engine.shop_migrations import Migration
from tests.engine.shop_witness import Watch, answer_of, replaced, text_of
from tests.engine.witness import Account, Outcome

NOW = 1_790_000_000  # what the clock is stopped at while a statement is asked


@contextmanager
def watching_mariadb(warehouse: Database, before: Database, migrated: Mapping[Migration, Database]) -> Iterator[Watch]:
    """Watches PyMySQL. `before` and `migrated` are databases without data in each state.

    A migration cannot be undone in MariaDB: the data is brought to the migrated database, in the service's
    own transaction, before every question.
    """
    watch, ask = Watch(warehouse.engine), _MariadbQuestions(warehouse, before, migrated)
    query = pymysql.cursors.Cursor._query  # type: ignore[attr-defined]

    def watched_query(self: Any, text: Any) -> Any:
        watch.see(lambda: text_of(text, None), lambda: ask.accounts(self.connection, text))
        return query(self, text)

    with replaced(pymysql.cursors.Cursor, {"_query": watched_query}):
        yield watch


class _MariadbQuestions:
    """Runs one statement in a copy of the database for every state and undoes it."""

    def __init__(self, warehouse: Database, before: Database, migrated: Mapping[Migration, Database]) -> None:
        self._warehouse = warehouse.name
        self._before = before.name
        self._migrated = {migration: database.name for migration, database in migrated.items()}
        self._columns = table_columns(warehouse)
        # No rollback sets AUTO_INCREMENT back: its numbers are not compared.
        self._compared = table_columns(warehouse, "extra <> 'auto_increment'")

    def accounts(self, connection: Any, text: str) -> dict[Migration, Account]:
        """What becomes of the statement with each migration."""
        with pymysql.cursors.Cursor(connection) as cursor:
            cursor.execute("SAVEPOINT watch")
            cursor.execute(f"SET timestamp = {NOW}")

            def outcome(database: str, *fill: str) -> Outcome:
                return self._outcome(cursor, text, database, fill)

            try:
                before = outcome(self._before)
                return {m: Account(before, outcome(to), outcome(to, m.fill)) for m, to in self._migrated.items()}
            finally:
                cursor.execute(f"USE {self._warehouse}")
                cursor.execute("SET timestamp = DEFAULT")
                cursor.execute("ROLLBACK TO watch")

    def _outcome(self, cursor: Any, text: str, database: str, fill: Sequence[str]) -> Outcome:
        cursor.execute(f"USE {database}")
        copy_tables(cursor, self._columns, self._warehouse)
        for statement in fill:
            cursor.execute(statement)
        try:
            cursor.execute(text)
            columns, rows = answer_of(cursor)
            count = cursor.rowcount
            while cursor.nextset():
                pass
        except pymysql.Error as error:
            return Outcome(f"{error.args[0]}: {error.args[-1]}")
        return Outcome(None, columns, rows, count, self._contents(cursor))

    def _contents(self, cursor: Any) -> dict[str, list[tuple[Any, ...]]]:
        contents = {}
        for table, columns in self._compared.items():
            cursor.execute(f"SELECT {columns} FROM {table}")
            contents[table] = sorted(cursor.fetchall(), key=repr)
        return contents


def table_columns(database: Database, condition: str = "true") -> dict[str, str]:
    """The tables of a MariaDB database, each with a list of its columns that meet a condition, as SQL."""
    found = database.rows(
        "SELECT table_name, GROUP_CONCAT(column_name ORDER BY ordinal_position)"
        " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
        f" WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND {condition} GROUP BY table_name"
    )
    return dict(found)


def copy_tables(cursor: Any, columns: Mapping[str, str], origin: str) -> None:
    """Makes the current database's tables hold what the origin's hold."""
    cursor.execute("SET foreign_key_checks = 0")
    for table, names in columns.items():
        cursor.execute(f"DELETE FROM {table}")
        # IGNORE: a new column that must have a value gets the one that the ALTER gives to rows.
        cursor.execute(f"INSERT IGNORE INTO {table} ({names}) SELECT {names} FROM {origin}.{table}")
    cursor.execute("SET foreign_key_checks = 1")
