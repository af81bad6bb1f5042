"""Every rule against its fixture, and what every rule must have."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import scanner
from scanner.rules import RULES
from tests.rules.fixture import DIRECTORY, Example, Situation, examples, read

EXAMPLES = examples()
NAMES = [rule.__name__ for rule in RULES]
SECTIONS = ("What it means", "Why it matters", "Example", "Instead", "Engines")


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_statement_of_a_fixture(example: Example) -> None:
    verdict = _assess(example.situation, example.sql)
    assert verdict.unresolved is None, verdict.unresolved
    code = _module(example.situation.rule).CODE
    effects = {finding.effect for finding in verdict.findings if finding.rule == code}
    assert effects == ({example.effect} if example.effect else set())


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_schema_of_a_fixture_is_read_whole(example: Example) -> None:
    schema = scanner.Schema.from_ddl(example.situation.schema, engine=example.situation.engine)
    assert schema.skipped == ()


def test_every_file_is_registered_once() -> None:
    package = Path(sys.modules["scanner.rules"].__file__ or "").parent
    files = [
        path.stem
        for path in package.glob("*.py")
        if path.stem != "__init__" and "CODE = " in path.read_text()
    ]
    assert sorted(files) == sorted(NAMES)


@pytest.mark.parametrize("rule", NAMES)
def test_a_rule_stands_in_the_file_of_its_name(rule: str) -> None:
    assert RULES[NAMES.index(rule)].__module__ == f"scanner.rules.{rule}"


def test_codes_are_unique_and_well_formed() -> None:
    codes = [_module(rule).CODE for rule in NAMES]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not re.fullmatch(r"SC\d{3}", code)] == []


@pytest.mark.parametrize("rule", NAMES)
def test_a_rule_is_documented_in_its_sections(rule: str) -> None:
    lines = (_module(rule).__doc__ or "").splitlines()
    assert lines[0].endswith(".")
    assert [line for line in lines if line in SECTIONS] == list(SECTIONS)


@pytest.mark.parametrize("rule", NAMES)
def test_a_fixture_says_yes_and_no_for_each_of_its_engines(rule: str) -> None:
    found = read(DIRECTORY / f"{rule}.sql")
    engines = {example.situation.engine.name for example in found}
    assert engines
    for engine in engines:
        answers = {example.effect is not None for example in found if example.situation.engine.name == engine}
        assert answers == {True, False}, engine


def test_every_fixture_is_of_a_rule() -> None:
    assert {path.stem for path in DIRECTORY.glob("*.sql")} == set(NAMES)


def _assess(situation: Situation, sql: str) -> scanner.Verdict:
    schema = scanner.Schema.from_ddl(situation.schema, engine=situation.engine)
    change = scanner.Change.parse(situation.change, engine=situation.engine)
    return scanner.assess(sql, change, schema, session=situation.session)


def _module(rule: str) -> object:
    return sys.modules[f"scanner.rules.{rule}"]
