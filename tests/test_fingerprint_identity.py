"""Which statements are one query, and which only look like it."""

from __future__ import annotations

import pytest

from scanner.fingerprint import fingerprint, normalise
from scanner.model import Engine

POSTGRES = Engine.parse("postgres:15")
MYSQL = Engine.parse("mysql:8.0")


def names(engine: Engine, *statements: str) -> set[str]:
    return {fingerprint(normalise(sql, engine), engine) for sql in statements}


@pytest.mark.parametrize(
    "same",
    [
        (
            "SELECT a FROM t WHERE b = 1",
            "select A from T where B=$1;",
            "SELECT a FROM t WHERE b = %s /* web */",
        ),
        ('SELECT "a" FROM "t"', "SELECT a FROM t"),
        (
            "SELECT a FROM t WHERE b IN (1)",
            "SELECT a FROM t WHERE b IN (1, 2)",
            "SELECT a FROM t WHERE b IN %s",
        ),
        ("INSERT INTO t VALUES ($1,$2)", "INSERT INTO t VALUES ('a', 2), ('b', 3)"),
        ("SELECT a FROM t WHERE b <> 1", "SELECT a FROM t WHERE b != 1"),
        # a driver's cast of its parameter
        ("SELECT a FROM t WHERE b > %s", "SELECT a FROM t WHERE b > '2020-01-01'::timestamp with time zone"),
        ("SELECT a FROM t WHERE b = %s", "SELECT a FROM t WHERE b = $1::VARCHAR(20)"),
        ("SELECT a FROM t WHERE b = ANY(%s)", "SELECT a FROM t WHERE b = ANY(ARRAY[1, 2]::int[])"),
        ("SELECT a FROM t WHERE b > date '2020-01-01'", "SELECT a FROM t WHERE b > date $1"),
        # pg_stat_statements takes these for constants
        ("SELECT extract(year from a) FROM t", "SELECT extract($1 from a) FROM t"),
        ("SELECT f(NULL::t)", "SELECT f($1::t)"),
        ("SELECT f(CAST(NULL AS t))", "SELECT f(CAST($1 AS t))"),
    ],
)
def test_one_query_of_postgres(same: tuple[str, ...]) -> None:
    assert len(names(POSTGRES, *same)) == 1


@pytest.mark.parametrize(
    "different",
    [
        ("SELECT a FROM t", 'SELECT "A" FROM t', "SELECT a FROM u"),
        ("SELECT user FROM t", 'SELECT "user" FROM t'),
        ("SELECT a, b FROM t ORDER BY 1", "SELECT a, b FROM t ORDER BY 2", "SELECT a, b FROM t ORDER BY $1"),
        ("INSERT INTO t VALUES (1, 2)", "INSERT INTO t VALUES (1, 2, 3)"),
        ("SELECT a FROM t", "SELECT a AS b FROM t", "SELECT DISTINCT a FROM t"),
        ("SELECT a b FROM t", "SELECT a AS b FROM t"),
        ("SELECT $1::t", "SELECT $1::u", "SELECT $1"),
        ("SELECT a->>'b' FROM t", "SELECT a->'b' FROM t"),
        ("DO $$ BEGIN DELETE FROM t; END $$", "DO $$ BEGIN DELETE FROM u; END $$"),
        ("SET ROLE 'a'", "SET ROLE 'b'"),
    ],
)
def test_different_queries_of_postgres(different: tuple[str, ...]) -> None:
    assert len(names(POSTGRES, *different)) == len(different)


@pytest.mark.parametrize(
    "same",
    [
        ("SELECT a FROM t WHERE b = 1", "select A from t where `B`=?;", "SELECT a FROM t WHERE b = %s"),
        ("SELECT `a` . `b` FROM `t` AS `a` WHERE `c` IN (...)", "SELECT a.b FROM t AS a WHERE c IN (1, 2)"),
        ("INSERT INTO `t` ( `a` , `b` ) VALUES (...) /* , ... */", "INSERT INTO t (a, b) VALUES (%s, %s)"),
        ("SELECT COUNT ( * ) FROM `t` LIMIT ?, ...", "SELECT count(*) FROM t LIMIT 5, 10"),
    ],
)
def test_one_query_of_mysql(same: tuple[str, ...]) -> None:
    assert len(names(MYSQL, *same)) == 1


@pytest.mark.parametrize(
    "different",
    [
        ("SELECT a FROM t", "SELECT a FROM T", "SELECT a FROM `select`"),
        ("SELECT a FROM t, u", "SELECT a FROM t, U", "SELECT a FROM T, u"),
        ("SELECT T.a FROM T", "SELECT t.a FROM t"),
        ("SELECT a FROM d.t", "SELECT a FROM D.t", "SELECT a FROM d.T"),
        ("INSERT INTO t VALUES (1, 2)", "INSERT INTO t VALUES (1, 2, 3)", "INSERT INTO t VALUES (...)"),
        ("SELECT a, b FROM t ORDER BY 1", "SELECT a, b FROM t ORDER BY 2"),
    ],
)
def test_different_queries_of_mysql(different: tuple[str, ...]) -> None:
    assert len(names(MYSQL, *different)) == len(different)


def test_a_fingerprint_is_16_hex_digits_and_stable() -> None:
    assert names(POSTGRES, "SELECT a FROM t") == names(POSTGRES, "SELECT a FROM t")
    (name,) = names(POSTGRES, "SELECT a FROM t")
    assert len(name) == 16
    assert int(name, 16)
