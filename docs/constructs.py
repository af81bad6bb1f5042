"""docs/constructs.md: what is read of Python, made from the tests' constructs and the marks in fixtures/python."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby

from tests.collect.python.constructs import CONSTRUCTS, Construct
from tests.collect.python.programs import FIXTURES, Mark, marks

PAGE = """\
<!-- Generated from tests/collect/python/constructs.py and fixtures/python: change those, then run make docs. -->

# What is read of Python

The constructs that the scanner follows, each with a place in [fixtures/python](../fixtures/python) where it is found,
and one that looks like it and gives nothing, or another use of the rows. The programs say in comments what is found,
line by line, and the tests hold the scanner to it. What is not followed stands in [Sources](sources.md#python).

{tables}
"""


def page() -> str:
    """The text of docs/constructs.md."""
    places: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks():
        places[mark.construct].append(mark)
    groups = groupby(CONSTRUCTS, key=lambda construct: construct.group)
    return PAGE.format(tables="\n\n".join(_table(name, [*members], places) for name, members in groups))


def _table(group: str, members: list[Construct], places: dict[str, list[Mark]]) -> str:
    rows = [
        f"| {construct.name} | {_links(places[construct.name], is_yes=True)} "
        f"| {_links(places[construct.name], is_yes=False)} |"
        for construct in members
    ]
    return "\n".join([f"## {group}", "", "| construct | found | looks like it |", "| --- | --- | --- |", *rows])


def _links(places: list[Mark], *, is_yes: bool) -> str:
    return ", ".join(dict.fromkeys(_link(mark) for mark in places if mark.is_yes == is_yes))


def _link(mark: Mark) -> str:
    path = mark.program.relative_to(FIXTURES).as_posix()
    return f"[`{mark.name}` in {path}](../fixtures/python/{path})"
