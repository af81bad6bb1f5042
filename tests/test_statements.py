import time

import pytest

from scanner import statements
from scanner.statements import Statement, split


def texts(script: str, family: str) -> list[str]:
    return [s.text for s in split(script, family)]


def test_positions_are_those_of_the_first_token():
    script = "-- about users\n  SELECT 1;\n\nSELECT\n 2; SELECT 3"
    assert [(s.text, s.line, s.column, script[s.offset :][:6]) for s in split(script, "postgres")] == [
        ("SELECT 1", 2, 2, "SELECT"),
        ("SELECT\n 2", 4, 0, "SELECT"),
        ("SELECT 3", 5, 4, "SELECT"),
    ]


def test_the_comments_before_a_statement_are_its_lead():
    first, second = split("-- one\nSELECT 1; -- trailing\n/* two */ SELECT 2", "mysql")
    assert (first.lead, second.lead) == ("-- one\n", " -- trailing\n/* two */ ")


@pytest.mark.parametrize("family", ["postgres", "mysql"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT ';' AS a",
        "SELECT 'it''s; fine'",
        'SELECT 1 AS "a;b"',
        "SELECT 1 /* a; b */ + 1",
        "SELECT 1 -- a; b\n + 1",
        "SELECT 4 / 2 - 1",
        "SELECT * FROM t WHERE id = :id AND name = :'name'",
        "UPDATE t SET a = %(a)s WHERE b LIKE '%%;'",
        "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
        "CREATE TABLE event (id int, begin date, case_id int)",
        "SELECT CASE WHEN a THEN 1 ELSE 2 END FROM t",
    ],
)
def test_one_statement_stays_one(statement, family):
    assert texts(f"{statement};\n;;{statement}", family) == [statement, statement]


@pytest.mark.parametrize(
    "statement",
    [
        r"SELECT E'it\'s; fine', 'C:\'",
        "SELECT $$ a; b $$, $x$ $$;$$ $x$",
        "DO $body$ BEGIN DELETE FROM t; END $body$",
        "SELECT a$1, b$ FROM t WHERE c = $1",
        "SELECT 1 /* outer; /* inner; */ still; */ + 1",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); DELETE FROM b)",
        "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC INSERT INTO t VALUES (a);"
        " SELECT CASE WHEN a > 0 THEN 1 END; END",
        "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC DELETE FROM t; DELETE FROM u; END",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2'",
    ],
)
def test_postgres_semicolons_that_end_nothing(statement):
    assert texts(f"{statement};\nSELECT 2;", "postgres") == [statement, "SELECT 2"]


@pytest.mark.parametrize(
    "statement",
    [
        r"SELECT 'it\'s; fine', " + r'"a\";b"',
        "SELECT `a;b` FROM t # a; b\n WHERE 1",
        "SELECT 5--1",
        "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END",
        "CREATE DEFINER=`root`@`localhost` PROCEDURE p()\n"
        "BEGIN\n IF a THEN SELECT 1; END IF;\n SELECT IF(a, 1, 2);\nEND",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW IF NEW.a THEN SET NEW.b = 1; END IF",
        "CREATE TRIGGER g AFTER UPDATE ON t FOR EACH ROW BEGIN IF a THEN IF b THEN SET c = 1; END IF; END IF; END",
        "CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN CASE a WHEN 1 THEN 2 ELSE IF(a, 1, 2) END",
        "CREATE PROCEDURE p() BEGIN CASE x WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; SELECT 2; END",
        "CREATE PROCEDURE p() BEGIN SELECT a FROM t ORDER BY CASE a WHEN 1 THEN 2 END FOR UPDATE; SELECT 2; END",
        "CREATE PROCEDURE p() l: LOOP LEAVE l; END LOOP l",
        "CREATE PROCEDURE p() BEGIN WHILE a DO SET a = 0; END WHILE; REPEAT SET a = 1; UNTIL a END REPEAT; END",
        "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND SET d = 1;"
        " DECLARE c CURSOR FOR SELECT 1; SET s = REPEAT('a', 3); END",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; DELETE FROM b; END",
        "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER g BEFORE INSERT ON t FOR EACH ROW"
        " BEGIN SET NEW.a = 1; SET NEW.b = 2; END */",
        "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END",
    ],
)
def test_mysql_semicolons_that_end_nothing(statement):
    assert texts(f"{statement};\nSELECT 2;", "mysql") == [statement, "SELECT 2"]


def test_delimiter_is_obeyed_and_told():
    script = "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END //\nSELECT 4/2//\n"
    script += "DELIMITER ;\nSELECT 2; SELECT 3;"
    assert [(s.text, s.client) for s in split(script, "mysql")] == [
        ("DELIMITER //", True),
        ("CREATE PROCEDURE p() BEGIN SELECT 1; END", False),
        ("SELECT 4/2", False),
        ("DELIMITER ;", True),
        ("SELECT 2", False),
        ("SELECT 3", False),
    ]


