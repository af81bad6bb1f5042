"""What an administrator runs so that more can be read: SQL and settings, from what servers and collectors say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from scanner.dsn import family
from scanner.errors import SourceError
from scanner.model import Family

_RELOAD = "SELECT pg_reload_conf();"
_RESTART = "-- then restart the server"


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a server takes the scanner for."""

    family: Family
    name: str  # as GRANT takes it: scanner, 'scanner'@'%'
    database: str


def account_of(dsn: str) -> Account | None:
    """The account that a URL connects as, by the server's own word where there are several; None: not known."""
    try:
        engine = family(dsn)
    except SourceError:
        return None
    url = urlsplit(dsn)
    user, database = unquote(url.username or ""), unquote(url.path.lstrip("/"))
    if engine == "postgres":
        return Account(engine, _identifier(user), database) if user else None
    return Account(engine, _current_user(dsn) or f"'{user}'@'%'", database)


def remedies(said: Iterable[str], account: Account | None) -> tuple[str, ...]:
    """What to run for these sentences, each thing once."""
    found: dict[str, None] = {}
    for sentence in said:
        for pattern, make in _REMEDIES:
            for match in pattern.finditer(sentence):
                found.update(dict.fromkeys(make(match, account)))
    return tuple(found)


_Make = Callable[[re.Match[str], Account | None], Iterator[str]]


def _as_it_stands(match: re.Match[str], _: Account | None) -> Iterator[str]:
    yield f"{match[1].strip()};"


def _install(_: re.Match[str], __: Account | None) -> Iterator[str]:
    yield from _preload(_, __)
    yield "CREATE EXTENSION pg_stat_statements;"


def _preload(_: re.Match[str], __: Account | None) -> Iterator[str]:
    yield (
        "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; "
        f"-- beside what SHOW shared_preload_libraries names; {_RESTART[3:]}"
    )


def _setting(name: str, value: str) -> _Make:
    def make(_: re.Match[str], __: Account | None) -> Iterator[str]:
        yield f"ALTER SYSTEM SET {name} = '{value}'; {_RELOAD}"

    return make


def _log_routines(_: re.Match[str], __: Account | None) -> Iterator[str]:
    yield "SET GLOBAL log_slow_disabled_statements = '';"


def _more_statements(match: re.Match[str], _: Account | None) -> Iterator[str]:
    yield f"ALTER SYSTEM SET pg_stat_statements.max = {2 * int(match[1])}; {_RESTART}"


def _configured(match: re.Match[str], _: Account | None) -> Iterator[str]:
    yield f"[mysqld] {match[1]} = ON   # in the server's configuration; then restart it"


def _denied(match: re.Match[str], account: Account | None) -> Iterator[str]:
    if account is not None and account.family == "mysql":
        schema, table = match["schema"] or account.database, match["table"]
        yield f"GRANT {match['privilege'].upper()} ON {schema}.{table} TO {account.name};"


def _no_database(match: re.Match[str], account: Account | None) -> Iterator[str]:
    if account is not None:
        yield f"GRANT SELECT, SHOW VIEW, TRIGGER ON `{match[1]}`.* TO {account.name};"


def _triggers(_: re.Match[str], account: Account | None) -> Iterator[str]:
    if account is not None:
        yield f"GRANT TRIGGER ON `{account.database}`.* TO {account.name};"


def _postgres(privilege: str, kind: str = "") -> _Make:
    def make(match: re.Match[str], account: Account | None) -> Iterator[str]:
        if account is not None and account.family == "postgres":
            yield f"GRANT {privilege} ON {kind}{match[1]} TO {account.name};"

    return make


_REMEDIES: tuple[tuple[re.Pattern[str], _Make], ...] = (
    (re.compile(r"(GRANT \w+ TO [^\s.;]+)"), _as_it_stands),
    (re.compile(r"(SET GLOBAL \w+ = (?:'[^']*'|[\w.]*\w))"), _as_it_stands),
    (re.compile(r"(UPDATE performance_schema\.setup_consumers SET .*? WHERE NAME = '\w+')"), _as_it_stands),
    (re.compile(r"pg_stat_statements is not installed"), _install),
    (re.compile(r"must be loaded via"), _preload),
    (re.compile(r"pg_stat_statements\.track (?:= top|is none)"), _setting("pg_stat_statements.track", "all")),
    (re.compile(r"pg_stat_statements\.track_utility = off"), _setting("pg_stat_statements.track_utility", "on")),
    (re.compile(r"pg_stat_statements\.save = off"), _setting("pg_stat_statements.save", "on")),
    (re.compile(r"log_slow_disabled_statements has"), _log_routines),
    (re.compile(r"compute_query_id is off"), _setting("compute_query_id", "auto")),
    (re.compile(r"raise pg_stat_statements\.max \((\d+)\)"), _more_statements),
    (re.compile(r"\b(performance_schema) is OFF"), _configured),
    (
        re.compile(
            r"(?P<privilege>\w+) command denied to user .*? for table [`'\"]?(?:(?P<schema>\w+)[`'\"]?\.[`'\"]?)?"
            r"(?P<table>\w+)"
        ),
        _denied,
    ),
    (re.compile(r"Access denied for user .*? to database '([^']+)'"), _no_database),
    (re.compile(r"has no TRIGGER privilege"), _triggers),
    (re.compile(r"permission denied for (?:view|table|relation) (\w+)"), _postgres("SELECT")),
    (re.compile(r"permission denied for schema (\w+)"), _postgres("USAGE", "SCHEMA ")),
    (re.compile(r"permission denied for function (\w+)"), _postgres("EXECUTE", "FUNCTION ")),
    (re.compile(r"permission denied for database \"?(\w+)"), _postgres("CONNECT", "DATABASE ")),
)


def _identifier(name: str) -> str:
    return name if re.fullmatch(r"[a-z_][a-z0-9_$]*", name) else '"' + name.replace('"', '""') + '"'


def _current_user(dsn: str) -> str | None:
    """The account that the server took, as GRANT names it."""
    from scanner.mysql_server import asked

    try:
        with asked(dsn, 5) as server:
            user = next((row["u"] for row in server.rows("SELECT CURRENT_USER() AS u")), None)
    except SourceError:
        return None
    name, at, host = (user or "").rpartition("@")
    return f"'{name}'@'{host}'" if at else None
