"""Every query that reaches the table is accounted for exactly once, with the places where it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scanner
from scanner.dependencies import dependencies
from scanner.fingerprint import gather
from scanner.graph import Parts
from scanner.impact import Evidence, impact
from scanner.model import Certainty, Consumer, Effect, Location, Observation, RowUse
from scanner.resolve import references

DDL = """
CREATE TABLE customers (id integer PRIMARY KEY, name text, region text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, total integer);
CREATE VIEW open_orders AS SELECT * FROM orders;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO orders VALUES (NEW.id, NEW.id, 0); RETURN NEW; END $$;
CREATE TRIGGER keep AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION keep();
"""
SCHEMA = scanner.Schema.from_ddl(DDL, "postgres:15", name="shop")


def report(
    *seen: Observation, column: str = "status text", evidence: Evidence | None = None, schema: scanner.Schema = SCHEMA
):
    queries = gather(seen, {"shop": schema.database})
    named = {q.fingerprint: references(q.sql, schema) for q in queries}
    change = scanner.Change.parse(f"ALTER TABLE orders ADD COLUMN {column}", schema.engine)
    return impact(change, Parts(schema, queries, named, dependencies(schema)), evidence)


def seen(sql: str, line: int = 1, **more: object) -> Observation:
    return Observation("python", sql, database="shop", services=("checkout",), location=Location("a.py", line), **more)


def of_classes(found):
    return [f for f in found.findings if f.name == "row-class"]


def of_queries(found):
    return [f for f in found.findings if f.subject.kind == "query"]


def test_a_query_that_does_not_reach_the_table_is_not_in_the_report():
    found = report(seen("SELECT name FROM customers"), seen("SELECT * FROM orders", 2))
    assert [q.sql for q in found.queries] == ["SELECT * FROM orders"]
    assert found.total_queries == 2


def test_a_query_through_a_view_is_told_with_the_view():
    found = report(seen("SELECT * FROM open_orders"))
    (query,) = found.unaffected
    assert found.via == {query.fingerprint: ("open_orders",)}


def test_a_write_elsewhere_whose_trigger_breaks_is_a_finding_of_that_write():
    found = report(seen("INSERT INTO customers (id) VALUES (1)"), column="status text NOT NULL")
    (finding,) = of_queries(found)
    assert (finding.name, finding.effect) == ("required-column", Effect.BREAKS)
    assert "in keep" in finding.message


def test_a_trigger_is_told_once_and_again_with_each_caller():
    callers = [
        seen(f"INSERT INTO customers (id{extra}) VALUES (1{value})") for extra, value in (("", ""), (", name", ", 'a'"))
    ]
    found = report(*callers, column="status text NOT NULL")
    assert [f.name for f in of_queries(found)] == ["required-column"] * 2
    (trigger,) = [f for f in found.findings if f.subject.kind == "trigger"]
    assert (trigger.subject.name, trigger.effect) == ("keep", Effect.BREAKS)
    assert [f for f in report(column="status text NOT NULL").findings if f.subject.kind == "trigger"] == [trigger]


def test_what_the_code_does_with_the_rows_decides_place_by_place():
    unpacked = seen("SELECT * FROM orders", 3, row_uses=(RowUse("unpacked", count=3),))
    by_name = seen("SELECT * FROM orders", 9, row_uses=(RowUse("by-name"),))
    found = of_queries(report(unpacked, by_name))
    assert [(f.name, [place.line for place in f.occurrences]) for f in found] == [
        ("positional-rows", [3]),
        ("star-projection", [9]),
    ]


def test_a_driver_that_prepares_fails_on_open_connections():
    (finding,) = of_queries(report(seen("SELECT * FROM orders", 3, driver="psycopg")))
    assert (finding.name, finding.effect, finding.certainty) == ("cached-plan", Effect.BREAKS, Certainty.POSSIBLE)
    assert finding.folded == ("star-projection",)
    assert finding.reason == "only on connections that executed it more than five times before the change"


def test_asyncpg_prepares_again_outside_a_transaction():
    inside = seen("SELECT * FROM orders", 3, driver="asyncpg", in_transaction=True)
    outside = seen("SELECT * FROM orders", 9, driver="asyncpg")
    found = of_queries(report(inside, outside))
    assert [(f.name, [place.line for place in f.occurrences]) for f in found] == [
        ("cached-plan", [3]),
        ("star-projection", [9]),
    ]


def test_a_driver_that_prepares_does_no_harm_to_named_columns():
    assert of_queries(report(seen("SELECT id FROM orders", 3, driver="sqlalchemy+asyncpg"))) == []


def test_what_is_certain_goes_before_what_is_possible():
    use = RowUse("unpacked", count=3)
    (finding,) = of_queries(report(seen("SELECT * FROM orders", 3, driver="psycopg", row_uses=(use,))))
    assert (finding.name, finding.folded) == ("positional-rows", ("cached-plan", "star-projection"))


def test_what_is_only_possible_does_not_hide_another_value():
    last = RowUse("indexed", indexes=(-1,))
    found = of_queries(report(seen("SELECT * FROM orders", 3, driver="psycopg", row_uses=(last,))))
    assert [(f.name, f.effect, f.certainty, f.folded) for f in found] == [
        ("cached-plan", Effect.BREAKS, Certainty.POSSIBLE, ()),
        ("positional-rows", Effect.CHANGES_RESULTS, Certainty.CERTAIN, ("star-projection",)),
    ]


def test_what_breaks_for_sure_stands_for_another_value():
    uses = (RowUse("unpacked", count=3), RowUse("indexed", indexes=(-1,)))
    found = of_queries(report(seen("SELECT * FROM orders", 3, row_uses=uses)))
    assert [(f.name, f.effect) for f in found] == [("positional-rows", Effect.BREAKS)]


def test_a_mapped_model_says_who_fails_and_who_sends_the_column_out():
    sends = RowUse("serialised", location=Location("api.py", 8), into="OrderSerializer")
    mapped = replace(
        seen("SELECT id, customer_id, total FROM orders", 12, row_uses=(sends,)),
        source="python_model",
        executes="model",
    )
    (finding,) = [f for f in report(mapped, column="status text NOT NULL").findings if f.name == "mapped-model"]
    assert "Its INSERTs fail once the column is there" in finding.message
    assert "OrderSerializer (api.py:8) takes all its fields: status is sent out too" in finding.message
    assert finding.help.startswith("Give status a default in the database first")
    (finding,) = [f for f in report(replace(mapped, row_uses=())).findings if f.name == "mapped-model"]
    assert "INSERTs" not in finding.message
    assert "a.py:12" in finding.help


ROW_CLASS = RowUse("splatted", 3, into="Order", fields=("id", "customer_id", "total"), declared=Location("a.py", 7))


def test_a_class_that_holds_rows_needs_the_column_once():
    first = seen("SELECT id, customer_id, total FROM orders", 3, row_uses=(ROW_CLASS,))
    second = seen("SELECT id, customer_id, total FROM orders WHERE id = 1", 9, row_uses=(ROW_CLASS,))
    (finding,) = of_classes(report(first, second))
    assert (finding.effect, finding.occurrences) == (Effect.NEEDS_UPDATE, (Location("a.py", 7),))
    assert finding.help == "Add `status: str | None = None` to class Order at a.py:7."


def test_a_class_of_a_few_columns_need_not_learn_it():
    few = replace(ROW_CLASS, fields=("id", "total"))
    assert of_classes(report(seen("SELECT id, total FROM orders", 3, row_uses=(few,)))) == []


def test_a_class_that_has_the_field_knows_it():
    knows = replace(ROW_CLASS, fields=(*ROW_CLASS.fields, "status"))
    assert of_classes(report(seen("SELECT id, total FROM orders", 3, row_uses=(knows,)))) == []


def test_what_a_mapper_lists_is_for_the_model_to_learn():
    ddl = "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, total integer, note text, day date);"
    wide = scanner.Schema.from_ddl(ddl, "postgres:15", name="shop")
    by_hand = seen("INSERT INTO orders (id, customer_id, total, note, day) VALUES (%s, %s, %s, %s, %s)", 3)
    by_mapper = seen(
        "INSERT INTO orders (total, customer_id, id, day, note) VALUES (%s, %s, %s, %s, %s)", 9, mapper=True
    )
    (finding,) = of_queries(report(by_hand, by_mapper, schema=wide))
    assert finding.name == "listed-columns"
    assert of_queries(report(by_mapper, schema=wide)) == []


def test_lesser_findings_of_a_statement_are_named_under_the_worst():
    found = report(
        seen("SELECT o.*, region FROM orders o JOIN customers c ON c.id = o.customer_id"),
        column="region text",
    )
    (finding,) = of_queries(found)
    assert (finding.name, finding.folded) == ("ambiguous-column", ("star-projection",))


def test_a_mapped_model_needs_the_column_and_is_no_query():
    model = Observation(
        "python_model",
        "SELECT id, total FROM orders",
        database="shop",
        services=("billing",),
        location=Location("m.py", 4, 0, "Order"),
    )
    found = report(model)
    assert found.queries == ()
    (finding,) = [f for f in found.findings if f.subject.kind == "model"]
    assert (finding.effect, finding.subject.name, finding.services) == (
        Effect.NEEDS_UPDATE,
        "Order",
        ("billing",),
    )


def test_two_models_of_one_name_are_two():
    def names(*places: tuple[str, str]) -> list[str]:
        models = (
            Observation("python_model", "SELECT id, total FROM orders", "shop", location=Location(path, 4, 0, name))
            for path, name in places
        )
        return [f.subject.name for f in report(*models).findings if f.subject.kind == "model"]

    assert set(names(("shop/models.py", "Order"), ("bills/models.py", "Order"), ("bills/models.py", "Bill"))) == {
        "Order at shop/models.py:4",
        "Order at bills/models.py:4",
        "Bill",
    }


def test_a_reflected_table_learns_the_column_by_itself():
    table = replace(seen("SELECT orders.* FROM orders", 5), source="python_model", executes="model")
    assert [f for f in report(table, column="status text NOT NULL").findings if f.subject.kind == "model"] == []


def test_a_view_that_froze_its_columns_needs_to_be_made_again():
    (finding,) = [f for f in report().findings if f.subject.kind == "view"]
    assert finding.subject.name == "open_orders"


@pytest.mark.parametrize("sql", ["SELECT FROM WHERE orders (", "VACUUM orders orders", "HANDLER orders OPEN"])
def test_what_cannot_be_read_and_names_the_table_is_unresolved(sql):
    found = report(seen(sql))
    assert [u.query.sql for u in found.unresolved] == [q.sql for q in found.queries]
    assert len(found.unresolved) == 1


def test_what_cannot_be_read_and_does_not_name_it_is_not_in_the_report():
    assert report(seen("SELECT FROM WHERE customers (")).queries == ()


def test_a_statement_whose_table_is_made_at_run_time_is_a_blind_spot():
    found = report(seen("SELECT id FROM __hole_1__ WHERE id = 1", 7))
    assert found.queries == ()
    (spot,) = found.blind_spots
    assert "1 statement names the table only at run time" in spot.message
    assert "a.py:7" in spot.message


def test_a_blind_spot_names_a_place_once():
    found = report(
        seen("SELECT id FROM __hole_1__", 7), seen("SELECT 1 FROM __hole_1__", 7), seen("SELECT 2 FROM __hole_1__")
    )
    (spot,) = found.blind_spots
    assert spot.message.startswith("3 statements name the table only at run time")
    assert spot.message.count("a.py:7") == 1


@pytest.mark.parametrize(
    ("sql", "engine"),
    [
        ("LOCK TABLES orders WRITE, customers AS c READ LOCAL", "mysql:8.0"),
        ("LOCK TABLES `orders` READ", "mariadb:10.11"),
        ("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE", "postgres:15"),
        ("LOCK ONLY orders, customers NOWAIT", "postgres:15"),
    ],
)
def test_a_lock_names_tables_and_depends_on_no_column(sql, engine):
    schema = scanner.Schema.from_ddl(
        "CREATE TABLE orders (id int); CREATE TABLE customers (id int)", engine, name="shop"
    )
    found = report(seen(sql), schema=schema)
    assert (of_queries(found), found.unresolved) == ([], ())


def test_a_part_that_is_made_at_run_time_makes_a_finding_possible_and_nothing_unresolved():
    found = report(seen("SELECT * FROM orders ORDER BY __hole_1__"))
    (finding,) = of_queries(found)
    assert (finding.certainty, finding.reason) == ("possible", "a part of it is built at run time")
    assert report(seen("SELECT id FROM orders ORDER BY __hole_1__")).unresolved == ()
    assert report(seen("SELECT id FROM orders ORDER BY total __hole_1__, id __hole_1__")).unresolved == ()
    assert report(seen("SELECT id FROM orders WHERE total > 1 __hole_1__")).unresolved == ()
    (joined,) = report(seen("SELECT o.id FROM orders o __hole_1__ WHERE o.id = 1")).unresolved
    assert joined.why.detail == "a part of it is built at run time, and it does not parse without"


def test_a_column_that_is_there_already_changes_nothing():
    assert report(seen("SELECT * FROM orders"), column="IF NOT EXISTS total text").findings == ()


def test_a_declared_consumer_of_the_table_is_named():
    consumers = (Consumer("stream", "cdc", ("ord*",)), Consumer("other", "bi", ("customers",)))
    found = report(evidence=Evidence(consumers=consumers))
    assert [c.name for c in found.consumers] == ["stream"]


_STATEMENTS = st.sampled_from(
    [
        "SELECT * FROM orders",
        "SELECT id FROM orders",
        "SELECT region FROM orders JOIN customers ON customers.id = customer_id",
        "SELECT * FROM open_orders",
        "INSERT INTO orders VALUES (1, 2, 3)",
        "INSERT INTO customers VALUES (1)",
        "SELECT broken FROM (orders",
        "SELECT * FROM nowhere",
        "DELETE FROM customers",
        "SELECT row_to_json(o) FROM orders o",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_STATEMENTS, max_size=12), st.sampled_from(["status text", "region text", "name text NOT NULL"]))
def test_nothing_is_lost_and_nothing_is_told_twice(statements, column):
    found = report(*(seen(sql, line) for line, sql in enumerate(statements, 1)), column=column)
    groups = [
        {f.subject.name for f in of_queries(found)},
        {q.fingerprint for q in found.unaffected},
        {u.query.fingerprint for u in found.unresolved},
    ]
    assert sum(map(len, groups)) == len(set().union(*groups)) == len(found.queries)
    reaching = {sql for sql in statements if "orders" in sql or sql.startswith("INSERT INTO customers")}
    assert len(found.queries) >= len(reaching)
    assert len(found.queries) <= len(reaching | {sql for sql in statements if sql == "DELETE FROM customers"})


def test_code_that_is_ahead_of_the_schema_is_told_and_has_no_finding():
    """It fails today, so nobody has results or rows of it that could become others."""
    sql = ("SELECT id, status FROM orders", "SELECT DISTINCT * FROM orders WHERE status = 'new'")
    found = report(seen(sql[0], 7), seen(sql[1], 3, row_uses=(RowUse("unpacked", 2),)))
    assert (of_queries(found), len(found.unaffected), found.unresolved) == ([], 2, ())
    earlier, spot = found.blind_spots
    assert earlier.message.startswith("The code knows status already: what runs until it is deployed is not judged")
    assert spot.message == "2 statements fail until status is there, for the code names it already: a.py:3, a.py:7"


def test_code_that_fails_before_and_after_has_no_finding():
    (unresolved,) = report(seen("SELECT DISTINCT * FROM orders WHERE elsewhere = 1")).unresolved
    assert unresolved.why.reason == "does not run today"


def test_a_model_that_knows_the_column_has_nothing_to_learn():
    def model(columns: str) -> list[str]:
        sql = f"SELECT {columns} FROM orders"
        found = report(replace(seen(sql, executes="model"), source="python_model"))
        return [finding.message for finding in found.findings if finding.subject.kind == "model"]

    assert model("orders.id, orders.status") == []
    assert model("orders.id, orders.total")[0].startswith("The Table at a.py:1 maps orders and does not know status")
