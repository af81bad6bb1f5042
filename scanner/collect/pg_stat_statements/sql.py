"""What a server is asked, alike by the scanner and by psql with the script of ``scanner export-sql``.

Nothing here lists versions: which columns there are is asked of the rows themselves (as JSON), and whether there is
a pg_stat_statements_info is asked of the catalogue. PostgreSQL 9.6 and later understand it.
"""

from __future__ import annotations

# By which the scanner's own statements are known in the view.
MARK = "/* query-dependency-scanner */"

# One row: the view with its schema, quoted, and an expression that gives pg_stat_statements_info as JSON.
FIND = f"""{MARK}
SELECT found.view AS view,
    CASE WHEN to_regclass(found.view || '_info') IS NULL THEN 'NULL::json'
        ELSE '(SELECT to_json(i) FROM ' || found.view || '_info i)' END AS info
FROM (SELECT quote_ident(n.nspname) || '.pg_stat_statements' AS view
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_stat_statements') found"""

# The settings of a role or a database that differ from the server's.
_OVERRIDES = """
        SELECT json_agg(json_build_object('role', r.rolname, 'database', d.datname, 'setting', o.setting))
        FROM (SELECT setrole, setdatabase, unnest(setconfig) AS setting FROM pg_db_role_setting) o
        LEFT JOIN pg_roles r ON r.oid = o.setrole LEFT JOIN pg_database d ON d.oid = o.setdatabase
        WHERE o.setting ~ '^(pg_stat_statements[.]track|compute_query_id)'"""

# What decides how complete the view is, as one JSON object.
SERVER = f"""json_build_object(
    'version', current_setting('server_version'),
    'database', current_database(),
    'role', quote_ident(current_user),
    'standby', pg_is_in_recovery(),
    'standbys', (SELECT count(*) FROM pg_stat_replication),
    'started', pg_postmaster_start_time(),
    'track', current_setting('pg_stat_statements.track', true),
    'track_utility', current_setting('pg_stat_statements.track_utility', true),
    'max', current_setting('pg_stat_statements.max', true),
    'save', current_setting('pg_stat_statements.save', true),
    'compute_query_id', current_setting('compute_query_id', true),
    'overrides', ({_OVERRIDES}),
    'info', {{info}})"""

# The rows of the view under the names of today, with the names of their roles and databases.
ROWS = """SELECT r.rolname::text, d.datname::text, (of.row->>'toplevel')::boolean AS toplevel,
    of.row->>'queryid' AS queryid, s.query, s.calls,
    coalesce(of.row->>'total_exec_time', of.row->>'total_time') AS total_exec_time, s.rows,
    of.row->>'stats_since' AS stats_since
FROM {view} s CROSS JOIN LATERAL (SELECT to_jsonb(s) - 'query' AS row) of
LEFT JOIN pg_roles r ON r.oid = s.userid LEFT JOIN pg_database d ON d.oid = s.dbid"""

# The same, beside a row that holds nothing but what is known of the server.
EXPORT = f"""{MARK} SELECT NULL AS rolname, NULL AS datname, NULL::boolean AS toplevel, NULL AS queryid, NULL AS query,
    NULL::bigint AS calls, NULL AS total_exec_time, NULL::bigint AS rows, NULL AS stats_since,
    {SERVER}::text AS server
UNION ALL
SELECT t.*, NULL FROM ({ROWS}) t"""
