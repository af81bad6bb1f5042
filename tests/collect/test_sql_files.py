"""Statements of .sql files, with their places."""

from __future__ import annotations

import pytest

from scanner.collect.sql_files import collect
from scanner.model import BlindSpot, Coverage, Observation, Unread

SCRIPT = """\
-- a report
\\set limit 10
CREATE TABLE scratch (a int);

SELECT id
  FROM orders WHERE note = ';';
-- name: add_order!
INSERT INTO orders (id) VALUES (:id);
CREATE VIEW open_orders AS SELECT * FROM orders;
"""


def found(path, kind=Observation, family="postgres"):
    return [item for item in collect(path, family=family, database="shop") if isinstance(item, kind)]


def test_statements_have_the_line_of_their_first_token(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "daily.sql").write_text(SCRIPT)
    places = [(str(o.location), o.sql.split()[0], o.location.function) for o in found(tmp_path)]
    assert places == [
        ("reports/daily.sql:5", "SELECT", None),
        ("reports/daily.sql:8", "INSERT", "add_order"),
        ("reports/daily.sql:9", "CREATE", None),
    ]


def test_what_runs_no_query_is_counted(tmp_path):
    (tmp_path / "a.sql").write_text(SCRIPT)
    (coverage,) = found(tmp_path, Coverage)
    assert (coverage.entries, coverage.files, coverage.ignored) == (3, 1, 2)


def test_other_files_are_left_alone_and_a_single_file_is_read(tmp_path):
    (tmp_path / "a.txt").write_text("SELECT 1;")
    assert found(tmp_path) == []
    assert len(found(tmp_path / "a.txt")) == 1


@pytest.mark.parametrize(
    "content", [b"SELECT '\xff' FROM orders;", b"\xef\xbb\xbfSELECT 1 FROM orders;", b"SELECT 'open"]
)
def test_odd_bytes_lose_nothing(tmp_path, content):
    (tmp_path / "a.sql").write_bytes(content)
    assert len(found(tmp_path)) == 1
    assert len(found(tmp_path, BlindSpot)) == (b"\xff" in content)


def test_a_damaged_archive_is_named_and_the_others_read(tmp_path):
    (tmp_path / "a.sql.gz").write_bytes(b"\x1f\x8b\x08garbage")
    (tmp_path / "b.sql").write_text("SELECT 1 FROM orders;")
    assert len(found(tmp_path)) == 1
    assert [u.place for u in found(tmp_path, Unread)] == ["a.sql.gz"]
