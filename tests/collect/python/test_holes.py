"""What stands around a gap tells what kind of thing is missing."""

import pytest

from scanner.collect.python.holes import marked
from scanner.collect.python.values import Gap, Literal, TextValue


def text(template: str) -> TextValue:
    """A text with a gap for every `{name}`."""
    pieces: list[Literal | Gap] = []
    for number, part in enumerate(template.replace("}", "{").split("{")):
        pieces.append(Gap(part) if number % 2 else Literal(part))
    return TextValue(tuple(pieces))


@pytest.mark.parametrize(
    ("template", "kinds"),
    [
        ("SELECT a FROM {t}", ["identifier"]),
        ("SELECT a FROM shop.{t} WHERE b = 1", ["identifier"]),
        ('UPDATE "{t}" SET a = 1', ["identifier"]),
        ("SELECT {t}.a FROM x JOIN {t} USING (b)", ["unknown"]),
        ("SELECT a FROM t JOIN {u} ON true", ["identifier"]),
        ("INSERT INTO {t} (a) VALUES (1)", ["identifier"]),
        ("INSERT INTO t ({columns}) VALUES ({values})", ["list", "list"]),
        ("SELECT a FROM t WHERE b IN ({marks})", ["list"]),
        ("SELECT a FROM t WHERE b IN {marks}", ["list"]),
        ("SELECT a FROM t WHERE b = {value}", ["value"]),
        ("SELECT a FROM t WHERE b = '{value}'", ["value"]),
        ("SELECT a FROM t WHERE b LIKE {value}", ["value"]),
        ("SELECT a FROM t LIMIT {n} OFFSET {m}", ["value", "value"]),
        ("SELECT a FROM t WHERE {column} = 1", ["identifier"]),
        ("SELECT a FROM t WHERE {conditions} ORDER BY a", ["clause"]),
        ("SELECT a FROM t {rest}", ["clause"]),
        ("SELECT a FROM t ORDER BY {order}", ["clause"]),
        ("UPDATE t SET {changes} WHERE a = 1", ["clause"]),
        ("SELECT {columns} FROM t", ["unknown"]),
    ],
)
def test_kind(template: str, kinds: list[str]) -> None:
    _, holes = marked(text(template))
    assert [hole.kind for hole in holes] == kinds


def test_the_same_expression_is_the_same_hole() -> None:
    sql, holes = marked(text("SELECT {t}.a FROM {t} WHERE b = {v}"))
    assert sql == "SELECT __hole_1__.a FROM __hole_1__ WHERE b = __hole_2__"
    assert [hole.expression for hole in holes] == ["t", "v"]


def test_long_expressions_are_shortened() -> None:
    _, holes = marked(text("SELECT a FROM {" + "x" * 500 + "}"))
    assert len(holes[0].expression) == 80
