"""The statements between the control words."""

from __future__ import annotations

import pytest

from scanner.bodies import read_procedural


def parts(text, family="postgres"):
    return [(p.kind, p.sql, p.into) for p in read_procedural(text, family).parts]


def test_control_words_are_taken_off_and_their_conditions_kept():
    branches = "ELSIF n > 1 THEN NULL; ELSE UPDATE t SET a = 1; END IF"
    text = f"BEGIN IF EXISTS (SELECT 1 FROM t) THEN DELETE FROM t; {branches}; END"
    assert [p[:2] for p in parts(text)] == [
        ("test", "SELECT EXISTS (SELECT 1 FROM t)"),
        ("run", "DELETE FROM t"),
        ("test", "SELECT n > 1"),
        ("run", "UPDATE t SET a = 1"),
    ]


def test_a_loop_over_a_query_and_what_it_fills():
    text = "DECLARE r t%ROWTYPE; BEGIN FOR r IN SELECT * FROM t LOOP INSERT INTO u VALUES (r.*); END LOOP; END"
    assert parts(text) == [("loop", "SELECT * FROM t", ("r",)), ("run", "INSERT INTO u VALUES (r.*)", ())]
    assert read_procedural(text, "postgres").variables == (("r", "t%rowtype"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT a, b INTO x, y FROM t WHERE id = 1", ("into", "SELECT a, b  FROM t WHERE id = 1", ("x", "y"))),
        ("SELECT a INTO STRICT x FROM t", ("into", "SELECT a  FROM t", ("x",))),
        ("INSERT INTO t (a) VALUES (1)", ("run", "INSERT INTO t (a) VALUES (1)", ())),
        (
            "INSERT INTO t (a) VALUES (1) RETURNING id INTO x",
            ("into", "INSERT INTO t (a) VALUES (1) RETURNING id ", ("x",)),
        ),
        ("PERFORM f(a) FROM t", ("into", "SELECT  f(a) FROM t", ())),
        ("RETURN QUERY SELECT 1", ("return query", "SELECT 1", ())),
        ("RETURN NEXT r", ("return next", "SELECT r", ())),
        ("x := (SELECT max(a) FROM t)", ("assign", "SELECT (SELECT max(a) FROM t)", ())),
        ("EXECUTE 'DELETE FROM t WHERE a = ''x'''", ("run", "DELETE FROM t WHERE a = 'x'", ())),
        ("EXECUTE format('DELETE FROM %I', name)", ("dynamic", "format('DELETE FROM %I', name)", ())),
    ],
)
def test_plpgsql_statements(text, expected):
    assert parts(f"BEGIN {text}; END") == [expected]


def test_mysql_cursors_handlers_and_variables():
    text = """BEGIN
        DECLARE done INT DEFAULT 0; DECLARE a, b INT;
        DECLARE c CURSOR FOR SELECT * FROM t;
        DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
        OPEN c;
        again: LOOP FETCH c INTO a, b; IF done = 1 THEN LEAVE again; END IF; END LOOP;
        CLOSE c;
    END"""
    body = read_procedural(text, "mysql")
    assert [name for name, _ in body.variables] == ["done", "a", "b"]
    assert ("fetch", "SELECT * FROM t", ("a", "b")) in parts(text, "mysql")


@pytest.mark.parametrize(("option", "rule"), [("", "error"), ("#variable_conflict use_column", "column")])
def test_who_wins_between_a_variable_and_a_column(option, rule):
    assert read_procedural(f"{option}\nBEGIN NULL; END", "postgres").rule == rule


@pytest.mark.parametrize("text", ["", ";", "BEGIN", "IF", "FOR", "DECLARE x", "BEGIN 'open", "$$", "END END END;;"])
def test_broken_text_is_read_without_an_error(text):
    assert read_procedural(text, "postgres").rule == "error"
    assert read_procedural(text, "mysql").rule == "variable"
