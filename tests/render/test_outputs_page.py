import re
from pathlib import Path

import pandas as pd

from scanner.render import FORMATS, write
from scanner.render.impact_json import to_dict
from scanner.render.tables import FINDINGS, SERVICES, findings_frame

PAGE = (Path(__file__).parents[2] / "docs" / "outputs.md").read_text(encoding="utf-8")


def table(heading: str) -> dict[str, str]:
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| ([^|]+?) \|", section, re.MULTILINE))


def test_the_page_lists_the_columns_and_their_types():
    assert list(table("CSV and `impact.findings`").items()) == list(FINDINGS.items())
    assert list(table("`impact.services`").items()) == list(SERVICES.items())


def test_the_page_lists_the_keys_of_the_json(report):
    assert list(table("JSON")) == list(to_dict(report))
    finding = PAGE.split("A finding has")[1].split("\n\n")[0]
    assert set(to_dict(report)["findings"][0]) <= set(re.findall(r"`(\w+)`", finding))


def test_the_page_lists_the_formats():
    assert re.findall(r"^\| `(\.\w+)` \|", PAGE, re.MULTILINE) == list(FORMATS)


def test_the_example_reads_the_csv_back(report, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(report, "findings.csv")
    found: dict[str, pd.DataFrame] = {}
    exec(PAGE.split("```python\n")[1].split("```")[0], found)
    pd.testing.assert_frame_equal(found["frame"], findings_frame(report))
