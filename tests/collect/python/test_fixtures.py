"""Every program of fixtures/python is read, and must give what its own comments say.

A comment stands after the statement in which the observation is:

    # finds: SELECT id FROM orders            the SQL, white space as single blanks
    #   executes: cursor.execute              the call; absent when it is not known
    #   rows: unpacked 2                      a use of the rows, see `use`; a line for each
    #   hole: __hole_1__ identifier table     one line for each hole: marker, kind, expression
    # finds nothing                           a group without any
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.model import Observation, RowUse

FIXTURES = Path(__file__).parents[3] / "fixtures" / "python"
CASES = sorted(path for path in FIXTURES.iterdir() if path.suffix == ".py" or path.is_dir())
COMMENT = re.compile(r"\s*# (finds nothing|finds: (.*)|  (executes|rows|hole): (.*))$")


@dataclass
class Group:
    """Expectations in one block of comments, and the lines of program since the block before."""

    first: int
    last: int = 0
    expected: list[str] = field(default_factory=list)


def programs(case: Path) -> list[Path]:
    return sorted(case.rglob("*.py")) if case.is_dir() else [case]


def groups(program: Path) -> list[Group]:
    """The blocks of comments in a program. A line that begins like one and is none is an error."""
    found = [Group(first=1)]
    for number, line in enumerate(program.read_text(encoding="utf-8").split("\n"), 1):
        match = COMMENT.match(line)
        assert match or not line.strip().startswith("# finds"), f"{program.name}:{number}: {line.strip()}"
        if match:
            found[-1].last = found[-1].last or number
            if match[1] != "finds nothing":
                found[-1].expected.append(line.strip().removeprefix("#").strip())
        elif found[-1].last:
            found.append(Group(first=number))
    return [group for group in found if group.last]


def described(observation: Observation) -> list[str]:
    """The observation in the words of the comments."""
    lines = [f"finds: {' '.join(observation.sql.split())}"]
    if observation.executes:
        lines.append(f"executes: {observation.executes}")
    lines.extend(f"rows: {use(each)}" for each in observation.row_uses)
    lines.extend(f"hole: {hole.marker} {hole.kind} {hole.expression}" for hole in observation.holes)
    return lines


def use(row_use: RowUse) -> str:
    """As in `unpacked 2`, `splatted 2-3 Order`, `indexed -1, 0`, `keywords id, total Order`, `serialised jsonify`."""
    numbers = [row_use.count] if row_use.count is not None else row_use.indexes
    counts = ", ".join(map(str, row_use.names if row_use.names is not None else numbers))
    if row_use.least is not None:
        counts = f"{row_use.least}-{counts}"
    return " ".join(filter(None, [row_use.kind, counts, row_use.into]))


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
