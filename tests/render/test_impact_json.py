import json
from dataclasses import replace

import jsonschema
import pytest

import scanner
from scanner.cli import run
from scanner.model import Link, Report
from scanner.render.impact_json import to_dict, to_json

SCHEMA = scanner.json_schema()


def check(report: Report) -> dict:
    read = json.loads(to_json(report))
    jsonschema.validate(read, SCHEMA, jsonschema.Draft202012Validator)
    return read


def test_the_report_follows_the_published_schema(report, empty):
    check(report)
    check(empty)


@pytest.mark.parametrize("name", ["impact", "graph"])
def test_the_schema_is_one_and_can_be_printed(name, capsys):
    assert run(["json-schema", name]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == scanner.json_schema(name)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed["$id"] == f"urn:query-dependency-scanner:{name}:1"


def test_the_schema_refuses_what_is_no_report(report):
    wrong = to_dict(report)
    wrong["findings"][0]["effect"] = "violates"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_every_key_is_described(report):
    described = set(_names(SCHEMA))
    assert set(_keys(to_dict(report))) <= described


def test_a_finding_has_its_evidence(report):
    finding = to_dict(report)["findings"][0]
    assert finding["rule"] == "SC103"
    assert finding["effect"] == "breaks"
    assert finding["query"] == finding["subject"]["name"] == "3f1c9a0d55e2b710"
    assert finding["calls"] == 12_400
    assert finding["total_time_ms"] == 200_300.5
    assert finding["last_seen"] == "2025-03-14T01:58:07.250000+00:00"
    assert finding["sources"] == ["pg_stat_statements", "python"]
    assert finding["locations"] == [
        {
            "path": "checkout/store.py",
            "line": 41,
            "column": 8,
            "function": "OrderStore.create",
            "owners": ["@shop/checkout", "@ann"],
            "service": "checkout",
            "url": None,
            "built": False,
        }
    ]
    start, end = finding["span"]
    assert finding["sql"][start:end] == "(user_id, total, placed_at)"


def test_a_finding_at_one_of_two_places_names_that_place_and_its_service(report):
    unpacked = next(f for f in to_dict(report)["findings"] if f["message"].startswith("The row is unpacked"))
    assert [place["path"] for place in unpacked["locations"]] == ["billing/orders.py"]
    assert unpacked["services"] == ["billing"]


def test_unknown_is_null_and_never_zero(report):
    only_source = next(f for f in to_dict(report)["findings"] if f["name"] == "insert-select-width")
    assert only_source["calls"] is None
    assert only_source["total_time_ms"] is None


def test_the_summary_counts_every_subject_once(report):
    summary = to_dict(report)["summary"]
    assert [summary[e] for e in ("breaks", "changes-results", "changes-shape", "needs-update")] == [
        4,
        2,
        1,
        2,
    ]
    assert (summary["unaffected"], summary["unresolved"], summary["production_only"]) == (2, 2, 2)
    assert summary["services"] == ["analytics", "billing", "catalog", "checkout", "fulfilment"]
    assert summary["calls"] == 12_400 + 3_120 + 120_450 + 1 + 31


def test_every_touching_query_is_in_exactly_one_list(report):
    read = to_dict(report)
    found = {f["query"] for f in read["findings"] if f["query"]}
    rest = [entry["query"] for entry in read["unaffected"] + read["unresolved"]]
    assert sorted([*found, *rest]) == sorted(q.fingerprint for q in report.queries)


def test_what_was_not_read_is_named(report):
    coverage = to_dict(report)["coverage"]
    assert coverage["unread"] == [
        {
            "source": "python",
            "place": "analytics/legacy.py:88",
            "reason": "It is no Python: unexpected indent.",
            "count": 1,
        }
    ]
    assert coverage["out_of_scope"] == 37


def test_hostile_text_is_plain_data(hostile):
    text, report = hostile
    written = to_json(report)
    assert written.isascii()
    assert all(c.isprintable() or c == "\n" for c in written)
    read = check(report)
    expected = text.encode("utf-8", "backslashreplace").decode()
    assert read["findings"][0]["message"] == expected
    assert read["findings"][0]["sql"] == expected
    assert read["findings"][0]["locations"][0]["path"] == expected


def _keys(value):
    if isinstance(value, dict):
        for key, held in value.items():
            yield key
            yield from _keys(held)
    elif isinstance(value, list):
        for held in value:
            yield from _keys(held)


def _names(schema):
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for held in schema.values():
            yield from _names(held)
    elif isinstance(schema, list):
        for held in schema:
            yield from _names(held)


def test_the_address_of_a_place(report):
    linked = to_dict(replace(report, links=(Link("https://git.example/{path}#L{line}", "billing"),)))
    urls = {spot["path"]: spot["url"] for finding in linked["findings"] for spot in finding["locations"]}
    assert urls["billing/orders.py"] == "https://git.example/orders.py#L41"
    assert urls["checkout/store.py"] is None


def test_the_mended_statement_has_no_hole(report):
    finding = replace(report.findings[0], fixed="SELECT 1")
    told = to_dict(replace(report, findings=(finding, *report.findings[1:])))
    assert told["findings"][0]["fixed"] == "SELECT 1"
    assert told["findings"][1]["fixed"] is None
