"""What is said of one statement where no rule says it: relations that are not known, columns that are not there yet."""

from __future__ import annotations

from typing import Any

import pytest

from scanner import Change, Schema, assess
from scanner.errors import UsageError
from scanner.model import Certainty, Effect
from scanner.verdict import Verdict

SCHEMA = Schema.from_ddl(
    "CREATE TABLE orders (id integer PRIMARY KEY, note text); CREATE TABLE lines (id integer);", engine="postgres:15"
)
CHANGE = Change.parse("ALTER TABLE orders ADD COLUMN status text", engine="postgres:15")


def verdict(sql: str, *session: str) -> Verdict:
    return assess(sql, CHANGE, SCHEMA, session)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM nowhere",
        "DELETE FROM nowhere",
        "COPY nowhere FROM STDIN",
        "SELECT lines.id FROM lines JOIN nowhere USING (id)",
        "INSERT INTO nowhere SELECT * FROM orders",
    ],
)
def test_a_relation_that_the_schema_lacks_could_be_a_view_over_the_table(sql):
    unresolved = verdict(sql).unresolved
    assert unresolved is not None
    assert (unresolved.reason, unresolved.detail) == ("unknown relation", "the schema has no nowhere")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM pg_class",
        "SELECT * FROM information_schema.tables",
        "WITH nowhere AS (SELECT 1) SELECT * FROM nowhere",
        "SELECT * FROM generate_series(1, 2)",
        "SELECT orders.id FROM orders JOIN nowhere ON nowhere.id = orders.id",
    ],
)
def test_what_says_enough_of_the_table_is_answered(sql):
    assert verdict(sql) == Verdict()


def test_a_temporary_table_of_the_session_is_known():
    assert verdict("SELECT * FROM nowhere", "CREATE TEMP TABLE nowhere (id integer)") == Verdict()


def test_findings_beside_an_unknown_relation_are_possible():
    (finding,) = verdict("SELECT orders.* FROM orders JOIN nowhere ON nowhere.id = orders.id").findings
    assert (finding.effect, finding.certainty) == (Effect.CHANGES_SHAPE, Certainty.POSSIBLE)


WAITING = "CREATE TABLE orders (id integer PRIMARY KEY, note varchar(20));"


@pytest.mark.parametrize("engine", ["postgres:15", "mariadb:10.11", "mysql:9.7"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT status FROM orders",
        "SELECT note FROM orders o WHERE o.status = 1",
        "SELECT * FROM orders ORDER BY status",
        "UPDATE orders SET status = 1",
        "INSERT INTO orders (id, status) VALUES (1, 2)",
    ],
)
def test_a_statement_that_waits_for_the_column_has_no_results_to_change(statement: str, engine: str) -> None:
    schema = Schema.from_ddl(WAITING, engine)
    verdict = assess(statement, Change.short("orders", "status integer", engine), schema)
    assert verdict == Verdict(waits=True)


TWICE = (
    "CREATE TABLE o (id integer PRIMARY KEY, cid integer); CREATE TABLE c (cid integer PRIMARY KEY, priority integer);"
)


@pytest.mark.parametrize(
    ("sql", "help_"),
    [
        (
            "SELECT x.priority FROM (SELECT o.*, c.priority FROM o JOIN c USING (cid)) x",
            "Inside x, name the columns instead of the star, or give the other priority an alias.",
        ),
        ("SELECT priority FROM o JOIN c USING (cid)", "Write c.priority."),
        ("COPY o TO STDOUT", "Name the columns: id, cid."),
        ("SELECT * FROM o", "Name the columns instead of the star: id, cid."),
    ],
)
def test_the_fix_is_one_that_mends_it(sql: str, help_: str) -> None:
    schema = Schema.from_ddl(TWICE, engine="postgres:15")
    change = Change.parse("ALTER TABLE o ADD COLUMN priority integer", engine="postgres:15")
    verdict = assess(sql, change, schema)
    assert [finding.help for finding in verdict.findings] == [help_]


def test_a_change_may_be_a_text() -> None:
    schema = Schema.from_ddl(TWICE, engine="postgres:15")
    assert assess("SELECT * FROM o", "ALTER TABLE o ADD COLUMN priority integer", schema).effect == "changes-shape"


