"""The JSON Schemas that come with the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

SchemaName = Literal["impact", "graph"]


def json_schema(name: SchemaName = "impact") -> dict[str, Any]:
    """What describes ``impact.json`` or, named so, ``graph.json``: a JSON Schema of draft 2020-12.

    Its ``$id`` stays the same for as long as keys are only added.
    """
    schema: dict[str, Any] = json.loads(schema_text(name))
    return schema


def schema_text(name: SchemaName) -> str:
    """The same as it is written."""
    return Path(__file__).with_name("templates").joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
