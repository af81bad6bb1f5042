"""Scripts of DDL → Schema: hand-written ones, pg_dump's and mysqldump's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from scanner.model import Database
from scanner.schema.parse.draft import Draft, TableDraft
from scanner.schema.parse.script import run
from scanner.schema.parse.statements import read_script, read_statement
from scanner.schema.schema import Schema

# How a dump names its maker at its head; the last two survive tools that strip comments.
_DUMP = re.compile(
    r"^-- (?:PostgreSQL database (?:cluster )?dump|(?:MySQL|MariaDB) dump|Dumped (?:from|by) )"
    r"|^/\*M!999999|set_config\('search_path', '', false\)",
    re.MULTILINE,
)
_HEAD = 4000  # characters in which a dump has named its maker


def parse_ddl(ddl: str, database: Database) -> Schema:
    """Reads a script statement by statement, as the engine would run it on an empty database; never raises.

    Names are as the catalogue would hold them. What might matter and was not understood is in `skipped`.
    A MySQL script that says USE tells which databases these are, where `database` does not.
    """
    draft = Draft(database, path=list(database.schemas), stored_views=bool(_DUMP.search(ddl, 0, _HEAD)))
    for statement in read_script(ddl, database):
        run(statement, draft)
    return _built(draft)


def read_statements(statements: Iterable[str], database: Database) -> Schema:
    """Reads DDL that a server wrote, a statement a text, each with all its names qualified; never raises."""
    draft = Draft(database, path=list(database.schemas), stored_views=True)
    for text in statements:
        run(read_statement(text, database), draft)
    return _built(draft)


def _built(draft: Draft) -> Schema:
    database = draft.database
    if draft.used and not database.search_path and database.engine.family == "mysql":
        database = replace(database, search_path=tuple(draft.used))
    return Schema(
        database=database,
        relations={name: r.build() if isinstance(r, TableDraft) else r for name, r in draft.relations.items()},
        routines=tuple(draft.routines),
        triggers=tuple(draft.triggers.values()),
        types=dict(draft.types),
        rules=tuple(draft.rules.values()),
        skipped=tuple(draft.skipped),
    )
