"""Sequences are relations that statements read."""

import pytest

from scanner import Schema, assess
from scanner.errors import ChangeError
from scanner.model import TableName
from scanner.resolve import references

POSTGRES = Schema.from_ddl("CREATE TABLE t (id serial, j int); CREATE SEQUENCE sq", "postgres:16")
MARIADB = Schema.from_ddl("CREATE TABLE t (id int, j int); CREATE SEQUENCE sq", "mariadb:10.11")


@pytest.mark.parametrize(
    ("sql", "change", "effect"),
    [
        ("SELECT last_value, log_cnt, is_called FROM sq", "a int", None),
        ("SELECT t.j, s.x FROM t, t_id_seq AS s (x)", "a int", None),
        ("SELECT j, is_called FROM t, t_id_seq", "a int", None),
        ("SELECT j, is_called FROM t, t_id_seq", "is_called bool", "breaks"),
        ("SELECT j FROM t NATURAL JOIN sq", "is_called bool", "changes-results"),
        ("SELECT * FROM sq CROSS JOIN t", "a int", "changes-shape"),
    ],
)
def test_what_postgres_reads_of_a_sequence(sql, change, effect):
    verdict = assess(sql, f"ALTER TABLE t ADD COLUMN {change}", POSTGRES)
    assert (verdict.effect and verdict.effect.value, verdict.unresolved) == (effect, None)


@pytest.mark.parametrize(
    ("sql", "change", "effect"),
    [
        ("SELECT next_not_cached_value, cycle_count FROM sq, t", "a int", None),
        ("SELECT minimum_value, j FROM sq, t", "minimum_value int", "breaks"),
        ("SELECT NEXTVAL(sq), LASTVAL(`sq`), SETVAL(sq, 10), j FROM t", "sq int", None),
        ("INSERT INTO t (j) VALUES (NEXT VALUE FOR sq)", "a int", None),
        ("SELECT NEXT VALUE FOR db.`sq`, PREVIOUS VALUE FOR sq, j FROM t", "sq int", None),
    ],
)
def test_what_mariadb_reads_of_a_sequence(sql, change, effect):
    verdict = assess(sql, f"ALTER TABLE t ADD COLUMN {change}", MARIADB)
    assert (verdict.effect and verdict.effect.value, verdict.unresolved) == (effect, None)


@pytest.mark.parametrize(
    ("sql", "schema", "named"),
    [
        ("SELECT last_value FROM sq", POSTGRES, TableName("public", "sq")),
        ("SELECT last_value FROM public.t_id_seq", POSTGRES, TableName("public", "t_id_seq")),
        ("SELECT NEXTVAL(sq)", MARIADB, TableName(None, "sq")),
        ("SELECT NEXT VALUE FOR nowhere", MARIADB, TableName(None, "nowhere")),
    ],
)
def test_a_sequence_is_named(sql, schema, named):
    assert references(sql, schema).reads == {named}


def test_a_sequence_that_the_schema_has_not_is_not_known():
    verdict = assess("SELECT NEXTVAL(nowhere)", "ALTER TABLE t ADD COLUMN a int", MARIADB)
    assert verdict.unresolved is not None
    assert verdict.unresolved.detail == "the schema has no nowhere"


@pytest.mark.parametrize("schema", [POSTGRES, MARIADB], ids=["postgres", "mariadb"])
def test_a_sequence_gets_no_columns(schema):
    with pytest.raises(ChangeError, match="sq is a sequence, which gets no columns"):
        assess("SELECT 1", "ALTER TABLE sq ADD COLUMN a int", schema)


def test_mysql_has_no_sequences():
    (skipped,) = Schema.from_ddl("CREATE SEQUENCE s", "mysql:8").skipped
    assert skipped.reason == "MySQL has no sequences"
