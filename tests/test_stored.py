"""Routines, triggers and views are findings of their own, said once each, though no query was seen to set them off."""

from __future__ import annotations

import pytest

import scanner
from scanner.model import Finding
from scanner.stored import stored_findings
from scanner.verdict import prepare

TABLES = """
CREATE TABLE customers (id integer PRIMARY KEY, name text, region text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, total integer);
CREATE TABLE archive (id integer, customer_id integer, total integer);
CREATE TABLE audit (entry text);
"""
PLPGSQL = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NEW; END $$;"
TRIGGER = "CREATE TRIGGER {name} AFTER INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();"


def trigger(body: str, table: str = "orders", name: str = "kept") -> str:
    return f"{PLPGSQL.format(name=name, body=body)}\n{TRIGGER.format(name=name, table=table)}"


def found(ddl: str, column: str = "status text", engine: str = "postgres:15") -> list[Finding]:
    schema = scanner.Schema.from_ddl(TABLES + ddl, engine)
    assert not schema.skipped
    change = scanner.Change.parse(f"ALTER TABLE orders ADD COLUMN {column}", engine)
    return stored_findings(prepare(change, schema))[0]


def said(ddl: str, **more: str) -> list[tuple[str, str, str, str]]:
    return [(f.subject.kind, f.subject.name, str(f.effect), f.message) for f in found(ddl, **more)]


def test_a_trigger_that_copies_rows_into_a_narrower_table_breaks() -> None:
    (finding,) = found(trigger("INSERT INTO archive SELECT NEW.*"))
    assert (finding.subject.kind, finding.subject.name, finding.name) == ("trigger", "kept", "insert-width")
    assert finding.message == (
        "The trigger kept fails with 42601 at every INSERT or UPDATE on orders: "
        "INSERT into archive has 3 target columns and 4 values."
    )
    assert finding.help.startswith("Add status to archive first, or list the columns")


def test_a_trigger_elsewhere_that_writes_the_table_breaks() -> None:
    ddl = trigger("INSERT INTO orders (id, total) VALUES (NEW.id, 0)", "customers")
    assert said(ddl, column="status text NOT NULL") == [
        (
            "trigger",
            "kept",
            "breaks",
            "The trigger kept fails with 23502 at every INSERT or UPDATE on customers: "
            "orders.status is NOT NULL without a default, and its INSERT leaves it out.",
        )
    ]
    assert said(ddl) == []


def test_an_audit_trigger_is_said_to_take_the_whole_row() -> None:
    (finding,) = found(trigger("INSERT INTO audit VALUES (to_jsonb(NEW)::text)"))
    assert (str(finding.effect), finding.name) == ("changes-results", "whole-row-use")
    assert finding.message.startswith("The trigger kept takes the whole row at every INSERT or UPDATE on orders: ")
    assert finding.message.endswith(": the row of NEW used as one value now has status in it.")
    assert finding.help.startswith("Nothing, if it is meant to keep whole rows, as an audit trail does.")


@pytest.mark.parametrize(
    "body",
    [
        "INSERT INTO audit VALUES (NEW.total::text)",
        "INSERT INTO archive VALUES (NEW.id, NEW.customer_id, NEW.total)",
        "PERFORM count(*) FROM orders",
    ],
)
def test_a_trigger_that_names_its_columns_is_no_finding(body: str) -> None:
    assert [each for each in found(trigger(body)) if str(each.effect) != "needs-update"] == []


ROW_VARIABLE = """
CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE o orders;
BEGIN
    o := (SELECT p.*::orders FROM orders p WHERE p.id = NEW.id);
    {body};
    RETURN NEW;
END $$;
CREATE TRIGGER kept AFTER INSERT OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION kept();
"""


def test_a_variable_that_takes_a_row_shows_what_is_read_of_it() -> None:
    assert found(ROW_VARIABLE.format(body="INSERT INTO audit VALUES (o.total::text)")) == []
    ((_, name, effect, _),) = said(ROW_VARIABLE.format(body="INSERT INTO audit VALUES (o::text)"))
    assert (name, effect) == ("kept", "changes-results")


def test_a_name_that_is_captured_in_a_function_is_told_of_the_function() -> None:
    ddl = (
        "CREATE FUNCTION buyers() RETURNS bigint LANGUAGE sql AS "
        "$$ SELECT count(*) FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE region = 'eu') $$;"
    )
    assert said(ddl, column="region text") == [
        (
            "routine",
            "buyers",
            "changes-results",
            "The function buyers: region in WHERE silently means orders.region instead of customers.region.",
        )
    ]


def test_a_function_whose_body_outgrows_its_declaration_breaks_once() -> None:
    ddl = """
    CREATE FUNCTION every() RETURNS TABLE (a int, b int, c int) LANGUAGE sql AS $$ SELECT * FROM orders $$;
    CREATE FUNCTION some() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM every() $$;
    """
    assert [(name, effect) for _, name, effect, _ in said(ddl)] == [("every", "breaks")]


def test_a_function_that_returns_rows_of_the_table_returns_more_columns() -> None:
    ddl = "CREATE FUNCTION every() RETURNS SETOF orders LANGUAGE sql AS $$ SELECT * FROM orders $$;"
    ((_, name, effect, message),) = said(ddl)
    assert (name, effect) == ("every", "changes-shape")
    assert message == "The function every returns 4 columns instead of 3: status is new."


def test_a_view_with_a_row_value_changes_and_one_with_a_star_does_not() -> None:
    ddl = """
    CREATE VIEW documents AS SELECT id, to_jsonb(o) AS document FROM orders o;
    CREATE VIEW every AS SELECT * FROM orders;
    CREATE VIEW names AS SELECT id, total FROM orders;
    """
    assert [each[:3] for each in said(ddl)] == [("view", "documents", "changes-results")]


def test_procedures_and_triggers_of_mariadb() -> None:
    ddl = """
    CREATE TRIGGER kept AFTER INSERT ON customers FOR EACH ROW INSERT INTO orders VALUES (NEW.id, NEW.id, 0);
    CREATE PROCEDURE archived() INSERT INTO archive SELECT * FROM orders;
    CREATE PROCEDURE counted() SELECT count(*) FROM orders;
    """
    assert [each[:3] for each in said(ddl, engine="mariadb:10.11")] == [
        ("trigger", "kept", "breaks"),
        ("routine", "archived", "breaks"),
    ]


def test_what_builds_its_sql_is_a_blind_spot() -> None:
    schema = scanner.Schema.from_ddl(
        TABLES + trigger("EXECUTE 'INSERT INTO orders VALUES (' || NEW.id || ')'", "customers"), "postgres:15"
    )
    change = scanner.Change.parse("ALTER TABLE orders ADD COLUMN status text", "postgres:15")
    findings, unread = stored_findings(prepare(change, schema))
    assert findings == []
    assert [each.message for each in unread] == [
        "The trigger kept names orders where it was not checked: kept builds SQL at run time."
    ]


def test_a_column_that_exists_changes_nothing() -> None:
    assert found(trigger("INSERT INTO archive SELECT NEW.*"), column="IF NOT EXISTS total integer") == []
