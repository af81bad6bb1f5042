"""Statements with holes and the whole statements that may have been made of them."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.fingerprint import gather, join_templates
from scanner.model import HOLE_PATTERN, Database, Engine, Hole, Location, Observation, Query

ENGINES = {"postgres": Engine("postgres", (15,)), "mysql": Engine("mysql", (8,))}
KINDS = {"cols": "list", "where": "clause", "order": "clause", "table": "identifier", "year": "identifier"}


def built(sql: str, path: str = "app/search.py", service: str | None = None, **kinds: str) -> Observation:
    """As the source has it: `{name}` is a hole."""
    names = list(dict.fromkeys(re.findall(r"\{(\w+)\}", sql)))
    markers = {name: f"__hole_{number}__" for number, name in enumerate(names, 1)}
    text = re.sub(r"\{(\w+)\}", lambda found: markers[found[1]], sql)
    known = KINDS | kinds
    holes = tuple(Hole(markers[name], name, known.get(name, "unknown")) for name in names)  # type: ignore[arg-type]
    return Observation("python", text, "shop", (service,) if service else (), location=Location(path, 88), holes=holes)


def ran(sql: str, service: str | None = None) -> Observation:
    return Observation("pg_stat_statements", sql, "shop", (service,) if service else (), calls=7)


def joined(*observations: Observation, family: str = "postgres") -> list[Query]:
    databases = {"shop": Database("shop", ENGINES[family])}
    return join_templates(gather(observations, databases), databases)


def origins(*observations: Observation, family: str = "postgres") -> list[str]:
    """Where the statements that ran may have been built."""
    found = joined(*observations, family=family)
    return [o.location.path for query in found if query.calls for o in query.observations if o.built_by and o.location]


@pytest.mark.parametrize("family", ENGINES)
@pytest.mark.parametrize(
    ("template", "statement"),
    [
        ("SELECT {cols} FROM orders WHERE order_id = %s", "SELECT total, note FROM orders WHERE order_id = 5"),
        ("SELECT {cols} FROM orders WHERE order_id = %s", "select count(*), max(total) from orders where order_id = 5"),
        ("SELECT * FROM orders WHERE paid {where}", "SELECT * FROM orders WHERE paid"),
        ("SELECT * FROM orders WHERE paid {where}", "SELECT * FROM orders WHERE paid AND total > 5 AND (a OR b)"),
        ("SELECT * FROM orders ORDER BY {order}", "SELECT * FROM orders ORDER BY placed_at DESC, order_id LIMIT 5"),
        ("SELECT id FROM orders_{year} WHERE id = %s", "SELECT id FROM orders_2024 WHERE id = 5"),
        (
            "SELECT o.id FROM {table} p JOIN orders o USING (id)",
            "SELECT o.id FROM sales.parts p JOIN orders o USING (id)",
        ),
        ("INSERT INTO orders ({cols}) VALUES ({values})", "INSERT INTO orders (a, b, c) VALUES (1, 'x', now())"),
        ("UPDATE orders SET {cols} WHERE order_id = %s", "UPDATE orders SET a = 1, b = b + 1 WHERE order_id = 5"),
    ],
)
def test_a_statement_is_made_of_its_template(family: str, template: str, statement: str) -> None:
    assert origins(built(template), ran(statement), family=family) == ["app/search.py"]


@pytest.mark.parametrize(
    ("template", "statement"),
    [
        ("SELECT {cols} FROM orders WHERE order_id = %s", "SELECT total FROM orders WHERE customer_id = 5"),
        ("SELECT {cols} FROM orders WHERE order_id = %s", "SELECT total FROM orders WHERE order_id = 5 LIMIT 1"),
        (
            "SELECT {cols} FROM orders WHERE order_id = %s",
            "SELECT a FROM x UNION SELECT b FROM orders WHERE order_id = 5",
        ),
        ("SELECT * FROM orders WHERE paid {where}", "SELECT * FROM orders WHERE shipped"),
        ("SELECT * FROM (SELECT * FROM orders {where}) t", "SELECT * FROM (SELECT * FROM orders) u, (SELECT 1) t"),
        ("SELECT o.id FROM {table} p JOIN orders o USING (id)", "SELECT o.id FROM a x, b p JOIN orders o USING (id)"),
        ("SELECT id FROM orders_{year} WHERE id = %s", "SELECT id FROM orders WHERE id = 5"),
        ("INSERT INTO orders ({cols}) VALUES ({values})", "INSERT INTO orders (a) SELECT b FROM parts"),
    ],
)
def test_another_statement_is_not(template: str, statement: str) -> None:
    assert origins(built(template), ran(statement)) == []


@pytest.mark.parametrize(
    "template",
    ["SELECT {cols}", "SELECT {cols} FROM {table}", "SELECT {cols} FROM {table} WHERE id = %s", "{verb} FROM orders"],
)
def test_a_template_that_tells_nothing_is_never_joined(template: str) -> None:
    statements = ("SELECT 1", "SELECT a FROM orders", "SELECT a FROM orders WHERE id = 5", "DELETE FROM orders")
    assert origins(built(template), *map(ran, statements)) == []


def test_all_templates_that_fit_are_shown() -> None:
    one = built("SELECT {cols} FROM orders WHERE order_id = %s", "app/a.py")
    two = built("SELECT total FROM orders WHERE {where}", "app/b.py")
    assert sorted(origins(one, two, ran("SELECT total FROM orders WHERE order_id = 5"))) == ["app/a.py", "app/b.py"]


def test_the_service_that_ran_it_comes_before_others() -> None:
    one = built("SELECT {cols} FROM orders WHERE order_id = %s", "app/a.py", "billing")
    two = built("SELECT total FROM orders WHERE {where}", "app/b.py", "catalog")
    assert origins(one, two, ran("SELECT total FROM orders WHERE order_id = 5", "catalog")) == ["app/b.py"]


def test_a_statement_with_a_place_of_its_own_was_not_built_elsewhere() -> None:
    text = "SELECT total FROM orders WHERE order_id = 5"
    assert origins(built("SELECT {cols} FROM orders WHERE order_id = %s"), built(text, "app/own.py"), ran(text)) == []


def test_nothing_is_lost_and_nothing_counted_twice() -> None:
    seen = [
        built("SELECT {cols} FROM orders WHERE order_id = %s"),
        ran("SELECT a FROM orders WHERE order_id = 5"),
        ran("SELECT b FROM orders WHERE order_id = 5"),
    ]
    databases = {"shop": Database("shop", ENGINES["postgres"])}
    before, after = gather(seen, databases), joined(*seen)
    assert [query.fingerprint for query in after] == [query.fingerprint for query in before]
    assert [query.calls for query in after] == [query.calls for query in before] == [7, 7, None]


_WORDS = st.sampled_from(("total", "note", "placed_at", "customer_id"))
_LISTS = st.lists(_WORDS, min_size=1, max_size=4).map(", ".join)
_CLAUSES = st.sampled_from(("", "AND a = 5", "AND (b = 'x' OR c IS NULL)", "AND d IN (SELECT e FROM f WHERE g > 1)"))
_FILLED = {
    "cols": _LISTS | st.just("count(*), coalesce(max(total), 0)"),
    "where": _CLAUSES,
    "order": st.builds("{} {}".format, _WORDS, st.sampled_from(("", "DESC", "ASC LIMIT 5"))),
    "table": st.sampled_from(("orders", "shop.orders", '"Orders"')),
    "year": st.integers(2000, 2030).map(str),
    "number": st.sampled_from(("5", "NULL", "'x'", "-1.5")),
}
_TEMPLATES = st.sampled_from(
    (
        "SELECT {cols} FROM orders WHERE x = {number} {where}",
        "SELECT {cols} FROM orders_{year} o JOIN {table} t ON t.id = o.id WHERE paid {where} ORDER BY {order}",
        "SELECT id, {cols} FROM orders WHERE x IN ({number}, %s) {where} ORDER BY {order}",
        "INSERT INTO orders (id, {cols}) SELECT id, {cols} FROM {table} WHERE paid {where}",
        "UPDATE orders SET note = {number} WHERE id = %s {where} RETURNING {cols}",
        "DELETE FROM orders_{year} WHERE id = {number} {where}",
        "WITH recent AS (SELECT {cols} FROM orders WHERE paid {where}) SELECT * FROM recent ORDER BY {order}",
    )
)


@settings(max_examples=150, deadline=None)
@given(template=_TEMPLATES, data=st.data(), family=st.sampled_from(sorted(ENGINES)))
def test_a_template_matches_whatever_it_is_filled_with(template: str, data: st.DataObject, family: str) -> None:
    filled = {name: data.draw(strategy, label=name) for name, strategy in _FILLED.items()}
    if family == "mysql":
        filled["table"] = filled["table"].replace('"', "`")
    statement = template.replace("%s", "5").format(**filled)
    assert not re.search(HOLE_PATTERN, statement)
    assert origins(built(template, number="value"), ran(statement), family=family) == ["app/search.py"], statement


def test_many_templates_and_many_statements_stay_in_seconds() -> None:
    templates = [built(f"SELECT {{cols}} FROM t{n % 40} WHERE c{n} = %s {{where}}", f"a{n}.py") for n in range(1_000)]
    statements = [ran(f"SELECT a, b FROM t{n % 40} WHERE c{n} = 5 AND d = 6") for n in range(5_000)]
    databases = {"shop": Database("shop", ENGINES["postgres"])}
    queries = gather([*templates, *statements], databases)
    began = time.perf_counter()
    found = join_templates(queries, databases)
    assert time.perf_counter() - began < 3
    assert sum(any(o.built_by for o in query.observations) for query in found) == 1_000
