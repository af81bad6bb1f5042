"""What is written, and what the engine refuses to write."""

from __future__ import annotations

import pytest

from scanner.resolve import ErrorKind


def kinds(comparison):
    return [e.kind for e in comparison.new_errors(*ErrorKind)]


@pytest.mark.parametrize(
    ("sql", "postgres", "mysql"),
    [
        ("INSERT INTO orders VALUES (1, 2, 3)", None, ErrorKind.INSERT_WIDTH),
        ("INSERT INTO orders (id, customer_id, total) VALUES (1, 2, 3)", None, None),
        ("INSERT INTO orders SELECT * FROM order_archive", None, ErrorKind.INSERT_WIDTH),
        ("INSERT INTO order_archive SELECT * FROM orders", ErrorKind.INSERT_WIDTH, ErrorKind.INSERT_WIDTH),
        (
            "INSERT INTO order_archive (id, customer_id, total) SELECT * FROM orders",
            ErrorKind.INSERT_WIDTH,
            ErrorKind.INSERT_WIDTH,
        ),
        ("INSERT INTO orders SELECT * FROM orders", None, None),
    ],
)
def test_the_width_of_an_insert(compare, sql, postgres, mysql):
    assert kinds(compare(sql)) == ([postgres] if postgres else [])
    assert kinds(compare(sql, "status varchar(20)", "mysql:8.0")) == ([mysql] if mysql else [])


def test_replace_is_an_insert(compare):
    found = compare("REPLACE INTO orders VALUES (1, 2, 3)", "status varchar(20)", "mariadb:10.11")
    assert kinds(found) == [ErrorKind.INSERT_WIDTH]
    assert found.after.writes[0].kind == "replace"


def test_a_wider_target_takes_the_new_column_in_place_of_the_next_value(compare):
    found = compare("INSERT INTO wide SELECT orders.*, 99 FROM orders", "status integer")
    assert kinds(found) == []
    (pair,) = found.changed_writes
    assert [w.table.name for w in pair] == ["wide", "wide"]


@pytest.mark.parametrize(
    ("column", "engine", "session", "broken"),
    [
        ("status text NOT NULL", "postgres:15", (), True),
        ("status text", "postgres:15", (), False),
        ("status text NOT NULL DEFAULT 'new'", "postgres:15", (), False),
        ("status serial", "postgres:15", (), False),
        ("status varchar(20) NOT NULL", "mariadb:10.11", (), True),
        ("status varchar(20) NOT NULL", "mariadb:10.11", ("SET sql_mode = ''",), False),
        ("status enum('a', 'b') NOT NULL", "mysql:8.0", (), False),
    ],
)
def test_a_required_column_that_is_left_out(compare, column, engine, session, broken):
    found = compare("INSERT INTO orders (id) VALUES (1)", column, engine, session=session)
    assert kinds(found) == ([ErrorKind.REQUIRED_COLUMN] if broken else [])


@pytest.mark.parametrize(
    ("sql", "column", "possible"),
    [
        ("INSERT INTO orders VALUES __hole_1__", "status text NOT NULL", True),
        ("INSERT INTO orders VALUES (__hole_1__)", "status text NOT NULL", True),
        ("INSERT INTO orders SELECT * FROM __hole_1__", "status text NOT NULL", True),
        ("INSERT INTO orders (id) VALUES (__hole_1__)", "status text NOT NULL", False),
        ("INSERT INTO orders VALUES (1, 2, 3), __hole_1__", "status text NOT NULL", False),
        ("INSERT INTO orders VALUES __hole_1__", "status text", None),
        ("INSERT INTO orders VALUES __hole_1__", "status text NOT NULL DEFAULT 'new'", None),
    ],
)
def test_rows_of_unknown_width_may_leave_the_required_column_out(compare, sql, column, possible):
    errors = compare(sql, column).new_errors(*ErrorKind)
    assert [e.kind for e in errors] == ([] if possible is None else [ErrorKind.REQUIRED_COLUMN])
    doubt = "the text does not tell how many values there are"
    assert [e.possible for e in errors] == ([] if possible is None else [doubt if possible else None])


@pytest.mark.parametrize(
    ("body", "may_fill"),
    [
        ("BEGIN NEW.status := 'new'; RETURN NEW; END", True),
        ("BEGIN NEW.\"status\" = 'new'; RETURN NEW; END", True),
        ("BEGIN SELECT 'new' INTO NEW.status; RETURN NEW; END", True),
        ("BEGIN NEW := json_populate_record(NEW, '{\"status\": 1}'); RETURN NEW; END", True),
        ("BEGIN SELECT * INTO NEW FROM orders; RETURN NEW; END", True),
        ("DECLARE r orders; BEGIN RETURN r; END", True),
        ("BEGIN NEW.total := 0; RETURN NEW; END", False),
        ("BEGIN IF NEW.total < 0 THEN RETURN NULL; END IF; PERFORM note(NEW); RETURN NEW; END", False),
        ("BEGIN -- NEW.status := 'new'\n NEW.total := length('NEW.status'); RETURN NEW; END", False),
    ],
)
def test_a_before_trigger_may_fill_the_required_column(compare, body, may_fill):
    trigger = f"""
    CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$;
    CREATE TRIGGER fill BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION fill();
    """
    found = compare("INSERT INTO orders (id) VALUES (1)", "status text NOT NULL", ddl=trigger)
    doubt = "a BEFORE INSERT trigger on orders may fill it" if may_fill else None
    assert found.new_errors(ErrorKind.REQUIRED_COLUMN)[0].possible == doubt


def test_an_insert_through_a_view_cannot_give_the_required_column(compare):
    found = compare(
        "INSERT INTO v VALUES (1, 2, 3)", "status text NOT NULL", ddl="CREATE VIEW v AS SELECT * FROM orders;"
    )
    assert kinds(found) == [ErrorKind.REQUIRED_COLUMN]


def test_merge_sees_both_sides_when_matched_and_the_source_only_when_not(compare):
    merge = "MERGE INTO orders USING customers c ON c.id = orders.customer_id"
    matched = compare(f"{merge} WHEN MATCHED THEN UPDATE SET total = length(region)", "region text")
    assert kinds(matched) == [ErrorKind.AMBIGUOUS_COLUMN]
    inserted = compare(f"{merge} WHEN NOT MATCHED THEN INSERT (id, total) VALUES (c.id, length(region))", "region text")
    assert kinds(inserted) == []


def test_returning_a_star(compare):
    found = compare("UPDATE orders SET total = 0 RETURNING *")
    assert found.outputs_grew


def test_a_statement_that_writes_elsewhere_is_told_by_its_triggers(compare):
    trigger = (
        "CREATE TRIGGER keep AFTER INSERT ON customers FOR EACH ROW INSERT INTO orders VALUES (NEW.id, NEW.id, 0);"
    )
    found = compare("INSERT INTO customers VALUES (1, 'a', 'b')", "status varchar(20)", "mysql:8.0", trigger)
    (error,) = found.new_errors(ErrorKind.INSERT_WIDTH)
    assert error.via == "keep"
    assert [(w.table.name, w.via) for w in found.after.writes] == [("customers", None), ("orders", "keep")]
