"""Runs the passages of docs/recipes.md, one after the other in one place, and puts below each what it prints."""

from __future__ import annotations

import re
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PASSAGE = re.compile(r"(```python\n(?P<code>.*?)```\n\n<!-- prints -->\n```text\n).*?(```\n)", re.DOTALL)


def page() -> str:
    """The page as it should be."""
    known: dict[str, object] = {}

    def printed(passage: re.Match[str]) -> str:
        with redirect_stdout(StringIO()) as out:
            exec(compile(passage["code"], "docs/recipes.md", "exec"), known)
        lines = (line.rstrip() for line in out.getvalue().splitlines())
        return passage[1] + "".join(f"{line}\n" for line in lines) + passage[3]

    with chdir(ROOT):
        return _PASSAGE.sub(printed, (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8"))
