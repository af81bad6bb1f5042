"""The scan that a command asks: a new one, or one that was kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import scanner
from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.api import Scan
    from scanner.config import Request
    from scanner.progress import Progress


def scanned(
    stored: str | None,
    paths: Sequence[str],
    asked: Request,
    progress: Progress | None,
    migration: Path | None = None,
) -> Scan:
    """What is known, of a schema without the migration. Raises ScannerError."""
    if stored is None:
        config = asked.config_for(paths)
        return scanner.scan(config if migration is None else config.before([migration]), progress)
    extra = [*asked.given, *paths]
    if extra:
        raise UsageError(f"A stored scan is asked as it is: leave out --scan or {' and '.join(extra)}.")
    return scanner.load(stored)


def root_of(found: Scan) -> Path:
    """The folder that its locations are relative to; of a kept scan, the one that it is most likely asked in."""
    from scanner.config import find_config

    if found.config is not None:
        return found.config.root
    return (find_config(Path.cwd()) or Path.cwd() / "scanner.toml").parent
