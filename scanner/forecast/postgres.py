"""A table of a running PostgreSQL, by its catalogue and statistics, which can be read while the table is locked."""

from __future__ import annotations

from typing import Any

import psycopg

from scanner.collect.pg_stat_statements.connection import connect, sentence
from scanner.dsn import place
from scanner.model import Database, Forecast, TableName, TableUse

# pg_total_relation_size would wait for a lock on the table: sizes are those that VACUUM and ANALYZE wrote down.
_TABLES = """WITH RECURSIVE part(oid) AS (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY(%s) AND c.relname = %s AND c.relkind IN ('r', 'p')
  UNION SELECT i.inhrelid FROM part JOIN pg_inherits i ON i.inhparent = part.oid) """
_SIZE = """SELECT count(*), sum(greatest(c.reltuples, 0))::bigint, (sum(c.relpages
  + coalesce((SELECT sum(x.relpages) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
     WHERE i.indrelid = c.oid), 0)
  + coalesce((SELECT t.relpages FROM pg_class t WHERE t.oid = c.reltoastrelid), 0))
  * current_setting('block_size')::bigint)::bigint, bool_or(c.reltuples < 0 AND c.relkind = 'r')
  FROM part JOIN pg_class c USING (oid)"""
_TRAFFIC = """SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0))::bigint,
  sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint,
  (SELECT stats_reset::text FROM pg_stat_database WHERE datname = current_database())
  FROM part JOIN pg_stat_all_tables s ON s.relid = part.oid"""
_LOCKS = """SELECT l.pid, l.mode, l.granted, a.application_name, a.state,
  extract(epoch FROM clock_timestamp() - a.xact_start)::float8
  FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'relation' AND l.relation IN (SELECT oid FROM part) AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  ORDER BY l.granted, 6 DESC NULLS LAST LIMIT 50"""
_OPEN = """SELECT count(*), max(extract(epoch FROM clock_timestamp() - xact_start))::float8 FROM pg_stat_activity
  WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database()"""
_SEES_ALL = "SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'), current_user::text"
_REPLICAS = """SELECT coalesce(application_name, '') || coalesce(' ' || client_addr::text, ''),
  extract(epoch FROM replay_lag)::float8 FROM pg_stat_replication ORDER BY 1 LIMIT 50"""
_PUBLICATIONS = """SELECT DISTINCT p.pubname FROM part JOIN pg_class c USING (oid)
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_publication_tables p ON p.schemaname = n.nspname AND p.tablename = c.relname ORDER BY 1"""


def of_postgres(dsn: str, database: Database, table: TableName, timeout_s: float) -> Forecast:
    """What the server says of the table and of those that inherit from it."""
    try:
        with connect(dsn, timeout_s) as connection:
            return _asked(connection, place(dsn), [*([table.schema] if table.schema else database.schemas)], table)
    except psycopg.Error as error:
        return Forecast(place(dsn), unseen=(f"The server could not be asked: {sentence(error)}",))


def _asked(connection: psycopg.Connection[Any], where: str, schemas: list[str], table: TableName) -> Forecast:
    unseen: list[str] = []

    def rows(sql: str) -> list[tuple[Any, ...]] | None:
        of_table = "part" in sql
        try:
            with connection.transaction():  # a savepoint: what is refused loses nothing else
                asked = (_TABLES + sql, [schemas, table.name]) if of_table else (sql, None)
                return connection.execute(*asked).fetchall()
        except psycopg.Error as error:
            unseen.append(sentence(error))
            return None

    ((tables, count, size, unknown),) = rows(_SIZE) or [(0, None, None, True)]
    if not tables:
        return Forecast(where, unseen=(*unseen, f"The server shows no table {table}."))
    if unknown:
        unseen.append("Size and rows are not known before ANALYZE.")
    ((reads, writes, since),) = rows(_TRAFFIC) or [(None, None, None)]
    ((transactions, oldest),) = rows(_OPEN) or [(None, None)]
    ((sees_all, role),) = rows(_SEES_ALL) or [(True, "")]
    if not sees_all:
        unseen.append(
            f"{role} does not see the transactions and replicas of others: GRANT pg_read_all_stats TO {role}."
        )
        transactions = oldest = None
    locks, replicas = rows(_LOCKS), rows(_REPLICAS) if sees_all else None
    return Forecast(
        where,
        None if locks is None else tuple(TableUse(str(pid), *use) for pid, *use in locks),
        None if unknown else count,
        None if unknown else size,
        reads,
        writes,
        since,
        transactions,
        oldest,
        None if replicas is None else tuple((name, lag) for name, lag in replicas),
        tuple(name for (name,) in rows(_PUBLICATIONS) or ()),
        tuple(unseen),
    )
