"""Normalised SQL: what goes and what stays. The pairs stand in fixtures/fingerprint."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from scanner.fingerprint import normalise
from scanner.model import Engine

FIXTURES = Path(__file__).parents[1] / "fixtures" / "fingerprint"
POSTGRES = Engine.parse("postgres:15")
MYSQL = Engine.parse("mysql:8.0")
MARIADB = Engine.parse("mariadb:10.11")


def pairs(file: str, engine: Engine) -> Iterator[object]:
    """Each statement of a file with its normalised text."""
    for block in (FIXTURES / file).read_text().split("\n\n"):
        *written, expected = [line for line in block.splitlines() if not line.startswith("#")] or [""]
        if file == "both.txt" and engine.family == "postgres":
            numbers = count(1)
            expected = "".join(f"${next(numbers)}" if c == "?" else c for c in expected)
        for sql in written:
            yield pytest.param(sql, expected.removeprefix("=> "), engine, id=f"{engine.name}: {sql}")


@pytest.mark.parametrize(
    ("sql", "expected", "engine"),
    [
        *pairs("both.txt", POSTGRES),
        *pairs("both.txt", MYSQL),
        *pairs("both.txt", MARIADB),
        *pairs("postgres.txt", POSTGRES),
        *pairs("mysql.txt", MYSQL),
        *pairs("mysql.txt", MARIADB),
    ],
)
def test_normalised(sql: str, expected: str, engine: Engine) -> None:
    assert normalise(sql, engine) == expected
    assert normalise(expected, engine) == expected


def test_lines_are_joined() -> None:
    assert normalise("SELECT 'a'\n\t'b',\r\n c -- d\n FROM t\n", POSTGRES) == "SELECT $1, c FROM t"


@pytest.mark.parametrize("text", ["", " ", ";;", "-- x", "/* x"])
def test_nothing_is_left_of_nothing(text: str) -> None:
    assert normalise(text, POSTGRES) == normalise(text, MYSQL) == ""


def test_the_engine_runs_the_comments_of_its_own_version() -> None:
    sql = "SELECT a /*!50600 , b */ /*M!100100 , c */ /*!80000 , d */ /*!110000 , e */ FROM t"
    assert normalise(sql, Engine.parse("mysql:8.0")) == "SELECT a, b, d FROM t"
    assert normalise(sql, Engine.parse("mysql:5.7")) == "SELECT a, b FROM t"
    assert normalise(sql, Engine.parse("mariadb:10.11")) == "SELECT a, b, c FROM t"


def test_double_quotes_are_names_where_sql_mode_says_so() -> None:
    sql = """SELECT "a" FROM t WHERE "b" = 'x'"""
    assert normalise(sql, MYSQL) == "SELECT ? FROM t WHERE ? = ?"
    assert normalise(sql, MYSQL, sql_mode=frozenset({"ANSI_QUOTES"})) == "SELECT `a` FROM t WHERE `b` = ?"


def test_backslashes_are_characters_where_sql_mode_says_so() -> None:
    sql = r"SELECT 'a\', b FROM t"
    assert normalise(sql, MYSQL) == "SELECT ?"
    assert normalise(sql, MYSQL, sql_mode=frozenset({"NO_BACKSLASH_ESCAPES"})) == "SELECT ?, b FROM t"


def test_dynamic_sql_with_names_to_come() -> None:
    sql = "DO $$ BEGIN EXECUTE format('UPDATE %I SET %1$I = %L WHERE b = %s', t, a, 'x'); END $$"
    inside = "UPDATE __hole_1__ SET __hole_2__ = $1 WHERE b = $2"
    assert normalise(sql, POSTGRES) == f"DO $$ BEGIN EXECUTE format('{inside}', t, a, $1); END $$"


def test_bodies_are_followed_to_a_depth() -> None:
    body = "SELECT 'x'"
    for depth in range(9):
        body = f"DO $d{depth}$ BEGIN EXECUTE $e{depth}$ {body} $e{depth}$; END $d{depth}$"
    assert "'x'" not in normalise(body, POSTGRES)
