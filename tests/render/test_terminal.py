import io
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from rich.cells import cell_len
from rich.console import Console

from scanner.model import Report
from scanner.render.terminal import print_report
from scanner.render.words import visible

STYLE = re.compile(r"\x1b\[[\d;]*m")


def shown(report: Report, width: int = 80, limit: int | None = 1_000, **console: object) -> str:
    out = io.StringIO()
    print_report(report, Console(file=out, width=width, **console), limit=limit)  # type: ignore[arg-type]
    return out.getvalue()


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_answer_comes_first(report):
    lines = shown(report).splitlines()
    assert lines[0] == "ALTER TABLE orders ADD COLUMN status text NOT NULL"
    assert flat(" ".join(lines[1:8])).startswith(
        "shop, postgres:15 Adding orders.status breaks 3 queries and possibly 1 more in 4 services, 135,970 calls; "
    )


def test_a_finding_shows_the_place_the_fix_and_the_calls(report):
    assert """
BREAKS  SC103 required-column-missing, 1 query
  The INSERT gives orders.status no value, and the column is NOT NULL without a
  default: PostgreSQL refuses every row (23502).
    INSERT INTO orders (user_id, total, placed_at) VALUES ($1, $2, $3) RETURNIN…
                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      checkout/store.py:41  OrderStore.create  owner @shop/checkout, @ann
      12,400 calls, 3 min 20 s in all
  Fix: Add status to the column list, or add the column with a DEFAULT and drop
  it once every writer fills it.
""" in shown(report)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(report, width):
    lines = shown(report, width).splitlines()
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]


@pytest.mark.parametrize("width", [40, 80])
def test_the_caret_stands_under_the_place(report, width):
    lines = shown(report, width, limit=None).splitlines()
    pairs = [(above, line) for above, line in pairwise(lines) if set(line) == {" ", "^"}]
    marked = [above[line.index("^") : line.rindex("^") + 1] for above, line in pairs]
    assert "status" in marked
    assert "*" in marked
    assert len(pairs) == sum(f.span is not None for f in report.findings) + 1  # one query is in two services


@pytest.mark.parametrize("width", [40, 80])
def test_the_caret_stands_under_a_wide_place(report, width):
    first = report.findings[0]
    query = report.query(first.subject.name)
    wide = replace(
        query, sql=f"SELECT '注文番号注文番号注文番号' AS 番号, 状態 FROM orders WHERE 状態 = $1 {'AND true ' * 20}"
    )
    start = wide.sql.index("状態")
    findings = (replace(first, span=(start, start + 2)), *report.findings[1:])
    queries = tuple(wide if each is query else each for each in report.queries)
    lines = shown(replace(report, findings=findings, queries=queries), width).splitlines()
    above, carets = next(pair for pair in pairwise(lines) if "状態" in pair[0] and set(pair[1]) == {" ", "^"})
    assert cell_len(above) <= width
    assert cell_len(above[: above.index("状態")]) == carets.index("^")
    assert carets.strip() == "^^^^"


def test_every_message_and_every_gap_is_there(report):
    text = flat(shown(report, width=300, limit=None))
    for finding in report.findings:
        assert finding.message in text
        assert finding.help in text
    for part in (*report.blind_spots, *report.unread, *report.mentions, *report.likely_places, *report.consumers):
        assert (
            getattr(part, "message", None)
            or getattr(part, "reason", None)
            or getattr(part, "text", None)
            or part.name in text
        )
    assert "-o report.html or -o report.csv has everything, the unaffected queries too." in text


def test_what_the_limit_leaves_out_is_counted(report):
    text = shown(report, limit=1)
    everything = shown(report, limit=None)
    assert text.count("Fix: ") == 4  # one of each effect
    left_out = sum(int(n) for n in re.findall(r"and (\d+) more finding", text))
    assert left_out + 4 == len(re.findall(r"Fix: ", everything))
    assert "and 1 more entry: -o report.html has them all" in text
    assert re.search(r"and \d+ more findings?: --explain SC\d+ shows them all", text)


def test_by_itself_it_leaves_no_finding_out(report):
    query = report.query(report.findings[0].subject.name)
    more = [replace(query, fingerprint=f"{number:016x}", sql=f"{query.sql} /* {number} */") for number in range(60)]
    hit = [replace(report.findings[0], subject=replace(report.findings[0].subject, name=q.fingerprint)) for q in more]
    many = replace(report, queries=(*report.queries, *more), findings=(*report.findings, *hit))
    out = io.StringIO()
    print_report(many, Console(file=out, width=200))
    assert "more finding" not in out.getvalue()
    assert not [number for number in range(60) if f"/* {number} */" not in out.getvalue()]


def test_a_service_is_one_chapter_with_what_it_has_to_learn(report):
    titles = re.findall(r"^(.+?) ─+$", shown(report), re.M)
    assert len(titles) == len(set(titles))


def test_statements_that_look_alike_are_told_apart(report):
    (first,) = [each for each in report.queries if each.fingerprint == report.findings[0].subject.name]
    others = [each for each in report.queries if each is not first]
    twin = replace(first, fingerprint="0" * 16, sql=f"{first.sql} {'x' * 200}")
    first = replace(first, sql=f"{first.sql} {'y' * 200}")
    finding = replace(report.findings[0], span=None)
    both = (finding, replace(finding, subject=replace(finding.subject, name=twin.fingerprint)))
    text = shown(replace(report, queries=(first, twin, *others), findings=(*both, *report.findings[1:])))
    assert f"query {first.fingerprint}" in text
    assert f"query {twin.fingerprint}" in text
    assert "query " + others[0].fingerprint not in text


def test_without_source_code_no_query_is_said_to_lack_a_line(report):
    unread = replace(report, coverage=tuple(each for each in report.coverage if each.source == "pg_stat_statements"))
    text = shown(unread)
    assert "no source line" not in text
    assert "No source code was read: where the queries stand is not known." in text


def test_what_other_rules_say_is_a_sentence(report):
    (first, *others) = report.findings
    text = flat(shown(replace(report, findings=(replace(first, folded=("star-projection",)), *others))))
    assert "also: a star in the outermost SELECT list returns the new column (SC101)" in text


def test_what_is_the_same_for_several_queries_is_said_once(report):
    star, create = report.findings[6], report.findings[0].subject
    more = replace(report, findings=(*report.findings, replace(star, subject=create, occurrences=())))
    checkout = shown(more).split("checkout ─")[1].split("billing ─")[0]
    assert "CHANGES SHAPE  SC101 star-projection, 2 queries" in checkout
    assert checkout.count(star.message) == checkout.count(star.help) == 1
    assert checkout.count("INSERT INTO orders") == 2


def test_colour_only_where_it_is_wanted(report, monkeypatch):
    assert STYLE.search(shown(report, force_terminal=True))
    assert not STYLE.search(shown(report))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31" not in shown(report, force_terminal=True)


def test_hostile_text_is_shown_as_text(hostile):
    text, report = hostile
    written = STYLE.sub("", shown(report, width=400, force_terminal=True))
    assert all(c.isprintable() or c == "\n" for c in written)
    assert flat(visible(text.replace("\r\n", "\n"))) in flat(written)


def test_a_terminal_without_unicode_gets_ascii(report):
    class Ascii(io.StringIO):
        encoding = "ascii"

    out = Ascii()
    print_report(report, Console(file=out, width=80), limit=None)
    assert out.getvalue().isascii()
    assert "SELECT * FROM orders" in out.getvalue()


def test_nothing_found(empty):
    text = shown(empty)
    assert "No query that reaches orders was found." in text
    assert "--fail-on" not in text
