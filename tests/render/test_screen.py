"""The answer on one screen."""

import io
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from scanner.model import BlindSpot, Effect, Location, Observation, Query, Report, Subject
from scanner.render.terminal import no_link, print_screen
from scanner.render.terminal.rows import rows_of
from scanner.render.words import visible

SIZES = [(width, height) for width in (60, 80, 100, 120, 200) for height in (22, 23, 38, 50, 60)]
OSC_8 = re.compile(r"\x1b\]8;[^;]*;([^\x1b]*)\x1b\\")


def shown(report: Report, width: int = 80, height: int = 50, link=no_link, **console: object) -> str:
    out = io.StringIO()
    print_screen(report, Console(file=out, width=width, **console), height=height, link=link)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.fixture
def large(report: Report) -> Report:
    """300 queries of 60 services, each of whose findings says something else."""
    queries, findings = [], []
    for n in range(300):
        place = Location(f"services/team{n % 7}/project/module_{n}.py", n + 1, 0, "f")
        seen = Observation("python", f"SELECT {n}", "shop", (f"service{n % 60}",), location=place, calls=n)
        queries.append(Query(f"{n:016x}", "shop", f"SELECT {n}", (seen,)))
        effect = list(Effect)[n % 4]
        finding = replace(
            report.findings[0], effect=effect, message=f"What it does is {n}.", subject=Subject("query", f"{n:016x}")
        )
        findings.append(replace(finding, span=None))
    spots = tuple(BlindSpot("python", f"file{n}.py", f"Nobody knows {n}.") for n in range(100))
    found = tuple(sorted(findings, key=lambda finding: finding.effect.rank))
    return replace(report, queries=tuple(queries), findings=found, unaffected=(), unresolved=(), blind_spots=spots)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits_the_screen(report, large, width, height):
    for each in (report, large):
        lines = shown(each, width, height).splitlines()
        assert max(map(cell_len, lines)) <= width
        assert len(lines) <= height + 3 * (height < 38)
        assert not [line for line in lines if line != line.rstrip()]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_verdict_and_every_gap_are_always_there(report, width, height):
    text = shown(report, width, height)
    assert text.startswith("ALTER TABLE orders ADD COLUMN status text NOT NULL")
    assert "Adding orders.status breaks 3 queries and possibly 1 more" in " ".join(text.split())
    for title in (
        "Could not be checked (2)",
        "Could not be read (1)",
        "Blind spots (2)",
        "To be told (1)",
        "--explain",
    ):
        assert title in text
    for effect, words in [("BREAKS", "3 queries"), ("CHANGES RESULTS", "2 queries"), ("CHANGES SHAPE", "1 query")]:
        assert re.search(rf"^{effect}  {words}", text, re.M)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_worst_comes_first_and_what_is_left_out_is_counted(large, width, height):
    text = shown(large, width, height)
    found = rows_of(large)
    blocks = re.split(r"^(BREAKS|CHANGES RESULTS|CHANGES SHAPE|NEEDS UPDATE)  .*\n", text, flags=re.M)
    counts = [len(re.findall(r"^  SC103 ", block, re.M)) for block in blocks[2::2]]
    assert counts[0] >= max(3, *counts[1:])
    for effect, block, count in zip(Effect, blocks[2::2], counts, strict=True):
        if count:
            assert f"and {len(found[effect]) - count} more" in block
            assert found[effect][0].where in block.splitlines()[0]


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_no_path_is_broken(large, width):
    text = shown(large, width, 60)
    paths = re.findall(r"services/\S+", text)
    assert paths
    assert [path for path in paths if not re.fullmatch(r"services/team\d/project/module_\d+\.py:\d+", path)] == []


def test_a_path_too_long_for_the_terminal_loses_its_first_folders(large):
    place = Location(f"services/{'deeply/' * 12}nested.py", 7)
    seen = replace(large.queries[0].observations[0], location=place)
    report = replace(large, queries=(replace(large.queries[0], observations=(seen,)), *large.queries[1:]))
    text = shown(replace(report, findings=report.findings[:1], unaffected=report.queries[1:]), 60)
    assert re.search(r"…/(deeply/)+nested\.py:7", text)


