"""Which files are parsed and looked into: those that may touch a database, and those that call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.collect.python.facts import read_facts
from scanner.collect.python.files import may_touch_database
from scanner.collect.python.layout import Layout
from scanner.collect.python.readings import Readings
from scanner.collect.python.statements import may_begin_written
from scanner.model import Observation

_STORE = """
class Store:
    def orders_of(self, customer=1):
        self.cursor.execute("SELECT * FROM orders WHERE customer = %s", (customer,))
        return self.cursor.fetchall()
"""
_REPORT = """
def report(store):
    for key, total in store.orders_of(1):
        print(key, total)
"""


@pytest.mark.parametrize(
    "source",
    [
        b'rows = run("""\n    select id\n    from orders""")',
        b'sql = "select " + columns',
        b"sql = 'update ' + table + ' set paid = 1'",
        b'sql = f"update {table} set paid = 1"',
        b'sql = f"""\n  update {table}\n  set paid = 1"""',
        b'sql = "UPDATE " + table',
        b'sql = "(select id"',
        b'sql = """with old as (select id from orders) delete"""',
        b'sql = "with recursive tree(id) as (" + first',
        b'sql = "insert into orders values"',
        b"cursor.execute(statement)",
        b"Order.objects.get(id=1)",
        b"from sqlalchemy import select",
        b"from playhouse.postgres_ext import *",
        b"return Order.select().where(Order.total > 3)",
    ],
)
def test_what_may_touch_a_database(source: bytes) -> None:
    assert may_touch_database(source)


@pytest.mark.parametrize(
    "source",
    [
        b"# You may obtain a copy of the licence, call us or select another.",
        b'"""Select the nodes to update with care."""',
        b"with open(path) as file, lock as held:\n    pass",
        b'raise ValueError("please select at least two")',
        b"def update(call):\n    return copy(call)",
    ],
)
def test_prose_touches_none(source: bytes) -> None:
    assert not may_touch_database(source)


@pytest.mark.parametrize(
    ("source", "is_relevant"),
    [
        ('def f():\n    """Select one of them from the list."""\n', False),
        ('def f():\n    """Adds one."""\n    with open(g()) as file:\n        pass\n', False),
        ('# "call us"\nverbs = ["call", "table"]\n', False),
        ('"""Says SELECT ids."""\nimport copy\n\ndef f(x):\n    return copy.copy(x)\n', False),
        ('"""Says SELECT ids."""\n\ndef f(cursor):\n    return cursor.copy(QUERY)\n', True),
        ('"""Says SELECT ids."""\nQUERY = "select id from orders"\n', True),
        ('def f():\n    """Adds one."""\n    return "select " + g()\n', True),
    ],
)
def test_of_words_alone_the_parsed_file_tells(source: str, is_relevant: bool, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(source)
    facts = read_facts(file, "a.py", always=False)
    assert facts.parsed  # the words are there
    assert facts.relevant is is_relevant
    assert ("g" in facts.asks_for) is ("g()" in source and not is_relevant)


def test_calls_alone_lead_nowhere_where_nothing_stands_that_they_could_run(tmp_path: Path) -> None:
    (tmp_path / "tree.py").write_text("import grid\n\ndef near(tree, x):\n    return tree.query(grid.at(x))\n")
    (tmp_path / "grid.py").write_text("def at(x):\n    return x\n")
    layout = Layout(tmp_path, ["grid.py", "tree.py", "broken.py"])
    readings = Readings(layout, 1_000)
    readings.read()
    assert readings.linked == (("tree.py", "broken.py", "grid.py"), {"near"})  # the file may hold anything
    (tmp_path / "broken.py").write_text("")
    readings = Readings(layout, 1_000)
    readings.read()
    assert readings.linked == ((), frozenset())
    assert not readings.facts("grid.py").parsed


@pytest.mark.parametrize(
    "source",
    [
        "from store import Store\n\ndef f(cursor):\n    for a, b in Store(cursor).all():\n        pass\n",
        "from store import (\n    Store,\n)\n\ndef f(s: Store):\n    for a, b in s.all():\n        pass\n",
        "import store\n\ndef f(cursor):\n    for a, b in store.Store(cursor).all():\n        pass\n",
    ],
)
def test_who_names_a_class_that_works_with_a_database_is_looked_into(source: str, tmp_path: Path) -> None:
    (tmp_path / "store.py").write_text(_STORE.replace("orders_of", "all"))
    (tmp_path / "report.py").write_text(source)
    found = [each for each in collect(tmp_path) if isinstance(each, Observation)]
    assert [use.location.path for each in found for use in each.row_uses if use.location] == ["report.py"]


_SAVING = (
    "from .models import Order\n\n\ndef place(customer):\n    order = Order(customer=customer)\n    order.save()\n"
)
_ADDING = "from models import Order\n\n\ndef place(session):\n    session.add(Order(id=1))\n"


@pytest.mark.parametrize(
    ("models", "user"),
    [
        (
            "from django.db import models\n\n\nclass Order(models.Model):\n    customer = models.TextField()\n",
            _SAVING,
        ),
        (
            "from django.db import models\n\n\nclass Kept(models.Model):\n    made = models.DateField()\n\n"
            "    class Meta:\n        abstract = True\n\n\nclass Order(Kept):\n    pass\n",
            _SAVING,
        ),
        (
            "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\nclass Base(DeclarativeBase):\n"
            "    pass\n\n\nclass Order(Base):\n    __tablename__ = 'orders'\n"
            "    id: Mapped[int] = mapped_column(primary_key=True)\n",
            _ADDING,
        ),
        (
            "from sqlmodel import Field, SQLModel\n\n\nclass Order(SQLModel, table=True):\n"
            "    id: int = Field(primary_key=True)\n",
            _ADDING,
        ),
        (
            "from peewee import CharField, Model\n\n\nclass Order(Model):\n    customer = CharField()\n",
            _SAVING,
        ),
    ],
)
def test_who_names_a_mapped_class_is_looked_into(models: str, user: str, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(models)
    (tmp_path / "orders.py").write_text(user)
    found = [each for each in collect(tmp_path) if isinstance(each, Observation) and each.location]
    places = [(each.location.path, each.sql.split()[0]) for each in found if each.location]
    assert ("orders.py", "INSERT") in places


@pytest.mark.parametrize(
    "source",
    [
        "from pydantic import BaseModel, Field\n\n\nclass Order(BaseModel):\n    id: int = Field(gt=0)\n",
        "from django import forms\n\n\nclass Order(forms.Form):\n    id = forms.CharField()\n",
        "from rest_framework import serializers as s\n\n\nclass Order(s.Serializer):\n    id = s.CharField()\n",
    ],
)
def test_a_class_that_only_looks_like_a_mapped_one_leads_nowhere(source: str, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(source)
    (tmp_path / "store.py").write_text(_STORE + "import models\n")
    (tmp_path / "orders.py").write_text(_ADDING)
    readings = Readings(Layout(tmp_path, ["models.py", "orders.py", "store.py"]), 1_000)
    readings.read()
    assert "models.py" in readings.linked[0]
    assert "orders.py" not in readings.linked[0]


@pytest.mark.parametrize(
    ("head", "call", "is_it"),
    [
        ("def orders_of(self, customer):", "orders_of(1)", True),
        ("def orders_of(self, customer):", "orders_of(customer=1)", True),
        ("def orders_of(self, customer, *, limit=1):", "orders_of(1, limit=2)", True),
        ("@staticmethod\n    def orders_of(customer):", "orders_of(1)", True),
        ("def orders_of(self, customer):", "orders_of()", False),
        ("def orders_of(self, customer):", "orders_of(1, 2)", False),
        ("def orders_of(self, customer):", "orders_of(1, day=2)", False),
        ("@staticmethod\n    def orders_of(customer):", "orders_of(1, 2)", False),
    ],
)
def test_a_method_is_known_by_its_name_where_the_arguments_fit(
    head: str, call: str, is_it: bool, tmp_path: Path
) -> None:
    body = _STORE.replace("def orders_of(self, customer=1):", head).replace("self.cursor", "cursor")
    (tmp_path / "store.py").write_text(body)
    (tmp_path / "report.py").write_text(f"def f(store):\n    for a, b in store.{call}:\n        pass\n")
    found = [each for each in collect(tmp_path) if isinstance(each, Observation)]
    used = [use.location.path for each in found for use in each.row_uses if use.location]
    assert ("report.py" in used) is is_it


def test_who_calls_what_touches_a_database_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / "store.py").write_text(_STORE)
    (tmp_path / "report.py").write_text(_REPORT)
    (tmp_path / "other.py").write_text("def broken(:\n    x.other(1)\n")
    found, *unread = list(collect(tmp_path))[:-1]
    assert isinstance(found, Observation)
    places = [(use.location.path, use.location.line, use.kind, use.count) for use in found.row_uses if use.location]
    assert places == [("report.py", 3, "unpacked", 2)]
    assert not unread  # of a file that has nothing to do with it


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("SELECT ", True),
        ("select id, ", True),
        ("select\n    id, ", True),
        ("update\n    orders\n    set ", True),
        ("\n    UPDATE orders", True),
        ("update ", True),
        ("update orders set ", True),
        ("call purge(", True),
        ("with old as (", True),
        ("WITH ", True),
        (" with ", False),
        (" with key ", False),
        ("update needs nodes", False),
        ("Select the nodes", False),
        ("do not form a clique", False),
        ("exec", False),
        ("select", True),
    ],
)
def test_sentences_begin_no_statement(text: str, begins: bool) -> None:
    assert may_begin_written(text) is begins
