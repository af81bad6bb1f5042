"""Views, routines, triggers, types, rules and policies."""

import pytest

from scanner.model import Argument, Column, Routine, Rule, TableName, Trigger, UserType, View
from scanner.schema import Schema


def read(script: str, engine: str = "postgres") -> Schema:
    """A script that is read whole."""
    schema = Schema.from_ddl(script, engine)
    assert schema.skipped == ()
    return schema


def public(name: str) -> TableName:
    return TableName("public", name)


def routine(script: str, engine: str = "postgres") -> Routine:
    (found,) = read(script, engine).routines
    return found


def test_views_keep_their_query_as_it_is_written():
    script = """CREATE VIEW a AS SELECT * FROM t -- all
    WHERE x > 1 WITH LOCAL CHECK OPTION;
    CREATE OR REPLACE TEMP VIEW gone AS SELECT 1;
    CREATE VIEW app.b (x, "Y") WITH (security_barrier) AS (SELECT 1, 2);
    CREATE MATERIALIZED VIEW c USING heap AS WITH q AS (SELECT 1) SELECT * FROM q WITH NO DATA;
    CREATE OR REPLACE VIEW a AS TABLE t"""
    assert read(script).views == (
        View(TableName("app", "b"), "(SELECT 1, 2)", ("x", "Y")),
        View(public("a"), "TABLE t"),
        View(public("c"), "WITH q AS (SELECT 1) SELECT * FROM q", materialized=True),
    )


def test_a_recursive_view_is_its_query():
    (view,) = read("CREATE RECURSIVE VIEW v (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM v WHERE n < 5").views
    assert view.sql == "WITH RECURSIVE v(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM v WHERE n < 5) SELECT * FROM v"


def test_a_view_of_mysql():
    script = "CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`a`@`%` SQL SECURITY INVOKER VIEW `v` (`x`) AS select 1 AS `x`"
    assert read(script, "mysql").views == (View(TableName(None, "v"), "select 1 AS `x`", ("x",)),)


def test_views_of_a_dump_are_the_servers_own():
    assert read("-- PostgreSQL database dump\nCREATE VIEW v AS SELECT 1 AS x").views[0].stored
    assert read("-- MySQL dump 10.13\nCREATE VIEW v AS SELECT 1 AS x", "mysql").views[0].stored
    assert not read("CREATE VIEW v AS SELECT 1 AS x -- PostgreSQL database dump").views[0].stored


def test_the_placeholder_of_a_dump_gives_way_to_the_view():
    script = """-- MySQL dump 10.13
/*!50001 CREATE VIEW `v` AS SELECT
 1 AS `id`*/;
--
-- Final view structure for view `v`
--
/*!50001 DROP VIEW IF EXISTS `v`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `v` AS select `t`.`id` AS `id` from `t` */;"""
    assert read(script, "mysql").views == (View(TableName(None, "v"), "select `t`.`id` AS `id` from `t`", stored=True),)


def test_a_function_of_postgres():
    found = routine(
        """CREATE OR REPLACE FUNCTION app.f(a int, OUT b text, INOUT c numeric(3,1) DEFAULT 1.0,
             VARIADIC d text[] = '{}')
        RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'x', public COST 100
        AS $x$BEGIN; RETURN; END$x$"""
    )
    assert found == Routine(
        TableName("app", "f"),
        "function",
        (
            Argument("a", "int"),
            Argument("b", "text", "out"),
            Argument("c", "numeric(3,1)", "inout", True),
            Argument("d", "text[]", "variadic", True),
        ),
        "record",
        "plpgsql",
        "BEGIN; RETURN; END",
        volatile=False,
    )


@pytest.mark.parametrize(
    ("written", "argument"),
    [
        ("int", Argument(None, "int")),
        ("public.tips", Argument(None, "public.tips")),
        ("double precision", Argument(None, "double precision")),
        ("p double precision", Argument("p", "double precision")),
        ("timestamp with time zone", Argument(None, "timestamp with time zone")),
        ("character varying(5)", Argument(None, "character varying(5)")),
        ('"In" public."T"', Argument("In", 'public."T"')),
        ("r t%ROWTYPE", Argument("r", "t%rowtype")),
        ("out", Argument(None, "out")),
        ("text[]", Argument(None, "text[]")),
        ("IN OUT x int", Argument("x", "int", "inout")),
    ],
)
def test_arguments_with_and_without_a_name(written, argument):
    assert routine(f"CREATE FUNCTION f({written}) RETURNS int LANGUAGE sql AS 'SELECT 1'").arguments == (argument,)


