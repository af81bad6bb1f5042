"""The report as a reader's browser shows it: the example company's, and one of 10,000 findings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from scanner.model import Report
from tests.browser.conftest import Open

PAINTED = "() => performance.getEntriesByName('first-contentful-paint').map(each => each.startTime)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["shop", "large"])
def test_axe_finds_no_serious_violation(which: str, scheme: str, opened: Open, request: pytest.FixtureRequest) -> None:
    page = opened(request.getfixturevalue(which), color_scheme=scheme)
    page.click("nav a[href='#graph']")
    page.wait_for_selector("#picture .node")
    # axe is slow: of thousands that look alike some are enough, and what is hidden it leaves out.
    page.evaluate("Array.from(document.querySelectorAll('.item')).slice(100).forEach((each) => each.remove())")
    assert _violations(page) == []


def test_the_first_paint_of_10000_findings_takes_less_than_a_second(opened: Open, large: Path) -> None:
    assert min(_painted(opened(large)) for _ in range(3)) < 1_000


def test_hostile_text_does_nothing(opened: Open, hostile: Report, written: Callable[[Report], Path]) -> None:
    page = opened(written(hostile))
    page.fill("#by-text", "a")
    page.select_option("#by-sort", "calls")
    page.keyboard.press("Escape")
    page.locator("#graph").scroll_into_view_if_needed()
    page.wait_for_selector("#picture .node")
    assert page.evaluate("document.scripts.length") == 3
    assert page.evaluate("document.images.length") == 0
    assert page.locator("h1").inner_text().strip()


def _painted(page: Page) -> float:
    """Milliseconds until something could be read."""
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
    return float(page.evaluate(PAINTED)[0])


def _violations(page: Page) -> list[Any]:
    found = Axe().run(page).response["violations"]
    return [
        (each["id"], each["impact"], [node["html"] for node in each["nodes"][:3]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
