"""MySQL, Percona Server and MariaDB slow query logs."""

from scanner.collect.mysql_slow_log.collecting import collect
from scanner.collect.mysql_slow_log.events import Event, read_events
from scanner.collect.mysql_slow_log.reading import SOURCE

__all__ = ["SOURCE", "Event", "collect", "read_events"]
