"""The table of findings as CSV, for spreadsheets and for pandas, and back."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from scanner.errors import UsageError
from scanner.model import Report
from scanner.render.tables import FINDINGS, findings_frame

# Excel reads a file as UTF-8 only when it begins with this; pandas skips it.
_MARK = "\ufeff"
# What a spreadsheet would not leave as it is, and the same with apostrophes in front: a formula, also behind blanks and
# quotes or in the full width of East Asian keyboards, and what looks like a number or a date, as some fingerprints do.
_MISREAD = re.compile(
    r"""'*+(?:[\s"'`]*+[=+\-−@＝＋－＠﹦﹢﹣﹫]|\s*+\d[\d.,:/\s-]*+(?:[eE][+-]?\d+\s*+)?\Z)"""
)  # fmt: skip


def to_csv(report: Report) -> str:
    """`findings_frame` as CSV. A cell that a spreadsheet would take for a formula or a number gets an apostrophe."""
    frame = findings_frame(report)
    for name, dtype in FINDINGS.items():
        if dtype == "string":
            frame[name] = frame[name].map(_defused, na_action="ignore")
    frame["last_seen"] = frame["last_seen"].map(pd.Timestamp.isoformat, na_action="ignore")
    return _MARK + frame.to_csv(index=False, lineterminator="\n")


def read_findings(path: str | Path) -> pd.DataFrame:
    """The table that ``to_csv`` or ``-o findings.csv`` wrote, cell for cell and with the types of FINDINGS.

    Raises UsageError for a file that cannot be read or is no such table.
    """
    try:
        frame = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""])
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # also what pandas and the decoder raise
        raise UsageError(f"{path} is no table of findings: {error}") from error
    if list(frame) != list(FINDINGS):
        raise UsageError(f"{path} is no table of findings: its columns are others than docs/outputs.md lists.")
    for name, dtype in FINDINGS.items():
        if dtype == "string":
            frame[name] = frame[name].map(_restored, na_action="ignore")
    frame["last_seen"] = pd.to_datetime(frame["last_seen"], utc=True, format="ISO8601")
    return frame.astype(FINDINGS)


def _defused(text: str) -> str:
    return f"'{text}" if _MISREAD.match(text) else text


def _restored(text: str) -> str:
    return text[1:] if text.startswith("'") and _MISREAD.match(text) else text
