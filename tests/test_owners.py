"""Names of services and owners out of the files that describe projects."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.config import SourceConfig
from scanner.model import Location, Observation
from scanner.services import Services
from scanner.services.codeowners import CodeOwners

BACKSTAGE = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: billing-db}
spec: {type: library, owner: nobody}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: billing
  annotations: {since: 2020-13-45}
spec:
  type: service
  owner: group:default/team-billing
---
kind: API
metadata: {name: billing-api}
"""


def write(tree: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    return tree


def assigner(tree: Path, root: Path | None = None) -> Services:
    return Services(SourceConfig("python", "shop", path=tree), (), root or tree, "postgres")


def assigned(tree: Path, path: str, root: Path | None = None) -> Observation:
    return assigner(tree, root).assign(Observation("python", "SELECT 1", location=Location(path, 1)))


def service(tree: Path, path: str) -> str | None:
    (service,) = assigned(tree, path).services
    return service


def owners(text: str, path: str) -> tuple[str, ...]:
    return CodeOwners(text).owners(path)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("catalog-info.yaml", BACKSTAGE, "billing"),
        ("catalog-info.yaml", "kind: System\nmetadata: {name: money}\n", "services"),
        ("catalog-info.yaml", "kind: Component\nmetadata: {name: '${{ values.name }}'}\n", "services"),
        ("pyproject.toml", '[project]\nname = "acme-billing"\n', "acme-billing"),
        ("pyproject.toml", '[tool.poetry]\nname = "acme-billing"\n', "acme-billing"),
        ("pyproject.toml", "[tool.ruff]\nline-length = 100\n", "services"),
        ("setup.cfg", "[metadata]\nname = acme-billing\n", "acme-billing"),
        ("setup.cfg", "[flake8]\nmax-line-length = 100\n", "services"),
    ],
)
def test_a_service_is_named_by_the_project_it_stands_in(tmp_path: Path, name: str, text: str, expected: str) -> None:
    write(tmp_path, {f"services/billing/{name}": text, "services/billing/app/pay.py": ""})
    assert service(tmp_path, "services/billing/app/pay.py") == expected


def test_the_nearest_project_names_the_service(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "company"\n',
        "billing/catalog-info.yaml": BACKSTAGE,
        "billing/jobs/pyproject.toml": '[project]\nname = "billing-jobs"\n',
    }
    write(tmp_path, files)
    places = ("tools/x.py", "billing/app/pay.py", "billing/jobs/night.py")
    assert [service(tmp_path, place) for place in places] == ["company", "billing", "billing-jobs"]


def test_a_compose_service_names_the_folder_it_is_built_from(tmp_path: Path) -> None:
    compose = """
services:
  pay: {build: ./billing}
  shop: {build: {context: catalog, dockerfile: Dockerfile}}
  web: {build: twice}
  worker: {build: twice}
  db: {image: postgres}
  remote: {build: "https://example.org/x.git"}
"""
    write(tmp_path, {"docker-compose.yml": compose})
    places = ("billing/a/b.py", "catalog/c.py", "twice/d.py")
    assert [service(tmp_path, place) for place in places] == ["pay", "shop", "twice"]


def test_a_project_is_named_by_what_stands_above_its_sources(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "pyproject.toml": '[project]\nname = "acme"\n', "src/main.py": ""})
    assert service(tmp_path / "src", "main.py") == "acme"


def test_services_of_a_monorepo_keep_their_folders(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "pyproject.toml": '[project]\nname = "acme"\n', "services/billing/pay.py": ""})
    assert service(tmp_path / "services", "billing/pay.py") == "billing"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("catalog-info.yaml", "a: [", "catalog-info.yaml is not valid YAML at line 1"),
        ("catalog-info.yaml", "[" * 5000, "catalog-info.yaml is nested too deeply"),
        ("pyproject.toml", "[project", "pyproject.toml is not valid TOML"),
        ("setup.cfg", "name = x", "setup.cfg is not valid"),
        ("compose.yaml", "a: b: c", "compose.yaml is not valid YAML at line 1"),
    ],
)
def test_a_file_that_cannot_be_used_is_said(tmp_path: Path, name: str, text: str, why: str) -> None:
    write(tmp_path, {f"billing/{name}": text})
    found = assigner(tmp_path)
    assert found.assign(Observation("python", "SELECT 1", location=Location("billing/pay.py", 1))).services == (
        "billing",
    )
    assert [(spot.place, why in spot.message) for spot in found.blind_spots] == [(str(tmp_path / "billing"), True)]


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("* @org/all\n*.py @py\n", "a/b.py", ("@py",)),
        ("*.py @py\n* @org/all\n", "a/b.py", ("@org/all",)),
        ("/docs/ @docs\n", "docs/a/b.py", ("@docs",)),
        ("/docs/ @docs\n", "x/docs/a.py", ()),
        ("docs/ @docs\n", "x/docs/a.py", ("@docs",)),
        ("docs/* @docs\n", "docs/a.py", ("@docs",)),
        ("docs/* @docs\n", "docs/a/b.py", ()),
        ("billing @pay\n", "x/billing/a/b.py", ("@pay",)),
        ("/billing/**/jobs @jobs\n", "billing/a/b/jobs/x.py", ("@jobs",)),
        ("/billing/ @a @b a@example.org # why\n", "billing/x.py", ("@a", "@b", "a@example.org")),
        ("/billing/ @a\n/billing/free/\n", "billing/free/x.py", ()),
        ("# /billing @a\n", "billing/x.py", ()),
        (r"/my\ files/ @a", "my files/x.py", ("@a",)),
        ("!*.py @a\n[ab].py @b\n", "a.py", ()),
        ("* @all\n[Billing][2] @pay\n/billing/\n*.sql @dba\n^[Docs]\n*.md @docs\n", "billing/x.sql", ("@all", "@dba")),
        ("[Billing] @pay\n/billing/\n[billing]\n/billing/x.py @x\n", "billing/x.py", ("@x",)),
    ],
)
def test_code_owners(text: str, path: str, expected: tuple[str, ...]) -> None:
    assert owners(text, path) == expected


@pytest.mark.parametrize("place", ["CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"])
def test_a_place_has_the_owners_of_its_file(tmp_path: Path, place: str) -> None:
    write(tmp_path, {".git/HEAD": "", place: "/services/billing/ @org/pay\n", "services/billing/pay.py": ""})
    found = assigned(tmp_path / "services", "billing/pay.py", root=tmp_path / "services").location
    assert found == Location("billing/pay.py", 1, owners=("@org/pay",))


def test_without_code_owners_the_catalogue_names_the_owner(tmp_path: Path) -> None:
    write(tmp_path, {"CODEOWNERS": "*.sql @dba\n", "billing/catalog-info.yaml": BACKSTAGE})
    found = [assigned(tmp_path, path).location for path in ("billing/a.py", "billing/a.sql", "other/a.py")]
    assert [place.owners for place in found if place] == [("group:default/team-billing",), ("@dba",), ()]
