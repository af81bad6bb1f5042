"""A scan on disk: one SQLite file, asked about a table without reading the rest."""

from scanner.store.reading import KeptScan, load
from scanner.store.saving import save

__all__ = ["KeptScan", "load", "save"]
