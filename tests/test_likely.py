"""Likely places: files tied to a table by columns that few others name, apart from the answer."""

from __future__ import annotations

from pathlib import Path

import scanner
from scanner.config import config_from_options
from scanner.likely import likely_places, weighed
from scanner.model import LikelyPlace, Looked, TableName
from scanner.render import FORMATS, render

FILES = {
    "schema.sql": "CREATE TABLE checks (id int PRIMARY KEY, name text, grace int, kind text, tz text, badge_key text);"
    "CREATE TABLE tags (id int PRIMARY KEY, name text, colour text);",
    "app/api.py": 'def add(c):\n    c.execute("INSERT INTO checks (name, tz) VALUES (%s, %s)", (1, 2))\n',
    "app/forms.py": "class TimeoutForm:\n    name = Field()\n    grace = 1\n    kind = 2\n    badge_key = 3\n",
    "app/page.html": "<b>{{ check.grace }}</b>\n{{ check.tz }} {{ check.name }}\n",
    "app/page.js": "export const row = ({ grace, kind, badge_key, tz }) => grace + kind;\n",
    "app/badges.py": "def badge(x):\n    return x.badge_key\n",
    "app/all.py": 'def more(c):\n    return c.execute("SELECT id, name, grace, kind, tz, badge_key FROM checks")\n',
    "app/tests/test_forms.py": "name = grace = kind = tz = badge_key = 1\n",
    "app/migrations/0001.py": "name = grace = kind = tz = badge_key = 1\n",
    "app/old_migrations/0001.py": "name = grace = kind = tz = badge_key = 1\n",
    "app/page.spec.js": "name = grace = kind = tz = badge_key = 1\n",
    **{f"app/other{number}.py": "id = name = colour = tags = 1\n" for number in range(50)},
    "app/names.py": "checks = badge_key\n",
    "app/three.js": "grace = kind = badge_key\n",
}


def scan(tree: Path, sources: tuple[str, ...] = ("python",)) -> scanner.Scan:
    for name, text in FILES.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    found = [(kind, str(tree / "app")) for kind in sources]
    return scanner.scan(config_from_options("postgres:15", [str(tree / "schema.sql")], sources=found))


def likely(found: scanner.Scan) -> tuple[LikelyPlace, ...]:
    return found.impact("ALTER TABLE checks ADD COLUMN status text").report.likely_places


def test_writers_and_files_that_speak_of_its_columns_are_likely_and_others_are_not(tmp_path: Path) -> None:
    said = [(str(place.location), place.text) for place in likely(scan(tmp_path))]
    assert said == [
        ("page.html:2", "names 3 columns of checks, and the table itself: tz, grace, name"),
        ("api.py:2", "writes rows and names 2 columns of checks, and the table itself: tz, name"),
        ("names.py:1", "names 1 column of checks, and the table itself: badge_key"),
        ("page.js:1", "names 4 columns of checks: kind, tz, grace, badge_key"),
        ("forms.py:4", "names 4 columns of checks: kind, grace, badge_key, name"),
    ]


def test_a_file_counts_beside_the_one_that_is_tied_to_the_table_most_closely() -> None:
    columns = [f"c{number}" for number in range(30)]
    named = {"model.py": 30, "form.py": 8, "other.py": 2}
    files = [Looked(path, (), dict.fromkeys(columns[:many], 1), {"checks": 1}) for path, many in named.items()]
    for tables in ({"checks": columns}, {"checks": columns, "checks_2026": columns}):  # a partition is no other table
        found = [place for places in weighed(files, tables) for place in places]
        assert min(place.weight for place in found if place.table == "checks") > 0.5
        said = likely_places(found, [TableName(None, "checks")], (), ("model.py",))
        assert [place.location.path for place in said] == ["form.py"]


def test_a_column_that_other_tables_have_ties_a_file_less() -> None:
    files = [Looked("a.py", (), {"grace": 1}, {"checks": 1}), Looked("b.py", (), {"kind": 1}, {"checks": 1})]
    tables = {"checks": ["grace", "kind"], "tags": ["kind"], "flips": ["kind", "at"]}
    weights = {p.location.path: p.weight for places in weighed(files, tables) for p in places if p.table == "checks"}
    assert weights["a.py"] > weights["b.py"]


def test_a_file_that_a_finding_names_is_not_named_again(tmp_path: Path) -> None:
    report = scan(tmp_path).impact("ALTER TABLE checks ADD COLUMN status text").report
    (listed,) = report.findings
    assert listed.name == "listed-columns"
    assert [str(o.location) for q in report.queries if q.fingerprint == listed.subject.name for o in q.located] == [
        "all.py:2"
    ]
    assert "all.py" not in {place.location.path for place in report.likely_places}


def test_two_sources_of_one_tree_count_each_file_once(tmp_path: Path) -> None:
    assert likely(scan(tmp_path, ("python", "sql_files"))) == likely(scan(tmp_path))


def test_a_kept_scan_knows_them(tmp_path: Path) -> None:
    scan(tmp_path).save(tmp_path / "scan.db")
    assert likely(scanner.load(tmp_path / "scan.db")) == likely(scan(tmp_path))


def test_every_format_but_the_table_and_the_picture_lists_them(tmp_path: Path) -> None:
    found = scan(tmp_path).impact("ALTER TABLE checks ADD COLUMN status text").report
    for suffix in set(FORMATS) - {".csv", ".svg"}:
        assert "forms.py" in render(found, suffix), suffix