@pytest.mark.parametrize(
    ("head", "returns"),
    [
        ("() RETURNS SETOF public.t", "setof public.t"),
        ("() RETURNS timestamp with time zone", "timestamp with time zone"),
        ("() RETURNS trigger", "trigger"),
        ("(OUT a int)", "int"),
        ("(OUT a int, OUT b int)", "record"),
    ],
)
def test_what_a_function_returns(head, returns):
    assert routine(f"CREATE FUNCTION f{head} LANGUAGE sql AS ''").returns == returns


def test_a_function_that_returns_a_table_has_its_columns_as_arguments():
    found = routine("CREATE FUNCTION f(x int) RETURNS TABLE(id int, b varchar(20)) LANGUAGE sql AS 'SELECT 1'")
    assert found.returns == "table"
    assert found.arguments[1:] == (Argument("id", "int", "table"), Argument("b", "varchar(20)", "table"))


def test_bodies_that_are_parsed_when_they_are_made():
    atomic = routine(
        "CREATE FUNCTION f(x int) RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN x > 1 THEN 1 END; END"
    )
    assert (atomic.atomic, atomic.language) == (True, "sql")
    assert atomic.body == "SELECT 1; SELECT CASE WHEN x > 1 THEN 1 END;"
    returning = routine("CREATE FUNCTION f(x int) RETURNS int IMMUTABLE RETURN x + 1;")
    assert (returning.atomic, returning.body) == (True, "SELECT x + 1")


def test_quotes_of_a_body_are_taken_off():
    assert routine("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT ''a'''").body == "SELECT 'a'"
    assert routine("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS E'SELECT\\n1'").body == "SELECT\n1"


def test_overloads_are_several_and_replaced_by_their_arguments():
    script = """CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS '1';
       CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS '2';
    CREATE OR REPLACE FUNCTION f(x integer) RETURNS int LANGUAGE sql AS '3'; """
    assert sorted(r.body for r in read(script).routines) == ["2", "3"]
    assert [r.body for r in read(script + "DROP FUNCTION f(integer)").routines] == ["2"]
    assert read(script + "DROP ROUTINE IF EXISTS f").routines == ()


def test_aggregates_are_known_by_their_arguments():
    found = routine("CREATE AGGREGATE public.sum(public.pair) (SFUNC = public.add, STYPE = public.pair)")
    assert (found.kind, found.arguments) == ("aggregate", (Argument(None, "public.pair"),))
    assert routine("CREATE AGGREGATE c(*) (SFUNC = f, STYPE = int)").arguments == ()


COMPOUND = """BEGIN
  DECLARE n INT DEFAULT IF(1 > 0, 1, 2); DECLARE c CURSOR FOR SELECT a FROM t;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET n = 1;
  l: LOOP
    IF n > 1 THEN UPDATE t SET a = CASE WHEN a = 1 THEN 2 ELSE 3 END; ELSEIF n = 3 THEN BEGIN END; END IF;
    CASE n WHEN 1 THEN SELECT 1; ELSE SELECT REPEAT('x', 2); END CASE;
    WHILE n < 5 DO SET n = n + 1; END WHILE;
    REPEAT SET n = n + 1; UNTIL n > 9 END REPEAT;
    LEAVE l;
  END LOOP l;
END"""


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
def test_a_body_of_mysql_needs_no_delimiter(engine):
    script = (
        f"CREATE PROCEDURE p(IN a INT, OUT b VARCHAR(5), c INT UNSIGNED) COMMENT 'x;' READS SQL DATA "
        f"{COMPOUND}; CREATE TABLE t (a int)"
    )
    schema = read(script, engine)
    assert [t.name.name for t in schema.tables] == ["t"]
    (found,) = schema.routines
    assert (found.name, found.kind, found.returns, found.body) == (
        TableName(None, "p"),
        "procedure",
        None,
        COMPOUND,
    )
    assert found.arguments == (
        Argument("a", "int"), Argument("b", "varchar(5)", "out"), Argument("c", "int unsigned"),
    )  # fmt: skip


