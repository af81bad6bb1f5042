"""The Chromium that the tests of the report look through: the system's, for none is downloaded.

    with chromium() as browser:
        page = browser.new_page()

SCANNER_TEST_CHROMIUM gives the path of another one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/opt/homebrew/bin/chromium")


class BrowserMissingError(RuntimeError):
    """No browser can be run here; the message is one sentence that says what to install."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, without a window. Raises BrowserMissingError."""
    # As root, as in containers, Chromium runs only without its sandbox: what it opens here are our own pages.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def program() -> str:
    """The path of the browser. Raises BrowserMissingError."""
    given = os.environ.get("SCANNER_TEST_CHROMIUM")
    for place in [given] if given else [*PROGRAMS, *PLACES]:
        found = shutil.which(place)
        if found:
            return found
    raise BrowserMissingError(
        "Chromium was not found: install it (Debian: chromium), or give its path in SCANNER_TEST_CHROMIUM."
    )


def missing_packages() -> list[str]:
    """Debian's package of the browser where none can be run here and no path stands in for it."""
    try:
        program()
    except BrowserMissingError:
        return [] if "SCANNER_TEST_CHROMIUM" in os.environ else ["chromium"]
    return []


if __name__ == "__main__":
    print(*missing_packages())
