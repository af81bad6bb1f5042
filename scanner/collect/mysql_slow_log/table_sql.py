"""What a server is asked, alike by the scanner and by the mysql client with the script of ``scanner export-sql``."""

from __future__ import annotations

from scanner.model import Engine

# What decides how complete the log is.
VARIABLES = """SHOW GLOBAL VARIABLES WHERE Variable_name IN (
    'slow_query_log', 'slow_query_log_file', 'log_output', 'long_query_time', 'min_examined_row_limit',
    'log_queries_not_using_indexes', 'log_throttle_queries_not_using_indexes', 'log_slow_rate_limit',
    'log_slow_rate_type', 'log_slow_filter', 'log_slow_disabled_statements')"""
_ENTRIES = """SELECT start_time, user_host, query_time, lock_time, rows_sent, rows_examined, db, thread_id{more},
    sql_text FROM mysql.slow_log"""


def entries(engine: Engine) -> str:
    """The statement that reads the table; MariaDB alone has a column for the rows that were changed."""
    return _ENTRIES.format(more=", rows_affected" if engine.name == "mariadb" else "")
