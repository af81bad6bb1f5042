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
FUNCTIONS = re.findall(r"^def (\w+)", (FIXTURE / "queries.py").read_text(encoding="utf-8"), re.MULTILINE)
FOUND = {
    each.location.function: each.sql
    for each in collect(FIXTURE, family="postgres")
    if isinstance(each, Observation) and each.location and each.location.path == "queries.py"
}
# A process can be set up for one Django project only: this one is not the one of the tests.
COMPILE = """
import importlib, json, sys, django
from django.conf import settings

engine = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}}
settings.configure(DATABASES=engine, INSTALLED_APPS=["fixtures.python.django_places"], USE_TZ=True)
django.setup()
queries = importlib.import_module("fixtures.python.django_places.queries")
print(json.dumps({name: str(getattr(queries, name)().query) for name in sys.argv[1:]}))
"""


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    command = [sys.executable, "-c", COMPILE, *FUNCTIONS]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(ran.stdout)


def columns(sql: str) -> list[str]:
    return re.findall(r'"\w+"\."\w+"', sql)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_django_reads_the_same_columns(compiled: dict[str, str], function: str) -> None:
    assert columns(FOUND[function]) == columns(compiled[function]), compiled[function]
    assert columns(compiled[function])
