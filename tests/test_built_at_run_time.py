"""Statements that the source builds at run time, and what production ran of them: from files to every report."""

from __future__ import annotations

from pathlib import Path

import pytest

import scanner
from scanner import Change, Schema
from scanner.config import config_from_options
from scanner.model import Certainty, Effect, Report, RowUse
from scanner.render import render
from scanner.render.impact_json import to_dict
from scanner.verdict import prepare

SEARCH = """
def search(cursor, columns, where, values):
    cursor.execute(f"SELECT {columns} FROM orders o WHERE o.total > %s {where}", values)
    for order_id, total in cursor.fetchall():
        print(order_id, total)


def remove(cursor, where):
    cursor.execute(f"DELETE FROM orders WHERE total > 5 AND {where}")
"""
RAN = (
    ("SELECT id, total FROM orders o WHERE o.total > $1 ORDER BY o.id", 40),
    ("SELECT * FROM orders o WHERE o.total > $1 AND o.id = $2", 7),
    ("SELECT count(*) FROM orders", 3),
)
COLUMNS = "id int PRIMARY KEY, total int"


def scan(tree: Path, *ran: tuple[str, int]) -> scanner.Scan:
    (tree / "schema.sql").write_text(f"CREATE TABLE orders ({COLUMNS});")
    (tree / "app").mkdir(exist_ok=True)
    (tree / "app" / "search.py").write_text(SEARCH)
    (tree / "ran.csv").write_text("query,calls\n" + "".join(f'"{sql}",{calls}\n' for sql, calls in ran))
    paths = [str(tree / "app"), *([str(tree / "ran.csv")] if ran else [])]
    return scanner.scan(config_from_options("postgres:15", [str(tree / "schema.sql")], paths=paths))


def impact(found: scanner.Scan) -> Report:
    return found.impact("ALTER TABLE orders ADD COLUMN status text").report


def test_a_dynamic_statement_shows_what_production_ran_of_it(tmp_path: Path) -> None:
    report = impact(scan(tmp_path, *RAN))
    (built,) = report.built
    assert {report.query(each).calls for each in built.statements} == {40, 7}
    assert "{columns}" in built.query.readable()
    (star,) = [f for f in report.findings if f.effect is Effect.CHANGES_SHAPE]
    assert report.query(star.subject.name).calls == 7
    assert star.certainty is Certainty.CERTAIN


def test_what_the_building_code_does_with_the_rows_is_possible(tmp_path: Path) -> None:
    report = impact(scan(tmp_path, *RAN))
    (broken,) = [f for f in report.findings if f.effect is Effect.BREAKS]
    assert report.query(broken.subject.name).calls == 7
    assert broken.certainty is Certainty.POSSIBLE
    assert [str(place) for place in broken.occurrences] == ["search.py:3"]


def test_a_template_that_never_ran_keeps_its_own_answer(tmp_path: Path) -> None:
    report = impact(scan(tmp_path, *RAN))
    deletes = [query for query in report.queries if "DELETE" in query.sql]
    (delete,) = deletes
    assert delete.fingerprint not in {built.query.fingerprint for built in report.built}
    alone = impact(scan(tmp_path))
    assert alone.built == ()
    assert len(alone.queries) == 2


def test_calls_are_counted_once(tmp_path: Path) -> None:
    report = impact(scan(tmp_path, *RAN))
    assert sum(query.calls or 0 for query in report.queries) == 50
    assert len({query.fingerprint for query in report.queries}) == len(report.queries) == 5


def test_a_kept_scan_knows_it_too(tmp_path: Path) -> None:
    scan(tmp_path, *RAN).save(tmp_path / "scan.db")
    assert impact(scanner.load(tmp_path / "scan.db")) == impact(scan(tmp_path, *RAN))


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_the_place_is_marked_as_a_possible_origin(tmp_path: Path, suffix: str) -> None:
    text = render(impact(scan(tmp_path, *RAN)), suffix)
    assert "built at" in text
    assert "search.py:3" in text


