"""Migrations of Flyway, Liquibase, Django, Alembic, and plain SQL → the SQL that they send.

Each tool's reader turns a file into statements of the database's engine, which the reader of schemas and changes
understands. Files are read, never run.
"""

from scanner.migrations.changes import changes, without_known
from scanner.migrations.files import PLAN_MARK, history, is_migration, read, sources, tool_of
from scanner.migrations.migration import Migration
from scanner.migrations.plain_sql import family_of, undoes

__all__ = [
    "PLAN_MARK",
    "Migration",
    "changes",
    "family_of",
    "history",
    "is_migration",
    "read",
    "sources",
    "tool_of",
    "undoes",
    "without_known",
]
