"""Two empty databases on a scratch server, one with the change and one without; both are dropped at the end."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from scanner.dsn import family, place
from scanner.errors import SourceError, UsageError
from scanner.model import Database, Engine
from scanner.statements import split
from scanner.verify.seen import Seen

_PASSES = 4  # objects may stand before what they need
# Rows, and rights of roles that the scratch server does not have: the schema is built as its owner would.
_LEFT_OUT = re.compile(
    r"\s*(?:INSERT|REPLACE|COPY|UPDATE|DELETE|LOAD|LOCK|UNLOCK|GRANT|REVOKE|ALTER\s+DEFAULT\s+PRIVILEGES"
    r"|ALTER\b.*\bOWNER\s+TO)\b",
    re.IGNORECASE,
)


class Scratch(Protocol):
    """One database of the scratch server."""

    def run(self, statement: str) -> str | None:
        """Carries a statement out; the error, or None."""

    def settle(self, database: Database) -> None:
        """Gives the session the settings that the database's sessions have; raises nothing."""

    def look(self, sql: str) -> Seen:
        """What the engine makes of a statement; nothing of it stays."""


@contextmanager
def scratch(dsn: str, engine: Engine, *, even_if_used: bool = False) -> Iterator[tuple[Scratch, Scratch]]:
    """The database for before, and the one for after.

    Raises UsageError for a server that holds tables of somebody's (unless `even_if_used`), or is of another engine,
    and SourceError when it cannot be reached or lets no database be made.
    """
    if family(dsn) != engine.family:
        raise UsageError(f"{place(dsn)} is no {engine.name} server: give one of the engine that the change is for.")
    name = f"scanner_verify_{secrets.token_hex(4)}"
    names = (f"{name}_before", f"{name}_after")
    if engine.family == "postgres":
        from scanner.verify import postgres

        with postgres.databases(dsn, names, even_if_used=even_if_used) as made:
            yield made
    else:
        from scanner.verify import mysql

        with mysql.databases(dsn, names, even_if_used=even_if_used) as both:
            yield both


def build(database: Scratch, scripts: Sequence[str], engine: Engine) -> list[str]:
    """Carries out scripts of DDL without their data; what the server refuses, each with why."""
    waiting = [
        statement.text
        for script in scripts
        for statement in split(script, engine.family)
        if not statement.client and not _LEFT_OUT.match(statement.text)
    ]
    refused: list[str] = []
    for _ in range(_PASSES):
        errors = [(text, database.run(text)) for text in waiting]
        refused = [f"{_shortened(text)}: {error}" for text, error in errors if error is not None]
        left = [text for text, error in errors if error is not None]
        if len(left) in (0, len(waiting)):
            break
        waiting = left
    return refused


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else f"{words[:59]}…"


def refuse(place_: str, count: int) -> None:
    """Raises UsageError where a server holds tables."""
    if count:
        raise UsageError(
            f"{place_} holds {count} tables: give an empty scratch server, or say that it may be used (--not-empty)."
        )


def unreachable(dsn: str, error: Exception) -> SourceError:
    """The error for a server that cannot be worked with."""
    said = " ".join(str(error).split()).rstrip(".")
    return SourceError(f"The scratch server {place(dsn)} cannot be used: {said}.")
