"""What a server is asked, alike by the scanner and by the mysql client with the script of ``scanner export-sql``."""

from __future__ import annotations

# What decides how complete the table is.
VARIABLES = """SHOW GLOBAL VARIABLES WHERE Variable_name IN (
    'performance_schema', 'performance_schema_digests_size', 'max_digest_length',
    'performance_schema_max_digest_length', 'performance_schema_max_sql_text_length')"""
STATUS = "SHOW GLOBAL STATUS WHERE Variable_name = 'Performance_schema_digest_lost'"
CONSUMERS = """SELECT NAME AS CONSUMER, ENABLED FROM performance_schema.setup_consumers
    WHERE NAME IN ('global_instrumentation', 'thread_instrumentation', 'statements_digest')"""
DIGESTS = """SELECT SCHEMA_NAME, DIGEST, DIGEST_TEXT, COUNT_STAR, SUM_TIMER_WAIT, SUM_ROWS_SENT, SUM_ROWS_AFFECTED,
    FIRST_SEEN, LAST_SEEN{sample} FROM performance_schema.events_statements_summary_by_digest"""

# In this order; the last is there in MySQL 8 and later.
ASKED = (VARIABLES, STATUS, CONSUMERS)
HAS_SAMPLE = """SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'performance_schema'
    AND TABLE_NAME = 'events_statements_summary_by_digest' AND COLUMN_NAME = 'QUERY_SAMPLE_TEXT'"""
SAMPLE = ", QUERY_SAMPLE_TEXT"
