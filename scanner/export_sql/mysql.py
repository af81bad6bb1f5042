"""Statement digests and the table mysql.slow_log through the mysql client."""

from __future__ import annotations

from scanner.collect.mysql_digests.sql import ASKED, DIGESTS
from scanner.collect.mysql_slow_log.table_sql import VARIABLES, entries
from scanner.model import Engine

_SCRIPT = """\
-- What a {name} server ran, for query-dependency-scanner. It only reads.
--
--   {client} --batch --force --default-character-set=utf8mb4 < export.sql > {name}.tsv
--   scanner impact … --mysql-digests {name}.tsv --slow-log-table {name}.tsv
--
-- Connect as a user with SELECT on performance_schema.* and on mysql.slow_log; with --force the one of the two that
-- there is no privilege for is left out. The entries of mysql.slow_log hold values, as a slow log does: leave that
-- statement out where the server logs to a file, or where values may not leave it.{sample}
{limit};
SET SESSION time_zone = '+00:00', sql_mode = '';
START TRANSACTION READ ONLY;

{statements};

COMMIT;
"""
_LIMITS = {
    "mariadb": "SET SESSION max_statement_time = 300",  # seconds
    "mysql": "SET SESSION max_execution_time = 300000",  # milliseconds
}
_SAMPLE = """
-- In MySQL 8 and later the column QUERY_SAMPLE_TEXT, added to those of the digests, gives back what a digest loses (the
-- numbers of ORDER BY 2, the end of a long statement). It holds values too."""


def mysql_script(engine: Engine) -> str:
    """The script for the client; the file that it prints is tab-separated, each table with a header."""
    statements = (*ASKED, DIGESTS.format(sample=""), VARIABLES, entries(engine))
    return _SCRIPT.format(
        name=engine.name,
        client="mariadb" if engine.name == "mariadb" else "mysql",
        limit=_LIMITS[engine.name],
        sample="" if engine.name == "mariadb" else _SAMPLE,
        statements=";\n\n".join(statements),
    )
