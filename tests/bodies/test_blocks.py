"""Branches and handlers around the statements of a body."""

from __future__ import annotations

import pytest

from scanner import Change, Schema, assess
from scanner.bodies import read_procedural


def places(text, family="mysql"):
    return {p.sql: (p.maybe, p.caught) for p in read_procedural(text, family).parts}


@pytest.mark.parametrize(
    ("text", "maybe"),
    [
        ("BEGIN DELETE FROM t; END", False),
        ("BEGIN IF a > 1 THEN SET @a = 1; ELSE DELETE FROM t; END IF; END", True),
        ("BEGIN IF a > 1 THEN SET @a = 1; END IF; DELETE FROM t; END", False),
        ("BEGIN IF a > 1 THEN LEAVE whole; END IF; DELETE FROM t; END", True),
        ("BEGIN CASE a WHEN 1 THEN DELETE FROM t; END CASE; END", True),
        ("BEGIN WHILE a > 1 DO DELETE FROM t; END WHILE; END", True),
        ("BEGIN REPEAT SET @a = 1; UNTIL a > 1 END REPEAT; DELETE FROM t; END", False),
        ("BEGIN again: LOOP IF a > 1 THEN LEAVE again; END IF; END LOOP; DELETE FROM t; END", False),
    ],
)
def test_what_stands_in_a_branch_may_not_be_run(text, maybe):
    assert places(text)["DELETE FROM t"] == (maybe, ())


def test_a_handler_takes_errors_of_its_block_alone():
    text = """BEGIN
        DECLARE EXIT HANDLER FOR 1062, SQLSTATE '21S01', NOT FOUND BEGIN DELETE FROM h; END;
        BEGIN DELETE FROM a; END;
    END"""
    seen = places(f"BEGIN {text}; DELETE FROM b; END")
    assert seen == {
        "DELETE FROM h": (True, ()),
        "DELETE FROM a": (False, ("1062", "21s01")),
        "DELETE FROM b": (False, ()),
    }


@pytest.mark.parametrize(
    ("handler", "caught"),
    [
        ("WHEN others THEN NULL", ("others",)),
        ("WHEN unique_violation OR not_null_violation THEN NULL", ("unique_violation", "not_null_violation")),
        ("WHEN others THEN RAISE", ()),
        ("WHEN others THEN RAISE NOTICE 'x'", ("others",)),
        ("WHEN unique_violation THEN NULL; WHEN others THEN RAISE EXCEPTION 'x'", ("unique_violation",)),
    ],
)
def test_exceptions_of_plpgsql(handler, caught):
    seen = places(f"BEGIN DELETE FROM t; EXCEPTION {handler}; END", "postgres")
    assert seen["DELETE FROM t"] == (False, caught)


@pytest.mark.parametrize(
    ("body", "effect", "certainty"),
    [
        ("INSERT INTO t VALUES (1);", "breaks", "certain"),
        ("IF wanted THEN INSERT INTO t VALUES (1); END IF;", "breaks", "possible"),
        ("DECLARE CONTINUE HANDLER FOR taken BEGIN END; INSERT INTO t VALUES (1);", "breaks", "possible"),
        (
            "DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END; INSERT INTO t VALUES (1);",
            "changes-results",
            "certain",
        ),
    ],
)
def test_what_the_caller_sees(body, effect, certainty):
    ddl = f"CREATE TABLE t (a int);\nDELIMITER //\nCREATE PROCEDURE p(wanted int) BEGIN {body} END//"
    schema = Schema.from_ddl(ddl, engine="mariadb:10.11")
    change = Change.parse("ALTER TABLE t ADD COLUMN b int", engine="mariadb:10.11")
    finding = assess("CALL p(1)", change, schema).findings[0]
    assert (finding.effect, finding.certainty) == (effect, certainty)
