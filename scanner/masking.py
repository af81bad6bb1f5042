"""Passwords left out of what people read."""

from __future__ import annotations

import re

# Up to the last @ of the word; of a password with blanks in it, up to the next @. A path may have lost a slash.
_IN_URL = re.compile(r"(?<=:/)(/{0,2}[^\s:/?#@]*):(?:\S*@|[^\n@]*@)")
# Up to the next setting, or to the end of the line: a password may hold anything.
_NAMED = re.compile(
    r"(\w*(?:password|passwd|pwd)\s*=\s*)(?:'(?:[^'\\]|\\.)*'\S*|[^\n]+?(?=[\s&]\w+\s*=|$))",
    re.IGNORECASE | re.MULTILINE,
)
# What signs a URL of a file or lets in whoever has it.
_IN_QUERY = re.compile(r"([?&](?:[\w.-]*(?:token|secret|signature|credential|key)|sig)=)[^\s&]+", re.IGNORECASE)


def mask(text: str) -> str:
    """The text with every password in its URLs and ``password=…`` settings replaced by three asterisks."""
    return _IN_QUERY.sub(r"\1***", _IN_URL.sub(r"\1:***@", _NAMED.sub(r"\1***", text)))
