"""Which service an observation belongs to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scanner.config import ServiceRule, SourceConfig
from scanner.model import Location, Observation, Query
from scanner.services import Services, owned_by_role


def seen(path: str | None = None, user: str | None = None, host: str | None = None) -> Observation:
    location = Location(path, 1) if path else None
    return Observation("python", "SELECT 1", location=location, user=user, hosts=(host,) if host else ())


def services(path: Path | None, *rules: ServiceRule, service: str | None = None, root: Path = Path("/")) -> Services:
    source = SourceConfig("python", "shop", path=path, service=service)
    return Services(source, rules, root, "postgres")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "services/billing/pay.py",
        "services/catalog/app/views.py",
        "tool/main.py",
        "packed/app/main.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "packed" / "pyproject.toml").touch()
    return tmp_path


def test_the_configured_service_wins(tree: Path) -> None:
    rule = ServiceRule("other", paths=("*",))
    assert services(tree / "services", rule, service="shop").assign(seen("billing/pay.py")).services == ("shop",)


def test_folders_are_services(tree: Path) -> None:
    assigned = services(tree / "services", root=tree)
    assert assigned.assign(seen("billing/pay.py")).services == ("billing",)
    assert assigned.assign(seen("catalog/app/views.py")).services == ("catalog",)


@pytest.mark.parametrize(
    ("path", "place", "service"),
    [("tool", "main.py", "tool"), ("tool/main.py", "main.py", "tool"), ("packed", "app/main.py", "packed")],
)
def test_a_project_is_one_service(tree: Path, path: str, place: str, service: str) -> None:
    assert services(tree / path).assign(seen(place)).services == (service,)


def test_paths_are_shown_relative_to_the_root(tree: Path) -> None:
    in_root = services(tree / "services", root=tree).assign(seen("billing/pay.py"))
    file = services(tree / "tool/main.py", root=tree).assign(seen("main.py"))
    outside = services(tree / "services", root=tree / "tool").assign(seen("billing/pay.py"))
    assert [o.location.path for o in (in_root, file, outside)] == [
        "services/billing/pay.py",
        "tool/main.py",
        f"{tree}/services/billing/pay.py",
    ]


@pytest.mark.parametrize("pattern", ["services/billing", "services/billing/", "services/b*", "*/pay.py"])
def test_rules_match_paths_below_the_root(tree: Path, pattern: str) -> None:
    rule = ServiceRule("payments", paths=(pattern,))
    assigned = services(tree / "services", rule, root=tree)
    assert assigned.assign(seen("billing/pay.py")).services == ("payments",)
    assert assigned.assign(seen("catalog/app/views.py")).services == ("catalog",)


def test_a_folder_is_no_prefix_of_a_name(tree: Path) -> None:
    assigned = services(tree / "services", ServiceRule("payments", paths=("services/bill",)), root=tree)
    assert assigned.assign(seen("billing/pay.py")).services == ("billing",)


def test_rules_match_user_and_host_together() -> None:
    rules = (
        ServiceRule("billing", users=("billing_*",), hosts=("10.0.3.*",)),
        ServiceRule("batch", hosts=("cron",)),
    )
    assigned = services(None, *rules)
    assert assigned.assign(seen(user="billing_rw", host="10.0.3.7")).services == ("billing",)
    assert assigned.assign(seen(user="billing_rw", host="10.9.9.9")).services == ()
    assert assigned.assign(seen(user="anyone", host="cron")).services == ("batch",)
    assert assigned.assign(seen()).services == ()


def test_every_rule_that_matches_names_a_service() -> None:
    assigned = services(None, ServiceRule("a", users=("app",)), ServiceRule("b", users=("*",)))
    assert [assigned.assign(seen(user=user)).services for user in ("app", "root")] == [("a", "b"), ("b",)]


def test_rules_match_application_names_and_databases() -> None:
    rules = (
        ServiceRule("jobs", application_names=("sidekiq*",)),
        ServiceRule("stock", databases=("stock",), users=("app",)),
    )
    assigned = services(None, *rules)
    shared = Observation("pg_stat_statements", "SELECT 1", application_names=("puma", "sidekiq 7"))
    in_use = Observation("mysql_slow_log", "SELECT 1", database="shop", default_schema="stock", user="app")
    assert assigned.assign(shared).services == ("jobs",)
    assert assigned.assign(in_use).services == ("stock",)
    assert assigned.assign(replace(in_use, default_schema="shop")).services == ()


def test_rules_match_tags() -> None:
    orders = ServiceRule("orders", tags=(("application", ("shop",)), ("controller", ("orders*",))))
    assigned = services(None, orders, ServiceRule("shop", tags=(("application", ("shop",)),)))

    def of(sql: str) -> tuple[str, ...]:
        return assigned.assign(Observation("mysql_slow_log", sql)).services

    assert of("SELECT 1 /*application:shop,controller:orders_admin*/") == ("orders", "shop")
    assert of("SELECT 1 /*application='shop',controller='carts'*/") == ("shop",)
    assert of("SELECT '/*application:shop*/'") == ()


def test_a_service_may_be_named_by_what_matched() -> None:
    tagged = ServiceRule("{tags.application}-{user}", users=("*_rw",), tags=(("application", ("*",)),))
    named = ServiceRule("{application_name}", application_names=("*-service",))
    assigned = services(None, tagged, named)
    assert assigned.assign(Observation("x", "SELECT 1 /*application:shop*/", user="app_rw")).services == (
        "shop-app_rw",
    )
    assert assigned.assign(Observation("x", "SELECT 1 /*application:shop*/", user="app")).services == ()
    several = Observation("x", "SELECT 1", application_names=("pay-service", "psql", "cart-service"))
    assert assigned.assign(several).services == ("cart-service", "pay-service")


def test_source_code_may_belong_to_several_services(tree: Path) -> None:
    rules = (ServiceRule("web", paths=("tool",)), ServiceRule("jobs", paths=("tool", "services")))
    assert services(tree / "tool", *rules, root=tree).assign(seen("main.py")).services == ("jobs", "web")


def test_a_rule_of_paths_alone_says_nothing_of_users() -> None:
    assert services(None, ServiceRule("a", paths=("*",))).assign(seen(user="app")).services == ()


def test_a_query_nobody_else_owns_is_its_roles() -> None:
    query = Query("f", "shop", "SELECT 1", (seen(user="app"), seen(user="batch"), seen()))
    assert owned_by_role(query).services == ("app", "batch")


def test_a_shared_role_is_no_second_owner() -> None:
    code = Observation("python", "SELECT 1", services=("billing",), location=Location("pay.py", 1))
    query = Query("f", "shop", "SELECT 1", (code, seen(user="app")))
    assert owned_by_role(query) == query


def test_a_role_that_no_rule_names_stands_beside_the_services_that_are_known() -> None:
    known = Observation("pg_stat_statements", "SELECT 1", services=("billing",), user="billing_rw", calls=5)
    query = Query("f", "shop", "SELECT 1", (known, seen(user="reports_ro")))
    assert owned_by_role(query).services == ("billing", "reports_ro")


def test_of_two_roles_that_no_rule_names_none_is_dropped() -> None:
    code = Observation("python", "SELECT 1", services=("billing",), location=Location("pay.py", 1))
    query = Query("f", "shop", "SELECT 1", (code, seen(user="app"), seen(user="reports_ro")))
    assert owned_by_role(query).services == ("app", "billing", "reports_ro")
