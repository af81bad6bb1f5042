"""Which places name a table in a way that could be a query or a model, and which only share a word with it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from scanner.collect.mentions import collect, names_of
from scanner.model import Mention

TABLES = {"orders": ["id", "total"], "sales.order_items": ["sku"], "api_check": ["id", "name"]}
NAMES = names_of(TABLES, {"Order": "orders", "Check": "api_check"})


def found(tree: Path, name: str, text: str) -> list[Mention]:
    (tree / name).write_text(text)
    return mentions(tree)


def mentions(tree: Path) -> list[Mention]:
    return [mention for file in collect(tree, NAMES) for mention in file.mentions]


def said(tree: Path, name: str, text: str) -> list[tuple[str, str]]:
    return [(mention.table, mention.text) for mention in found(tree, name, text)]


@pytest.mark.parametrize(
    ("text", "table", "expected"),
    [
        ('sync.insert_rows("orders", rows)', "orders", "passed to sync.insert_rows()"),
        ('copy(table="orders")', "orders", "named as a table, table"),
        ('TABLE_NAME: str = "sales.order_items"', "sales.order_items", "named as a table, TABLE_NAME"),
        ('class Meta:\n    table = "orders"\n', "orders", "named as a table, table"),
        ('TABLES = ["orders"]', "orders", "named as a table, TABLES"),
        ('TAIL = " FROM orders o WHERE "', "orders", "SQL that reads it"),
        ('x = load("select a from orders")', "orders", "SQL that reads it"),
        ('x = f"INSERT INTO orders {columns}"', "orders", "SQL that writes it"),
        ("rows = tables.orders", "orders", "named as a table"),
        ("class OrderItemSerializer(Serializer): pass", "sales.order_items", "class OrderItemSerializer"),
        ("class CheckForm(forms.ModelForm): pass", "api_check", "class CheckForm"),
        ("class Express(Order): pass", "orders", "class Express"),
        ("class OrderItem(NamedTuple): pass", "sales.order_items", "class OrderItem"),
        ("@admin.register(Check)\nclass Any: pass", "api_check", "admin.register() of Check"),
        ("registry.register_model(Check)", "api_check", "registry.register_model() of Check"),
        ("class Meta:\n    model = Check\n", "api_check", "made for the model Check"),
        ("check = Check(name=name)", "api_check", "makes a Check"),
        ("def serialize_order(order): pass", "orders", "function serialize_order"),
        ("def order_to_dict(order): pass", "orders", "function order_to_dict"),
        ("print(user.orders.total)", "orders", "reads orders.total"),
        ('def f(order):\n    """order: a row of the `orders` table."""\n', "orders", "documented as a table"),
    ],
)
def test_python_that_could_be_a_query_or_a_model(tmp_path: Path, text: str, table: str, expected: str) -> None:
    assert said(tmp_path, "a.py", text) == [(table, expected)]


@pytest.mark.parametrize(
    "text",
    [
        "# SELECT * FROM orders",
        '"""Reads rows FROM orders."""',
        'def f():\n    """INSERT INTO orders."""\n',
        'print("no orders from orders today")',
        'row["orders"]',
        'data = {"orders": 1}',
        'request.args.get("orders")',
        'reverse("orders")',
        "orders = []",
        "user.orders.append(order)",
        "user.orders.other",
        "user.orders.total()",
        "x = 'the `orders` table'",
        "def sort_orders(orders): pass",
        "class Ordering(Enum): pass",
        "isinstance(x, Order)",
        "config.register_cache_keys(Order, keys)",
        "from shop.models import Order",
        "def f(order: Order) -> Order: pass",
        "class Checkout(Page): pass",
    ],
)
def test_python_that_only_shares_a_word(tmp_path: Path, text: str) -> None:
    assert said(tmp_path, "a.py", text) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Repo.java", 'String q = "SELECT id FROM orders WHERE id = ?";', "SQL that reads it"),
        ("Order.java", '@Entity @Table(name = "orders") class Order {}', "named as a table"),
        ("db.go", 'func (Order) TableName() string {\n\treturn "orders"\n}', "named as a table"),
        ("db.go", "db.Exec(`UPDATE orders SET a = 1`)", "SQL that writes it"),
        ("order.rb", 'self.table_name = "orders"', "named as a table"),
        ("Order.php", "protected $table = 'orders';", "named as a table"),
        ("shop.ts", "db.selectFrom('orders').selectAll()", "named as a table"),
        ("schema.prisma", 'model Order { id Int\n @@map("orders") }', "named as a table"),
        ("model.sql", "select * from {{ ref('orders') }}", "named as a table"),
        ("cdc.yaml", "table.include:\n  - orders\n  - users\n", "named as a table"),
        ("cdc.yaml", "source_table: orders", "named as a table"),
        ("mail.html.j2", "{% set q %}SELECT * FROM orders{% endset %}", "SQL that reads it"),
    ],
)
def test_other_languages(tmp_path: Path, name: str, text: str, expected: str) -> None:
    assert said(tmp_path, name, text) == [("orders", expected)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.html", "<p>Remove items from orders, or join orders.</p><select><option>orders</option></select>"),
        ("app.js", "const orders = state.orders; import x from 'orders'; orders.map(render)"),
        ("a.yaml", "orders: 5\nqueue: orders\n"),
        ("schema.sql", "CREATE TABLE orders (id int); ALTER TABLE orders ADD COLUMN x int;"),
        ("README.md", "SELECT * FROM orders"),
        ("app.min.js", 'q="SELECT * FROM orders"'),
    ],
)
def test_other_text_that_is_no_query(tmp_path: Path, name: str, text: str) -> None:
    assert said(tmp_path, name, text) == []


def test_the_likeliest_place_of_a_file_stands_for_it(tmp_path: Path) -> None:
    text = 'TABLE = "orders"\n\n\nclass OrderSchema(Schema):\n    pass\n'
    (mention,) = found(tmp_path, "a.py", text)
    assert (str(mention.location), mention.text, mention.rank) == ("a.py:4", "class OrderSchema", 0)


def test_no_literal_is_in_a_mention(tmp_path: Path) -> None:
    (mention,) = found(tmp_path, "a.py", "x = \"SELECT 1 FROM orders WHERE card = '4111'\"")
    assert "4111" not in str(mention)


def test_hostile_text_costs_little(tmp_path: Path) -> None:
    began = time.perf_counter()
    for text in (
        "'" * 200_000,
        '"' * 200_000,
        "class A(" * 30_000,
        "orders " + "from " * 100_000,
        "from orders " * 30_000,
    ):
        found(tmp_path, "a.py", text)
        found(tmp_path, "a.js", text)
    assert time.perf_counter() - began < 20


def test_a_second_look_finds_the_same_and_sees_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_CACHE_DIR", str(tmp_path / "cache"))
    tree = tmp_path / "tree"
    tree.mkdir()
    first = found(tree, "a.py", "class OrderSchema(Schema): pass")
    found(tree, "b.go", "db.Query(`SELECT id FROM orders`)")
    for file in tree.iterdir():
        os.utime(file, (1_000_000_000, 1_000_000_000))
    once = mentions(tree)
    assert mentions(tree) == once == [*first, *once[1:]]
    assert [path.name.partition("-")[0] for path in (tmp_path / "cache").iterdir()] == ["mentions"]
    assert [mention.location.path for mention in found(tree, "b.go", "nothing")] == ["a.py"]
    (tree / "a.py").unlink()
    assert mentions(tree) == []


@pytest.mark.parametrize("text", ["", "[1]", '{"a.py": 5}', '{"a.py": [1, 2]}', '{"a.py": [1, 2, 3, [[1]], []]}'])
def test_a_damaged_cache_costs_nothing_but_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SCANNER_CACHE_DIR", str(tmp_path / "cache"))
    tree = tmp_path / "tree"
    tree.mkdir()
    found(tree, "a.py", "class OrderSchema(Schema): pass")
    os.utime(tree / "a.py", (1_000_000_000, 1_000_000_000))
    before = mentions(tree)
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_text(text)
    assert mentions(tree) == before


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("app/orders.py", {"id": 2, "total": 1}),
        ("www/orders.spt", {"id": 2, "total": 1}),
        ("app/tests/orders.py", {}),
        ("app/test_orders.py", {}),
        ("app/migrations/0001.py", {}),
        ("app/orders.js", {"id": 2, "total": 1}),
        ("app/orders.html", {"id": 2, "total": 1}),
        ("app/orders.spec.js", {}),
        ("app/__tests__/orders.js", {}),
        ("app/locale/orders.html", {}),
        ("app/orders.yaml", {}),
    ],
)
def test_the_columns_that_a_program_names_with_the_line_of_the_first(
    tmp_path: Path, place: str, expected: dict[str, int]
) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text("subtotal, Total, totals = 1, 2, 3\nid = total\n")
    (looked,) = collect(tmp_path, NAMES)
    assert looked.columns == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\nOrder(1)", 2),
        ("orders\norder", 1),
        ("orderItem = ORDERS", 1),
        ("{{ order.id }}", 1),
        ("reorder, order_by, preorders", None),
        ("border", None),
    ],
)
def test_the_table_that_a_program_names_with_the_line_of_the_first(tmp_path: Path, text: str, line: int | None) -> None:
    (tmp_path / "a.html").write_text(text)
    (looked,) = collect(tmp_path, NAMES)
    assert looked.tables.get("orders") == line


def test_columns_are_known_again_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.py").write_text("sku = id\norder\n")
    os.utime(tmp_path / "tree" / "a.py", (1_000_000_000, 1_000_000_000))
    once = list(collect(tmp_path / "tree", NAMES))
    assert once[0].columns == {"id": 1, "sku": 1}
    assert once[0].tables == {"orders": 2}
    assert list(collect(tmp_path / "tree", NAMES)) == once
