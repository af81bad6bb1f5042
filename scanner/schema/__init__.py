"""The schema of one database: read from DDL or a live server, and what a change makes of it."""

from scanner.schema.schema import Relation, Schema

__all__ = ["Relation", "Schema"]
