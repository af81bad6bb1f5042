"""Texts that are cut off: what stands before the cut is read, and its answer is possible at best."""

from __future__ import annotations

import pytest

from scanner import Change, Schema, assess

ENGINE = "mysql:8.0"
SCHEMA = Schema.from_ddl("CREATE TABLE t (a int, b int); CREATE TABLE u (a int, c int)", engine=ENGINE)
CHANGE = Change.parse("ALTER TABLE t ADD COLUMN c int NOT NULL", engine=ENGINE)


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("SELECT * FROM `t` WHERE `a` = ? AN...", "star-projection"),
        ("SELECT * FROM `t` WHERE `a` IN ( ...", "star-projection"),
        ("SELECT * FROM t WHERE a IN (SELECT a FROM u WHERE a = 'x", "star-projection"),
        ("SELECT c FROM t JOIN u ON t.a = u.a AND ( t.b = 1 OR", "ambiguous-column"),
        ("INSERT INTO `t` ( `a` , `b` ) VALUES ( ? , ...", "required-column"),
    ],
)
def test_what_stands_before_the_cut_is_possible(sql, rule):
    finding = assess(sql, CHANGE, SCHEMA).findings[0]
    assert (finding.name, finding.certainty, finding.reason) == (
        rule,
        "possible",
        "the text of the statement is cut off",
    )


@pytest.mark.parametrize("sql", ["UPDATE t SET b = ? WHERE a = ...", "SELECT a FROM t WHERE ( b = 1 AND"])
def test_what_shows_nothing_before_the_cut_is_not_unaffected(sql):
    unresolved = assess(sql, CHANGE, SCHEMA).unresolved
    assert unresolved is not None
    assert unresolved.detail == "the text of the statement is cut off"


@pytest.mark.parametrize("sql", ["SELECT FROM WHERE", "...", "SELEC * FROM t WHERE (a", "(((("])
def test_what_cannot_be_read_at_all_stays_unresolved(sql):
    assert assess(sql, CHANGE, SCHEMA).unresolved is not None