def test_mysqldump_bodies():
    body = "/*!50003 CREATE*/ /*!50003 TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; END */"
    script = f"DELIMITER ;;\n{body};;\nDELIMITER ;\nSELECT 1;"
    assert texts(script, "mysql") == ["DELIMITER ;;", body, "DELIMITER ;", "SELECT 1"]


def test_copy_rows_are_passed_over():
    script = "COPY t (a, b) FROM stdin;\n1\tit's; $$\n\\N\t2\n\\.\n\nSELECT 1;"
    assert [(s.text, s.line) for s in split(script, "postgres")] == [
        ("COPY t (a, b) FROM stdin", 1),
        ("SELECT 1", 6),
    ]


def test_copy_without_rows_is_a_statement_like_any_other():
    assert texts("COPY t FROM STDIN;\nSELECT 1", "postgres") == ["COPY t FROM STDIN", "SELECT 1"]


def test_psql_commands():
    script = "\\set n 1\nSELECT 1 \\gset\nSELECT 2 \\; SELECT 3;\n\\copy (SELECT * FROM t) TO 'f'\nSELECT 4 \\g"
    assert [(s.text, s.client) for s in split(script, "postgres")] == [
        ("\\set n 1", True),
        ("SELECT 1", False),
        ("\\gset", True),
        ("SELECT 2", False),
        ("SELECT 3", False),
        ("\\copy (SELECT * FROM t) TO 'f'", True),
        ("SELECT 4", False),
        ("\\g", True),
    ]


def test_mysql_client_terminators_and_use_without_a_semicolon():
    script = "use shop\nSELECT 1\\G\nsource other.sql\nUSE `shop`; SELECT 2"
    assert [(s.text, s.client) for s in split(script, "mysql")] == [
        ("use shop", False),
        ("SELECT 1", False),
        ("source other.sql", True),
        ("USE `shop`", False),
        ("SELECT 2", False),
    ]


@pytest.mark.parametrize("family", ["postgres", "mysql"])
@pytest.mark.parametrize("script", ["", "  \n", "-- only a comment", "/* open", ";;;", "\ufeff"])
def test_nothing_to_find(script, family):
    assert texts(script, family) == []


@pytest.mark.parametrize(
    ("script", "family"),
    [
        ("SELECT 'open; SELECT 2", "mysql"),
        ("SELECT $$open; SELECT 2", "postgres"),
        ("SELECT /* open; x", "postgres"),
    ],
)
def test_what_is_left_open_reaches_to_the_end(script, family):
    assert texts(script, family) == [script]


def test_a_body_left_open_does_not_swallow_the_rest():
    script = "CREATE PROCEDURE p() BEGIN SELECT 1;\nSELECT 2;\nSELECT 3;"
    assert texts(script, "mysql") == ["CREATE PROCEDURE p() BEGIN SELECT 1", "SELECT 2", "SELECT 3"]


def test_crlf():
    assert [(s.text, s.line) for s in split("SELECT 1;\r\nSELECT\r\n2;\r\n", "mysql")] == [
        ("SELECT 1", 1),
        ("SELECT\r\n2", 2),
    ]


@pytest.mark.parametrize("family", ["postgres", "mysql"])
@pytest.mark.parametrize(
    "unit",
    [
        "SELECT 1;",
        "CREATE PROCEDURE p() BEGIN ",
        "CREATE PROCEDURE p() BEGIN x; ",
        "/* ",
        "(((",
        "'",
        "$a$;",
        "\\",
        "/*!1 CREATE ",
    ],
)
def test_time_is_linear(unit, family):
    started = time.process_time()
    for statement in split(unit * (300_000 // len(unit)), family):
        assert isinstance(statement, Statement)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("condition", ["NOT FOUND", "SQLEXCEPTION", "1062", "SQLSTATE VALUE '23000', duplicate"])
def test_a_handler_has_a_body_of_its_own(condition):
    handler = f"DECLARE EXIT HANDLER FOR {condition} BEGIN SET done = 1; END"
    body = f"BEGIN {handler}; SELECT begin FROM t; DELETE FROM t; END"
    assert texts(f"CREATE PROCEDURE p() {body}; SELECT 1", "mysql") == [
        f"CREATE PROCEDURE p() {body}",
        "SELECT 1",
    ]


@pytest.mark.parametrize("family", ["postgres", "mysql"])
@pytest.mark.parametrize(
    "script",
    [
        "",
        " \n",
        "-- nothing",
        "/* nothing */",
        "SELECT 1",
        "\n  SELECT 1 -- one\n",
        "-- one\nSELECT 1",
        "/* one */ SELECT 1; SELECT 2",
        "SELECT '\\'",
        "SELECT 1 \\g",
        "SELECT $$ a $$ FROM orders",
        "COPY orders FROM stdin",
        "SELECT 'open",
    ],
)
def test_texts_are_those_of_the_statements_with_what_leads_to_them(script, family):
    assert statements.texts(script, family) == [f"{each.lead}{each.text}".strip() for each in split(script, family)]
