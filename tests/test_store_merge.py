"""Scans of several machines in one: counts are added, in whatever groups, and schemas that differ are said."""

from __future__ import annotations

from pathlib import Path

import pytest

import scanner
from scanner import store
from scanner.cli import run
from scanner.config import load_config
from scanner.errors import StoreError
from scanner.progress import silent
from tests import company
from tests.test_store_update import content, entry

BUILT = "def f(c, cols):\n    c.execute(f'SELECT {cols} FROM users WHERE id = %s', (1,))\n"


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    """One with all sources; one with a longer log and a part of the code; one with other calls."""
    made = []
    for name in "abc":
        config = company.found(tmp_path / name)
        if name == "b":
            (config.parent / "slow.log").write_text("".join(map(entry, range(9))))
            (config.parent / "services/billing/pay.py").write_text(BUILT)
        if name == "c":
            (config.parent / "statements.csv").write_text(
                "query,calls,rolname\nSELECT email FROM users WHERE id = $1,10,analyst\n"
                "SELECT id FROM users WHERE id = $1,4,x\n"
            )
        store.update(load_config(config), tmp_path / f"{name}.db", silent)
        made.append(tmp_path / f"{name}.db")
    return made


def merged(*paths: Path, to: str) -> Path:
    place = paths[0].with_name(to)
    store.merge(paths, place, silent)
    return place


def calls(place: Path) -> dict[str, int | None]:
    return {query.sql: query.calls for database in store.load(place) for query in database.queries}


def test_counts_are_added(three: list[Path]) -> None:
    a, b, c = map(calls, three)
    found = calls(merged(*three, to="all.db"))
    assert set(found) == {*a, *b, *c}
    for sql, number in found.items():
        assert (number or 0) == sum(each.get(sql) or 0 for each in (a, b, c))


def test_in_whatever_groups(three: list[Path]) -> None:
    a, b, c = three
    whole = content(merged(a, b, c, to="all.db"))
    assert content(merged(merged(a, b, to="ab.db"), c, to="left.db")) == whole
    assert content(merged(a, merged(b, c, to="bc.db"), to="right.db")) == whole


def test_one_alone_stays_as_it_is(three: list[Path]) -> None:
    assert content(merged(three[0], to="same.db")) == content(three[0])


def test_code_of_one_machine_meets_what_another_ran(three: list[Path]) -> None:
    _, b, c = three
    (shop, _) = store.load(merged(b, c, to="all.db"))
    (ran,) = [query for query in shop.queries if query.sql.startswith("SELECT id FROM users")]
    assert [str(o.location) for o in ran.observations if o.built_by] == ["services/billing/pay.py:2"]


def test_schemas_that_differ_are_said(tmp_path: Path, three: list[Path]) -> None:
    config = company.found(tmp_path / "d")
    (config.parent / "stock.sql").write_text("CREATE TABLE shelves (id int PRIMARY KEY, place text);\n")
    store.update(load_config(config), tmp_path / "d.db", silent)
    place = merged(three[0], tmp_path / "d.db", to="all.db")
    shop, stock = store.load(place)
    assert [spot.message for spot in stock.evidence.blind_spots if spot.source == "schema"] == [
        "The merged scans have different schemas: all queries are resolved against that of the first."
    ]
    assert not [spot for spot in shop.evidence.blind_spots if spot.source == "schema"]
    assert stock.schema == store.load(three[0])[1].schema


def test_engines_that_differ_are_refused(tmp_path: Path, three: list[Path]) -> None:
    config = company.found(tmp_path / "d")
    config.write_text(config.read_text().replace("mariadb:10.11", "postgres:16"))
    store.update(load_config(config), tmp_path / "d.db", silent)
    with pytest.raises(StoreError, match=r"stock is mariadb:10\.11 in one of the scans and postgres:16 in another"):
        merged(three[0], tmp_path / "d.db", to="all.db")
    assert not (tmp_path / "all.db").exists()


def test_saved_scans_merge_too(tmp_path: Path, three: list[Path]) -> None:
    scanner.scan(tmp_path / "b" / "scanner.toml").save(tmp_path / "saved.db")
    assert calls(merged(three[0], tmp_path / "saved.db", to="one.db")) == calls(merged(*three[:2], to="two.db"))


def test_the_command(tmp_path: Path, three: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "--merge", *map(str, three), "-o", str(tmp_path / "all.db")]) == 0
    assert "Kept in" in capsys.readouterr().err
    assert run(["scan", "--merge", "-o", str(tmp_path / "all.db")]) == 2
    assert "as in scanner scan --merge a.db b.db -o all.db" in capsys.readouterr().err
    assert run(["scan", "--merge", str(tmp_path / "nothing.db"), "-o", str(tmp_path / "all.db")]) == 2
    assert "could not be read" in capsys.readouterr().err