def test_programs_are_told(tmp_path: Path) -> None:
    found = to_dict(impact(scan(tmp_path, *RAN)))
    assert found["summary"]["built"] == len(found["built"]) == 1
    places = [place for each in found["findings"] for place in each["locations"]]
    assert {(place["path"], place["line"], place["built"]) for place in places} == {("search.py", 3, True)}
    frame = scan(tmp_path, *RAN).impact("ALTER TABLE orders ADD COLUMN status text").queries
    assert set(frame["built_at"].dropna()) == {"search.py:3"}


def test_more_built_statements_than_are_compared_are_a_blind_spot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = "ALTER TABLE orders ADD COLUMN status text"
    found = scan(tmp_path, *RAN)
    assert not [s for s in found.impact(change).report.blind_spots if "compared with" in s.message]
    monkeypatch.setattr("scanner.named_late.MOST_COMPARED", 1)
    (told,) = [s for s in found.impact(change).report.blind_spots if "compared with" in s.message]
    assert told.message.startswith("2 statements are built with parts that are known only at run time: ")


@pytest.mark.parametrize(
    ("sql", "uses", "expected"),
    [
        ("SELECT __hole_1__ FROM orders", (), ["SC101"]),
        ("SELECT __hole_1__ FROM orders", (RowUse("unpacked", 2),), ["SC103", "SC101"]),
        ("SELECT id, __hole_1__ FROM orders", (RowUse("unpacked", 2),), []),  # a star would have failed today
        ("SELECT __hole_1__ FROM orders GROUP BY __hole_1__", (), []),  # no star stands there
        ("SELECT count(__hole_1__) FROM orders", (), []),
        ("SELECT __hole_1__ FROM orders o JOIN lines l ON l.order_id = o.id", (), ["SC401"]),
        ("SELECT o.id FROM orders o JOIN lines l ON l.order_id = o.id WHERE __hole_1__", (), ["SC401"]),
        ("SELECT o.id FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.id > 1 __hole_1__", (), ["SC401"]),
        ("SELECT o.id FROM orders o JOIN lines l ON l.order_id = o.id ORDER BY __hole_1__", (), ["SC401"]),
        ("SELECT o.id FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.id = __hole_1__", (), []),
        ("SELECT o.id FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.__hole_1__ = 1", (), []),
        ("SELECT l.status FROM orders o JOIN lines l ON l.order_id = o.id ORDER BY __hole_1__", (), []),  # of the list
        ("UPDATE orders SET __hole_1__ FROM lines l WHERE l.order_id = orders.id", (), ["SC401"]),
        ("UPDATE orders SET total = __hole_1__ FROM lines l WHERE l.order_id = orders.id", (), []),  # a value
        ("DELETE FROM orders USING lines l WHERE l.order_id = orders.id AND __hole_1__", (), ["SC401"]),
        ("SELECT id FROM orders WHERE __hole_1__", (), []),
    ],
)
def test_a_part_may_be_a_star_or_use_a_name_that_becomes_ambiguous(
    sql: str, uses: tuple[RowUse, ...], expected: list[str]
) -> None:
    schema = Schema.from_ddl(
        "CREATE TABLE orders (id int PRIMARY KEY, total int); CREATE TABLE lines (order_id int, status text);",
        engine="postgres:15",
    )
    change = Change.parse("ALTER TABLE orders ADD COLUMN status text", engine="postgres:15")
    found = prepare(change, schema).assess(sql, row_uses=uses).findings
    assert [each.rule for each in found] == expected
    assert {each.certainty for each in found} <= {Certainty.POSSIBLE}


def test_names_that_are_joined_one_by_one_are_no_star(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text(f"CREATE TABLE orders ({COLUMNS});")
    text = 'def f(cursor, names):\n    cursor.execute("SELECT " + %s + " FROM orders")\n    return cursor.fetchall()\n'
    for written, expected in (("names", ["SC101"]), ('", ".join(names)', [])):
        (tmp_path / "a.py").write_text(text % written)
        config = config_from_options("postgres:15", [str(tmp_path / "schema.sql")], paths=[str(tmp_path / "a.py")])
        assert [finding.rule for finding in impact(scanner.scan(config)).findings] == expected
