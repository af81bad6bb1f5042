"""Alembic: revisions in a folder, each a file with upgrade()."""

from scanner.migrations.alembic.revisions import heads, is_revision, order, read_revision

__all__ = ["heads", "is_revision", "order", "read_revision"]
