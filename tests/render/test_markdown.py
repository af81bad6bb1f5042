import re
from dataclasses import replace

from scanner.render.markdown import to_markdown
from scanner.render.words import one_line

SPAN = re.compile(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", re.DOTALL)


def test_verdict_findings_and_gaps(report):
    text = to_markdown(report)
    assert text.startswith(
        "### `ALTER TABLE orders ADD COLUMN status text NOT NULL`\n\nAdding orders.status breaks 3 queries and possibly"
    )
    assert "| breaks | 3 queries, possibly 1 more | `analytics`, `billing`, `checkout`, `fulfilment` | 135," in text
    assert "`checkout` · `checkout/store.py:41` · owner `@shop/checkout`, `@ann` · 12,400 calls" in text
    assert "<details><summary>2 queries could not be checked</summary>" in text
    assert "412 rare statements were evicted" in text


def test_it_stays_short(report):
    long = replace(report, findings=report.findings * 10)
    text = to_markdown(long)
    assert text.count("  Fix: ") == 20
    assert "- 80 more findings" in text


def test_hostile_text_is_inert(hostile):
    text, report = hostile
    written = to_markdown(report)
    assert all(c.isprintable() or c == "\n" for c in written)
    prose = SPAN.sub("", written).replace("<!-- -->", "").replace("<details><summary>", "").replace("</summary>", "")
    prose = prose.replace("</details>", "")
    assert "<" not in prose
    assert not re.search(r"(?<!\\)[\[\]`]", prose)
    assert not re.search(r"@everyone|://|#1", SPAN.sub("", written))
    assert one_line(text) in written  # in a code span, as it is


def test_nothing_found(empty):
    assert to_markdown(empty) == (
        "### `ALTER TABLE orders ADD COLUMN status text NOT NULL`\n\nNo query that reaches orders was found.\n"
    )