def test_findings_that_say_the_same_are_one_line(report):
    first = report.findings[0]
    others = [query for query in report.unaffected if query.located]
    more = tuple(replace(first, subject=Subject("query", query.fingerprint), span=None) for query in others)
    unaffected = tuple(query for query in report.unaffected if query not in others)
    text = shown(replace(report, findings=(first, *more, *report.findings[1:]), unaffected=unaffected), 120)
    assert len(re.findall(r"^  SC103 ", text, re.M)) == 1
    assert re.search(r"^  SC103  catalog/views.py:23 \+2 +100,400 calls\b", text, re.M)


def test_one_of_several_places_is_called_only_as_often_as_its_service_calls_it(report):
    (row,) = [row for row in rows_of(report)[Effect.BREAKS] if row.rule == "SC101"]
    assert str(row.place) == "billing/orders.py:41"
    assert row.calls == 120_450


def test_what_stands_in_tests_alone_says_so(report):
    def standing(path: str, calls: int | None = None) -> str:
        seen = Observation("python", "SELECT 1", "shop", location=Location(path, 3, 0, "f"), calls=calls)
        finding = replace(report.findings[0], message="It is.", subject=Subject("query", "0" * 16), span=None)
        query = Query("0" * 16, "shop", "SELECT 1", (seen,))
        alone = replace(report, queries=(query,), findings=(finding,), unaffected=(), unresolved=(), via={}, built=())
        return shown(alone, 200)

    assert "test code: It is." in standing("tests/test_a.py")
    assert "test code" not in standing("shop/a.py")
    assert "test code" not in standing("tests/test_a.py", 7)


def test_a_blind_spot_names_its_place_once(report):
    spots = (
        BlindSpot("sql_file", "a.sql", "a.sql has 3 broken characters."),
        BlindSpot("python", "b.py", "Not followed."),
    )
    text = shown(replace(report, blind_spots=spots), 200)
    assert "Blind spots (2): a.sql has 3 broken characters; b.py: Not followed." in text


def test_what_is_only_possible_says_so(report):
    assert "possibly: The INSERT has no column list" in shown(report, 200)


def test_services_are_counted_by_their_worst_effects(report):
    table = shown(report, 100).split("update")[1].split("BREAKS")[0]
    billing = next(line for line in table.splitlines() if line.startswith("  billing"))
    assert billing.split()[1:] == ["1", "1", "·", "·", "120,451"]


def test_a_small_screen_names_the_services_and_the_rules(report):
    text = " ".join(shown(report, 80, 22).split())
    assert "billing (breaks 1)" in text
    assert "required-column-missing" in text


def test_links_only_where_they_lead_somewhere(report):
    def link(location: Location) -> str | None:
        return f"file:///{location.path}" if location.path.startswith("checkout") else None

    text = shown(report, 120, 60, link, force_terminal=True, color_system="standard")
    assert {url for url in OSC_8.findall(text) if url} == {"file:///checkout/store.py"}
    assert "\x1b" not in shown(report, 120, 60, link)


@pytest.mark.parametrize("width", [60, 100])
def test_wide_characters_take_two_cells(report, width):
    wide = [replace(f, message="新しい列があると失敗します。" * 8) for f in report.findings]
    lines = shown(replace(report, findings=tuple(wide)), width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert any("新しい列" in line and line.endswith("…") for line in lines)


def test_hostile_text_is_shown_as_text(hostile):
    text, report = hostile
    written = OSC_8.sub("", shown(report, 400, 60, force_terminal=True, color_system=None))
    assert all(c.isprintable() or c == "\n" for c in written)
    assert " ".join(visible(text.replace("\r\n", "\n")).split()) in " ".join(written.split())


def test_a_terminal_without_unicode_gets_ascii(report):
    class Ascii(io.StringIO):
        encoding = "ascii"

    out = Ascii()
    print_screen(report, Console(file=out, width=80), height=50)
    assert out.getvalue().isascii()


def test_nothing_found(empty):
    text = shown(empty)
    assert "No query that reaches orders was found." in text
    assert "0 queries of shop, 0 touch orders." in text
    assert "--explain" not in text


def test_messages_are_cut_only_where_there_is_no_room(report):
    roomy, small = shown(report, 80, 60), shown(report, 80, 36)
    for row in (row for held in rows_of(report).values() for row in held):
        if len(row.message) < 70:
            assert row.message in roomy
    assert "…" in small.split("BREAKS")[1].split("CHANGES RESULTS")[0]
