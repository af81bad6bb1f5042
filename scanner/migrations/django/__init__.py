"""Django: migrations of apps, each a class with a list of operations on models."""

from scanner.migrations.django.project import Project, is_migration

__all__ = ["Project", "is_migration"]
