"""The order in which places are told."""

from scanner.model import Location, Observation, Query
from scanner.render.outline import places


def test_the_program_comes_before_its_tests_and_migrations():
    paths = ["app/migrations/0002_fill.py", "app/tests/test_a.py", "app/views.py", "tests/conftest.py", "zoo/latest.py"]
    seen = tuple(Observation("python", "SELECT 1", "shop", location=Location(path, 1)) for path in paths)
    found = [place.location.path for place in places(Query("0" * 16, "shop", "SELECT ?", seen))]
    assert found == ["app/views.py", "zoo/latest.py", "app/migrations/0002_fill.py", *paths[1:2], "tests/conftest.py"]
