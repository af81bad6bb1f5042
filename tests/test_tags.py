"""What a statement says of itself in comments."""

from __future__ import annotations

import pytest

from scanner.model import Family
from scanner.tags import tags_of


@pytest.mark.parametrize(
    ("sql", "tags"),
    [
        ("SELECT 1", {}),
        ("SELECT 1 /*application:shop,controller:orders*/", {"application": "shop", "controller": "orders"}),
        ("/* application: shop */ SELECT 1", {"application": "shop"}),
        ("SELECT 1 FROM t /*job:Mail::Send*/ WHERE a = 1;", {"job": "Mail::Send"}),
        (
            "SELECT 1 /*action='%2Fpay%20now',db_driver='psycopg2',traceparent='00-5bd6-00'*/",
            {"action": "/pay now", "db_driver": "psycopg2", "traceparent": "00-5bd6-00"},
        ),
        (r"SELECT 1 /*name='it\'s',route%20key='a'*/;", {"name": "it's", "route key": "a"}),
        ("SELECT 1 /*route='a,b:c',app='x'*/", {"route": "a,b:c", "app": "x"}),
        ("SELECT 1 /* service=shop, endpoint=pay */", {"service": "shop", "endpoint": "pay"}),
        ("/*app:a*/ SELECT 1 /*app:b*/", {"app": "b"}),
        ("SELECT 1 /* no tags in here, none */", {}),
        ("SELECT 1 /*application:shop,contr", {}),
        ("SELECT '/*app:a*/' /*app:b*/", {"app": "b"}),
        ('SELECT 1 AS "/*app:a*/"', {}),
        ("SELECT 1 -- /*app:a*/", {}),
        ("SELECT 1 /*+ app:a */", {}),
    ],
)
@pytest.mark.parametrize("family", ["postgres", "mysql"])
def test_tags_of_comments(sql: str, tags: dict[str, str], family: Family) -> None:
    assert dict(tags_of(sql, family)) == tags


@pytest.mark.parametrize(
    ("sql", "family", "tags"),
    [
        (r"SELECT 'C:\' /*app:a*/", "postgres", {"app": "a"}),
        (r"SELECT 'it\'s' /*app:a*/", "mysql", {"app": "a"}),
        (r"SELECT 'it\' /*app:a*/'", "mysql", {}),
        (r"SELECT E'it\' /*app:a*/'", "postgres", {}),
        ("SELECT $x$ /*app:a*/ $x$ /*app:b*/", "postgres", {"app": "b"}),
        ("SELECT 1 # /*app:a*/", "mysql", {}),
        ("SELECT a # b /*app:a*/", "postgres", {"app": "a"}),
        ("SELECT 1 /*!50000 app:a */", "mysql", {}),
        ("SELECT 1 /*M!100500 app:a */", "mysql", {}),
        ("SELECT 1--1 /*app:a*/", "mysql", {"app": "a"}),
    ],
)
def test_what_holds_a_comment_depends_on_the_engine(sql: str, family: Family, tags: dict[str, str]) -> None:
    assert dict(tags_of(sql, family)) == tags


def test_both_values_of_a_key_are_there() -> None:
    assert tags_of("/*app:a*/ SELECT 1 /*app:b*/", "mysql") == (("app", "a"), ("app", "b"))


def test_values_are_bounded_and_hostile_comments_cost_a_bounded_time() -> None:
    ((_, value),) = tags_of(f"SELECT 1 /*app:{'x' * 5000}*/", "mysql")
    assert len(value) == 200
    assert tags_of("/*" + "a:'" * 200_000, "mysql") == ()
    assert tags_of("/*" + "a='" * 200_000 + "*/", "mysql") == ()
