"""Reports opened in a real Chromium. A page that says anything on its console fails the test that opened it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import scanner
from scanner.model import Report
from scanner.render.html import to_html
from tests.browser.chromium import BrowserMissingError, chromium
from tests.browser.large import large_report
from tests.conftest import NOTES
from tests.render.conftest import HOSTILE, hostile_report

SHOP = Path(__file__).parents[2] / "fixtures" / "shop" / "scanner.toml"
CHANGE = "ALTER TABLE orders ADD COLUMN status text NOT NULL"

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """A Chromium. One that cannot be run fails the tests; skipping is opted into."""
    try:
        starting = chromium()
        browser = starting.__enter__()
    except BrowserMissingError as missing:
        if os.environ.get("SCANNER_TEST_ALLOW_MISSING") == "1":
            pytest.skip(str(missing))
        pytest.fail(f"{missing} (SCANNER_TEST_ALLOW_MISSING=1 skips these tests.)", pytrace=False)
    note = f"Browser the tests ran in: Chromium {browser.version}"
    if note not in pytestconfig.stash[NOTES]:
        pytestconfig.stash[NOTES].append(note)
    try:
        yield browser
    finally:
        starting.__exit__(None, None, None)


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Opens a file, with options of a browser's context such as ``color_scheme``."""
    said: list[str] = []
    contexts = []

    def opening(file: Path, fragment: str = "", **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
        page.goto(file.as_uri() + fragment)
        return page

    yield opening
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on orders.status of the example company."""
    scan = scanner.scan(SHOP)
    return _written(tmp_path_factory, scan.impact(CHANGE, database="shop").report)


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of 10,000 findings."""
    return _written(tmp_path_factory, large_report(10_000))


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest) -> Report:
    """A report that shows, wherever it shows text, one that an attacker would like to be run."""
    return hostile_report(HOSTILE[request.param])


@pytest.fixture
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Report], Path]:
    """Writes any report as a file."""
    return lambda report: _written(tmp_path_factory, report)


def _written(factory: pytest.TempPathFactory, report: Report) -> Path:
    path = factory.mktemp("report") / "report.html"
    path.write_text(to_html(report), encoding="utf-8")
    return path
