"""What Django itself makes of the fixture's QuerySets reads the tables and columns that were found, in their order."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.model import Observation

ROOT = Path(__file__).parents[3]
FIXTURE = ROOT / "fixtures" / "python" / "django_places"
PROGRAMS = ("queries", "expressions", "managers")
FUNCTIONS = [
    (program, name)
    for program in PROGRAMS
    for name in re.findall(r"^def (\w+)", (FIXTURE / f"{program}.py").read_text(encoding="utf-8"), re.MULTILINE)
]
FOUND = {
    (Path(each.location.path).stem, each.location.function): each.sql
    for each in collect(FIXTURE, family="postgres")
    if isinstance(each, Observation) and each.location
}
# A process can be set up for one Django project only: this one is not the one of the tests.
COMPILE = """
import importlib, json, sys, django
from django.conf import settings

engine = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}}
settings.configure(DATABASES=engine, INSTALLED_APPS=["fixtures.python.django_places"], USE_TZ=True)
django.setup()
found = {}
for name in sys.argv[1:]:
    program, function = name.split(".")
    queries = importlib.import_module(f"fixtures.python.django_places.{program}")
    found[name] = getattr(queries, function)().query.sql_with_params()[0]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    command = [sys.executable, "-c", COMPILE, *(".".join(each) for each in FUNCTIONS)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(ran.stdout)


def parametrised(sql: str) -> str:
    """Small numbers that Django writes or passes."""
    return re.sub(r'(?<=LIMIT )\d+|\b1(?= AS "a")', "%s", sql)


@pytest.mark.parametrize(("program", "function"), FUNCTIONS)
def test_django_makes_the_same_statement(compiled: dict[str, str], program: str, function: str) -> None:
    assert parametrised(FOUND[program, function]) == parametrised(compiled[f"{program}.{function}"])
