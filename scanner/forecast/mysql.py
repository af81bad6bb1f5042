"""A table of a running MySQL or MariaDB, by what its own tables say."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.dsn import mysql_arguments, place
from scanner.errors import SourceError
from scanner.model import Forecast, TableName, TableUse
from scanner.mysql_server import Server, Values, asked
from scanner.rollout.names import literal

# trx_started is in the zone of the operating system, whatever that of the session.
_OPEN = """SELECT trx_mysql_thread_id AS id,
  timestampdiff(SECOND, convert_tz(trx_started, 'SYSTEM', '+00:00'), utc_timestamp()) AS age
  FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> connection_id()"""
_SWITCHED_ON = "SELECT @@performance_schema AS enabled"
_INSTRUMENT = """SELECT enabled FROM performance_schema.setup_instruments
  WHERE name = 'wait/lock/metadata/sql/mdl' AND enabled = 'YES'"""
_LOCKS = """SELECT t.processlist_id AS id, t.processlist_command AS command, l.lock_type AS mode,
  l.lock_status AS status
  FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id
  WHERE l.object_type = 'TABLE' AND t.processlist_id <> connection_id() AND"""
_FIRST = " ORDER BY l.lock_status = 'GRANTED' LIMIT 50"  # those that wait
_SIZE = "SELECT table_rows AS n, data_length + index_length AS size FROM information_schema.tables WHERE"
_TRAFFIC = "SELECT count_read AS r, count_write AS w FROM performance_schema.table_io_waits_summary_by_table WHERE"
_MAY_SEE = "The traffic (GRANT SELECT ON performance_schema.* shows it)"
_NOT_WATCHED = (
    "Metadata locks are not watched: enable wait/lock/metadata/sql/mdl in setup_instruments of performance_schema."
)
_NO_LAG = "A primary does not know how far its replicas are behind: ask each (SHOW REPLICA STATUS)."


def of_mysql(dsn: str, table: TableName, timeout_s: float) -> Forecast:
    """What the server says of the table."""
    schema = table.schema or mysql_arguments(dsn)["database"]
    try:
        with asked(dsn, timeout_s) as server:
            return _Asked(server, schema, table.name).forecast(place(dsn))
    except SourceError as error:
        return Forecast(place(dsn), unseen=(f"The server could not be asked: {error}",))


class _Asked:
    """One table of a server, and what the server did not say of it."""

    def __init__(self, server: Server, schema: str, table: str) -> None:
        self._server = server
        self._names = (_text(schema), _text(table))
        self._unseen: list[str] = []

    def forecast(self, where: str) -> Forecast:
        """All that it says."""
        size = self._rows(_SIZE + self._of("table"), "The table")
        if not size:
            return Forecast(where, unseen=(*self._unseen, "The server does not show the table."))
        opened = self._rows(_OPEN, "Open transactions (GRANT PROCESS ON *.* shows them)")
        ages = {row["id"]: float(row["age"]) for row in opened or () if row["age"] is not None}
        switched = self._rows(_SWITCHED_ON, "The settings") or [{"enabled": "0"}]
        watched = switched[0]["enabled"] == "1"
        if not watched:
            self._unseen.append("performance_schema is off: the table's traffic and who locks it are not known.")
        traffic = self._rows(_TRAFFIC + self._of("object"), _MAY_SEE) if watched else None
        return Forecast(
            where,
            self._uses(ages) if watched else None,
            _whole(size[0]["n"]),
            _whole(size[0]["size"]),
            _whole(traffic[0]["r"]) if traffic else None,
            _whole(traffic[0]["w"]) if traffic else None,
            "the server's start or the last reset" if traffic else None,
            None if opened is None else len(opened),
            max(ages.values(), default=None),
            unseen=(*self._unseen, _NO_LAG),
        )

    def _uses(self, ages: Mapping[str | None, float]) -> tuple[TableUse, ...] | None:
        watched = self._rows(_INSTRUMENT, "The instruments")
        if watched == []:
            self._unseen.append(_NOT_WATCHED)
        found = self._rows(_LOCKS + self._of("l.object") + _FIRST, "Locks") if watched else None
        if found is None:
            return None
        return tuple(
            TableUse(row["id"] or "", row["mode"] or "", row["status"] == "GRANTED", None, row["command"],
                     ages.get(row["id"]))
            for row in found
        )  # fmt: skip

    def _of(self, what: str) -> str:
        schema, name = self._names
        return f" {what}_schema = {schema} AND {what}_name = {name}"

    def _rows(self, sql: str, what: str) -> list[Values] | None:
        """None, and a sentence in what is not seen, where the server refuses."""
        try:
            return list(self._server.rows(sql))
        except SourceError as error:
            self._unseen.append(f"{what} could not be read: {error}")
            return None


def _whole(text: str | None) -> int | None:
    return None if text is None else int(text)


def _text(name: str) -> str:
    """A string of SQL, where a backslash escapes."""
    return literal(name.replace("\\", "\\\\"))
