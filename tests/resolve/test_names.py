"""Names are bound as the engine binds them, clause by clause."""

from __future__ import annotations

import pytest

from scanner.resolve import Clause, ErrorKind


def bound(comparison, name):
    """Where a name is bound: (before, after) as "source.column" or the kind of thing it is."""

    def places(resolution):
        found = [b for b in resolution.bindings.values() if b.name == name]
        return [f"{b.source}.{b.column}" if b.kind == "column" else b.kind for b in found]

    return places(comparison.before), places(comparison.after)


def new_errors(comparison):
    return [(e.kind, e.code) for e in comparison.new_errors(*ErrorKind)]


def test_a_bare_name_of_the_joined_table_becomes_ambiguous(compare):
    found = compare("SELECT region FROM orders JOIN customers c ON c.id = orders.customer_id", "region text")
    assert new_errors(found) == [(ErrorKind.AMBIGUOUS_COLUMN, "42702")]
    assert found.after.errors[0].span == (7, 13)


def test_a_qualified_name_stays(compare):
    found = compare("SELECT c.region FROM orders JOIN customers c ON c.id = orders.customer_id", "region text")
    assert bound(found, "region") == (["c.region"], ["c.region"])
    assert new_errors(found) == []


def test_a_name_of_the_outer_query_is_captured_by_the_inner_table(compare):
    found = compare("SELECT id FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE region = 'eu')", "region text")
    assert bound(found, "region") == (["customers.region"], ["orders.region"])
    assert found.rows_changed


def test_the_inner_table_does_not_capture_what_the_outer_query_uses(compare):
    found = compare("SELECT region FROM customers WHERE EXISTS (SELECT 1 FROM orders)", "region text")
    assert bound(found, "region") == (["customers.region"], ["customers.region"])
    assert not found.meaning_changed


@pytest.mark.parametrize(
    ("clause", "engine", "after"),
    [
        ("GROUP BY status", "postgres:15", ["orders.status"]),
        ("GROUP BY status", "mysql:8.0", ["orders.status"]),
        ("GROUP BY id ORDER BY status", "postgres:15", ["output"]),
        ("GROUP BY id ORDER BY status", "mariadb:10.11", ["output"]),
        ("GROUP BY id ORDER BY status + 0", "mariadb:10.11", ["orders.status"]),
        ("GROUP BY id HAVING status > 1", "mariadb:10.11", ["output"]),
    ],
)
def test_an_alias_against_a_column_of_its_name(compare, clause, engine, after):
    found = compare(f"SELECT id, max(total) AS status FROM orders {clause}", "status integer", engine)
    assert bound(found, "status")[1] == after


def test_a_name_in_on_sees_the_two_sides_of_its_join_only(compare):
    sql = "SELECT 1 FROM orders, customers JOIN order_archive a ON region = 'eu'"
    assert new_errors(compare(sql, "region text")) == []


def test_lateral_sees_the_items_before_it(compare):
    sql = "SELECT x FROM orders, customers, LATERAL upper(region) x"
    assert new_errors(compare(sql, "region text")) == [(ErrorKind.AMBIGUOUS_COLUMN, "42702")]


def test_a_tables_name_is_its_row_until_a_column_is_called_so(compare):
    found = compare(
        "SELECT count(customers) FROM orders LEFT JOIN customers ON customers.id = customer_id", "customers text"
    )
    assert bound(found, "customers")[1] == ["orders.customers"]
    assert found.meaning_changed


def test_an_insert_target_is_never_ambiguous_but_a_joined_update_target_is(compare):
    postgres = compare("UPDATE orders SET total = 1 FROM customers WHERE customers.id = customer_id", "region text")
    assert new_errors(postgres) == []
    sql = "UPDATE orders JOIN customers ON customers.id = orders.customer_id SET region = 'x'"
    assert new_errors(compare(sql, "region varchar(20)", "mariadb:10.11")) == [(ErrorKind.AMBIGUOUS_COLUMN, "1052")]


def test_a_column_of_a_relation_nobody_knows_is_assumed_with_a_doubt(compare):
    found = compare("SELECT status FROM orders JOIN ledger ON ledger.order_id = orders.id", "status text")
    assert found.before.unknown_relations
    assert found.after.doubts == ["the schema has no ledger", "the columns of ledger are not known"]
    assert bound(found, "status") == (["ledger.status"], ["orders.status"])


def test_mysql_compares_column_names_without_case(compare):
    sql = "SELECT REGION FROM orders JOIN customers c ON c.id = orders.customer_id"
    assert new_errors(compare(sql, "region varchar(20)", "mysql:8.0")) == [(ErrorKind.AMBIGUOUS_COLUMN, "1052")]


def test_postgres_keeps_the_case_of_quoted_names(compare):
    sql = "SELECT region FROM orders JOIN customers c ON c.id = orders.customer_id"
    assert new_errors(compare(sql, '"REGION" text')) == []


def test_every_binding_says_where_it_stands(compare):
    found = compare("SELECT total FROM orders WHERE customer_id = 1 ORDER BY id")
    assert [(b.name, b.clause, b.span) for b in found.before.bindings.values()] == [
        ("customer_id", Clause.WHERE, (31, 42)),
        ("total", Clause.SELECT, (7, 12)),
        ("id", Clause.ORDER_BY, (57, 59)),
    ]
