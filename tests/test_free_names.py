"""A name that collides is answered with names that were tried and do not."""

from __future__ import annotations

import pytest

import scanner
from scanner.dependencies import dependencies
from scanner.fingerprint import gather
from scanner.graph import Parts
from scanner.impact import impact
from scanner.model import FreeNames, Location, Observation
from scanner.render.impact_json import to_dict
from scanner.render.verdict import headline
from scanner.resolve import references

DDL = """
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, total integer);
CREATE TABLE payments (id integer PRIMARY KEY, order_id integer, status varchar(20){more});
CREATE VIEW paid AS SELECT orders.id FROM orders;
"""
AMBIGUOUS = "SELECT status FROM orders JOIN payments ON payments.order_id = orders.id"


def report(*sqls: str, column: str = "status text", engine: str = "postgres:15", more: str = "", ddl: str = ""):
    schema = scanner.Schema.from_ddl(DDL.format(more=more) + ddl, engine, name="shop")
    seen = [
        Observation("python", sql, database="shop", services=("checkout",), location=Location("a.py", line))
        for line, sql in enumerate(sqls, 1)
    ]
    queries = gather(seen, {"shop": schema.database})
    named = {q.fingerprint: references(q.sql, schema) for q in queries}
    change = scanner.Change.parse(f"ALTER TABLE orders ADD COLUMN {column}", engine)
    return impact(change, Parts(schema, queries, named, dependencies(schema)))


@pytest.mark.parametrize("engine", ["postgres:15", "mysql:8.0", "mariadb:10.11"])
@pytest.mark.parametrize(
    "sql",
    [
        AMBIGUOUS,
        "SELECT id FROM payments WHERE EXISTS (SELECT 1 FROM orders WHERE orders.id = order_id AND status = 'x')",
        "SELECT payments.id FROM payments NATURAL JOIN orders",
    ],
)
def test_three_names_that_collide_with_nothing(sql, engine):
    found = report(sql, engine=engine)
    assert found.free_names == (FreeNames("status", ("order_status", "status_code", "status_name")),)


def test_a_name_that_collides_too_is_left_out():
    found = report(AMBIGUOUS, AMBIGUOUS.replace("status", "status_code"), more=", status_code text")
    assert found.free_names[0].names == ("order_status", "status_name", "orders_status")


def test_a_column_that_the_table_has_is_no_free_name():
    found = report(AMBIGUOUS, ddl="ALTER TABLE orders ADD COLUMN order_status text;")
    assert found.free_names[0].names == ("status_code", "status_name", "orders_status")


def test_a_name_that_collides_in_a_trigger_is_answered_too():
    body = f"CREATE FUNCTION look() RETURNS text LANGUAGE sql AS $$ {AMBIGUOUS} $$;"
    (free,) = report(ddl=body).free_names
    assert free.names[0] == "order_status"


def test_a_collision_under_a_worse_finding_is_answered_too():
    found = report("INSERT INTO orders SELECT 1, 2, status FROM orders NATURAL JOIN payments", column="status text")
    assert [names.column for names in found.free_names] == ["status"]


def test_a_name_without_a_collision_is_left_alone():
    assert report("SELECT * FROM orders").free_names == ()
    assert report(AMBIGUOUS, column="note text").free_names == ()


def test_of_several_columns_those_that_collide_are_answered():
    found = report(AMBIGUOUS, column="note text, ADD COLUMN status text, ADD COLUMN status_code text")
    assert found.free_names == (FreeNames("status", ("order_status", "status_name", "orders_status")),)


def test_a_reserved_word_is_answered():
    (free,) = report(column='"user" text').free_names
    assert (free.reserved, free.names[0]) == (True, "order_user")
    (free,) = report(column="`rank` int", engine="mysql:8.0").free_names
    assert free.reserved
    assert report(column="`rank` int", engine="mariadb:10.11").free_names == ()


def test_where_every_name_collides_another_one_has_to_be_found():
    names = ["order_status", "status_code", "status_name", "orders_status", "status_of_order", "order_status_code"]
    names.append("order_status_name")
    queries = [AMBIGUOUS, *(AMBIGUOUS.replace("status", name) for name in names)]
    found = report(*queries, more="".join(f", {name} text" for name in names))
    assert found.free_names == (FreeNames("status", ()),)
    assert headline(found).endswith("status is a name that a statement here has for something else: find another.")


def test_the_names_are_in_the_summary_and_in_the_json():
    found = report(AMBIGUOUS)
    assert headline(found).endswith(
        "status is a name that a statement here has for something else: order_status, status_code or status_name "
        "would collide with nothing that was read."
    )
    (told,) = to_dict(found)["free_names"]
    assert told == {"column": "status", "names": ("order_status", "status_code", "status_name"), "reserved": False}
