"""What continuous integration reads, held against what its makers say they accept."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import jsonschema

from scanner.cli import run
from scanner.render.gate import github
from tests.check.conftest import git

# Of SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas), the parts that are written; nothing else may be.
TEXT = {
    "type": "object",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {"text": {"type": "string"}},
}
PLACE = {
    "type": "object",
    "required": ["physicalLocation"],
    "additionalProperties": False,
    "properties": {
        "message": TEXT,
        "physicalLocation": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "uri": {"type": "string", "format": "uri-reference"},
                        "uriBaseId": {"type": "string"},
                    },
                },
                "region": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"startLine": {"type": "integer", "minimum": 1}},
                },
            },
        },
    },
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RESULT = {
    "type": "object",
    "required": ["message", "ruleId", "ruleIndex", "level", "locations"],
    "additionalProperties": False,
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "minItems": 1, "items": PLACE},
        "relatedLocations": {"type": "array", "items": PLACE},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "properties": {"type": "object"},
        "suppressions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind"],
                "additionalProperties": False,
                "properties": {"kind": {"enum": ["inSource", "external"]}, "justification": {"type": "string"}},
            },
        },
    },
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "tool": {"type": "object", "required": ["driver"]},
                    "originalUriBaseIds": {"type": "object"},
                    "invocations": {"type": "array", "items": {"required": ["executionSuccessful"]}},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}


def check(*arguments):
    return run(["check", "--base", "main", *arguments])


def test_sarif_is_as_its_schema_says(repository):
    (repository / "scanner.toml").write_text(
        (repository / "scanner.toml").read_text() + '\n[[suppress]]\nrule = "SC202"\nreason = "known"\n'
    )
    (repository / "migrations" / "V3__x.sql").write_text("ALTER TABLE gone ADD COLUMN x int;\n")
    assert check("--sarif", "out.sarif") == 1
    document = json.loads((repository / "out.sarif").read_text())
    jsonschema.validate(document, SARIF)
    run_ = document["runs"][0]
    rules = run_["tool"]["driver"]["rules"]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run_["results"])
    assert run_["results"][1]["suppressions"] == [{"kind": "external", "justification": "known"}]
    assert run_["invocations"][0]["executionSuccessful"] is False
    assert "There is no table gone" in run_["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_gitlab_has_a_fingerprint_for_each_place(repository):
    assert check("--gitlab", "g.json") == 1
    entries = json.loads((repository / "g.json").read_text())
    assert {tuple(sorted(entry)) for entry in entries} == {
        ("check_name", "description", "fingerprint", "location", "severity")
    }
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == 2
    assert {entry["severity"] for entry in entries} == {"critical"}


def test_junit_counts_what_it_holds(repository):
    assert check("--junit", "j.xml") == 1
    (suite,) = ElementTree.parse(repository / "j.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "2",
        "2",
        "0",
        "0",
    )
    assert len(suite.findall("testcase/failure")) == 2


def test_hostile_names_are_text_everywhere(repository, capsys):
    name = "x]]>&<script>,:%0A"
    (repository / "app" / "code.py").rename(repository / "app" / "a%0A::error::,b.py")
    (repository / "migrations" / "V2__status.sql").write_text(
        f'ALTER TABLE orders ADD COLUMN "{name}" text NOT NULL;\n'
    )
    assert check("--github", "--junit", "j.xml", "--sarif", "s.sarif", "--markdown", "c.md") == 1
    for line in capsys.readouterr().out.splitlines():
        properties, _, message = line.removeprefix("::error ").partition("::")
        assert line.startswith("::error file=app/a%250A%3A%3Aerror%3A%3A%2Cb.py,line=")
        assert "\n" not in message
        assert properties.count("::") == 0
    ElementTree.parse(repository / "j.xml")
    jsonschema.validate(json.loads((repository / "s.sarif").read_text()), SARIF)
    outside_of_code = re.sub(r"(`+).*?\1", "", (repository / "c.md").read_text(), flags=re.DOTALL)
    assert "<script>" not in outside_of_code


def test_only_the_worst_ten_are_annotated(repository, capsys):
    statements = "".join(
        f'    cur.execute("INSERT INTO orders (id, total) VALUES (%s, %s) RETURNING {n}")\n' for n in range(30)
    )
    (repository / "app" / "more.py").write_text(f"def more(cur):\n{statements}")
    git(repository, "add", "-A")
    assert check("--github") == 1
    assert len(capsys.readouterr().out.splitlines()) == github.MOST
