"""The table of benchmarks."""

from __future__ import annotations

import re

import pytest

from benchmarks.__main__ import BENCHMARKS, PASSAGE, README, rows, with_table
from benchmarks.table import HEAD, Figure, cells, markdown


def test_a_row() -> None:
    row = cells(Figure("reading", "s", "`grep`"), "a log", (2.0, 1234.5))
    assert row == ("reading", "a log", "2 s", "`grep`", "1,234 s", "617")
    missing = cells(Figure("reading", "s", "`grep`"), "a log", (0.034, None))
    assert missing[2:] == ("0.034 s", "`grep`", "not installed", "")
    assert markdown([row]).splitlines()[-1].startswith("| reading | a log | 2 s |")


def test_readme_quotes_the_table_of_these_benchmarks() -> None:
    passage = PASSAGE.search(README.read_text())
    assert passage is not None
    head, _, *lines = ([cell.strip() for cell in line.strip("|").split("|")] for line in passage[0].splitlines()[1:-1])
    assert tuple(head) == HEAD
    named = [(figure.what, each.DATA, figure.beside) for each in BENCHMARKS for figure in each.FIGURES]
    assert [(what, data, beside) for what, data, _, beside, _, _ in lines] == named
    assert all(re.match(r"[\d.,]+ \w|not measured$", figure) for line in lines for figure in (line[2], line[4]))


def test_the_table_is_written_between_its_marks() -> None:
    table = markdown(row for each in BENCHMARKS for row in rows(each, [(1.0, 2.0)] * len(each.FIGURES)))
    written = with_table(README.read_text(), table)
    assert f"<!-- make bench -->\n{table}<!-- end -->\n" in written
    assert with_table(written, table) == written
    with pytest.raises(ValueError, match="0 times"):
        with_table("# A page", table)
