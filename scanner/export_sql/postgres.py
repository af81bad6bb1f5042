"""pg_stat_statements through psql."""

from __future__ import annotations

from typing import Literal

from scanner.collect.pg_stat_statements.sql import EXPORT, FIND, MARK

_HEAD = r"""-- What a PostgreSQL server ran (9.6 or later, all databases), for query-dependency-scanner. It only reads.
--
--   psql -X -f export.sql "host=… dbname=…" > statements.{form}
--   scanner impact … --pg-stat-statements statements.{form}
--
-- Connect to a database that has the extension pg_stat_statements, as a role that was granted pg_read_all_stats:
-- other roles are not shown the texts.
\set ON_ERROR_STOP on
\set QUIET on
BEGIN TRANSACTION READ ONLY;
SET LOCAL statement_timeout = '30s';
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog;
SET LOCAL client_encoding = 'UTF8';

DO {mark} $$ BEGIN IF NOT EXISTS (SELECT {mark} FROM pg_extension WHERE extname = 'pg_stat_statements') THEN
    RAISE 'pg_stat_statements is not installed in the database %: connect to the one that has it.', current_database();
END IF; END $$;

{find} \gset
"""
_CSV = """
COPY ({export}) TO STDOUT WITH (FORMAT csv, HEADER);
COMMIT;
"""
_JSON = r"""
\pset format unaligned
\pset tuples_only on
SELECT row_to_json(e) FROM ({export}) e;
COMMIT;
"""


def postgres_script(form: Literal["csv", "json"]) -> str:
    """The script for psql; the file that it prints is CSV with a header, or a JSON object a line."""
    written = _JSON if form == "json" else _CSV
    return _HEAD.format(form=form, mark=MARK, find=FIND) + written.format(
        export=EXPORT.format(view=":view", time=":time", info=":info")
    )
