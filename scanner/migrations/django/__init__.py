"""Django: migrations of apps, each a class with a list of operations on models."""

from scanner.migrations.django.project import Project, is_migration
from scanner.migrations.django.written import field_of

__all__ = ["Project", "field_of", "is_migration"]
