"""What linking costs: what is made of all classes of a project is made once, and not for every function."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.collect.python import alone, collect
from scanner.collect.python.orm import django_many, django_models
from scanner.model import Observation

_MODEL = """
class Order{n}(models.Model):
    customer = models.ForeignKey("Customer", on_delete=models.CASCADE, related_name="orders_{n}")
    tags = models.ManyToManyField("Tag", related_name="tagged_{n}")
"""
_FUNCTION = """
def work_{n}(customer: Customer, tag: Tag):
    class Local:
        pass

    Customer.objects.get(id=1)
    customer.nothing, customer.orders_{n}.all(), tag.tagged_{n}.filter(customer__name="x")
    return customer.orders_{n}.filter(tags__name="x")
"""
_MODELS = 20


def test_relations_of_models_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    for module in (django_many, django_models):
        original = module.related_name
        monkeypatch.setattr(
            module, "related_name", lambda *given, original=original: asked.append(1) or original(*given)
        )
    plain = "class {0}(models.Model):\n    name = models.TextField()\n"
    head = "from django.db import models\n" + plain.format("Customer") + plain.format("Tag")
    (tmp_path / "models.py").write_text(head + "".join(_MODEL.format(n=n) for n in range(_MODELS)))
    functions = "".join(_FUNCTION.format(n=n) for n in range(_MODELS))
    (tmp_path / "work.py").write_text("from models import Customer, Tag\n" + functions)
    found = [repr(each) for each in collect(tmp_path)]
    assert sum("JOIN order" in each or "tag_id" in each for each in found) >= 2 * _MODELS
    assert len(asked) == 2 * _MODELS


def test_a_use_of_rows_is_noted_once_for_all_statements_that_they_may_come_from(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(
        "def work(cursor, old):\n"
        "    cursor.execute('SELECT a FROM t' if old else 'SELECT b FROM t')\n"
        "    return [row[0] for row in cursor]\n"
    )
    first, second = (each for each in collect(tmp_path) if isinstance(each, Observation))
    assert first.row_uses[0] is second.row_uses[0]


def test_methods_that_add_to_a_session_are_evaluated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = []
    original = alone._run
    monkeypatch.setattr(
        alone, "_run", lambda each, outcome: evaluated.append(each.function.name) or original(each, outcome)
    )
    methods = "".join(
        f"    def add_{n}(self, row):\n        self.db.add(row)\n        self.db.execute('SELECT id FROM orders')\n\n"
        for n in range(_MODELS)
    )
    (tmp_path / "service.py").write_text(
        f"class Service:\n    def __init__(self, db):\n        self.db = db\n\n{methods}"
    )
    assert [each.sql for each in collect(tmp_path) if isinstance(each, Observation)] == ["SELECT id FROM orders"] * 20
    assert len(evaluated) == len(set(evaluated)) == _MODELS + 1


def test_a_list_of_a_base_is_changed_by_methods_below(tmp_path: Path) -> None:
    (tmp_path / "tables.py").write_text(
        "class Tables:\n"
        "    def __init__(self):\n"
        "        self.names = ['orders']\n\n"
        "class Own(Tables):\n"
        "    def more(self):\n"
        "        self.names.append('users')\n\n"
        "    def run(self, cursor):\n"
        "        for name in self.names:\n"
        "            cursor.execute('SELECT id FROM ' + name)\n"
    )
    found = [each.sql for each in collect(tmp_path) if isinstance(each, Observation)]
    assert found == ["SELECT id FROM orders", "SELECT id FROM users"]