@pytest.mark.parametrize(("number", "wanted"), [(0, "the SQL of a statement"), (1, "Change.parse"), (2, "from_ddl")])
def test_what_is_none_of_these_is_told_in_a_sentence(number: int, wanted: str) -> None:
    schema = Schema.from_ddl(TWICE, engine="postgres:15")
    given: list[Any] = ["SELECT 1", "ALTER TABLE o ADD COLUMN priority integer", schema]
    given[number] = None
    with pytest.raises(UsageError, match=rf"^assess\(\) got None where it wants .*{wanted}.*\.$"):
        assess(*given)


def test_a_statement_that_fails_today_compares_nothing() -> None:
    schema = Schema.from_ddl(TWICE, engine="postgres:15")
    change = Change.parse("ALTER TABLE o ADD COLUMN priority integer", engine="postgres:15")
    sql = "SELECT priority FROM (SELECT o.*, c.priority FROM o JOIN c USING (cid)) x JOIN c USING (cid)"
    verdict = assess(sql, change, schema)
    assert (verdict.findings, verdict.unresolved and verdict.unresolved.reason) == ((), "does not run today")


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO orders (id, __hole_1__) VALUES (1, __hole_2__)",
        "INSERT INTO orders (__hole_1__) SELECT id FROM lines",
        "UPDATE orders SET __hole_1__ = 1 WHERE __hole_1__ <> 1 RETURNING __hole_1__",
        "UPDATE orders SET (__hole_1__) = (__hole_2__) WHERE orders.__hole_3__ = 1",
    ],
)
def test_a_column_that_is_named_at_run_time_is_none_that_does_not_exist(sql):
    assert verdict(sql) == Verdict()


def test_whether_a_list_built_at_run_time_names_the_column_is_not_known():
    required = Change.parse("ALTER TABLE orders ADD COLUMN status text NOT NULL", engine="postgres:15")
    (finding,) = assess("INSERT INTO orders (id, __hole_1__) VALUES (1, 2)", required, SCHEMA).findings
    assert (finding.rule, finding.certainty) == ("SC202", Certainty.POSSIBLE)
    assert finding.reason == "a part of the list of columns is built at run time"


def test_a_row_that_is_cast_is_told_once():
    (finding,) = verdict("SELECT o::orders FROM orders o").findings
    assert finding.message == "The row of o used as one value now has status in it."


def test_a_temporary_table_may_say_what_becomes_of_it():
    (finding,) = verdict("CREATE TEMPORARY TABLE today ON COMMIT DROP AS SELECT * FROM orders").findings
    assert (finding.rule, finding.effect) == ("SC101", Effect.CHANGES_SHAPE)
    assert verdict("CREATE TEMP TABLE today ON COMMIT DELETE ROWS AS SELECT id FROM orders") == Verdict()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT o.id, t.nth FROM orders o JOIN unnest($1::int[]) WITH ORDINALITY AS t(id, nth) USING (id) ORDER BY nth",
        "SELECT o.id FROM orders o JOIN unnest($1::int[]) WITH ORDINALITY AS t ON t.t = o.id ORDER BY t.ordinality",
        "UPDATE orders SET note = t.note FROM (VALUES __hole_1__) AS t(id, note) WHERE orders.id = t.id",
        "WITH t(id, note) AS (VALUES __hole_1__) SELECT t.note FROM orders JOIN t ON t.id = orders.id",
    ],
)
def test_lists_of_names_say_what_there_is(sql):
    assert verdict(sql) == Verdict()


def test_copy_writes_what_it_lists():
    schema = Schema.from_ddl("CREATE TABLE t (a int, b int, c int, d int, e int, f int)", engine="postgres:15")
    change = Change.parse("ALTER TABLE t ADD COLUMN g int", engine="postgres:15")
    assert assess("COPY t (a, b) FROM STDIN", change, schema) == Verdict()
    (finding,) = assess("COPY t (a, b, c, d, e, f) FROM STDIN", change, schema).findings
    assert finding.message == "It writes 6 of the 6 columns of t by name, and not g."
