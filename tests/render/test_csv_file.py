import csv
import io
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scanner
from scanner.errors import UsageError
from scanner.render import write
from scanner.render.csv_file import to_csv
from scanner.render.tables import FINDINGS, findings_frame
from tests.render.conftest import hostile_report

# Words that programs for tables are known to take for something else, and every character there is, surrogates too.
STARTS = tuple("=+-−@＝＋－＠﹦﹢﹣﹫")
TRICKY = [*STARTS, *"'\"`\t\r\n ,;1", "e5", "NA"]
TEXT = st.lists(st.sampled_from(TRICKY) | st.characters(codec=None, exclude_categories=()), max_size=8).map("".join)


def back(made, tmp_path):
    write(made, tmp_path / "findings.csv")
    return scanner.read_findings(tmp_path / "findings.csv")


def test_it_read_back_is_the_frame(report, empty, tmp_path):
    for made in (report, empty):
        pd.testing.assert_frame_equal(back(made, tmp_path), findings_frame(made))


@settings(deadline=None)
@given(TEXT.filter(bool), st.floats(0, allow_infinity=False, allow_nan=False))
def test_whatever_the_text_it_read_back_is_the_frame(tmp_path_factory, text, milliseconds):
    made = hostile_report(text)
    slow = [replace(q, observations=(replace(q.observations[0], total_time_ms=milliseconds),)) for q in made.queries]
    unresolved = (replace(made.unresolved[0], query=slow[2]),)
    made = replace(made, queries=tuple(slow), unaffected=(slow[1],), unresolved=unresolved)
    pd.testing.assert_frame_equal(back(made, tmp_path_factory.getbasetemp()), findings_frame(made))
    cells = [cell for row in rows(made) for cell in row if cell.lstrip(" \t\n'\"`").startswith(STARTS)]
    assert [cell for cell in cells if not cell.startswith("'")] == []


def test_pandas_alone_reads_the_columns(report, tmp_path):
    write(report, tmp_path / "findings.csv")
    frame = pd.read_csv(tmp_path / "findings.csv")
    assert list(frame) == list(FINDINGS)
    assert frame["calls"].sum() == findings_frame(report)["calls"].sum()


def test_excel_is_told_that_it_is_utf_8(report, tmp_path):
    write(report, tmp_path / "findings.csv")
    assert (tmp_path / "findings.csv").read_bytes().startswith(b"\xef\xbb\xbfeffect,rule,")


@pytest.mark.parametrize("cell", ["null", "NA", "nan", "None", "", "1e5", "007", "TRUE", "'", "'=1", "''@a"])
def test_words_that_pandas_takes_for_something_else_come_back(cell, made_of, tmp_path):
    pd.testing.assert_frame_equal(back(made_of(cell), tmp_path), findings_frame(made_of(cell)))


@pytest.mark.parametrize("before", ["", " ", "\t", "\n", '"', "'", " \n\t'\""])
@pytest.mark.parametrize("start", STARTS)
def test_formulas_are_defused(before, start, made_of):
    text = f"{before}{start}1+1"
    cells = [cell for row in rows(made_of(text)) for cell in row]
    assert f"'{text}" in cells
    assert text not in cells


@pytest.mark.parametrize("text", ["1234567890123456", "12345678901234e5", "007", "1/2", "2025-03-14", " 5 ", "10:30"])
def test_what_looks_like_a_number_or_a_date_stays_as_it_is_written(text, made_of):
    assert f"'{text}" in [cell for row in rows(made_of(text)) for cell in row]


@pytest.mark.parametrize("text", ["a = 1", "SELECT\n= 1", "3f1c9a0d55e2b710", "a.py:41", "7 rows come back", "it's"])
def test_other_text_is_left_alone(text, made_of):
    cells = [cell for row in rows(made_of(text)) for cell in row]
    assert text in cells
    assert f"'{text}" not in cells


def test_a_cell_of_many_blanks_or_digits_costs_no_more_than_its_length(made_of):
    for text in ("'" * 50_000 + "x", " " * 50_000 + "x", "1 " * 25_000 + "x", "1" * 50_000 + "e"):
        assert len(rows(made_of(text))) == 8


def test_hostile_text_is_plain_data(hostile):
    text = to_csv(hostile[1])
    text.encode("utf-8")
    assert all(c.isprintable() or c in "\n\t" for c in text.removeprefix("\ufeff"))
    header, *found = rows(hostile[1])
    assert header == list(FINDINGS)
    assert len(found) == 7
    assert {len(row) for row in found} == {len(FINDINGS)}


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b'effect,rule\n"open', b"a,b\n1,2,3,4\n1\n"])
def test_a_file_that_is_no_table_of_findings_is_one_sentence(content, tmp_path):
    (tmp_path / "other.csv").write_bytes(content)
    with pytest.raises(UsageError, match=r"other\.csv is no table of findings: .+$"):
        scanner.read_findings(tmp_path / "other.csv")
    with pytest.raises(UsageError, match=r"nowhere\.csv cannot be read: No such file or directory\.$"):
        scanner.read_findings(tmp_path / "nowhere.csv")


def rows(made):
    return list(csv.reader(io.StringIO(to_csv(made).removeprefix("\ufeff"))))
