"""What git says: files new since a base, and files as they were there. git is only asked, never told."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path

from scanner.errors import UsageError

_TIMEOUT_S = 60


def top(folder: Path) -> Path:
    """The root of the working tree, through the same links as the folder. Raises UsageError outside of one."""
    return Path(os.path.normpath(folder / _ask(folder, "rev-parse", "--show-cdup").strip()))


def new_files(folder: Path, base: str) -> list[Path]:
    """Files that the branch adds or changes since it left the base, with those not committed yet, sorted.

    Raises UsageError for a base that there is not.
    """
    root = top(folder)
    _ask(folder, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}", said=f"git knows no {base}")
    committed = _ask(root, "diff", "--name-only", "-z", "--diff-filter=AMRC", f"{base}...")
    working = _ask(root, "diff", "--name-only", "-z", "--diff-filter=AMRC", "HEAD")
    untracked = _ask(root, "ls-files", "--others", "--exclude-standard", "-z")
    return sorted({root / name for text in (committed, working, untracked) for name in text.split("\0") if name})


def at_base(file: Path, base: str) -> bytes | None:
    """A file as the branch found it; None where it was not there."""
    root = top(file.parent)
    fork = _ask(root, "merge-base", base, "HEAD", said=f"{base} and this branch have nothing in common").strip()
    name = file.relative_to(root).as_posix()
    asked = _run(root, "cat-file", "blob", f"{fork}:{name}")
    return asked.stdout if asked.returncode == 0 else None


def write_tree(folder: Path, base: str, into: Path) -> Path:
    """Writes the files below a folder as the branch found them; returns where the folder's are.

    Links that lead out of it are left out. Raises UsageError.
    """
    root = top(folder)
    fork = _ask(root, "merge-base", base, "HEAD", said=f"{base} and this branch have nothing in common").strip()
    place = relative_to_top(folder)
    into.mkdir()
    archive = into.parent / f"{into.name}.tar"
    _ask(root, "archive", "--format=tar", f"--output={archive}", fork, *([place] if place else []))
    with tarfile.open(archive) as tar:
        tar.extractall(into, filter=_inside)  # noqa: S202  # which leaves out what leads out of the folder
    return into / place


def _inside(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None


def relative_to_top(folder: Path) -> str:
    """Where a folder is below the root of its working tree, as a prefix; empty at the root and outside of git."""
    try:
        place = folder.resolve().relative_to(top(folder).resolve()).as_posix()
    except (UsageError, ValueError):
        return ""
    return "" if place == "." else f"{place}/"


def _ask(folder: Path, *arguments: str, said: str = "") -> str:
    asked = _run(folder, *arguments)
    if asked.returncode != 0:
        reason = said or asked.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ").partition("\n")[0]
        raise UsageError(f"{reason or 'git failed'}: name a base with --base, or the migrations themselves.")
    return asked.stdout.decode("utf-8", "surrogateescape")


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - a list of arguments, no shell
            ("git", "-C", str(folder), "-c", "core.quotepath=off", *arguments),  # noqa: S607 - the user's own git
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed: name the migrations to check.") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"git did not answer within {_TIMEOUT_S} s: name the migrations to check.") from error
