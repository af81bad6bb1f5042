"""The table of benchmarks."""

from __future__ import annotations

from benchmarks.table import Figure, cells, markdown


def test_a_row() -> None:
    row = cells(Figure("reading", "s", "`grep`"), "a log", (2.0, 1234.5))
    assert row == ("reading", "a log", "2 s", "`grep`", "1,234 s", "617")
    missing = cells(Figure("reading", "s", "`grep`"), "a log", (0.034, None))
    assert missing[2:] == ("0.034 s", "`grep`", "not installed", "")
    assert markdown([row]).splitlines()[-1].startswith("| reading | a log | 2 s |")
