"""Source that would cost more than there is: read in bounded time, or named."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.model import Collected, Observation, Unread

_RUN = "\ndef run(c):\n    c.execute(x)\n"
_DOUBLED = {
    "lists": ('["SELECT 1 FROM t"]', "{0} + {0}"),
    "tuples": ('("SELECT 1 FROM t",)', "({0}, {0})"),
    "dicts": ('{"a": "SELECT 1 FROM t"}', '{{"a": {0}, "b": {0}}}'),
    "texts": ('"SELECT 1 FROM t "', "{0} + {0}"),
    "percent": ('"SELECT 1 FROM t "', '"%s%s" % ({0}, {0})'),
    "format": ('"SELECT 1 FROM t "', '"{{}}{{}}".format({0}, {0})'),
    "f-strings": ('"SELECT 1 FROM t "', 'f"{{{0}}}{{{0}}}"'),
    "joins": ('"SELECT 1 FROM t "', '",".join([{0}, {0}])'),
    "replaced": ('"SELECT 1 FROM t "', '{0}.replace("1", "1, 1")'),
}
_DJANGO = """from django.db.models import Case, Exists, F, IntegerField, Model, Q, When
class Order(Model):
    total = IntegerField()
"""
_SQLALCHEMY = """from sqlalchemy import Column, Integer, and_, select
from sqlalchemy.orm import declarative_base
class Order(declarative_base()):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
"""
# What a mapper makes, put into itself sixty times: what it begins as, what is made of it, what is asked with it.
_MAPPED = {
    "conditions": (_DJANGO, "Q(total=1)", "x | x", "Order.objects.filter(x)"),
    "querysets": (_DJANGO, "Order.objects.filter(total=1)", "x | x", "x"),
    "unions": (_DJANGO, "Order.objects.filter(total=1)", "x.union(x)", "x"),
    "arithmetic": (_DJANGO, "F('total')", "x + x", "Order.objects.filter(total=x)"),
    "cases": (_DJANGO, "F('total')", "Case(When(total=1, then=x), default=x)", "Order.objects.annotate(y=x)"),
    "subqueries": (_DJANGO, "Order.objects.all()", "Order.objects.filter(Exists(x), Exists(x))", "x"),
    "annotations": (_DJANGO, "Order.objects.annotate(y=F('total'))", "x.annotate(y=F('y') + F('y'))", "x"),
    "and_": (_SQLALCHEMY, "Order.id == 1", "and_(x, x)", "select(Order).where(x)"),
    "sums": (_SQLALCHEMY, "Order.id", "x + x", "select(Order).where(x == 1)"),
    "union_all": (_SQLALCHEMY, "select(Order.id)", "x.union_all(x)", "x"),
    "in_": (_SQLALCHEMY, "Order.id", "x.in_(select(Order.id).where(x == 1, x == 2))", "select(Order).where(x)"),
    "subquery": (
        _SQLALCHEMY,
        "select(Order.id).subquery()",
        "select(x.c.id).join(x.alias(), x.c.id == 1).subquery()",
        "select(x)",
    ),
}
_UNREAD = {
    "10 MB": 'x = "SELECT ' + "a, " * 3_300_000 + 'b FROM t"' + _RUN,
    "parentheses": "x = " + "(" * 3000 + '"SELECT 1 FROM t"' + ")" * 3000,
    "concatenated": "x = " + " + ".join(['"SELECT 1 FROM t"'] * 5000) + _RUN,
    "100,000 items": "x = [" + '"SELECT 1 FROM t", ' * 100_000 + "]" + _RUN,
    "methods": "def f(q):\n    q.objects" + ".filter(a=1)" * 2000 + ".all()\n",
    "functions": "".join(" " * n + f"def f{n}(c):\n" for n in range(1000)) + " " * 1000 + 'c.execute("SELECT 1")\n',
    "no text": '"SELECT 1 FROM t"\x00',
}
_READ = {
    "4 MB": 'x = "SELECT ' + "a, " * 1_200_000 + 'b FROM t"' + _RUN,
    "added": 'def run(c):\n    s = "SELECT 1 FROM t WHERE 1 "\n' + '    s += "AND 1 "\n' * 5000 + "    c.execute(s)\n",
    "constants": 'a = "SELECT 1 FROM t " + b\nb = a + b\nx = a + b' + _RUN,
    "calls": 'def f(c):\n    c.execute("SELECT 1 FROM t")\n    g(c)\n    g(c)\n\n\ndef g(c):\n    f(c)\n    f(c)\n',
    "branches": 'def run(c, x):\n    s = "SELECT 1 FROM t WHERE 1"\n'
    + "".join(f'    if x[{n}]:\n        s += " AND a{n}"\n' for n in range(300))
    + "    c.execute(s)\n",
    "loops": "def run(c):\n"
    + "".join("    " * (n + 1) + f"for x{n} in [1, 2, 3, 4, 5, 6, 7]:\n" for n in range(25))
    + "    " * 26
    + 'c.execute("SELECT 1 FROM t")\n',
    "loops in displays": "x = " + "[" * 60 + '"SELECT 1 FROM t"' + " for a in [1, 2]]" * 60 + "\n",
    "numbers": 'x = "SELECT 1 FROM t" * 9999999999\ny = [x][' + "9" * 5000 + "]" + _RUN,
}


@pytest.mark.parametrize("how", _DOUBLED)
def test_what_is_doubled_sixty_times_is_given_up(tmp_path: Path, how: str) -> None:
    first, more = _DOUBLED[how]
    lines = [f"a0 = {first}", *(f"a{n} = {more.format(f'a{n - 1}')}" for n in range(1, 60)), "x = a59"]
    assert not _unread(_read(tmp_path, "\n".join(lines) + _RUN))


@pytest.mark.parametrize("what", _MAPPED)
def test_what_a_mapper_makes_of_itself_is_bounded(tmp_path: Path, what: str) -> None:
    head, first, more, last = _MAPPED[what]
    body = "".join(f"    x = {line}\n" for line in [first, *[more] * 60])
    found = _read(tmp_path, f"{head}def f(session):\n{body}    return session.execute({last})\n")
    assert max(len(each.sql) for each in found if isinstance(each, Observation)) < 1_000_000


@pytest.mark.parametrize("what", _UNREAD)
def test_what_cannot_be_read_is_named(tmp_path: Path, what: str) -> None:
    (unread,) = _unread(_read(tmp_path, _UNREAD[what]))
    assert unread.place.startswith("x.py")


@pytest.mark.parametrize("what", _READ)
def test_what_can_be_read_is_found(tmp_path: Path, what: str) -> None:
    found = _read(tmp_path, _READ[what])
    assert not _unread(found)
    assert any(isinstance(each, Observation) and "SELECT" in each.sql for each in found)


def _read(folder: Path, source: str) -> list[Collected]:
    (folder / "x.py").write_text(source)
    begun = time.process_time()
    found = list(collect(folder))
    assert time.process_time() - begun < 30
    return found


def _unread(found: list[Collected]) -> list[Unread]:
    return [each for each in found if isinstance(each, Unread)]
