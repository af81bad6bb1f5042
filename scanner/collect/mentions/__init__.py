"""Places that name a table in a way that could be a query or a model: looked for in text, not understood."""

from scanner.collect.mentions.collect import collect
from scanner.collect.mentions.names import names_of

__all__ = ["collect", "names_of"]
