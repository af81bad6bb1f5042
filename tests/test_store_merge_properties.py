"""Merging scans gives what one scan of everything gives, in any order and grouping; digests find their statements."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import store
from scanner.config import load_config
from scanner.model import Hole, Location, Observation
from scanner.scanning import silent
from scanner.store import updating
from tests import company
from tests.test_store_update import content

DIGESTS = "mysql_digests"
FULL = (
    "SELECT id, room FROM shelves WHERE id = 17",
    "SELECT id, room FROM shelves WHERE room = 'north'",
    "SELECT id FROM shelves WHERE room IN (1, 2) ORDER BY id",
    "INSERT INTO shelves (id, room) VALUES (1, 'a'), (2, 'b')",
    "SELECT no_column FROM no_table",
    "SELECT = FROM",
)
DIGEST = (  # of the same; some of them cut off
    "SELECT `id` , `room` FROM `shelves` WHERE `id` = ?",
    "SELECT `id` , `room` FROM `shelves` WHERE ...",
    "SELECT `id` FROM `shelves` WHERE `room` IN (...) ORDER BY `id`",
    "SELECT `id` FROM `shelves` ...",
    "SELECT ...",
)
BUILT = ("SELECT {} FROM shelves WHERE id = %s", "SELECT id, {} FROM shelves WHERE room = %s")

full = st.builds(
    Observation,
    st.sampled_from(["mysql_slow_log", "sql_file"]),
    st.sampled_from(FULL),
    st.just("stock"),
    user=st.sampled_from([None, "app", "root"]),
    calls=st.none() | st.integers(0, 9),
    total_time_ms=st.none() | st.sampled_from([0.1, 0.2, 1e9, 3.000001]),
    rows=st.none() | st.integers(0, 9),
    last_seen=st.none() | st.sampled_from([datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2)]),
)
digests = st.builds(
    lambda sql, calls: Observation(DIGESTS, sql, "stock", calls=calls, digest=True, truncated=sql.endswith("...")),
    st.sampled_from(DIGEST),
    st.integers(1, 9),
)
cut = st.builds(lambda whole, length: replace(whole, sql=whole.sql[:length], truncated=True), full, st.integers(8, 30))
built = st.builds(
    lambda sql, line: Observation(
        "python",
        sql.format("__hole_0__"),
        "stock",
        holes=(Hole("__hole_0__", "names", "list"),),
        location=Location("app.py", line),
    ),
    st.sampled_from(BUILT),
    st.integers(1, 2),
)
scans = st.lists(st.lists(full | digests | cut | built, max_size=6), min_size=3, max_size=3)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return company.found(tmp_path_factory.mktemp("company"))


def scanned(config: Path, place: Path, seen: Sequence[Observation]) -> Path:
    """The store of a scan whose only source that says something says this."""

    def observed(source: object, *_: object) -> Iterator[Observation]:
        return iter(seen if source == read.sources[-1] else ())

    read = load_config(config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(updating, "observed", observed)
        store.update(read, place, silent)
    return place


def merged(to: Path, *parts: Path) -> Path:
    store.merge(parts, to, silent)
    return to


@given(scans)
@settings(max_examples=40, deadline=None)
def test_any_grouping_and_order_is_one_scan(config: Path, seen: list[list[Observation]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        a, b, c = (scanned(config, folder / f"{number}.db", each) for number, each in enumerate(seen))
        whole = content(scanned(config, folder / "whole.db", [each for part in seen for each in part]))
        assert content(merged(folder / "abc.db", a, b, c)) == whole
        assert content(merged(folder / "cba.db", c, b, a)) == whole
        assert content(merged(folder / "ab_c.db", merged(folder / "ab.db", a, b), c)) == whole
        assert content(merged(folder / "a_bc.db", a, merged(folder / "bc.db", b, c))) == whole


def test_a_digest_is_counted_with_the_statement_that_another_machine_saw(config: Path, tmp_path: Path) -> None:
    digest = Observation(DIGESTS, DIGEST[0], "stock", calls=7, digest=True)
    first = scanned(config, tmp_path / "1.db", [digest])
    other = scanned(config, tmp_path / "2.db", [Observation("mysql_slow_log", FULL[0], "stock", calls=2)])
    (_, stock) = store.load(merged(tmp_path / "both.db", first, other))
    assert [(query.sql, query.calls) for query in stock.queries] == [("SELECT id, room FROM shelves WHERE id = ?", 7)]


def test_a_digest_that_was_cut_off_is_no_longer_joined_when_two_fit(config: Path, tmp_path: Path) -> None:
    digest = Observation(DIGESTS, DIGEST[1], "stock", calls=7, digest=True, truncated=True)
    statement = Observation("mysql_slow_log", FULL[0], "stock", calls=2)
    first = scanned(config, tmp_path / "1.db", [digest, statement])
    other = scanned(config, tmp_path / "2.db", [replace(statement, sql=FULL[1])])
    assert [[query.calls for query in d.queries] for d in store.load(first)] == [[], [7]]
    (_, stock) = store.load(merged(tmp_path / "both.db", first, other))
    assert sorted(query.calls or 0 for query in stock.queries) == [2, 2, 7]
