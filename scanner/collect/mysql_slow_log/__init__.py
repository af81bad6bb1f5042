"""MySQL, Percona Server and MariaDB slow query logs: files, and the table mysql.slow_log."""

from scanner.collect.mysql_slow_log.collecting import collect
from scanner.collect.mysql_slow_log.events import Event, read_events
from scanner.collect.mysql_slow_log.reading import SOURCE
from scanner.collect.mysql_slow_log.table_collecting import collect_export, collect_live

__all__ = ["SOURCE", "Event", "collect", "collect_export", "collect_live", "read_events"]
