"""A scan on disk: one SQLite file, asked about a table without reading the rest."""

from scanner.store.merging import merge
from scanner.store.reading import KeptScan, load
from scanner.store.saving import save
from scanner.store.updating import update

__all__ = ["KeptScan", "load", "merge", "save", "update"]
