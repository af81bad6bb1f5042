"""Each table of the example company gets a column: every format of every report holds to what it promises."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pandas as pd
import pytest

import scanner
from scanner.render import render
from scanner.render.markdown import LIMIT
from scanner.render.tables import findings_frame

SHOP = Path(__file__).parents[2] / "fixtures" / "shop" / "scanner.toml"
SCHEMA = jsonschema.Draft202012Validator(scanner.json_schema())


@pytest.fixture(scope="module")
def reports():
    scan = scanner.scan(SHOP)
    tables = scan.tables.query("kind == 'table'")
    changes = [
        (f"ALTER TABLE {each.name} ADD COLUMN label text NOT NULL", each.database) for each in tables.itertuples()
    ]
    return [scan.impact(change, database).report for change, database in changes]


def test_the_json_is_as_its_schema_says(reports):
    assert len(reports) > 20
    for report in reports:
        document = json.loads(render(report, ".json"))
        assert [error.message for error in SCHEMA.iter_errors(document)] == []
        named = [each["query"] for part in ("findings", "unaffected", "unresolved", "built") for each in document[part]]
        assert {name for name in named if name} == {query.fingerprint for query in report.queries}


def test_the_csv_read_back_is_the_frame(reports, tmp_path):
    for report in reports:
        scanner.Impact(report).to_csv(tmp_path / "findings.csv")
        pd.testing.assert_frame_equal(scanner.read_findings(tmp_path / "findings.csv"), findings_frame(report))


def test_a_pull_request_takes_the_comment(reports):
    for report in reports:
        text = render(report, ".md")
        assert len(text) <= LIMIT
        assert text.count("<details>") == text.count("</details>")
        shown = text.count("\n  Fix: ")
        assert shown == len(report.findings)


def test_the_picture_names_every_service_that_is_hit(reports):
    for report in reports:
        impact = scanner.Impact(report)
        root = ElementTree.fromstring(impact.plot().svg)
        texts = {each.text for each in root.iter() if each.tag.endswith("}text")}
        hit = {service for services in impact.findings["services"].dropna() for service in services.split("; ")}
        assert hit <= texts
