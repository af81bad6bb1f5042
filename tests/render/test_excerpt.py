import pytest

from scanner.render.excerpt import Excerpt, marked, narrow

SQL = "SELECT a, b FROM t WHERE c = $1 AND d IN (SELECT e FROM u WHERE f = $2) ORDER BY g"


def test_without_a_place_the_head_is_shown():
    assert narrow(marked(SQL, None), 20) == Excerpt("SELECT a, b FROM t …")


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


def test_a_place_wider_than_the_line_is_cut_at_its_end():
    assert narrow(marked(SQL, (0, 60)), 30) == Excerpt("", SQL[:29] + "…")
    assert narrow(marked(SQL, (17, 80)), 30) == Excerpt("…, b FROM ", SQL[17:36] + "…")


def test_what_cannot_be_seen_does_not_move_the_place():
    assert marked("a\x1bb status", (4, 10)) == Excerpt("a\\x1bb ", "status", "")
