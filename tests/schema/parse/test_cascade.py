"""DROP … CASCADE in scripts."""

from __future__ import annotations

import pytest

from scanner import Schema
from scanner.model import TableName

SCRIPT = """
CREATE TYPE mood AS ENUM ('a');
CREATE TABLE t (a int PRIMARY KEY, b int, c mood);
CREATE TABLE u (a int, t int REFERENCES t (a));
CREATE FUNCTION f(x mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW over_b AS SELECT b FROM t;
CREATE VIEW over_all AS SELECT * FROM t;
CREATE VIEW over_c AS SELECT c AS feeling FROM public.t;
CREATE VIEW over_view AS SELECT 1 AS one FROM over_b WHERE 't' <> 'u';
CREATE VIEW over_u AS SELECT a FROM u WHERE 't' <> 'b';
"""
VIEWS = {"over_b", "over_all", "over_c", "over_view", "over_u"}


def after(drop, engine="postgres:15"):
    return Schema.from_ddl(SCRIPT + drop, engine=engine)


def views(schema):
    return {name.name for name in schema.relations} - {"t", "u"}


@pytest.mark.parametrize(
    ("drop", "left"),
    [
        ("DROP TABLE t CASCADE;", {"over_u"}),
        ("DROP TABLE u CASCADE;", VIEWS - {"over_u"}),
        ("DROP VIEW over_b CASCADE;", VIEWS - {"over_b", "over_view"}),
        ("ALTER TABLE t DROP COLUMN b CASCADE;", {"over_c", "over_u"}),
        ("ALTER TABLE t DROP b CASCADE;", {"over_c", "over_u"}),
        ("DROP TYPE mood CASCADE;", {"over_b", "over_view", "over_u"}),
        ("DROP VIEW over_view RESTRICT;", VIEWS - {"over_view"}),
        ("DROP SCHEMA public CASCADE;", set()),
    ],
)
def test_views_go_with_what_they_show(drop, left):
    assert views(after(drop)) == left


def test_keys_columns_and_routines_go_too():
    assert not after("DROP TABLE t CASCADE;").find(TableName(None, "u")).foreign_keys
    without = after("DROP TYPE mood CASCADE;")
    assert [c.name for c in without.find(TableName(None, "t")).columns] == ["a", "b"]
    assert not without.routines


def test_mysql_reads_the_word_and_does_nothing():
    script = "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; DROP TABLE t CASCADE;"
    assert views(Schema.from_ddl(script, engine="mysql:8.0")) == {"v"}
