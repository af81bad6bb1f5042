"""The servers' own normalised texts have the fingerprints of the statements they were made of."""

from __future__ import annotations

from contextlib import closing, suppress

import psycopg
import pymysql
import pytest

from scanner.fingerprint import fingerprint, gather, normalise
from scanner.model import Database as Target
from scanner.model import Observation
from tests.engine.servers import Database

POSTGRES_SCHEMA = """
CREATE TABLE t (a integer, b text, c timestamptz, j jsonb, n integer[], f boolean);
CREATE TABLE u (a integer, "B" text, d date);
CREATE EXTENSION pg_stat_statements;
"""
POSTGRES_STATEMENTS = [
    "SELECT a FROM t WHERE a = 1 AND b = 'x'",
    "SELECT -1, - 2, +3, a - 1, a -1, a - -1, 2 * -3, -a, - (a) FROM t",
    "SELECT -1::int, (-1)::int, '1'::int, 1.5e10, .5, 1.",
    "SELECT interval '1 day', interval '1' day, date '2020-01-01', interval(3) '1 day', '1 day'::interval",
    "SELECT timestamp with time zone '2020-01-01', double precision '1', numeric(8,2) '3'",
    "SELECT c FROM t WHERE c > now() - interval '6 days' AND c < '2020-01-01'::timestamptz",
    "SELECT ARRAY[1,2,3], '{1,2}'::int[], n[1], n[1:2] FROM t",
    "SELECT a FROM t WHERE a IN (1,2,3) OR a = ANY(ARRAY[1,2]) OR b = ANY('{a,b}')",
    "SELECT a FROM t WHERE (a, b) IN ((1,'x'),(2,'y')) AND (a, b) = (1, 'x')",
    "SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 2",
    "SELECT a FROM t LIMIT ALL",
    "SELECT a FROM t FETCH FIRST 3 ROWS ONLY",
    "SELECT NULL, true, false, NULL::int, true::text, NULL::t, CAST(NULL AS t)",
    "SELECT a FROM t WHERE f IS TRUE AND (a = 1) IS NOT FALSE AND b IS NULL AND a IS NOT NULL AND f = true",
    "SELECT a IS DISTINCT FROM NULL, NOT NULL FROM t",
    "SELECT a, b, count(*) FROM t GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 3 DESC, 1",
    "SELECT DISTINCT ON (1) a FROM t ORDER BY 1",
    "SELECT a, b FROM t GROUP BY GROUPING SETS ((1), (2)), ROLLUP (1)",
    "SELECT row_number() OVER (PARTITION BY 1 ORDER BY 2), a FROM t",
    "SELECT array_agg(a ORDER BY 1), percentile_cont(0.5) WITHIN GROUP (ORDER BY 1) FROM t",
    "SELECT a FROM t UNION SELECT 1 ORDER BY 1",
    "SELECT a FROM t ORDER BY 2-1, 'x'::text",
    "SELECT a FROM t WHERE b LIKE 'x%' ESCAPE '\\' OR b ~ 'x' OR b SIMILAR TO 'y'",
    "SELECT j->'a'->>'b', j #>> '{a,b}', j ? 'k', j ?| array['k'], j @> '{}', j->>0 FROM t",
    "SELECT now() AT TIME ZONE 'utc', extract(year FROM c), current_timestamp(3) FROM t",
    "SELECT substring(b from 1 for 2), position('a' in b), trim('x' from b), trim(both 'x' from b) FROM t",
    "SELECT cast('1' AS int), cast(1 AS numeric(10,2)), 1::varchar(10)",
    "SELECT E'a\\nb', $$x$$, $q$x$q$, U&'\\0061', B'101', X'1F'",
    "SELECT 'a'\n 'b'",
    "SELECT CASE WHEN a = 1 THEN 'x' ELSE 'y' END, coalesce(b, ''), nullif(a, 1) FROM t",
    'SELECT u."B", u.a AS "A" /* comment */ FROM u -- comment\n WHERE "B" = \'x\'',
    "SELECT x FROM generate_series(1,10) AS g(x) WHERE x BETWEEN 2 AND 3",
    "SELECT * FROM json_to_recordset('[]') AS x(a int, b varchar(20))",
    "SELECT a FROM t TABLESAMPLE bernoulli (10) REPEATABLE (5)",
    "SELECT sum(a) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
    "VALUES (1,2),(3,4)",
    "INSERT INTO t (a, b) VALUES (1,'x')",
    "INSERT INTO t (a, b) VALUES (1,'x'),(2,'y'),(3,'z')",
    "INSERT INTO t (a, b) VALUES (DEFAULT, NULL), (extract(year FROM now()), 'x')",
    "INSERT INTO u SELECT a, b, '2020-01-01' FROM t WHERE a = -5 RETURNING -1",
    "UPDATE t SET a = 1, b = 'x' || 'y', f = false WHERE a = 2",
    "DELETE FROM t USING u WHERE t.a = u.a AND u.d = '2020-01-01'::date",
    "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND t.b = 'x' THEN UPDATE SET b = 'y' "
    "WHEN NOT MATCHED THEN INSERT (a, b) VALUES (1, 'z')",
    "WITH x AS (SELECT 1 AS q) SELECT q FROM x WHERE q <> 2 AND q != 3",
]

