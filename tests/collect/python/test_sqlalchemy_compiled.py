"""What SQLAlchemy itself makes of the fixture's statements is what was found, to the letter."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.model import Observation

ROOT = Path(__file__).parents[3]
FIXTURE = ROOT / "fixtures" / "python" / "sqlalchemy_places"
FUNCTIONS = re.findall(r"^def (\w+)", (FIXTURE / "queries.py").read_text(encoding="utf-8"), re.MULTILINE)
FOUND = {
    each.location.function: each.sql
    for each in collect(FIXTURE, family="postgres")
    if isinstance(each, Observation) and each.location and each.location.path == "queries.py"
}
# What the fixture imports is not imported by the tests.
COMPILE = """
import importlib, json, sys
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import configure_mappers

queries = importlib.import_module("fixtures.python.sqlalchemy_places.queries")
dialect = postgresql.psycopg2.dialect()
configure_mappers()
made = {name: getattr(queries, name)() for name in sys.argv[1:]}
text = lambda each: each.compile(dialect=dialect) if hasattr(each, "compile") else each  # a Query tells what it sends
print(json.dumps({name: str(text(each)) for name, each in made.items()}))
"""


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    command = [sys.executable, "-c", COMPILE, *FUNCTIONS]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(ran.stdout)


def plain(sql: str) -> str:
    """In one line; parameters as %s, and a list of them as one."""
    sql = re.sub(r"%\(\w+\)s|(?<!:):\w+|__\[POSTCOMPILE_\w+\]", "%s", re.sub(r"\s+", " ", sql))
    return re.sub(r"(?<=IN )\((?:%s, )*%s\)", "(%s)", re.sub(r" ?= ?", " = ", sql))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_sqlalchemy_makes_the_same_statement(compiled: dict[str, str], function: str) -> None:
    assert plain(FOUND[function]) == plain(compiled[function])
