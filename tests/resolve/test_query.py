"""What a query yields, which rows, and what the engine refuses about it."""

from __future__ import annotations

import pytest

from scanner.resolve import ErrorKind


def outputs(resolution):
    return [o.name for o in resolution.outputs]


def kinds(comparison):
    return [e.kind for e in comparison.new_errors(*ErrorKind)]


def test_an_outermost_star_grows(compare):
    found = compare("SELECT * FROM orders")
    assert outputs(found.before) == ["id", "customer_id", "total"]
    assert outputs(found.after) == ["id", "customer_id", "total", "status"]
    assert found.outputs_grew
    assert not found.meaning_changed


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM orders",
        "SELECT id FROM customers WHERE EXISTS (SELECT * FROM orders WHERE customer_id = customers.id)",
        "SELECT id FROM (SELECT * FROM orders) o",
        "WITH o AS (SELECT * FROM orders) SELECT id, total FROM o",
        "SELECT c.* FROM customers c JOIN orders o ON o.customer_id = c.id",
        "SELECT id FROM orders UNION ALL SELECT id FROM order_archive",
        "SELECT count(*) FROM (SELECT DISTINCT * FROM orders) o",
        "SELECT (o).total, count(o) FROM orders o GROUP BY o.id",
    ],
)
def test_what_does_not_show_the_column_is_the_same(compare, sql):
    found = compare(sql)
    assert kinds(found) == []
    assert not found.outputs_grew
    assert not found.meaning_changed


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT * FROM orders UNION SELECT * FROM order_archive", ErrorKind.SET_OPERATION_WIDTH),
        ("SELECT 1 WHERE (1, 2, 3) IN (SELECT * FROM orders)", ErrorKind.ROW_WIDTH),
        ("SELECT 1 WHERE (1, 2, 3) = (SELECT * FROM orders LIMIT 1)", ErrorKind.ROW_WIDTH),
        ("SELECT ROW(orders.*) = ROW(1, 2, 3) FROM orders", ErrorKind.ROW_WIDTH),
        ("SELECT a FROM orders AS o(a, b, status)", None),
        ("SELECT status FROM orders AS o(a, b, status)", ErrorKind.AMBIGUOUS_COLUMN),
        ("SELECT *, count(*) FROM orders GROUP BY 1, 2, 3", None),
        ("SELECT *, count(*) FROM order_archive GROUP BY 1, 2, 3", None),
    ],
)
def test_widths(compare, sql, kind):
    assert kinds(compare(sql))[:1] == ([kind] if kind else [])


def test_an_alias_list_must_be_exact_on_mysql_and_may_be_short_on_postgres(compare):
    sql = "WITH o(a, b, c) AS (SELECT * FROM orders) SELECT a FROM o"
    assert kinds(compare(sql)) == []
    assert kinds(compare(sql, engine="mysql:8.0")) == [ErrorKind.ALIAS_LIST]
    assert compare(sql, engine="mariadb:10.11").after.errors[0].code == "4002"


def test_a_name_twice_in_a_derived_table(compare):
    sql = "SELECT id FROM (SELECT orders.*, 1 AS status FROM orders) x"
    assert kinds(compare(sql)) == []
    assert kinds(compare(sql, engine="mariadb:10.11")) == [ErrorKind.DUPLICATE_COLUMN]


def test_natural_join_gains_a_key(compare):
    found = compare("SELECT orders.id FROM orders NATURAL JOIN customers", "region text")
    assert [(old.names, new.names) for old, new in found.grown_keys] == [(("id",), ("id", "region"))]
    assert found.rows_changed


def test_natural_join_on_types_that_do_not_compare(compare):
    found = compare("SELECT orders.id FROM orders NATURAL JOIN customers", "region integer")
    assert kinds(found) == [ErrorKind.TYPE_MISMATCH]


def test_using_a_key_that_two_tables_on_the_left_have(compare):
    sql = "SELECT 1 FROM orders JOIN customers b ON b.id = orders.id JOIN customers c USING (region)"
    assert kinds(compare(sql, "region text")) == [ErrorKind.AMBIGUOUS_JOIN_KEY]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT customer_id, largest(total) FILTER (WHERE id > 1) FROM orders GROUP BY customer_id",
        "SELECT c.id FROM customers c JOIN numbered(ARRAY['a']) n ON n.value = c.name",
        "SELECT name FROM customers WHERE name % 'ann' AND name % region",
        "SELECT o.id FROM (SELECT id, row_number() OVER (ORDER BY id) FROM orders) o WHERE o.row_number < 3",
        "SELECT o.count FROM (SELECT count(*) FILTER (WHERE id > 1) FROM orders) o",
    ],
)
def test_what_routines_and_extensions_of_the_schema_make_right_is_no_error(compare, sql):
    ddl = """
        CREATE EXTENSION pg_trgm;
        CREATE AGGREGATE largest(integer) (sfunc = int4larger, stype = integer);
        CREATE FUNCTION numbered(anyarray) RETURNS TABLE (rank bigint, value anyelement)
        LANGUAGE sql AS 'SELECT row_number() OVER (), value FROM unnest($1) value';
    """
    assert compare(sql, ddl=ddl).before.errors == []


def test_a_grouped_select_list_with_a_star(compare):
    sql = "SELECT id, customer_id, total, count(*) FROM orders GROUP BY id"
    assert kinds(compare(sql)) == []
    starred = "SELECT a.*, count(*) FROM (SELECT * FROM orders) a GROUP BY id, customer_id, total"
    assert kinds(compare(starred)) == [ErrorKind.UNGROUPED_COLUMN]
    assert kinds(compare(starred, engine="mariadb:10.11")) == []


def test_a_whole_row_shows_the_column_and_a_null_test_of_it_depends_on_it(compare):
    assert compare("SELECT row_to_json(o) FROM orders o").meaning_changed
    assert compare("SELECT 1 FROM orders o WHERE o IS NOT NULL").rows_changed
    assert not compare("SELECT 1 FROM orders o WHERE o IS NOT NULL", "status text NOT NULL DEFAULT 'x'").rows_changed
    assert not compare("SELECT 1 FROM orders o WHERE o IS NULL").rows_changed


def test_rows_told_apart_without_a_key(compare):
    keyless = "CREATE TABLE visits (page integer);"
    sql = "SELECT count(*) FROM (SELECT DISTINCT * FROM order_archive) a"
    assert not compare(sql, ddl=keyless).meaning_changed
    assert compare("SELECT count(*) FROM (SELECT * FROM orders UNION SELECT *, 1 FROM wide) a").before.errors


def test_a_view_is_frozen_but_its_row_values_are_not(compare):
    views = "CREATE VIEW v AS SELECT * FROM orders; CREATE VIEW j AS SELECT row_to_json(orders) AS doc FROM orders;"
    frozen = compare("SELECT * FROM v", ddl=views)
    assert outputs(frozen.after) == ["id", "customer_id", "total"]
    assert not frozen.meaning_changed
    assert compare("SELECT * FROM j", ddl=views).meaning_changed


def test_deep_nesting_and_shared_ctes_end_in_bounded_time(compare):
    chain = ", ".join(f"c{i} AS (SELECT a.* FROM c{i - 1} a JOIN c{i - 1} b ON a.id = b.id)" for i in range(1, 25))
    found = compare(f"WITH c0 AS (SELECT * FROM orders), {chain} SELECT id FROM c24")
    assert not found.meaning_changed
