"""PostgreSQL's pg_stat_statements, from a server or from an export of the view."""

from scanner.collect.pg_stat_statements.export import collect_export
from scanner.collect.pg_stat_statements.live import collect_live
from scanner.collect.pg_stat_statements.rows import SOURCE

__all__ = ["SOURCE", "collect_export", "collect_live"]
