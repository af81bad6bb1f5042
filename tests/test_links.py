"""[[links]] of scanner.toml: from a place in a file to where a browser shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.config import load_config
from scanner.errors import ConfigError
from scanner.model import Link, Location

GITHUB = "https://git.example/shop/blob/main/{path}#L{line}"


def test_the_address_of_a_place() -> None:
    assert Link(GITHUB).url(Location("a/b.py", 12)) == "https://git.example/shop/blob/main/a/b.py#L12"
    below = Link("https://git.example/billing/{path}?line={line}", "services/billing")
    assert below.url(Location("services/billing/app.py", 3)) == "https://git.example/billing/app.py?line=3"
    assert below.url(Location("services/billing2/app.py", 3)) is None


@pytest.mark.parametrize("path", ["../a.py", "/etc/passwd"])
def test_a_file_outside_has_none(path: str) -> None:
    assert Link(GITHUB).url(Location(path, 1)) is None


def test_what_a_path_holds_is_no_part_of_the_address_but_the_path() -> None:
    url = Link(GITHUB).url(Location("a b/{line}?x=\"'><#\u202e\udc80.py", 1))
    assert url == "https://git.example/shop/blob/main/a%20b/%7Bline%7D%3Fx%3D%22%27%3E%3C%23%E2%80%AE%3F.py#L1"


def test_the_nearest_folder_comes_first(tmp_path: Path) -> None:
    config = _config(
        tmp_path,
        f'[[links]]\ntemplate = "{GITHUB}"\n'
        '[[links]]\npath = "./services/billing/"\ntemplate = "http://git.example/billing/{path}"\n',
    )
    assert [link.folder for link in config.links] == ["services/billing", ""]


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert('{path}')",
        "file:///{path}",
        "//git.example/{path}",
        "https://{path}/x",
        "https:///{path}",
        "https://git.example/x y/{path}",
        "https://git.example/{path}\\u202e\\u0000",
        "https://git.example/main#L{line}",
        "https://git.example/{repo}/{path}",
        "https://git.example/{path}{",
        "https://[git/{path}",
    ],
)
def test_a_template_that_is_no_address_of_a_file(tmp_path: Path, template: str) -> None:
    with pytest.raises(ConfigError, match=r"^scanner.toml: \[\[links\]\] entry 1: template must "):
        _config(tmp_path, f'[[links]]\ntemplate = "{template}"\n')


def _config(folder: Path, links: str):
    (folder / "schema.sql").write_text("CREATE TABLE t (i integer);")
    database = '[[databases]]\nname = "shop"\nengine = "postgres:16"\nschema = "schema.sql"\n'
    (folder / "scanner.toml").write_text(database + links)
    return load_config(folder / "scanner.toml")
