"""Where the places of a report can be read: in a browser, at the service that holds the repository."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from scanner.model.observation import Location


@dataclass(frozen=True, slots=True)
class Link:
    """The addresses of the files below one folder."""

    template: str  # an http or https URL with {path}, and {line} where it takes one
    folder: str = ""  # relative to the scanned root, without a slash at its end; {path} is relative to it; "": the root

    def url(self, location: Location) -> str | None:
        """The address of the place; None when it is not below the folder."""
        start = f"{self.folder}/" if self.folder else ""
        if not location.path.startswith(start) or location.path.startswith(("/", "../")):
            return None
        path = quote(location.path.removeprefix(start), safe="/", errors="replace")
        return self.template.replace("{path}", path).replace("{line}", str(location.line))
