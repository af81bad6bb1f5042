"""Liquibase: changelogs in XML, YAML, JSON and formatted SQL."""

from scanner.migrations.liquibase.changelog import included, is_changelog, read_changelog

__all__ = ["included", "is_changelog", "read_changelog"]
