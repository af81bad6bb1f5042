"""The [[links]] of scanner.toml."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from scanner.errors import ConfigError
from scanner.model import Link


def read_link(template: str, folder: str, at: str) -> Link:
    """The addresses of the files below a folder. Raises ConfigError for a template that is no address of a file."""
    if re.search(r"[^!-~]|[\"'<>\\]", template) or not _is_web(template):
        raise ConfigError(f"{at}: template must be an http or https URL, as in {_EXAMPLE}.")
    unknown = set(re.findall(r"\{[^}]*\}?", template)) - {"{path}", "{line}"}
    if unknown or "{path}" not in template:
        raise ConfigError(f"{at}: template must hold {{path}}, and may hold {{line}}, as in {_EXAMPLE}.")
    return Link(template, folder.strip("/").removeprefix("./"))


def _is_web(template: str) -> bool:
    try:
        parts = urlsplit(template)
    except ValueError:
        return False
    # The name of the server is no part of what a file decides.
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "{" not in parts.netloc


_EXAMPLE = "https://git.example/shop/blob/main/{path}#L{line}"
