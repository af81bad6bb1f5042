"""Alembic: revisions in a folder, each a file with upgrade()."""

from scanner.migrations.alembic.revisions import is_revision, order, read_revision

__all__ = ["is_revision", "order", "read_revision"]
