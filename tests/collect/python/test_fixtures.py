"""Every program of fixtures/python is read, and must give what its own comments say; see `programs` for their form."""

import re
from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.model import Observation
from tests.collect.python.constructs import CONSTRUCTS, Construct
from tests.collect.python.programs import CASES, FIXTURES, Mark, described, groups, marks, programs

MARKS = tuple(marks())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_finds_what_the_program_says(case: Path) -> None:
    found = [each for each in collect(case, family="postgres") if isinstance(each, Observation)]
    for program in programs(case):
        path = program.name if case == program else program.relative_to(case).as_posix()
        here = [each for each in found if each.location and each.location.path == path]
        for group in groups(program):
            inside = [each for each in here if group.first <= each.location.line < group.last]
            lines = [line for each in sorted(inside, key=position) for line in described(each)]
            assert lines == group.expected, f"{path}:{group.last}"
            here = [each for each in here if each not in inside]
        assert not here, f"{path} has statements that no comment speaks of"


def position(observation: Observation) -> tuple[int, int]:
    return observation.location.line, observation.location.column


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_has_a_yes_and_a_no(case: Path) -> None:
    every = [group for program in programs(case) for group in groups(program)]
    assert any(group.expected for group in every), "no comment says what is found"
    assert any(not group.expected for group in every), "no comment says `finds nothing`"


def test_there_are_fixtures() -> None:
    assert len(CASES) > 15


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=lambda construct: construct.name)
def test_a_construct_is_shown_and_told_from_its_likes(construct: Construct) -> None:
    shown = [mark for mark in MARKS if mark.construct == construct.name]
    assert any(mark.is_yes for mark in shown), "no program shows it"
    assert any(not mark.is_yes for mark in shown), "no program has what only looks like it"


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: f"{mark.program.relative_to(FIXTURES)}:{mark.line}")
def test_a_mark_stands_at_what_it_says(mark: Mark) -> None:
    construct = next((each for each in CONSTRUCTS if each.name == mark.construct), None)
    assert construct, f"{mark.construct} is no construct"
    assert re.search(construct.written, mark.code), f"{construct.written} is not in\n{mark.code}"
    is_said = any(re.search(construct.said, line) for line in mark.said)
    assert is_said == mark.is_yes, f"{construct.said}: {mark.said}"
