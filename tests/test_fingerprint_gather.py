"""Observations of one query meet, with their counts added and nothing of production's literals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.fingerprint import Gathering, gather
from scanner.model import Database, Engine, Hole, Location, Observation, Query

SHOP = Database("shop", Engine.parse("postgres:15"))
LOGISTICS = Database("logistics", Engine.parse("mariadb:10.11"))
DATABASES = {d.name: d for d in (SHOP, LOGISTICS)}


def gathered(*observations: Observation) -> list[Query]:
    return gather(observations, DATABASES)


def in_production(sql: str, calls: int | None = 1, database: str = "shop") -> Observation:
    return Observation("pg_stat_statements", sql, database, ("checkout",), calls=calls)


def in_slow_log(sql: str) -> Observation:
    return Observation("mysql_slow_log", sql, "logistics", calls=1)


def in_digests(sql: str, calls: int = 100) -> Observation:
    return Observation("mysql_digests", sql, "logistics", calls=calls, digest=True)


def in_source(sql: str, line: int = 41, database: str = "shop") -> Observation:
    return Observation("python", sql, database, ("billing",), location=Location("billing/orders.py", line))


def test_production_meets_the_line_of_source() -> None:
    (query,) = gathered(
        in_production("SELECT * FROM orders WHERE id = $1", calls=120_000),
        in_source("SELECT * FROM orders\n WHERE id = %(id)s"),
    )
    assert query.calls == 120_000
    assert [str(o.location) for o in query.located] == ["billing/orders.py:41"]
    assert query.services == ("billing", "checkout")
    assert query.sql == "SELECT * FROM orders WHERE id = $1"


def test_most_called_first_and_source_last() -> None:
    queries = gathered(in_source("SELECT 1 FROM a"), in_production("SELECT b", 5), in_production("SELECT c", 50))
    assert [q.sql for q in queries] == ["SELECT c", "SELECT b", "SELECT $1 FROM a"]


def test_each_database_has_queries_of_its_own() -> None:
    queries = gathered(in_production("SELECT a"), in_production("SELECT a", database="logistics"))
    assert [(q.database, q.fingerprint) for q in queries] == [
        ("logistics", queries[1].fingerprint),
        ("shop", queries[1].fingerprint),
    ]


def test_observations_of_unknown_databases_are_left_out() -> None:
    assert (
        gathered(in_production("SELECT a", database="warehouse"), replace(in_source("SELECT a"), database=None)) == []
    )


def test_sightings_that_differ_only_in_counts_are_added() -> None:
    early, late = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)
    entry = replace(in_slow_log("SELECT a FROM t WHERE b = 1"), total_time_ms=1.5, rows=2, last_seen=late)
    other = replace(in_slow_log("SELECT a FROM t WHERE b = 2"), total_time_ms=2.0, rows=3, last_seen=early)
    (query,) = gathered(entry, other)
    (seen,) = query.observations
    assert (seen.calls, seen.total_time_ms, seen.rows, seen.last_seen) == (2, 3.5, 5, late)


def test_what_a_source_does_not_know_stays_unknown() -> None:
    (query,) = gathered(in_production("SELECT a", None), in_production("SELECT a", None))
    (seen,) = query.observations
    assert (seen.calls, seen.rows, seen.last_seen) == (None, None, None)
    (query,) = gathered(in_production("SELECT a", None), in_production("SELECT a", 3))
    assert query.calls == 3


def test_places_and_users_stay_apart() -> None:
    sql = "SELECT a FROM t"
    (query,) = gathered(in_source(sql, 1), in_source(sql, 2), in_production(sql), replace(in_production(sql), user="x"))
    assert len(query.observations) == 4


def test_no_literal_is_kept() -> None:
    hole = Hole("__hole_3__", "order_by + 'secret' + f\"{x} secret\" + str(4711)")
    value = Hole("__hole_4__", "'secret'")
    sql = "SELECT a FROM t WHERE b = 'secret' AND c = __hole_4__ ORDER BY __hole_3__ -- secret"
    (query,) = gathered(replace(in_source(sql), holes=(value, hole)))
    assert "secret" not in repr(query)
    assert "4711" not in repr(query)
    assert query.sql == "SELECT a FROM t WHERE b = $1 AND c = $2 ORDER BY __hole_1__"
    assert [h.marker for h in query.observations[0].holes] == ["__hole_1__"]


def test_the_text_that_says_most_speaks_for_the_query() -> None:
    (query,) = gathered(
        in_production("SELECT json_populate_record($1::t, $2)"),
        in_source("SELECT json_populate_record(NULL::t, %s)"),
    )
    assert query.sql == "SELECT json_populate_record(NULL::t, $1)"


def test_a_digest_meets_the_statement_it_was_made_of() -> None:
    (query,) = gathered(
        in_digests("INSERT INTO EVENTS VALUES (...) /* , ... */"),
        in_slow_log("INSERT INTO events VALUES (1, 'a', 2), (2, 'b', 3)"),
    )
    assert query.sql == "INSERT INTO events VALUES (?, ?, ?)"
    assert query.calls == 100


def test_what_two_kinds_of_sources_count_is_not_added() -> None:
    """A slow log and digests count the same calls, those of the log only some of them."""
    (query,) = gathered(
        replace(in_digests("SELECT `a` FROM `t`"), total_time_ms=500.0, rows=7),
        *(replace(in_slow_log("SELECT a FROM t"), total_time_ms=90.0, user=user) for user in ("x", "y")),
    )
    assert (query.calls, query.total_time_ms, query.rows) == (100, 500.0, 7)
    (logged,) = gathered(
        replace(in_digests("SELECT `a` FROM `t`"), calls=1, total_time_ms=20.0),
        *(replace(in_slow_log("SELECT a FROM t"), total_time_ms=90.0, user=user) for user in ("x", "y")),
    )
    assert (logged.calls, logged.total_time_ms, logged.rows) == (2, 180.0, None)


def test_digests_lose_ordinals_and_spelling() -> None:
    (query,) = gathered(
        in_digests(
            "SELECT DISTINCTROW STATUS , @? FROM `t` WHERE `a` > CURDATE - INTERVAL ? SQL_TSI_DAY ORDER BY ?, ..."
        ),
        in_source(
            "SELECT DISTINCT status, @x FROM t WHERE a > CURRENT_DATE - INTERVAL 3 DAY ORDER BY 2, 1",
            database="logistics",
        ),
    )
    assert query.sql.endswith("INTERVAL ? DAY ORDER BY 2, 1")


def test_a_digest_that_two_statements_could_have_given_stays_alone() -> None:
    queries = gathered(
        in_digests("SELECT `a` , `b` FROM `t` ORDER BY ?"),
        in_slow_log("SELECT a, b FROM t ORDER BY 1"),
        in_slow_log("SELECT a, b FROM t ORDER BY 2"),
    )
    assert [q.calls for q in queries] == [100, 1, 1]


@pytest.mark.parametrize(
    "cut",
    [
        "SELECT `a` FROM `t` WHERE `b` = ? AND `c` IN (...",
        "SELECT `a` FROM `t` WHERE `b` = ? AND `c` IN (...) AN...",
        "SELECT `a` FROM `t` WHERE `b` = ? ...",
    ],
)
def test_a_digest_that_was_cut_off_meets_the_only_statement_that_begins_so(cut: str) -> None:
    whole = "SELECT a FROM t WHERE b = 1 AND c IN (1, 2) AND d = 3"
    (query,) = gathered(in_digests(cut), in_slow_log(whole))
    assert query.calls == 100
    other = in_slow_log("SELECT a FROM t WHERE b = 1 AND c IN (1, 2) AND e = 3")
    assert len(gathered(in_digests(cut), in_slow_log(whole), other)) == 3
    assert len(gathered(in_digests(cut), in_slow_log("SELECT a FROM t WHERE x = 1"))) == 2


def test_double_quotes_follow_the_database() -> None:
    ansi = replace(LOGISTICS, sql_mode=frozenset({"ANSI_QUOTES"}))
    (query,) = gather([in_slow_log('SELECT "a" FROM t')], {"logistics": ansi})
    assert query.sql == "SELECT `a` FROM t"


_SEEN = st.builds(
    Observation,
    st.sampled_from(["pg_stat_statements", "python", "mysql_digests"]),
    st.sampled_from(
        ["SELECT a FROM t WHERE b = 1", "SELECT a FROM t WHERE b = 'x'", "select A from T", "DELETE FROM t"]
    ),
    st.sampled_from(["shop", "logistics", "elsewhere"]),
    st.sampled_from(["billing", None]),
    calls=st.none() | st.integers(0, 1000),
    total_time_ms=st.none() | st.floats(0, 1e9),
    location=st.none() | st.builds(Location, st.sampled_from(["a.py", "b.py"]), st.integers(1, 3)),
)


@given(st.lists(_SEEN), st.lists(st.integers(0, 3)), st.permutations(range(4)))
def test_parts_gathered_apart_and_merged_in_any_order_are_the_same_queries(
    seen: list[Observation], places: list[int], order: list[int]
) -> None:
    parts = [Gathering(DATABASES) for _ in order]
    for observation, place in zip_longest(seen, places[: len(seen)], fillvalue=0):
        parts[place].add(observation)  # type: ignore[arg-type,index]
    whole = Gathering(DATABASES)
    for place in order:
        whole.merge(parts[place])
    assert whole.queries() == gathered(*seen)
