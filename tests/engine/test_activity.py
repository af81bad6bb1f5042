"""Clients of a shared role, told apart by looking at the sessions of a real server."""

from __future__ import annotations

from contextlib import ExitStack, closing

import psycopg
import pytest

import scanner
from scanner.collect.pg_stat_statements import collect_live
from scanner.collect.pg_stat_statements.activity import Activity
from scanner.model import Observation
from tests.engine.servers import Database, postgres_server
from tests.engine.test_pg_stat_statements_limits import messages, reader

SECONDS = 0.3


@pytest.fixture
def shop(postgres_database: Database) -> Database:
    postgres_database.run("CREATE EXTENSION pg_stat_statements; CREATE TABLE orders (id int, total int)")
    postgres_database.rows("SELECT pg_stat_statements_reset()")
    return postgres_database


@pytest.fixture
def sessions(shop):
    """Opens sessions that stay open, and runs a statement in each."""
    with ExitStack() as opened:

        def run(name: str, sql: str, dsn: str = shop.dsn, **options: str) -> None:
            session = psycopg.connect(dsn, application_name=name, autocommit=True, **options)
            opened.enter_context(closing(session)).execute(sql)

        yield run


def by_text(items) -> dict[str, Observation]:
    return {item.sql: item for item in items if isinstance(item, Observation)}


def test_clients_of_one_role(shop, sessions):
    sessions("web", "SELECT id FROM orders")
    sessions("worker", "SELECT id FROM orders")
    sessions("worker", "SELECT total FROM orders")
    sessions("", "SELECT total, id FROM orders")
    shop.run("SELECT count(*) FROM orders")
    items = list(collect_live(shop.dsn, sample_s=SECONDS))
    found = by_text(items)
    assert found["SELECT id FROM orders"].application_names == ("web", "worker")
    assert found["SELECT id FROM orders"].calls == 2
    assert found["SELECT total FROM orders"].application_names == ("worker",)
    assert found["SELECT total FROM orders"].hosts == ("127.0.0.1",)
    assert found["SELECT total, id FROM orders"].application_names == ()
    assert found["SELECT total, id FROM orders"].hosts == ("127.0.0.1",)
    assert found["SELECT count(*) FROM orders"].hosts == ()
    assert "in 0.3 s saw clients of 3 queries; what others run" in messages(items)
    assert not any("query-dependency-scanner" in item.application_names for item in found.values())


def test_without_sampling_nothing_is_said_of_clients(shop, sessions):
    sessions("web", "SELECT id FROM orders")
    items = list(collect_live(shop.dsn))
    assert by_text(items)["SELECT id FROM orders"].application_names == ()
    assert "looks at the sessions" not in messages(items)


def test_another_database_and_another_role_are_not_mixed_up(postgres, shop, sessions):
    with postgres.fresh_database() as other, reader(shop, "clerk") as as_clerk:
        other.run("CREATE TABLE orders (id int, total int)")
        shop.run("GRANT SELECT ON orders TO clerk; SELECT id FROM orders")
        sessions("elsewhere", "SELECT id FROM orders", dsn=other.dsn)
        sessions("clerks", "SELECT id FROM orders", dsn=as_clerk.dsn)
        items = list(collect_live(shop.dsn, sample_s=SECONDS))
    named = {item.user: item.application_names for item in items if isinstance(item, Observation)}
    assert named == {"postgres": (), "clerk": ("clerks",)}


def test_a_restricted_role_sees_no_clients(shop, sessions):
    with reader(shop, "clerk") as as_clerk:
        sessions("web", "SELECT id FROM orders")
        items = list(collect_live(as_clerk.dsn, sample_s=SECONDS))
    assert "1 sessions of other roles hid what they run: GRANT pg_read_all_stats TO clerk." in messages(items)


def test_without_query_ids():
    with postgres_server(settings={"track_activities": "off"}) as server:
        server.run("CREATE EXTENSION pg_stat_statements; SELECT 1")
        with closing(server.connect()):
            items = list(collect_live(server.dsn, sample_s=SECONDS))
    assert "set compute_query_id to auto and track_activities to on." in messages(items)
    assert by_text(items)


def test_services_of_a_shared_role(shop, sessions, tmp_path):
    sessions("web-1", "SELECT * FROM orders")
    sessions("worker", "SELECT id FROM orders")
    (tmp_path / "schema.sql").write_text("CREATE TABLE orders (id int, total int);")
    (tmp_path / "scanner.toml").write_text(
        f"""
        [[databases]]
        name = "shop"
        engine = "postgres:15"
        schema = "schema.sql"
        [[sources]]
        kind = "pg_stat_statements"
        dsn = "{shop.dsn}"
        sample_activity = "0.3s"
        [[services]]
        name = "shop front"
        application_names = ["web-*"]
        [[services]]
        name = "{{application_name}}"
        application_names = ["w*r"]
        """.replace("0.3s", "0.3s")
    )
    queries = scanner.scan(str(tmp_path / "scanner.toml")).queries.set_index("sql")
    assert queries.services["SELECT * FROM orders"] == "shop front"
    assert queries.services["SELECT id FROM orders"] == "worker"


def test_many_clients_are_bounded():
    activity = Activity(seconds=1)
    activity.look([("1", "app", "shop", f"pod-{number}", None, False) for number in range(500)])
    assert len(activity.clients("1", "app", "shop").application_names) == 50
    assert "1 queries have many clients, of which 50 are named." in list(activity.limits(None))


def test_a_server_that_is_not_there_is_told_once():
    with pytest.raises(scanner.errors.SourceError, match="could not be read") as raised:
        list(collect_live("postgresql://me:secret@127.0.0.1:1/shop", sample_s=SECONDS))
    assert "secret" not in str(raised.value)


def test_a_client_that_calls_itself_by_its_dsn():
    activity = Activity(seconds=1)
    activity.look([("1", "app", "shop", "tool postgresql://me:planted@db/shop", None, False)])
    assert activity.clients("1", "app", "shop").application_names == ("tool postgresql://me:***@db/shop",)
