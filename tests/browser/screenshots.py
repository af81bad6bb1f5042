"""Pictures of the example company's report, for the documentation: light, dark, narrow, the graph, on paper.

python -m tests.browser.screenshots
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

import scanner
from scanner.render.html import to_html
from tests.browser.chromium import chromium

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "screenshots"
CHANGE = "ALTER TABLE orders ADD COLUMN status text NOT NULL"


def main() -> None:
    """Takes them all."""
    FOLDER.mkdir(exist_ok=True)
    report = scanner.scan(ROOT / "fixtures" / "shop" / "scanner.toml").impact(CHANGE, database="shop").report
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "report.html"
        file.write_text(to_html(report), encoding="utf-8")
        _opened(browser, file).screenshot(path=FOLDER / "report-light.png")
        _opened(browser, file, color_scheme="dark").screenshot(path=FOLDER / "report-dark.png")
        _opened(browser, file, width=390, height=1300).screenshot(path=FOLDER / "report-narrow.png")
        graph = _opened(browser, file)
        graph.keyboard.press("g")
        graph.wait_for_selector("#picture .node")
        graph.locator("#graph").screenshot(path=FOLDER / "report-graph.png")
        paper = _opened(browser, file, width=794, height=1123)  # A4 at 96 dots an inch
        paper.emulate_media(media="print")
        paper.evaluate("dispatchEvent(new Event('beforeprint'))")
        paper.screenshot(path=FOLDER / "report-print.png")


def _opened(browser: Browser, file: Path, width: int = 1120, height: int = 1200, **options: object) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height}, **options)
    page.goto(file.as_uri())
    return page


if __name__ == "__main__":
    main()
