"""SQL or English: decided by keywords and structure."""

import pytest

from scanner.collect.python.statements import first_word, is_ignored, is_lopsided, is_run, is_statement


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a FROM t",
        "select a.b from t where c = 1",
        "  -- by number\n  SELECT a FROM t",
        "/* app:shop */ SELECT a FROM t",
        "(SELECT a FROM t) UNION (SELECT b FROM u)",
        "SELECT pg_notify('a', 'b')",
        "SELECT EXISTS (SELECT 1)",
        "INSERT INTO t VALUES (1)",
        "insert into shop.t (a) values (%s)",
        "INSERT IGNORE INTO `t` SET a = 1",
        'UPDATE "t" SET a = 1',
        "UPDATE t x SET a = b FROM u",
        "UPDATE orders JOIN carts USING (id) SET orders.total = 1",
        "DELETE FROM t",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "WITH RECURSIVE x(n) AS (SELECT 1) SELECT n FROM x",
        "REPLACE INTO t VALUES (1)",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
        "CALL close_wave(%s)",
        "TRUNCATE TABLE t, u RESTART IDENTITY",
        "COPY t (a, b) FROM STDIN",
        "COPY (SELECT a FROM t) TO STDOUT",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ SELECT 1 $$",
        "CREATE TEMP TABLE x ON COMMIT DROP AS SELECT a FROM t",
        "SELECT a FROM __hole_1__",
    ],
)
def test_is_a_statement(text: str) -> None:
    assert is_statement(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Select one from the list",
        "select item from cart",
        "Select a, b from the menu",
        "Update set of labels",
        "update the set of rows = 3",
        "Delete from basket",
        "delete from the list",
        "insert into the box (or not)",
        "with love",
        "with x as y",
        "call me (maybe)",
        "copy this to stdout",
        "create view of the sea",
        "create table manners",
        "truncate text after 20 characters",
        "merge into main",
        "SELECT",
        "FROM t",
        "selected = 1 from t",
        "Truncate",
    ],
)
def test_is_prose(text: str) -> None:
    assert not is_statement(text)


@pytest.mark.parametrize("text", ["delete from carts", "SELECT 1", "VALUES (1)", "TABLE orders", "EXPLAIN SELECT 1"])
def test_a_call_that_runs_sql_needs_less_proof(text: str) -> None:
    assert is_run(text)


@pytest.mark.parametrize(
    "text",
    ["BEGIN", "commit", "SET x = 1", "ALTER TABLE t ADD a int", "CREATE INDEX i ON t (a)", "LOCK TABLE t"],
)
def test_what_touches_no_rows_is_ignored(text: str) -> None:
    assert is_ignored(text)


@pytest.mark.parametrize("text", ["CREATE TABLE t AS SELECT a FROM u", "SELECT a FROM t", "unheard of"])
def test_other_texts_are_not_ignored(text: str) -> None:
    assert not is_ignored(text)


def test_first_word_is_behind_comments_and_parentheses() -> None:
    assert first_word("-- one\n/* two */ ((select 1))") == "SELECT"


def test_huge_texts_cost_little() -> None:
    assert not is_statement("SELECT " + "a " * 2_000_000)
    assert not is_statement("UPDATE t " + "a " * 2_000_000 + "SET")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("INSERT INTO t (a, b) VALUES (1)", True),
        ("INSERT INTO t (a) VALUES (1, 2)", True),
        ("INSERT INTO t (a, b) VALUES (f(1, 2), '(,')", False),
        ("INSERT INTO t (a, b) VALUES (__hole_1__)", False),
        ("INSERT INTO t (__hole_1__) VALUES (1)", False),
        ("INSERT INTO t VALUES (1)", False),
        ("INSERT INTO t (a, b) SELECT 1", False),
        ("INSERT IGNORE INTO t (a) VALUES (1, 2)", True),
        ("SELECT 1", False),
    ],
)
def test_rows_of_another_width_than_their_columns(sql: str, expected: bool) -> None:
    assert is_lopsided(sql) is expected
