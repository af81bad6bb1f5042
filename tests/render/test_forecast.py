"""What the server said of the table stands in every format, what blocks first, and escaped."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
from rich.console import Console

import scanner.render
from scanner.model import Forecast, TableUse
from scanner.render.forecast import forecast_lines
from scanner.render.html import to_html
from scanner.render.impact_json import to_json
from scanner.render.markdown import to_markdown
from scanner.render.terminal import print_report

SCHEMA = json.loads(Path(scanner.render.__file__).with_name("templates").joinpath("impact.schema.json").read_text())
WAITS = TableUse("12", "AccessExclusiveLock", False, "<b>job</b>", "active", 3.2)
HOLDS = TableUse("11", "RowExclusiveLock", True, None, "idle in transaction", 7200.0)
SAID = Forecast(
    "postgresql://db/shop",
    (WAITS, HOLDS),
    3_000_000,
    4_000_000_000,
    5000,
    1,
    "2026-11-01",
    2,
    7200.0,
    (("walreceiver 10.0.0.2", 0.2), ("lost", None)),
    ("feed",),
    ("reader does not see all.",),
)


def test_it_is_said_in_sentences():
    assert list(forecast_lines(SAID)) == [
        "Right now session 12 (<b>job</b>, active) waits for AccessExclusiveLock on the table, its transaction open "
        "for 3 s.",
        "Right now session 11 (idle in transaction) holds RowExclusiveLock on the table, its transaction open for "
        "120 min.",
        "2 transactions open, the oldest for 120 min.",
        "About 3,000,000 rows, 4,000 MB with the indexes.",
        "A scan takes 2 s to 20 s at 2,000 to 200 MB/s; a rewrite 20 s to 3 min at 200 to 20 MB/s.",
        "5,000 reads and 1 row written since 2026-11-01.",
        "Replicas: walreceiver 10.0.0.2 (under 1 s) and lost (no lag known).",
        "Published by feed: subscribers need the column first.",
        "Not known: reader does not see all.",
    ]


def test_what_is_not_known_is_not_said_to_be_nothing():
    assert list(forecast_lines(Forecast("db", unseen=("it is down.",)))) == ["Not known: it is down."]
    assert list(forecast_lines(Forecast("db", uses=()))) == ["Nobody holds or waits for a lock on the table right now."]


def test_every_format_has_it(report):
    told = replace(report, forecast=SAID)
    jsonschema.validate(json.loads(to_json(told)), SCHEMA)
    console = Console(record=True, width=100)
    print_report(told, console)
    html = to_html(told)
    for text in (console.export_text(), html, to_markdown(told)):
        assert "RowExclusiveLock" in text
        assert "3,000,000 rows" in text
    assert "<b>job" not in html
    assert "<b>job" not in to_markdown(told)
