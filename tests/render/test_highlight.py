"""SQL as HTML."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model import Engine
from scanner.render.anchors import Anchors
from scanner.render.highlight import highlighted
from scanner.render.words import visible

POSTGRES, MYSQL = Engine("postgres", (15,)), Engine("mysql", (8,))


def test_keywords_values_and_the_place() -> None:
    shown = highlighted("SELECT o.* FROM orders o WHERE id = $1", (7, 10), POSTGRES)
    assert shown == '<b>SELECT</b> <mark>o.*</mark> <b>FROM</b> orders o <b>WHERE</b> id = <span class="v">$1</span>'


def test_a_place_may_begin_and_end_within_a_word() -> None:
    assert highlighted("SELECT 1", (2, 8), POSTGRES) == '<b>SE</b><mark><b>LECT</b> <span class="v">1</span></mark>'


def test_a_very_long_text_is_shown_without_colours() -> None:
    long = "SELECT 1, " + "a" * 20_000
    assert highlighted(long, (7, 8), POSTGRES) == long.replace("1", "<mark>1</mark>")


@settings(deadline=None)
@given(
    text=st.one_of(st.text(), st.from_regex(r"(SELECT|'|\"|\$\$|--|/\*|<b>|&|\$1|[a-z]| |\n)*", fullmatch=True)),
    ends=st.tuples(st.integers(0, 40), st.integers(0, 40)),
    engine=st.sampled_from([POSTGRES, MYSQL]),
)
def test_the_text_is_whole_and_the_mark_exact(text: str, ends: tuple[int, int], engine: Engine) -> None:
    start, end = sorted(min(each, len(text)) for each in ends)
    shown = re.sub(r"</?b>|<span class=\"[vc]\">|</span>", "", highlighted(text, (start, end), engine))
    mark = f"\0{visible(text[start:end])}\0" if start < end else ""
    assert unescape(re.sub(r"</?mark>", "\0", shown)) == visible(text[:start]) + mark + visible(text[end:])


def test_anchors_are_the_same_in_every_report_and_none_is_given_twice() -> None:
    first, second = Anchors(), Anchors()
    second.of("SC101", "query", "another")
    assert first.of("SC103", "query", "ab\udc80", "<b>") == second.of("SC103", "query", "ab\udc80", "<b>")
    again = first.of("SC103", "query", "ab\udc80", "<b>")
    assert re.fullmatch(r"SC103-[0-9a-f]{10}-2", again)
