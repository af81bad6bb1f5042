"""URLs of databases: what they say."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from scanner.errors import SourceError
from scanner.model import Family

_SCHEMES: dict[str, Family] = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
}


def family(dsn: str) -> Family:
    """The family of engines a URL is for. Raises SourceError."""
    scheme = dsn.partition("://")[0].partition("+")[0].lower()
    if "://" not in dsn or scheme not in _SCHEMES:
        shown = f"{scheme}://…" if "://" in dsn else "What is given as a DSN"  # the rest may be a password
        raise SourceError(f"{shown} is no URL of a database: write postgresql://user@host:port/database or mysql://….")
    return _SCHEMES[scheme]


def place(dsn: str) -> str:
    """The URL for people to read: without password and settings."""
    scheme, _, rest = dsn.partition("://")
    account, at, server = rest.partition("?")[0].rpartition("@")
    return f"{scheme}://{account.partition(':')[0]}{at}{server}"


def mysql_arguments(dsn: str, *, of_database: bool = True) -> dict[str, Any]:
    """What PyMySQL's connect takes for a URL: ``mysql://user:password@host:3306/database?unix_socket=/path``.

    Percent-encoded parts are decoded; a host that is a path is a socket. Raises SourceError; where it is not
    `of_database`, the URL may leave that out.
    """
    try:
        url = urlsplit(dsn)
        port = url.port or 3306
    except ValueError as error:
        raise SourceError(f"The URL {place(dsn)!r} cannot be read: {error}.") from None
    options = {name: values[-1] for name, values in parse_qs(url.query).items()}
    host, database = unquote(url.hostname or "localhost"), unquote(url.path.lstrip("/"))
    if of_database and not database:
        raise SourceError(f"The URL {place(dsn)!r} names no database: add it as in mysql://host/database.")
    arguments = {
        "user": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "database": database or None,
    }
    socket = options.get("unix_socket") or options.get("socket") or (_path_case(dsn) if host.startswith("/") else None)
    if socket:
        return arguments | {"unix_socket": socket}
    certificate = {"ssl_ca": options["ssl_ca"]} if "ssl_ca" in options else {}
    return arguments | {"host": host, "port": port} | certificate


def _path_case(dsn: str) -> str:
    """The host of a URL as it is written: urlsplit lowers it, and paths have a case."""
    return unquote(urlsplit(dsn).netloc.rpartition("@")[2])
