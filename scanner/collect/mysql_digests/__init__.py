"""MySQL's and MariaDB's statement digests (performance_schema), from a server or from an export."""

from scanner.collect.mysql_digests.collecting import collect_export, collect_live
from scanner.collect.mysql_digests.rows import SOURCE

__all__ = ["SOURCE", "collect_export", "collect_live"]
