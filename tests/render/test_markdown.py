import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from scanner.render.gate.markdown import to_comment
from scanner.render.markdown import LIMIT, to_markdown
from scanner.render.words import one_line
from tests.render.conftest import hostile_report

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])  # what GitHub adds, but for links, which are asked

SYNTAX = [
    "# a",
    "1. a",
    "- a",
    "+ a",
    "=====",
    "    a",
    "~~~",
    "a\\|b",
    "\\",
    "|",
    "www.evil.example",
    "a@evil.example",
    "user/repo#1",
    "GH-1",
    ":smile:",
    "[^1]",
    "$`x`$",
    "&lt;",
    "<details>",
    "</details>",
    "<!-- a",
    "[x](javascript:alert(1))",
    "<https://evil.example>",
]


class Page(HTMLParser):
    """What a reader of the Markdown gets."""

    def __init__(self, markdown):
        super().__init__()
        self.tags, self.text, self.prose = [], [], []  # prose: the pieces between tags and comments, but for code
        self._code = False
        self.feed(GITHUB.render(markdown))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *attrs))
        self._code |= tag == "code"

    def handle_endtag(self, tag):
        self._code &= tag != "code"

    def handle_data(self, data):
        self.text.append(data)
        if not self._code:
            self.prose.append(data)

    def count(self, tag):
        return Counter(name for name, *_ in self.tags)[tag]


def test_verdict_findings_and_gaps(report):
    text = to_markdown(report)
    assert text.startswith(
        "### `ALTER TABLE orders ADD COLUMN status text NOT NULL`\n\nAdding orders.status breaks 3 queries and possibly"
    )
    assert "| breaks | 3 queries, possibly 1 more | analytics, billing, checkout, fulfilment | 135," in text
    assert "`checkout` · `checkout/store.py:41` · owner `@shop/checkout`, `@ann` · 12,400 calls" in text
    assert "<details><summary>2 queries could not be checked</summary>" in text
    assert "412 rare statements were evicted" in text


def test_more_than_twenty_findings_are_folded(report):
    text = to_markdown(replace(report, findings=report.findings * 3))
    before, _, fold = text.partition("<details><summary>10 more findings</summary>\n\n")
    assert before.count("  Fix: ") == 20
    assert fold.partition("</details>")[0].count("  Fix: ") == 10


@pytest.mark.parametrize("times", [1, 100, 3_000])
def test_a_comment_is_never_longer_than_github_takes_and_says_what_is_left_out(report, times):
    made = replace(report, findings=report.findings * times, mentions=report.mentions * times)
    text = to_markdown(made)
    assert len(text) <= LIMIT
    shown, told = text.count("  Fix: "), re.search(r"^- ([\d,]+) more findings?$", text, re.MULTILINE)
    assert shown + (int(told[1].replace(",", "")) if told else 0) == 10 * times
    assert "2 queries could not be checked" in text
    assert (told is not None) == (times > 10)


def test_text_of_any_length_leaves_room_for_the_rest(made_of):
    for text in ("x" * 100_000, "@x" * 50_000, "<" * 100_000, "`" * 100_000, "a b " * 30_000):
        assert len(to_markdown(made_of(text))) <= LIMIT
        assert len(to_comment([(text, [made_of(text)], None), (text, [], text)])) <= LIMIT


def test_many_migrations_share_the_room(report):
    text = to_comment([(f"V{n}.sql", [report], None) for n in range(20)])
    assert len(text) <= LIMIT
    assert len(re.findall(r"^## `V\d+\.sql`$", text, re.MULTILINE)) == 20
    assert text.count("could not be checked</summary>") == 20
    text = to_comment([(f"V{n}.sql", [report], None) for n in range(200)])
    assert len(text) <= LIMIT
    shown = len(re.findall(r"^## `V\d+\.sql`$", text, re.MULTILINE))
    assert text.endswith(f"- {200 - shown} more migrations\n")


def test_it_is_laid_out_as_github_reads_it(report):
    page = Page(to_markdown(replace(report, findings=report.findings * 3)))
    assert page.count("h3") == 1
    assert (page.count("table"), page.count("td")) == (1, 4 * 4)
    assert page.count("details") == page.count("summary") == 7
    assert page.count("pre") == 2  # the SQL of the plan
    assert "".join(page.text).count("Fix: ") == 30


@pytest.mark.parametrize("extra", SYNTAX)
def test_text_is_text(extra, made_of):
    _inert(extra, made_of(extra))


def test_hostile_text_is_inert(hostile):
    _inert(*hostile)


def _inert(text, report):

    written = to_comment([(text, [report], text)])
    assert all(c.isprintable() or c == "\n" for c in written)
    page, usual = Page(written), Page(to_comment([("plain", [hostile_report("plain")], "plain")]))
    assert page.tags == usual.tags
    assert "".join(page.text).count(one_line(text)) >= 20
    assert not [prose for prose in page.prose if re.search(r"@[\w/]|:/|:\w|#\d|(?<=www)\.", prose)]


def test_nothing_found(empty):
    assert to_markdown(empty) == (
        "### `ALTER TABLE orders ADD COLUMN status text NOT NULL`\n\nNo query that reaches orders was found.\n"
    )
