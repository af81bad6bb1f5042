import pytest

from scanner.model import Subject
from scanner.render.words import count, duration, listing, one_line, subjects_words, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("naïve 数据 ☃", "naïve 数据 ☃"),
        ("a\n\tb", "a\n\tb"),
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("a\u202eb\u2066c\u200bd", "a\\u202eb\\u2066c\\u200bd"),
        ("\udc80\x00\x9b\xa0", "\\udc80\\x00\\x9b\\xa0"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_visible(text, expected):
    assert visible(text) == expected
    assert visible(visible(text)) == expected


def test_one_line():
    assert one_line(" SELECT 1,\r\n\t 2\n") == "SELECT 1, 2"


@pytest.mark.parametrize(
    ("value", "noun", "expected"),
    [
        (1, "query", "1 query"),
        (2, "query", "2 queries"),
        (0, "call", "0 calls"),
        (12_400, "call", "12,400 calls"),
    ],
)
def test_count(value, noun, expected):
    assert count(value, noun) == expected


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [
        (0, "0 ms"),
        (0.1234, "0.123 ms"),
        (812.0, "812 ms"),
        (999.7, "1 s"),
        (12_400, "12.4 s"),
        (59_949, "59.9 s"),
        (59_960, "1 min"),
        (200_300, "3 min 20 s"),
        (3_599_900, "1 h"),
        (7_500_000, "2 h 5 min"),
        (93_600_000, "1 d 2 h"),
    ],
)
def test_duration(milliseconds, expected):
    assert duration(milliseconds) == expected


def test_listing():
    assert [listing("a"), listing("ab"), listing("abc")] == ["a", "a and b", "a, b and c"]


def test_subjects_are_counted_by_kind_queries_first():
    subjects = [Subject("model", "m"), Subject("query", "1"), Subject("query", "2"), Subject("trigger", "t")]
    assert subjects_words(subjects) == "2 queries, 1 model and 1 trigger"
