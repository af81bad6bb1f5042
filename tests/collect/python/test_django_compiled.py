"""What Django itself makes of the fixture's QuerySets reads the tables and columns that were found, in their order."""

import importlib
import re
from pathlib import Path
from types import ModuleType

import django
import pytest
from django.conf import settings

from scanner.collect.python import collect
from scanner.model import Observation

FIXTURE = Path(__file__).parents[3] / "fixtures" / "python" / "django_places"
FUNCTIONS = re.findall(r"^def (\w+)", (FIXTURE / "queries.py").read_text(encoding="utf-8"), re.MULTILINE)
FOUND = {
    each.location.function: each.sql
    for each in collect(FIXTURE, family="postgres")
    if isinstance(each, Observation) and each.location and each.location.path == "queries.py"
}


@pytest.fixture(scope="module")
def queries() -> ModuleType:
    if not settings.configured:
        engine = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}}
        settings.configure(DATABASES=engine, INSTALLED_APPS=["fixtures.python.django_places"], USE_TZ=True)
        django.setup()
    return importlib.import_module("fixtures.python.django_places.queries")


def columns(sql: str) -> list[str]:
    return re.findall(r'"\w+"\."\w+"', sql)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_django_reads_the_same_columns(queries: ModuleType, function: str) -> None:
    compiled = str(getattr(queries, function)().query)
    assert columns(FOUND[function]) == columns(compiled), compiled
    assert columns(compiled)