MARIADB_SCHEMA = """
CREATE TABLE t (id integer, a integer, b varchar(20), c datetime, d date);
CREATE TABLE events (id integer, user integer, status varchar(20), `date` date);
"""
MARIADB_STATEMENTS = [
    "SELECT a FROM t WHERE a = 1 AND b = 'x'",
    "SELECT -1, - 2, +3, a - 1, a -1, a - -1, 2 * -3, -a FROM t",
    "SELECT 'x', _utf8'x', _binary 'x', 0x1F, 1.5e10, .5, 1., \"it's\"",
    "SELECT interval 1 day + now(), date '2020-01-01', date_add(c, interval -1 day), now(3) FROM t",
    "SELECT a FROM t LIMIT 5 OFFSET 2",
    "SELECT a FROM t LIMIT 5, 2",
    "SELECT NULL, true, FALSE, a <=> NULL FROM t WHERE a IS NULL AND b IS NOT NULL AND (a = 1) IS TRUE",
    "SELECT a, b FROM t GROUP BY 1, 2 ORDER BY 1, 2 DESC",
    "SELECT a FROM t WHERE a IN (1,2,3) AND id NOT IN (1, a, 2)",
    "SELECT a FROM t WHERE a IN (1) AND (a, b) IN ((1,'x'),(2,'y')) AND (a, b) = (1, 'x')",
    "SELECT a FROM t WHERE a BETWEEN 1 AND 2 AND b LIKE 'x%' ESCAPE '|'",
    "INSERT INTO t (id, a, b) VALUES (1,2,'x')",
    "INSERT INTO t (id, a, b) VALUES (1,2,'x'),(3,4,'y')",
    "INSERT INTO t (id) VALUES (1),(2)",
    "INSERT INTO t (id, a) VALUES (DEFAULT, 1)",
    "INSERT INTO t (id, c) VALUES (1, now()), (2, now())",
    "INSERT INTO events VALUES (1, 2, 'x', NULL)",
    "REPLACE INTO events VALUES (1, 2, 'x', '2020-01-01'), (2, 3, 'y', NULL)",
    "INSERT INTO t (id) VALUES (1) ON DUPLICATE KEY UPDATE a = values(a), b = 'z'",
    "UPDATE t SET a = 1, b = concat('x', 'y') WHERE id = 0x1",
    "DELETE FROM t WHERE id = 5 ORDER BY id LIMIT 3",
    "SELECT DISTINCT status, `date`, date, user, Id FROM events e WHERE e.user = 3 AND e.id <> 4",
    "SELECT count(*), sum(a), coalesce(a, 1, 2), ifnull(a, 1), char(65, 66), if(a, 1, 2) FROM t",
    "SELECT cast(a AS decimal(10,2)), cast(a AS char(10)), convert('1', decimal(10,2)) FROM t",
    "SELECT a AS A1, b AS `B 1` FROM t /* comment */ -- comment\n WHERE a = 1 # comment",
    "SELECT CASE WHEN a = 1 THEN 'x' ELSE 'y' END FROM t",
    "SELECT group_concat(a ORDER BY a), sum(a) OVER (PARTITION BY 1 ORDER BY 2) FROM t",
    "SELECT /*! straight_join */ a FROM t WHERE a = 5 AND id = ANY (SELECT id FROM events)",
    "SELECT a FROM t WHERE d = current_date UNION ALL SELECT 2 FROM events WHERE id = 3",
    "WITH c (x, y) AS (SELECT 1, 2) SELECT x FROM c",
    "SELECT trim(both 'x' FROM b), position('a' IN b), extract(year FROM d) FROM t FOR UPDATE",
]

