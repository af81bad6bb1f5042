"""Places in the source as links that a terminal opens (OSC 8)."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from scanner.model import Location

# Terminals that are known to show hyperlinks: there is no way to ask one.
_PROGRAMS = ("vscode", "iTerm.app", "WezTerm", "ghostty", "Hyper", "rio", "zed", "Tabby")
_TERMS = ("xterm-kitty", "alacritty", "foot", "xterm-ghostty", "wezterm", "contour")
_SIGNS = ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM")
_VTE, _TMUX = 5000, (3, 4)  # the first versions that have them


def shows_links(environ: Mapping[str, str], terminal: bool) -> bool:
    """Whether what is written to goes to a terminal that shows links; FORCE_HYPERLINK=1 or 0 says so itself."""
    forced = environ.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in ("", "0")
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if not terminal or term in ("", "dumb", "linux") or "CI" in environ:
        return False
    if program == "tmux":
        version = re.match(r"(\d+)\.(\d+)", environ.get("TERM_PROGRAM_VERSION", ""))
        return version is not None and tuple(map(int, version.groups())) >= _TMUX
    vte = environ.get("VTE_VERSION", "")
    return (
        program in _PROGRAMS
        or term.startswith(_TERMS)
        or any(sign in environ for sign in _SIGNS)
        or (vte.isdecimal() and int(vte) >= _VTE)
    )


def linker(root: Path, environ: Mapping[str, str]) -> Callable[[Location], str | None]:
    """What places relative to the root lead to: the file, and its line where the terminal hands that on."""

    def link(location: Location) -> str | None:
        path = root / location.path
        if not os.path.isfile(path):  # unlike Path.is_file, also of what can be no name
            return None
        shown = quote(os.fsencode(path))  # whatever bytes the name is made of
        if environ.get("TERM_PROGRAM") == "vscode":
            return f"vscode://file{shown}:{location.line}"
        line = f"#{location.line}" if environ.get("TERM") == "xterm-kitty" else ""
        return f"file://{socket.gethostname()}{shown}{line}"

    return link
