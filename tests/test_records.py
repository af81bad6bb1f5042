"""Tables as clients and tools write them, whole and damaged."""

from __future__ import annotations

import io
import json

import pytest

from scanner.records import columns, read_records, records

TWO = (frozenset(("a", "b")), frozenset(("c", "d")))


def values(text: str) -> list[object]:
    return [record.values for record in records(text)]


@pytest.mark.parametrize(
    "text",
    [
        'a,b\n1,"x, ""y""\n"\n',
        '\ufeffA;"B"\r\n1;"x, ""y""\n"\r\n',
        '"a"\t"b"\n1\t"x, ""y""\n"\n',
        'a\tb\n1\tx, "y"\\n\n',
        'a\tb\r\n1\tx, "y"\\n\r\n',
        'a\tb\n1\tx, "y"\\n',
        '[{"a": "1", "b": "x, \\"y\\"\\n"}]',
        '\ufeff{"A": "1", "b": "x, \\"y\\"\\n", "c": null}\n',
    ],
)
def test_forms_of_a_table(text: str) -> None:
    assert values(text) == [{"a": "1", "b": 'x, "y"\n'}]
    assert columns(text)[:2] == ("a", "b")


def test_what_is_empty_is_left_out() -> None:
    assert values("a\tb\n1\tNULL\n\\N\t2\n\t3\n") == [{"a": "1"}, {"b": "2"}, {"b": "3"}]


def test_characters_that_would_end_a_field() -> None:
    assert values("a\tb\n1\t\\t\\n\\\\n\\0\\r\n") == [{"a": "1", "b": "\t\n\\n\0\r"}]


def test_a_carriage_return_is_no_end_of_a_line() -> None:
    assert values("a\tb\n1\tx\ry\r\n2\tz\n") == [{"a": "1", "b": "x\ry\r"}, {"a": "2", "b": "z"}]


def test_several_tables_in_one_file() -> None:
    text = "a\tb\n1\t2\nC\td\te\n3\t4\t5\na\tb\n6\t7\n"
    found = [(record.line, record.values) for record in read_records(io.StringIO(text), TWO)]
    assert found == [
        (2, {"a": "1", "b": "2"}),
        (4, {"c": "3", "d": "4", "e": "5"}),
        (6, {"a": "6", "b": "7"}),
    ]


def test_a_quote_too_many_costs_one_row() -> None:
    text = 'a,b\n1,"x"\n2,"y\n3,z\n4,"u\nv"\n5,w\n'
    found = [(record.line, record.values) for record in records(text)]
    assert found == [
        (2, {"a": "1", "b": "x"}),
        (3, None),
        (4, {"a": "3", "b": "z"}),
        (5, {"a": "4", "b": "u\nv"}),
        (7, {"a": "5", "b": "w"}),
    ]


@pytest.mark.parametrize("separator", [",", ",\n", "\n", ", "])
def test_a_broken_object_costs_itself_alone(separator: str) -> None:
    parts = [json.dumps({"a": number, "b": 'x {"y'}) for number in range(4)]
    parts[1] = parts[1].replace(": 1", ": 1x")
    assert [each and each["a"] for each in values("[" + separator.join(parts) + "]")] == [0, None, 2, 3]  # type: ignore[call-overload,index]


def test_many_quotes_cost_time_in_proportion() -> None:
    assert len(values("a,b\n" + '1,"\n' * 20_000)) <= 20_000
    assert len(values("[" + '{"a": "' * 20_000)) <= 20_000
