import pytest
from rich.cells import cell_len

from scanner.render.excerpt import Excerpt, changed, marked
from scanner.render.terminal.narrow import narrow

SQL = "SELECT a, b FROM t WHERE c = $1 AND d IN (SELECT e FROM u WHERE f = $2) ORDER BY g"


def test_without_a_place_the_head_is_shown():
    assert narrow(marked(SQL, None), 20) == Excerpt("SELECT a, b FROM t…")


def test_what_fits_stays_whole():
    assert str(narrow(marked(SQL, (7, 8)), 200)) == SQL


@pytest.mark.parametrize("width", [12, 20, 40, 60])
@pytest.mark.parametrize("start", range(0, len(SQL), 5))
def test_the_place_is_kept_and_the_width_too(width, start):
    excerpt = narrow(marked(SQL, (start, start + 5)), width)
    assert excerpt.marked == SQL[start : start + 5]
    assert len(str(excerpt)) <= width
    whole = excerpt.before.lstrip("…") + excerpt.marked + excerpt.after.rstrip("…")
    assert whole in SQL


@pytest.mark.parametrize("width", [12, 13, 20, 40])
def test_wide_characters_take_two_cells(width):
    sql = "SELECT 注文番号, 合計 FROM 注文 WHERE 状態 = $1 AND 顧客 IN (SELECT 番号 FROM 顧客)"
    for start in range(0, len(sql) - 2, 3):
        excerpt = narrow(marked(sql, (start, start + 2)), width)
        assert excerpt.marked == sql[start : start + 2]
        assert cell_len(str(excerpt)) <= width


def test_a_place_wider_than_the_line_is_cut_at_its_end():
    assert narrow(marked(SQL, (0, 60)), 30) == Excerpt("", SQL[:29].rstrip() + "…")
    assert narrow(marked(SQL, (17, 80)), 30) == Excerpt("…, b FROM ", SQL[17:36].rstrip() + "…")


def test_what_cannot_be_seen_does_not_move_the_place():
    assert marked("a\x1bb status", (4, 10)) == Excerpt("a\\x1bb ", "status", "")


def test_the_part_that_was_changed():
    assert changed("SELECT status FROM o", "SELECT p.status FROM o") == (7, 9)
    assert changed("SELECT * FROM o", "SELECT a, b FROM o") == (7, 11)
    assert changed("aa", "aaa") == (2, 3)
    assert changed("a", "a") == (1, 1)