def test_a_body_in_a_dump_has_its_delimiter_and_comments():
    script = f"""-- MariaDB dump
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `tr` BEFORE UPDATE ON `t`
FOR EACH ROW {COMPOUND} */;;
CREATE DEFINER=`root`@`localhost` FUNCTION `f`(`a` int) RETURNS varchar(5) CHARSET utf8mb4 COLLATE utf8mb4_bin
    DETERMINISTIC
RETURN 'x' ;;
DELIMITER ;
CREATE TABLE `t` (`a` int);"""
    schema = read(script, "mysql")
    assert schema.triggers == (Trigger("tr", TableName(None, "t"), "before", ("update",), body=COMPOUND),)
    assert [(r.name.name, r.returns, r.body) for r in schema.routines] == [("f", "varchar(5)", "RETURN 'x'")]
    assert len(schema.tables) == 1


def test_events_of_mysql():
    found = routine("CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2024-01-01' COMMENT 'x' DO DELETE FROM t", "mysql")
    assert (found.kind, found.body) == ("event", "DELETE FROM t")


def test_functions_and_procedures_of_mysql_have_names_of_their_own():
    script = (
        "CREATE FUNCTION x() RETURNS int RETURN 1; CREATE PROCEDURE x() SELECT 1; CREATE FUNCTION y "
        "RETURNS STRING SONAME 'y.so'"
    )
    assert [r.kind for r in read(script, "mysql").routines] == ["function", "procedure"]


def test_triggers_of_postgres_call_a_routine():
    script = """SET search_path = app;
    CREATE TABLE t (a int, b int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS '';
    CREATE CONSTRAINT TRIGGER x AFTER INSERT OR UPDATE OF a, b ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
      WHEN (new.a IS NOT NULL) EXECUTE FUNCTION f('y');
    CREATE TRIGGER y AFTER DELETE OR TRUNCATE ON app.t REFERENCING OLD TABLE AS o NEW TABLE n
      EXECUTE PROCEDURE other.g()"""
    t, f = TableName("app", "t"), TableName("app", "f")
    assert read(script).triggers == (
        Trigger("x", t, "after", ("insert", "update"), ("a", "b"), routine=f, condition="new.a IS NOT NULL"),
        Trigger(
            "y", t, "after", ("delete", "truncate"), for_each="statement", routine=TableName("other", "g"),
            new_table="n", old_table="o",
        ),
    )  # fmt: skip
    assert [trigger.name for trigger in read(script + "; DROP TRIGGER x ON t").triggers] == ["y"]


def test_triggers_of_mysql_have_a_body():
    script = "CREATE TRIGGER IF NOT EXISTS a BEFORE INSERT ON t FOR EACH ROW FOLLOWS b SET NEW.x = 1; DROP TRIGGER b"
    schema = Schema.from_ddl(script, "mariadb")
    assert schema.triggers == (Trigger("a", TableName(None, "t"), "before", ("insert",), body="SET NEW.x = 1"),)
    assert [s.reason for s in schema.skipped] == ["trigger b is not created by this script"]


def test_types_and_domains():
    script = """CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TYPE pair AS (x int, y text COLLATE "C");
       CREATE TYPE r AS RANGE (subtype = int);
    CREATE TYPE shell; CREATE TYPE base (INPUT = f, OUTPUT = g); ALTER TYPE mood ADD VALUE 'c' AFTER 'a';
    CREATE DOMAIN app.positive AS int DEFAULT 1 NOT NULL CONSTRAINT c CHECK (VALUE > 0) CHECK (VALUE < 9);
    ALTER TYPE pair ADD ATTRIBUTE z int CASCADE, DROP ATTRIBUTE x; ALTER TYPE pair RENAME ATTRIBUTE y TO why;
    CREATE DOMAIN d text; ALTER DOMAIN d SET NOT NULL;
    ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE <> '') NOT VALID"""
    positive = TableName("app", "positive")
    assert dict(read(script).types) == {
        public("mood"): UserType(public("mood"), "enum"),
        public("r"): UserType(public("r"), "range"),
        public("pair"): UserType(public("pair"), "composite", (Column("why", "text"), Column("z", "int"))),
        positive: UserType(positive, "domain", (), "int", True, "(VALUE > 0) AND (VALUE < 9)", "1"),
        public("d"): UserType(public("d"), "domain", (), "text", True, "VALUE <> ''"),
    }


def test_rules_and_policies_keep_their_statement():
    rule = "CREATE RULE r AS ON INSERT TO t WHERE new.a > 1 DO ALSO (INSERT INTO u VALUES (new.*); NOTIFY x)"
    policy = "CREATE POLICY p ON t FOR SELECT TO app USING ((a > 1))"
    schema = read(
        f"CREATE TABLE t (a int); {rule}; {policy}; CREATE RULE gone AS ON DELETE TO t DO NOTHING; DROP RULE gone ON t"
    )
    assert schema.rules == (Rule("r", public("t"), "rule", rule), Rule("p", public("t"), "policy", policy))


