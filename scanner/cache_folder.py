"""The folder for caches: the platform's place, for the user alone, of bounded size."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

VARIABLE = "SCANNER_CACHE_DIR"  # names another folder; empty: no cache is kept
MAX_BYTES = 1_000_000_000  # of all files; those used longest ago go first
_NAME = "query-dependency-scanner"


def private_folder() -> Path | None:
    """The folder, made if it is not there; None if there is to be none, or others could read or write it."""
    folder = _folder()
    if folder is None:
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError:
        return None
    if os.name == "posix" and (found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077):
        return None
    return folder


def bound(used: Path) -> None:
    """Removes the files used longest ago until the rest is small enough; this one is used now and stays."""
    with suppress(OSError):
        os.utime(used)
        files = sorted(((file.stat(), file) for file in used.parent.glob("*-*")), key=lambda each: each[0].st_mtime)
        total = sum(found.st_size for found, _ in files)
        for found, file in files:
            if total <= MAX_BYTES:
                return
            if file != used:
                file.unlink(missing_ok=True)
                total -= found.st_size


def _folder() -> Path | None:
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    try:
        return _platform_folder() / _NAME
    except RuntimeError:  # a user without a home
        return None


def _platform_folder() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
