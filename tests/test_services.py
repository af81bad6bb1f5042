"""Which service an observation belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.config import ServiceRule, SourceConfig
from scanner.model import Location, Observation, Query
from scanner.services import Services, owned_by_role


def seen(path: str | None = None, user: str | None = None, host: str | None = None) -> Observation:
    location = Location(path, 1) if path else None
    return Observation("python", "SELECT 1", location=location, user=user, host=host)


def services(path: Path | None, *rules: ServiceRule, service: str | None = None, root: Path = Path("/")) -> Services:
    source = SourceConfig("python", "shop", path=path, service=service)
    return Services(source, rules, root)


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
    assert services(tree / "services", rule, service="shop").assign(seen("billing/pay.py")).service == "shop"


def test_folders_are_services(tree: Path) -> None:
    assigned = services(tree / "services", root=tree)
    assert assigned.assign(seen("billing/pay.py")).service == "billing"
    assert assigned.assign(seen("catalog/app/views.py")).service == "catalog"


@pytest.mark.parametrize(
    ("path", "place", "service"),
    [("tool", "main.py", "tool"), ("tool/main.py", "main.py", "tool"), ("packed", "app/main.py", "packed")],
)
def test_a_project_is_one_service(tree: Path, path: str, place: str, service: str) -> None:
    assert services(tree / path).assign(seen(place)).service == service


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
    assert assigned.assign(seen("billing/pay.py")).service == "payments"
    assert assigned.assign(seen("catalog/app/views.py")).service == "catalog"


def test_a_folder_is_no_prefix_of_a_name(tree: Path) -> None:
    assigned = services(tree / "services", ServiceRule("payments", paths=("services/bill",)), root=tree)
    assert assigned.assign(seen("billing/pay.py")).service == "billing"


def test_rules_match_user_and_host_together() -> None:
    rules = (
        ServiceRule("billing", users=("billing_*",), hosts=("10.0.3.*",)),
        ServiceRule("batch", hosts=("cron",)),
    )
    assigned = services(None, *rules)
    assert assigned.assign(seen(user="billing_rw", host="10.0.3.7")).service == "billing"
    assert assigned.assign(seen(user="billing_rw", host="10.9.9.9")).service is None
    assert assigned.assign(seen(user="anyone", host="cron")).service == "batch"
    assert assigned.assign(seen()).service is None


def test_the_first_rule_wins() -> None:
    assigned = services(None, ServiceRule("a", users=("app",)), ServiceRule("b", users=("*",)))
    assert [assigned.assign(seen(user=user)).service for user in ("app", "root")] == ["a", "b"]


def test_a_rule_of_paths_alone_says_nothing_of_users() -> None:
    assert services(None, ServiceRule("a", paths=("*",))).assign(seen(user="app")).service is None


def test_a_query_nobody_else_owns_is_its_roles() -> None:
    query = Query("f", "shop", "SELECT 1", (seen(user="app"), seen(user="batch"), seen()))
    assert owned_by_role(query).services == ("app", "batch")


def test_a_shared_role_is_no_second_owner() -> None:
    code = Observation("python", "SELECT 1", service="billing")
    query = Query("f", "shop", "SELECT 1", (code, seen(user="app")))
    assert owned_by_role(query) == query