def test_a_rule_on_select_makes_a_view():
    rule = 'CREATE RULE "_RETURN" AS ON SELECT TO v DO INSTEAD SELECT 1 AS a, 2 AS b'
    script = f"CREATE TABLE v (a int, b int); {rule}"
    assert read(script).views == (View(public("v"), "SELECT 1 AS a, 2 AS b", ("a", "b")),)


def test_objects_get_other_names_and_schemas():
    script = """CREATE TABLE t (a int); CREATE VIEW v AS SELECT 1; CREATE TYPE m AS ENUM ('a');
    CREATE DOMAIN d AS int;
    CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS '1';
    CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS '2';
    CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION g();
    ALTER VIEW v RENAME TO w; ALTER TYPE m SET SCHEMA app; ALTER DOMAIN d RENAME TO e;
    ALTER FUNCTION f(text) RENAME TO g;
    ALTER FUNCTION f(int) OWNER TO me; ALTER TRIGGER x ON t RENAME TO y;
    ALTER MATERIALIZED VIEW IF EXISTS n RENAME TO o"""
    schema = read(script)
    assert [view.name for view in schema.views] == [public("w")]
    assert set(schema.types) == {TableName("app", "m"), public("e")}
    assert {(r.name.name, r.body) for r in schema.routines} == {("f", "1"), ("g", "2")}
    assert [trigger.name for trigger in schema.triggers] == ["y"]


def test_what_is_not_followed_is_named():
    script = "ALTER SCHEMA a RENAME TO b; SELECT * INTO t FROM u; ALTER EVENT TRIGGER e DISABLE"
    assert [s.kind for s in Schema.from_ddl(script, "postgres").skipped] == ["ALTER SCHEMA", "SELECT INTO"]
    script = "ALTER EVENT e DISABLE; ALTER EVENT e DO SELECT 1; SELECT 1 INTO @x"
    assert [s.kind for s in Schema.from_ddl(script, "mysql").skipped] == ["ALTER EVENT"]


def test_a_view_gets_another_query():
    mysql = "CREATE VIEW v AS SELECT 1 AS a; ALTER ALGORITHM=MERGE DEFINER=`a`@`b` VIEW v (b) AS SELECT 2"
    assert read(mysql, "mysql").views == (View(TableName(None, "v"), "SELECT 2", ("b",)),)
    made_anew = "CREATE TABLE t (a int); CREATE VIEW v AS SELECT 1; DROP TABLE t CASCADE; CREATE VIEW v AS SELECT 2"
    assert [view.sql for view in read(made_anew).views] == ["SELECT 2"]


def test_domains_and_types_change_and_go():
    script = """CREATE DOMAIN d AS int DEFAULT 1 NOT NULL; ALTER DOMAIN d DROP NOT NULL;
    ALTER DOMAIN d DROP DEFAULT;
    CREATE DOMAIN n AS int NOT NULL NULL; CREATE TYPE gone AS ENUM ('a'); DROP TYPE IF EXISTS gone, nowhere"""
    assert dict(read(script).types) == {
        public("d"): UserType(public("d"), "domain", base="int"),
        public("n"): UserType(public("n"), "domain", base="int"),
    }


def test_a_trigger_of_a_view():
    script = "CREATE VIEW v AS SELECT 1; CREATE TRIGGER x INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f()"
    assert [trigger.timing for trigger in read(script).triggers] == ["instead of"]


def test_a_stored_aggregate_of_mariadb():
    script = "CREATE AGGREGATE FUNCTION a(x INT) RETURNS INT BEGIN LOOP FETCH GROUP NEXT ROW; END LOOP; END"
    found = routine(script, "mariadb")
    assert (found.kind, found.body) == ("aggregate", "BEGIN LOOP FETCH GROUP NEXT ROW; END LOOP; END")


def test_routines_and_views_that_may_be_there_stay():
    script = """CREATE FUNCTION f() RETURNS int RETURN 1;
    CREATE FUNCTION IF NOT EXISTS f() RETURNS int RETURN 2;
    CREATE VIEW v AS SELECT 1; CREATE VIEW IF NOT EXISTS v AS SELECT 2"""
    schema = read(script, "mariadb")
    assert ([r.body for r in schema.routines], [v.sql for v in schema.views]) == (["RETURN 1"], ["SELECT 1"])
