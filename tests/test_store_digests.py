"""Statement digests in a store: they meet the statements of the source and of the slow log, cut off or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner import store
from scanner.change import Change
from scanner.config import Config, config_from_options
from scanner.model import Query
from scanner.progress import silent
from scanner.scanning import scan_databases

SCHEMA = "CREATE TABLE orders (id int PRIMARY KEY, customer int, total int);"
WHERE = " OR ".join(f"(customer = {number} AND total > {number})" for number in range(60))
LONG = f"SELECT id FROM orders WHERE {WHERE}"
SOURCE = f'cursor.execute("{LONG}")\ncursor.execute("SELECT * FROM orders ORDER BY 2")\n'
LOG = (
    "# Time: 2026-01-02T03:04:05Z\n# User@Host: app[app] @ web1 []  Id: 7\n"
    "# Query_time: 0.25  Lock_time: 0  Rows_sent: 3  Rows_examined: 30\n{sql};\n"
)
CUT = "SELECT `id` FROM `orders` WHERE " + "( `customer` = ? AND `total` > ? ) OR " * 29 + "( `customer` = ?"
# What ends between two conditions has no parenthesis open.
CUT_BETWEEN = "SELECT `id` FROM `orders` WHERE " + "( `customer` = ? AND `total` > ? ) OR " * 28 + "`total` = ?"
HEADER = "schema_name\tdigest_text\tcount_star\tsum_timer_wait\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "orders.py").write_text(SOURCE)
    (tmp_path / "schema.sql").write_text(SCHEMA)
    (tmp_path / "slow.log").write_text(LOG.format(sql=LONG))
    write(tmp_path, ("SELECT * FROM `orders` ORDER BY ?", 40), (CUT, 500))
    return tmp_path


def write(folder: Path, *digests: tuple[str, int]) -> None:
    rows = (f"shop\t{text}\t{calls}\t{calls}000000000\n" for text, calls in digests)
    (folder / "digests.tsv").write_text(HEADER + "".join(rows))


def config(folder: Path) -> Config:
    sources = [("python", "services"), ("mysql_slow_log", "slow.log"), ("mysql_digests", "digests.tsv")]
    return config_from_options("mysql:8.0", ["schema.sql"], sources=sources, base=folder)  # type: ignore[arg-type]


def kept(folder: Path) -> dict[str, Query]:
    """The queries of the store brought up to date, which are those of a scan in memory."""
    store.update(config(folder), folder / "scan.db", silent)
    (found,) = store.load(folder / "scan.db")
    (scanned,) = scan_databases(config(folder))
    assert found.queries == scanned.queries
    return {query.sql: query for query in found.queries}


def test_digests_meet_the_statements_of_source_and_log(folder: Path) -> None:
    found = kept(folder)
    assert len(found) == 2
    (long,) = (query for text, query in found.items() if text.startswith("SELECT id FROM orders WHERE (customer = ?"))
    assert {o.source for o in long.observations} == {"python", "mysql_slow_log", "mysql_digests"}
    assert [str(o.location) for o in long.located] == ["orders.py:1"]
    star = found["SELECT * FROM orders ORDER BY 2"]
    assert {o.source for o in star.observations} == {"python", "mysql_digests"}


def test_the_last_statement_that_begins_so_takes_the_digest(folder: Path) -> None:
    """A digest that two statements could have given is nobody's, until one of them is gone."""
    other = LONG.replace("total > 59", "total < 59")
    (folder / "services" / "other.py").write_text(f'cursor.execute("{other}")\n')
    assert sum(query.sql.endswith("...") for query in kept(folder).values()) == 1
    (folder / "services" / "other.py").unlink()
    assert not any(query.sql.endswith("...") for query in kept(folder).values())


def test_a_digest_that_leaves_shows_the_statement_without_it(folder: Path) -> None:
    kept(folder)
    write(folder, ("SELECT * FROM `orders` ORDER BY ?", 41))
    found = kept(folder)
    assert found["SELECT * FROM orders ORDER BY 2"].calls == 41
    assert all(o.source != "mysql_digests" for text, q in found.items() if "WHERE" in text for o in q.observations)


def test_what_is_left_of_a_statement_is_no_certain_answer(folder: Path) -> None:
    """Even where what is left of it could be read as a whole one."""
    (folder / "services" / "orders.py").write_text("")
    (folder / "slow.log").write_text(LOG.format(sql="SELECT id FROM orders"))
    write(folder, (CUT_BETWEEN, 7))
    (cut,) = (query for query in kept(folder).values() if query.sql.endswith("..."))
    (found,) = store.load(folder / "scan.db")
    report = found.impact(Change.parse("ALTER TABLE orders ADD COLUMN note text", "mysql:8.0"))
    assert cut.fingerprint not in {query.fingerprint for query in report.unaffected}
    assert cut.fingerprint in {each.query.fingerprint for each in report.unresolved}
