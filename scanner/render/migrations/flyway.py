"""Flyway: V8__….sql, its way back as U8__….sql where the project has such files, and a .conf beside either.

Facts: documentation.red-gate.com/flyway, "Migrations" and "Script configuration".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from scanner.errors import UsageError
from scanner.migrations.plain_sql import is_flyway, last_version, undoes
from scanner.model import Engine, Report
from scanner.render.migrations.parts import Part
from scanner.render.plan import ended

_CONF = "executeInTransaction=false\n"
_LOCK = "Flyway on PostgreSQL holds a transaction open meanwhile, for which this would wait for ever: set"
_LOCK += " flyway.postgresql.transactional.lock=false."


def flyway_files(steps: Sequence[Part], folder: Path, report: Report) -> dict[str, str]:
    """The versions that follow the highest one of the folder. Raises UsageError where there is none."""
    engine, version = report.database.engine, last_version(folder)
    if version is None:
        raise UsageError(f"{folder} holds no version of Flyway's, such as V1__orders.sql: name the folder that does.")
    undo = any(undoes(path) for path in folder.rglob("*.sql") if is_flyway(path))
    found: dict[str, str] = {}
    for part in steps:
        version = _next(version)
        files = {f"V{version}__{part.slug}.sql": _text(part, engine, undo=undo)}
        if undo and part.down:
            files[f"U{version}__{part.slug}.sql"] = _script(part.down, engine)
        found |= files
        if not part.in_transaction and engine.family == "postgres":
            found |= {f"{name}.conf": _CONF for name in files}
    return found


def _next(version: str) -> str:
    """The last number of a version and one more, as wide as it was: 7 → 8, 007 → 008, 1.9 → 1.10."""
    return re.sub(r"\d+$", lambda number: f"{int(number[0]) + 1:0{len(number[0])}}", version)


def _text(part: Part, engine: Engine, *, undo: bool) -> str:
    parts = ["\n".join(f"-- {line}".rstrip() for line in _comments(part, engine)), _script(part.up, engine)]
    if part.down and not undo:
        back = _script(part.down, engine).splitlines()
        parts.append("\n".join(("-- To take it back:", *(f"-- {line}".rstrip() for line in back))) + "\n")
    return "\n\n".join(each.rstrip("\n") for each in parts) + "\n"


def _comments(part: Part, engine: Engine) -> Iterator[str]:
    yield part.title
    yield from part.notes
    if engine.family == "postgres" and any(" CONCURRENTLY " in sql for sql in (*part.up, *part.down)):
        yield _LOCK


def _script(statements: Sequence[str], engine: Engine) -> str:
    return "".join(f"{ended(sql, engine)}\n" for sql in statements)
