import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from scanner import __version__
from scanner.model import Link
from scanner.render.html import to_html, to_notebook
from scanner.render.words import visible

COLOURS = ("b", "span")


class Page(HTMLParser):
    """What a browser would see: the elements, their attributes and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.texts: list[str] = []
        self.inside: list[str] = []  # of a statement: its colours depend on its text
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if self.inside and tag in COLOURS:
            return
        self.inside += [tag] if tag == "pre" else []
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        if tag == "pre":
            self.inside.pop()

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


@pytest.mark.parametrize("render", [to_html, to_notebook])
def test_hostile_text_is_shown_as_text(hostile, made_of, render):
    text, report = hostile
    page, harmless = Page(render(report)), Page(render(made_of("harmless")))
    assert page.tags == harmless.tags
    assert [(tag, name) for tag, name, _ in page.attributes] == [(tag, name) for tag, name, _ in harmless.attributes]
    assert " ".join(visible(text).split()) in page.text


def test_nothing_invisible_is_left(hostile):
    html = to_html(hostile[1])
    html.encode("utf-8")
    assert all(c.isprintable() or c == "\n" or c == "\t" for c in html)


def test_nothing_is_loaded_from_elsewhere(report):
    page = Page(to_html(report))
    addresses = [value for _, name, value in page.attributes if name in ("src", "href", "action", "srcset")]
    assert addresses
    assert all(value.startswith("#") for value in addresses)
    assert "url(" not in to_html(report)
    assert "@import" not in to_html(report)


def test_the_policy_lets_only_the_own_style_and_script_work(report, made_of):
    policies = {
        value
        for html in (to_html(report), to_html(made_of("x")))
        for _, name, value in Page(html).attributes
        if name == "content" and "default-src" in value
    }
    assert len(policies) == 1
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-\S{44}'; script-src( 'sha256-\S{44}'){3}", policies.pop()
    )


def test_no_attribute_is_a_style_or_a_handler(report):
    names = {name for _, name, _ in Page(to_html(report)).attributes}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]


def test_every_query_and_every_gap_is_on_the_page(report):
    text = Page(to_html(report)).text
    for query in report.queries:
        assert query.fingerprint in text
    for finding in report.findings:
        assert finding.message in text
        assert finding.help in text
    for spot in report.blind_spots:
        assert spot.message in text
    for unread in report.unread:
        assert unread.reason in text
    for named in (*report.mentions, *report.likely_places):
        assert str(named.location) in text
        assert named.text in text
    for consumer in report.consumers:
        assert consumer.note in text


def test_the_place_is_marked_in_the_sql(report):
    assert "<b>INTO</b> orders <mark>(user_id, total, placed_at)</mark> <b>VALUES</b>" in to_html(report)


def test_a_hole_is_shown_as_the_expression_that_fills_it(report):
    text = Page(to_html(report)).text
    assert "SELECT {columns} FROM orders" in text
    assert "__hole_" not in text


def test_links_within_the_page_have_their_target(report):
    attributes = Page(to_html(report)).attributes
    targets = {value for _, name, value in attributes if name == "id"}
    assert {value[1:] for _, name, value in attributes if name == "href"} <= targets


def test_services_stand_worst_first(report):
    titles = re.findall(r"<h2>([^<]+)</h2>", to_html(report))
    assert titles[:7] == [
        "checkout",
        "billing",
        "fulfilment",
        "analytics",
        "Service not known",
        "In the database itself",
        "catalog",
    ]


def test_nothing_found_is_a_page_too(empty):
    text = Page(to_html(empty)).text
    assert "No query that reaches orders was found." in text
    assert "None" not in text


def test_a_place_leads_to_the_repository(report):
    links = (Link("https://git.example/billing/{path}#L{line}", "billing"),)
    html = to_html(replace(report, links=links))
    assert '<a href="https://git.example/billing/orders.py#L41" rel="noreferrer"><code' in html


def test_how_it_was_made(report):
    text = Page(to_html(replace(report, made=datetime(2025, 3, 15, 8, 30, tzinfo=UTC)))).text
    assert f"scanner {__version__}, 2025-03-15 08:30 UTC" in text
    assert "pg_stat_statements: these queries were last seen at 2025-03-14 01:58 UTC" in text


def test_the_mended_statement_stands_below(report):
    fixed = "SELECT a, b FROM orders WHERE user_id = $1 ORDER BY placed_at DESC LIMIT $2"
    findings = [replace(each, fixed=fixed) if each.span == (7, 8) else each for each in report.findings]
    html = to_html(replace(report, findings=tuple(findings)))
    assert '<pre class="sql minus"><code><b>SELECT</b> <mark>*</mark>' in html
    assert '<pre class="sql plus"><code><b>SELECT</b> <mark>a, b</mark>' in html


def test_a_rule_is_found_where_it_is_folded(report):
    first, *others = report.findings
    found = replace(report, findings=(replace(first, folded=("natural-join-key",)), *others))
    page = Page(to_html(found))
    assert ("article", "data-also", "SC403") in page.attributes
    assert ("option", "value", "SC403") in page.attributes
