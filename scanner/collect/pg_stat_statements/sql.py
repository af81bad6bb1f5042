"""What a server is asked, alike by the scanner and by psql with the script of ``scanner export-sql``.

Nothing here lists versions: what the view is made of is asked of the catalogue first. PostgreSQL 9.6 and later
understand it.
"""

from __future__ import annotations

# By which the scanner's own statements are known in the view. PostgreSQL 18 drops comments before a statement.
MARK = "/* query-dependency-scanner */"

# No row, or one that the other statements are filled with: the view with its schema, quoted, its column of times, and
# an expression that gives pg_stat_statements_info as JSON.
FIND = f"""SELECT {MARK} found.view AS view,
    CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(found.view) AND attname = 'total_exec_time')
        THEN 'total_exec_time' ELSE 'total_time' END AS time,
    CASE WHEN to_regclass(found.view || '_info') IS NULL THEN 'NULL::json'
        ELSE '(SELECT to_json(i) FROM ' || found.view || '_info i)' END AS info
FROM (SELECT quote_ident(n.nspname) || '.pg_stat_statements' AS view
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_stat_statements') found"""

# What ALTER ROLE … SET and ALTER DATABASE … SET changed.
_OVERRIDES = """
    SELECT json_agg(json_build_object('role', r.rolname, 'database', d.datname, 'setting', o.setting))
    FROM (SELECT setrole, setdatabase, unnest(setconfig) AS setting FROM pg_db_role_setting) o
    LEFT JOIN pg_roles r ON r.oid = o.setrole LEFT JOIN pg_database d ON d.oid = o.setdatabase
    WHERE o.setting ~ '^(pg_stat_statements[.]track|compute_query_id)'"""

# What decides how complete the view is, as one JSON object.
SERVER = f"""json_build_object(
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
ROWS = f"""SELECT {MARK} r.rolname::text AS rolname, d.datname::text AS datname, s.queryid::text AS queryid, s.query,
    s.calls, s.{{time}}::text AS total_exec_time, s.rows
FROM {{view}} s LEFT JOIN pg_roles r ON r.oid = s.userid LEFT JOIN pg_database d ON d.oid = s.dbid"""

# The same, beside a row that holds nothing but what is known of the server.
EXPORT = f"""SELECT {MARK} NULL AS rolname, NULL AS datname, NULL AS queryid, NULL AS query, NULL::bigint AS calls,
    NULL AS total_exec_time, NULL::bigint AS rows, {SERVER}::text AS server
UNION ALL
SELECT t.*, NULL FROM ({ROWS}) t"""

# How many rows there are of each database; the texts are not asked for.
COUNTS = f"""SELECT {MARK} coalesce(d.datname, '(dropped)')::text, count(*)
FROM {{view}}(false) s LEFT JOIN pg_database d ON d.oid = s.dbid GROUP BY 1 ORDER BY 1"""
