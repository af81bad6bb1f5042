"""Which services and queries does ALTER TABLE … ADD COLUMN affect?

The public names are loaded on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.api import Impact as Impact
    from scanner.api import Scan as Scan
    from scanner.api import load as load
    from scanner.api import scan as scan
    from scanner.change import Change as Change
    from scanner.config import Config as Config
    from scanner.config import load_config as load_config
    from scanner.errors import ScannerError as ScannerError
    from scanner.model import Certainty as Certainty
    from scanner.model import Database as Database
    from scanner.model import Effect as Effect
    from scanner.model import Engine as Engine
    from scanner.model import Finding as Finding
    from scanner.model import Observation as Observation
    from scanner.model import Query as Query
    from scanner.model import Report as Report
    from scanner.render.csv_file import read_findings as read_findings
    from scanner.render.json_schema import json_schema as json_schema
    from scanner.schema import Schema as Schema
    from scanner.verdict import Verdict as Verdict
    from scanner.verdict import assess as assess

_HOMES = {
    "Certainty": "scanner.model",
    "Change": "scanner.change",
    "Config": "scanner.config",
    "Database": "scanner.model",
    "Effect": "scanner.model",
    "Engine": "scanner.model",
    "Finding": "scanner.model",
    "Impact": "scanner.api",
    "Observation": "scanner.model",
    "Query": "scanner.model",
    "Report": "scanner.model",
    "Scan": "scanner.api",
    "ScannerError": "scanner.errors",
    "Schema": "scanner.schema",
    "Verdict": "scanner.verdict",
    "assess": "scanner.verdict",
    "json_schema": "scanner.render.json_schema",
    "load": "scanner.api",
    "load_config": "scanner.config",
    "read_findings": "scanner.render.csv_file",
    "scan": "scanner.api",
}

__version__ = "0.1.0"
__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
