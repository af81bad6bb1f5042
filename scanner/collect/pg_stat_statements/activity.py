"""Which clients run a query: pg_stat_activity, looked at again and again for a while.

A session shows the query_id of the statement that it runs, or else of its last one (PostgreSQL 14 and later), beside
the name that the client gives itself and its address. The view of statements knows neither.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scanner.collect.pg_stat_statements.connection import begin, connect, sentence
from scanner.collect.pg_stat_statements.sql import MARK
from scanner.masking import mask

if TYPE_CHECKING:
    import psycopg

_PAUSE_S = 0.1  # between two looks, at least
_SHARE = 10  # pauses are this many times as long as a look takes, so that looking is no load
_MOST_CLIENTS = 50  # that are named of one query

_HAS_QUERY_ID = f"""SELECT {MARK} 1 FROM pg_attribute
WHERE attrelid = 'pg_stat_activity'::regclass AND attname = 'query_id' AND NOT attisdropped"""
# What a role without pg_read_all_stats sees of others' sessions has no type, no address and no query_id.
_SESSIONS = f"""SELECT {MARK} query_id::text, usename::text, datname::text, application_name,
    coalesce(client_hostname, host(client_addr)), query = '<insufficient privilege>'
FROM pg_stat_activity
WHERE coalesce(backend_type, 'client backend') = 'client backend' AND datname IS NOT NULL AND pid <> pg_backend_pid()"""


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients that were seen running a query."""

    application_names: tuple[str, ...] = ()  # passwords in them masked
    hosts: tuple[str, ...] = ()  # names or addresses; a client on the server's own machine may have none


NOBODY = Clients()


@dataclass(slots=True)
class Activity:
    """What was seen of sessions. Without a look at any, nothing."""

    seconds: float = 0
    looks: int = 0
    sessions: int = 0  # those whose statements were shown, counted at each look
    hidden: int = 0  # sessions of other roles in one look, at most
    failed: str | None = None  # why there was no look, or none after some: one sentence
    seen: dict[tuple[str, str | None, str | None], set[tuple[str, str | None]]] = field(default_factory=dict)
    found: int = 0  # queries of which clients were asked for and known

    def clients(self, query_id: str | None, user: str | None, database: str | None) -> Clients:
        """The clients that were seen running the query as this role in this database of the server."""
        seen = self.seen.get((query_id, user, database)) if query_id else None
        if not seen:
            return NOBODY
        self.found += 1
        names, hosts = ({item[part] for item in seen} - {"", None} for part in (0, 1))
        return Clients(tuple(sorted(filter(None, names))), tuple(sorted(filter(None, hosts))))

    def limits(self, role: str | None) -> Iterator[str]:
        """What was not seen."""
        if not self.seconds:
            return
        if self.failed:
            yield f"Which applications run the queries could not be sampled: {self.failed}"
        if self.hidden:
            reader = role or "the role that reads"
            yield f"{self.hidden} sessions of other roles hid what they run: GRANT pg_read_all_stats TO {reader}."
        if self.sessions and not self.seen:
            yield (
                "No session showed a query_id, so applications are not known: set compute_query_id to auto and "
                "track_activities to on."
            )
        crowded = sum(len(clients) >= _MOST_CLIENTS for clients in self.seen.values())
        if crowded:
            yield f"{crowded} queries have many clients, of which {_MOST_CLIENTS} are named."
        if self.looks:
            yield (
                f"{self.looks} looks at the sessions in {self.seconds:g} s saw clients of {self.found} queries; what "
                "others run, and who runs the other queries, is known by role alone."
            )

    def look(self, sessions: list[tuple[Any, ...]]) -> None:
        """Takes in the sessions of one moment."""
        self.looks += 1
        shown = [session[:5] for session in sessions if not session[5]]
        self.sessions += len(shown)
        self.hidden = max(self.hidden, len(sessions) - len(shown))
        for query_id, user, database, name, host in shown:
            if query_id is not None:
                clients = self.seen.setdefault((query_id, user, database), set())
                if len(clients) < _MOST_CLIENTS:
                    clients.add((mask(name or ""), host))


def sample(dsn: str, seconds: float, timeout_s: float) -> Activity:
    """Looks at the sessions for this long, in one connection and a read-only transaction a look.

    What goes wrong is told by the value: the statements themselves can still be read.
    """
    import psycopg

    activity = Activity(seconds)
    if seconds:
        try:
            with closing(connect(dsn, timeout_s)) as connection:
                _sample(connection, activity, timeout_s)
        except psycopg.Error as error:
            activity.failed = sentence(error)
    return activity


def _sample(connection: psycopg.Connection[Any], activity: Activity, timeout_s: float) -> None:
    end = time.monotonic() + activity.seconds
    if not connection.execute(_HAS_QUERY_ID).fetchall():
        activity.failed = "pg_stat_activity has no query_id before PostgreSQL 14."
        return
    while True:
        began = time.monotonic()
        activity.look(connection.execute(_SESSIONS).fetchall())
        connection.commit()
        pause = max(_PAUSE_S, _SHARE * (time.monotonic() - began))
        if time.monotonic() + pause > end:
            return
        time.sleep(pause)
        begin(connection, timeout_s)
