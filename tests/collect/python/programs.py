"""Reads the programs of fixtures/python, which say in comments what is found in them.

A comment stands after the statement in which the observation is; in a file of SQL it begins with ``--``:

    # finds: SELECT id FROM orders            the SQL, white space as single blanks
    #   executes: cursor.execute              the call; absent when it is not known
    #   prepared by: asyncpg                  the driver, where it prepares the statement by itself
    #   rows: unpacked 2                      a use of the rows, see `use`; a line for each
    #   hole: __hole_1__ identifier table     one line for each hole: marker, kind, expression
    #   shows: executemany                    last: the construct of `constructs` that this is; several with commas
    #   is no: unpacked row                   last: one that this only looks like
    # finds nothing                           a group without any; `is no` may follow
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scanner.model import Observation, RowUse

FIXTURES = Path(__file__).parents[3] / "fixtures" / "python"
_SUFFIXES = (".py", ".ipynb", ".sql")
CASES = sorted(path for path in FIXTURES.iterdir() if path.suffix in _SUFFIXES or path.is_dir())
_COMMENT = re.compile(r"\s*(?:#|--) (?P<said>finds nothing|finds: .*|  (?:executes|prepared by|rows|hole): .*)$")
_MARK = re.compile(r"\s*(?:#|--)   (?P<kind>shows|is no): (?P<constructs>.*)$")
_BEGINS = re.compile(r"\s*(?:#|--) +(?:finds\b|(?:executes|prepared by|rows|hole|shows|is no):)")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_STARTS = {".sql": re.compile("-- name: ")}
_OF_PYTHON = re.compile(r"[\w%]")
_DEFINED = re.compile(r"(?:(?:async )?(?:def|class) +|-- name: )?([\w-]+)")


@dataclass(frozen=True)
class Mark:
    """A place of the corpus that shows a construct, or what only looks like it."""

    construct: str
    is_yes: bool
    program: Path
    line: int  # 1-based
    said: tuple[str, ...]  # the finding that the mark belongs to; empty below `finds nothing`
    code: str  # the function, class or statement of the module around it, without these comments

    @property
    def name(self) -> str:
        """What the code is called in the program."""
        found = _DEFINED.match(self.code)
        return found[1] if found else self.program.stem


@dataclass
class Group:
    """Expectations in one block of comments, and the lines of program since the block before."""

    first: int
    last: int = 0
    expected: list[str] = field(default_factory=list)


def programs(case: Path) -> list[Path]:
    """The files of a case that may hold such comments."""
    files = sorted(case.rglob("*")) if case.is_dir() else [case]
    return [file for file in files if file.suffix in _SUFFIXES]


def groups(program: Path) -> list[Group]:
    """The blocks of comments in a program. A line that begins like one and is none is an error."""
    found = [Group(first=1)]
    for number, line in enumerate(_lines(program), 1):
        match = _COMMENT.match(line) or _MARK.match(line)
        assert match or not _BEGINS.match(line), f"{program.name}:{number}: {line.strip()}"
        if match:
            found[-1].last = found[-1].last or number
            if match.re is _COMMENT and match["said"] != "finds nothing":
                found[-1].expected.append(match["said"].strip())
        elif found[-1].last:
            found.append(Group(first=number))
    return [group for group in found if group.last]


def marks() -> Iterator[Mark]:
    """Every mark of every program."""
    for program in (each for case in CASES for each in programs(case)):
        lines, starts = _lines(program), _STARTS.get(program.suffix, _OF_PYTHON)
        said: tuple[str, ...] = ()
        for number, line in enumerate(lines):
            if comment := _COMMENT.match(line):
                text = comment["said"].strip()
                said = () if text == "finds nothing" else (text,) if text.startswith("finds") else (*said, text)
            elif mark := _MARK.match(line):
                for construct in mark["constructs"].split(", "):
                    yield Mark(
                        construct, mark["kind"] == "shows", program, number + 1, said, _around(lines, number, starts)
                    )


def _lines(program: Path) -> list[str]:
    """As they stand; of a notebook, what stands in the strings."""
    lines = program.read_text(encoding="utf-8").split("\n")
    return [_unquoted(line) for line in lines] if program.suffix == ".ipynb" else lines


def _unquoted(line: str) -> str:
    string = line.strip().removesuffix(",")
    return str(json.loads(string)).removesuffix("\n") if _STRING.fullmatch(string) else line


def _around(lines: list[str], at: int, starts: re.Pattern[str]) -> str:
    """The lines from the last before at which something starts, up to the next."""
    first = max((number for number in range(at + 1) if starts.match(lines[number])), default=0)
    behind = next((number for number in range(at + 1, len(lines)) if starts.match(lines[number])), len(lines))
    return "\n".join(line for line in lines[first:behind] if not _COMMENT.match(line) and not _MARK.match(line))


def described(observation: Observation) -> list[str]:
    """The observation in the words of the comments."""
    lines = [f"finds: {' '.join(observation.sql.split())}"]
    if observation.executes:
        lines.append(f"executes: {observation.executes}")
    if observation.driver:
        lines.append(f"prepared by: {observation.driver}")
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
