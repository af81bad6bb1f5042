"""What functions come to does not depend on which was evaluated first: nothing else makes it true to keep it."""

from __future__ import annotations

import random
from itertools import permutations
from pathlib import Path

import pytest

from scanner.collect.python import collect, linking
from scanner.collect.python.alone import run_function
from scanner.collect.python.blocks import Block
from scanner.collect.python.frames import World
from scanner.model import Observation

FIXTURES = Path(__file__).parents[3] / "fixtures"
_BLOCKS = linking._blocks
CIRCLES = {
    "a.py": """
from b import Second

class First:
    def __init__(self, cursor):
        self.second = Second(self)
        self.table = "orders"

    def run(self, name):
        rows = self.second.run(self.table)
        self.seen = rows
        return rows or self.again(name)

    def again(self, name):
        return self.run(name)
""",
    "b.py": """
class Second:
    def __init__(self, first):
        self.first = first
        self.where = " WHERE id = 1"

    def run(self, table):
        cursor.execute("SELECT id, total FROM " + table + self.where)
        for number, total in cursor.fetchall():
            self.first.run(table)
        return cursor.fetchall()

    def all(self):
        for number, total, status in self.first.seen:
            self.run(self.first.table)
        return self.first.again("carts")
""",
}
# As many calls as are followed, with a lambda below the last of them, and fewer.
DEEP = {
    "a.py": """
TABLE = "orders"

def far(cursor):
    return first(cursor, TABLE)

def near(cursor):
    return totals(cursor, TABLE)

def first(cursor, table):
    return second(cursor, table)

def second(cursor, table):
    return third(cursor, table)

def third(cursor, table):
    return fourth(cursor, table)

def fourth(cursor, table):
    return totals(cursor, table)

def totals(cursor, table):
    cursor.execute("SELECT id, total FROM " + table)
    total = lambda row: row.total
    return [total(row) for row in cursor.fetchall()]
""",
}
# Calls with the same arguments, and with others each time, of functions that ask for each other.
AGAIN = {
    "a.py": """
def begin(cursor, table, other):
    rows = repeat(cursor, table, "carts")

def every(cursor, table, other):
    cursor.execute("SELECT id, total FROM " + table)
    return cursor.fetchall()

def middle(cursor, table, other):
    rows = begin(cursor, table, other)
    return every(cursor, table, table)

def repeat(cursor, table, other):
    rows = middle(cursor, table, rows)
    rows = every(cursor, rows, lambda row: row.total)
    rows = repeat(cursor, table, lambda row: row.status)

def up(cursor, where):
    cursor.execute("SELECT id FROM users WHERE " + where)
    return down(cursor, where) or down(cursor, where + " AND id = 1")

def down(cursor, where):
    return up(cursor, where) or up(cursor, where + " AND id = 2") or middle(cursor, where, cursor)
""",
}
PROGRAMS = {"circles": CIRCLES, "deep": DEEP, "again": AGAIN}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("root", ["python", "shop", *PROGRAMS])
def test_in_any_order(root: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, program in PROGRAMS.get(root, {}).items():
        (tmp_path / name).write_text(program)
    folder = tmp_path if root in PROGRAMS else FIXTURES / root
    expected = list(map(repr, collect(folder)))
    evaluated = []

    def shuffled(world: World, *given: object) -> dict[str, Block]:
        functions = [each for outcome in world.modules.values() for each in outcome.inside.values()]
        random.Random(seed).shuffle(functions)
        evaluated.extend(run_function(each) for each in functions)
        return _BLOCKS(world, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(linking, "_blocks", shuffled)
    assert list(map(repr, collect(folder))) == expected
    assert len(evaluated) >= 3


def test_in_a_circle_every_function_knows_what_its_first_comes_to(tmp_path: Path) -> None:
    (tmp_path / "locks.py").write_text(
        "class Lock:\n"
        "    def __init__(self, cursor):\n"
        "        self.table = 'locks'\n"
        "        self.last = self.release()\n\n"
        "    def release(self):\n"
        "        cursor.execute('SELECT id FROM ' + self.table)\n"
        "        return cursor.fetchall()\n"
    )
    assert "SELECT id FROM locks" in [each.sql for each in collect(tmp_path) if isinstance(each, Observation)]


# Each of the three is related to the next, which is known by its keys alone while the first is read.
_IN_A_CIRCLE = {
    "sqlalchemy": (
        """
from sqlalchemy import orm, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
from base import Base
from {second} import Club
from {third} import Place

class Member(Base):
    __tablename__ = "members"
    number: Mapped[int] = mapped_column(primary_key=True)
    clubs: Mapped[list[Club]] = orm.relationship(secondary=Place.__table__, back_populates="members")

def clubs_of(member: Member):
    return len(member.clubs)
""",
        """
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column
from base import Base
from {third} import Place

class Club(Base):
    __tablename__ = "clubs"
    code: Mapped[int] = mapped_column(primary_key=True)
    members: Mapped[list["Member"]] = orm.relationship(secondary=Place.__table__, back_populates="clubs")
    places: Mapped[list["Place"]] = orm.relationship(back_populates="club")

def members_of(club: Club):
    return len(club.members)
""",
        """
from sqlalchemy import orm, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
from base import Base

class Place(Base):
    __tablename__ = "places"
    member_number: Mapped[int] = mapped_column(ForeignKey("members.number"), primary_key=True)
    club_code: Mapped[int] = mapped_column(ForeignKey("clubs.code"), primary_key=True)
    club: Mapped["Club"] = orm.relationship(back_populates="places")
    member: Mapped["Member"] = orm.relationship("Member")
""",
    ),
    "django": (
        """
from django.db import models
from {second} import Club

class Member(models.Model):
    number = models.IntegerField(primary_key=True)
    first = models.ForeignKey(Club, on_delete=models.CASCADE)

def clubs_of(member: Member):
    return list(Member.objects.filter(first__title="x"))
""",
        """
from django.db import models
from {third} import Place

class Club(models.Model):
    code = models.IntegerField(primary_key=True)
    title = models.TextField()
    place = models.ForeignKey(Place, on_delete=models.CASCADE)

def places():
    return list(Club.objects.filter(place__name="x"))
""",
        """
from django.db import models

class Place(models.Model):
    key = models.TextField(primary_key=True)
    name = models.TextField()
    owner = models.ForeignKey("Member", on_delete=models.CASCADE)

def places_of():
    return list(Place.objects.filter(owner__first__title="x"))
""",
    ),
}


@pytest.mark.parametrize("mapper", _IN_A_CIRCLE)
def test_classes_that_are_related_in_a_circle_are_the_same_in_any_order_of_files(mapper: str, tmp_path: Path) -> None:
    found = set()
    for names in permutations(("a", "b", "c")):
        folder = tmp_path / "".join(names) / "club"
        folder.mkdir(parents=True)
        (folder / "base.py").write_text(
            "from sqlalchemy.orm import DeclarativeBase\n\nclass Base(DeclarativeBase):\n    pass\n"
        )
        for name, source in zip(names, _IN_A_CIRCLE[mapper], strict=True):
            (folder / f"{name}.py").write_text(source.format(second=names[1], third=names[2]))
        found.add(tuple(sorted(each.sql for each in collect(folder) if isinstance(each, Observation))))
    assert len(found) == 1
    assert any("JOIN" in sql or "FROM clubs, places" in sql for sql in found.pop())