# No parameter may stand at the place of their literals.
POSTGRES_LITERALS_ONLY = ["SELECT extract('year' FROM c) FROM t"]
MARIADB_LITERALS_ONLY = ["SELECT group_concat(a ORDER BY a SEPARATOR ';') FROM t"]


@pytest.fixture
def statistics(postgres_database: Database) -> Database:
    postgres_database.run(POSTGRES_SCHEMA)
    return postgres_database


def recorded_by_postgres(database: Database, sql: str) -> list[str]:
    """What pg_stat_statements holds of the database once the statement ran; its errors are the test's."""
    database.rows("SELECT pg_stat_statements_reset()")
    with closing(database.connect(autocommit=False)) as connection:
        connection.execute(sql)
        connection.rollback()
    rows = database.rows(
        "SELECT query FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid "
        "WHERE d.datname = current_database() AND toplevel AND query !~ 'pg_stat_statements'"
    )
    return [query for (query,) in rows if query not in ("BEGIN", "ROLLBACK")]


def test_pg_stat_statements(statistics: Database) -> None:
    engine = statistics.engine
    differing = []
    for sql in (*POSTGRES_STATEMENTS, *POSTGRES_LITERALS_ONLY):
        (recorded,) = recorded_by_postgres(statistics, sql)
        ours, theirs = normalise(sql, engine), normalise(recorded, engine)
        if fingerprint(ours, engine) != fingerprint(theirs, engine):
            differing.append((sql, ours, theirs))
    assert differing == []


def test_postgres_reads_normalised_text(statistics: Database) -> None:
    """It may not know what type a parameter is to be, but it finds no fault with the syntax."""
    unreadable = []
    for sql in POSTGRES_STATEMENTS:
        text = normalise(sql, statistics.engine)
        with closing(statistics.connect()) as connection, suppress(psycopg.errors.DatabaseError):
            try:
                connection.execute(f"PREPARE p AS {text}")
            except psycopg.errors.SyntaxError as error:
                unreadable.append((text, str(error)))
    assert unreadable == []


def recorded_by_mariadb(database: Database, sql: str) -> list[str]:
    """The digest texts of a statement; its errors are the test's."""
    with closing(database.connect(autocommit=False)) as connection, closing(connection.cursor()) as cursor:
        database.run("TRUNCATE performance_schema.events_statements_summary_by_digest")
        cursor.execute(sql)
        connection.rollback()
    rows = database.rows(
        "SELECT digest_text FROM performance_schema.events_statements_summary_by_digest "
        f"WHERE schema_name = '{database.name}' AND digest_text NOT LIKE '%performance_schema%'"
    )
    return [text.strip() for (text,) in rows if not text.startswith(("ROLLBACK", "SET "))]


def test_mariadb_digests(mariadb_database: Database) -> None:
    mariadb_database.run(MARIADB_SCHEMA)
    shop = Target("shop", mariadb_database.engine)
    apart = []
    for sql in (*MARIADB_STATEMENTS, *MARIADB_LITERALS_ONLY):
        (digest,) = recorded_by_mariadb(mariadb_database, sql)
        seen = [Observation("mysql_slow_log", sql, "shop"), Observation("mysql_digests", digest, "shop", digest=True)]
        queries = gather(seen, {"shop": shop})
        if len(queries) != 1:
            apart.append([q.sql for q in queries])
    assert apart == []


def test_mariadb_reads_normalised_text(mariadb_database: Database) -> None:
    mariadb_database.run(MARIADB_SCHEMA)
    unreadable = []
    for sql in MARIADB_STATEMENTS:
        text = normalise(sql, mariadb_database.engine)
        try:
            mariadb_database.run("PREPARE p FROM '" + text.replace("'", "''") + "'")
        except pymysql.ProgrammingError as error:
            unreadable.append((text, str(error)))
    assert unreadable == []
