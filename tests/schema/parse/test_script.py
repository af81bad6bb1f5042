"""Scripts as a whole: what is read, what is read over, what is named as skipped."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Skipped, TableName
from scanner.schema import Schema

ENGINES = ("postgres:15", "mysql:8.0", "mariadb:10.11")
PIECES = (
    "CREATE TABLE t (a int, b text NOT NULL DEFAULT 'x');", "ALTER TABLE t ADD COLUMN c int, DROP b;",
    "CREATE ", "TABLE ", "ALTER TABLE ", "t", "(", ")", ",", ";", "'", '"', "`", "$$", "/*", "*/",
    "/*!50001 ", "--", "\n", "BEGIN ", "END ", "CASE ", "IF ", "INHERITS ",
    "PARTITION OF ", "LIKE ", "OF ", "AS ",
    "SELECT * FROM t", "CHECK (", "REFERENCES ", "GRANT SELECT ON ", "TO ", "CREATE TRIGGER ", "OWNED BY ",
    "CREATE FUNCTION f() RETURNS int ", "DELIMITER //\n", "\\.\n", "é", "\x00", "DEFAULT ",
)  # fmt: skip


def skipped(script: str, engine: str = "postgres") -> list[tuple[int, str]]:
    return [(s.line, s.kind) for s in Schema.from_ddl(script, engine).skipped]


def tables(script: str, engine: str = "postgres") -> dict[str, list[str]]:
    """Every table of a script that is read whole, with its columns."""
    schema = Schema.from_ddl(script, engine)
    assert schema.skipped == ()
    return {str(table.name): [column.name for column in table.columns] for table in schema.tables}


@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(ENGINES))
def test_no_script_raises(pieces, engine):
    Schema.from_ddl("".join(pieces), engine)


@given(st.text(max_size=60), st.sampled_from(ENGINES))
def test_no_text_raises(text, engine):
    Schema.from_ddl(text, engine)


def test_a_statement_that_is_not_understood_is_named_and_costs_no_other():
    script = """CREATE TABLE a (id int);

    CREATE OR REPLACE FROBNICATOR f
      WITH (x = 1);
    CREATE TABLE b (id);
    ALTER TABLE nowhere ADD COLUMN c int;
    ALTER TABLE a FROBNICATE;
    CREATE TABLE c (id int);"""
    schema = Schema.from_ddl(script, "postgres")
    assert [str(table.name) for table in schema.tables] == ["a", "c"]
    assert skipped(script) == [
        (3, "CREATE FROBNICATOR"),
        (5, "CREATE TABLE"),
        (6, "ALTER TABLE"),
        (7, "ALTER TABLE"),
    ]
    assert schema.skipped[2].reason == "relation nowhere is not created by this script"


def test_a_quote_left_open_costs_its_own_statement():
    script = "CREATE TABLE a (x int);\nCOMMENT ON TABLE a IS 'it's';\nCREATE TABLE b (x int);\nCREATE TABLE c (y int);"
    schema = Schema.from_ddl(script, "postgres")
    assert [table.name.name for table in schema.tables] == ["a", "b", "c"]
    assert schema.skipped == (Skipped(2, "COMMENT ON", "a quote ' is not closed"),)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t VALUES ('CREATE TABLE x (y int);')",
        "UPDATE t SET a = 1",
        "COMMENT ON TABLE t IS 'it''s; so'",
        "SET statement_timeout = 0",
        "SELECT pg_catalog.setval('s', 5, true)",
        "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public",
        "CREATE SEQUENCE s START WITH 1",
        "CREATE INDEX i ON t USING gin (a) WHERE a > 0",
        "CREATE TEMP TABLE x (y int)",
        "CREATE OPERATOR public.<= (FUNCTION = f, LEFTARG = a, RIGHTARG = b)",
        "CREATE TEXT SEARCH CONFIGURATION c (PARSER = p)",
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()",
        "CREATE FOREIGN DATA WRAPPER w",
        "CREATE USER MAPPING FOR u SERVER s",
        "ALTER TABLE t OWNER TO me",
        "ALTER TABLE ONLY t ALTER COLUMN a SET STATISTICS 100, REPLICA IDENTITY FULL",
        "ALTER TABLE IF EXISTS nowhere DROP CONSTRAINT IF EXISTS c",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO me",
        "ALTER INDEX i ATTACH PARTITION j",
        "DROP TRIGGER IF EXISTS nowhere ON t",
        "LOCK TABLE t",
        "DO $$ BEGIN CREATE ROLE me; END $$",
    ],
)
def test_what_leaves_no_table_changed_is_read_over(statement):
    assert tables(f"CREATE TABLE t (a int); {statement}; CREATE TABLE u (b int)") == {"t": ["a"], "u": ["b"]}


def test_what_might_change_tables_unseen_is_named():
    assert skipped("DO $$ BEGIN EXECUTE 'x'; CREATE TABLE t (a int); END $$;") == [(1, "DO")]
    assert skipped("\\i other.sql\nCREATE TABLE t (a int);") == [(1, "\\i other.sql")]
    assert skipped("CREATE TABLE t AS SELECT a, b + 1 FROM u;") == [(1, "CREATE TABLE")]
    assert skipped("CREATE SCHEMA s CREATE TABLE t (a int);") == [(1, "CREATE SCHEMA")]


def test_names_of_postgres_are_folded_and_go_to_the_first_schema_of_the_path():
    script = """CREATE TABLE Orders (Id int, "Total" int);
    SET search_path = app, public;
    CREATE TABLE Items (Id int);
    ALTER TABLE orders ADD COLUMN a int;
    SELECT pg_catalog.set_config('search_path', '', false);
    CREATE TABLE sales."Odd Name" (id int);"""
    assert tables(script) == {"orders": ["id", "Total", "a"], "app.items": ["id"], "sales.Odd Name": ["id"]}


def test_a_configured_search_path_is_where_tables_are_made():
    schema = Schema.from_ddl("CREATE TABLE t (a int)", "postgres", search_path=["app", "public"])
    assert schema.find(TableName(None, "t")) is schema.relations[TableName("app", "t")]


def test_names_of_mysql_keep_their_case_and_their_database():
    script = (
        "CREATE TABLE Orders (Id int); USE shop; CREATE TABLE Items (Id int, FOREIGN KEY (Id) REFERENCES Items (Id));"
    )
    schema = Schema.from_ddl(script, "mysql")
    assert set(schema.relations) == {TableName(None, "Orders"), TableName("shop", "Items")}
    assert schema.tables[1].foreign_keys[0].table == TableName("shop", "Items")
    assert schema.database.search_path == ("shop",)
    assert schema.find(TableName(None, "Items")) is schema.tables[1]


def test_ansi_quotes_make_names_of_double_quotes():
    script = 'CREATE TABLE "t" ("a" int)'
    assert Schema.from_ddl(script, "mysql", sql_mode="ANSI_QUOTES").tables[0].columns[0].name == "a"
    assert Schema.from_ddl(script, "mysql").tables == ()


def test_a_backslash_escapes_in_mysql_alone():
    assert tables("CREATE TABLE t (a text DEFAULT 'it\\'s;'); CREATE TABLE u (b int)", "mysql") == {
        "t": ["a"],
        "u": ["b"],
    }
    assert tables("CREATE TABLE t (a text DEFAULT '\\'); CREATE TABLE u (b int)") == {"t": ["a"], "u": ["b"]}
    assert tables("CREATE TABLE t (a text DEFAULT E'\\';'); CREATE TABLE u (b int)") == {
        "t": ["a"],
        "u": ["b"],
    }


def test_executed_comments_count_and_others_do_not():
    script = (
        "CREATE TABLE t (a int, b int /*!80023 INVISIBLE */ /* c int, */); /*!40101 SET NAMES utf8 */; /*M! "
        "CREATE TABLE u (x int) */;"
    )
    mysql, mariadb = (Schema.from_ddl(script, engine) for engine in ("mysql:8.0", "mariadb:10.11"))
    assert [column.invisible for column in mysql.tables[0].columns] == [False, True]
    assert [column.invisible for column in mariadb.tables[0].columns] == [False, False]
    assert [len(schema.tables) for schema in (mysql, mariadb)] == [1, 2]
    assert mysql.skipped == mariadb.skipped == ()


def test_a_thousand_tables_load_in_seconds():
    columns = ", ".join(f"c{i} character varying(255) DEFAULT 'x'::character varying NOT NULL" for i in range(20))
    script = "".join(f"CREATE TABLE public.t{i} (id bigint NOT NULL, {columns});\n" for i in range(1000))
    started = time.process_time()
    assert len(Schema.from_ddl(script, "postgres").tables) == 1000
    assert time.process_time() - started < 5


@pytest.mark.parametrize("opened", ["(", "'", "/*", "CASE ", "$$", "BEGIN ", "CREATE TABLE t ("])
def test_what_is_opened_a_thousandfold_costs_bounded_time(opened):
    started = time.process_time()
    Schema.from_ddl("CREATE TABLE t (a int DEFAULT " + opened * 20_000, "postgres")
    Schema.from_ddl("CREATE PROCEDURE p() " + (opened + ";\nCREATE ") * 5_000, "mysql")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("statement", "engine", "reason"),
    [
        (
            "CREATE TABLE u (a int, CONSTRAINT x FROB)",
            "postgres",
            "a key or a condition was expected where 'FROB' stands",
        ),
        ("CREATE TABLE u (a int", "postgres", ") or a comma was expected where the statement ends"),
        (
            "CREATE TABLE u OF nowhere",
            "postgres",
            "composite type nowhere is not created by this script",
        ),
        ("CREATE VIEW u (a)", "postgres", "AS was expected where the statement ends"),
        ("CREATE VIEW u AS", "postgres", "a query was expected where the statement ends"),
        ("CREATE VIEW t AS SELECT 1", "postgres", "relation t was created before"),
        (
            "CREATE TRIGGER x BEFORE SELECT ON t",
            "postgres",
            "INSERT, UPDATE or DELETE was expected where 'SELECT' stands",
        ),
        (
            "CREATE TRIGGER x AFTER INSERT ON t EXECUTE 'f'",
            "postgres",
            "FUNCTION was expected where \"'f'\" stands",
        ),
        ("CREATE FUNCTION f() RETURNS int AS 5", "postgres", "a string was expected where '5' stands"),
        ("CREATE EVENT e", "mysql", "DO was expected where the statement ends"),
        ("ALTER TABLE t ALTER COLUMN nowhere SET NOT NULL", "postgres", "table t has no column nowhere"),
        ("ALTER TABLE t ADD CHECK a > 0", "postgres", "( was expected where 'a' stands"),
        (
            "ALTER DOMAIN nowhere SET NOT NULL",
            "postgres",
            "domain nowhere is not created by this script",
        ),
        ("ALTER SEQUENCE s OWNED BY x", "postgres", "a name lacks its table"),
        ("ALTER FROBNICATOR f", "postgres", "this kind of statement is not known"),
        ("RENAME TABLE nowhere TO u", "mysql", "the table renamed to u is not created by this script"),
    ],
)
def test_why_a_statement_is_not_understood(statement, engine, reason):
    schema = Schema.from_ddl(f"CREATE TABLE t (a int); {statement}", engine)
    assert [skipped.reason for skipped in schema.skipped] == [reason]


def test_comments_of_postgres_nest():
    assert tables("CREATE TABLE t (a int /* one /* two */ , b int */, c int -- d int,\n)") == {"t": ["a", "c"]}


def test_names_with_escapes():
    assert tables('CREATE TABLE t (U&"d\\0061t\\+000061" int, "a""b" int)') == {"t": ["data", 'a"b']}


def test_a_dropped_schema_takes_all_with_it():
    script = """CREATE SCHEMA s; SET SCHEMA 's'; CREATE TABLE t (a int); CREATE TYPE e AS ENUM ('x');
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS '1';
    CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION f();
    CREATE POLICY p ON t USING (true); CREATE TABLE public.u (b int); DROP SCHEMA IF EXISTS s CASCADE"""
    schema = Schema.from_ddl(script, "postgres")
    assert set(schema.relations) == {TableName("public", "u")}
    assert (schema.routines, schema.triggers, schema.rules, dict(schema.types)) == ((), (), (), {})
    assert schema.skipped == ()
