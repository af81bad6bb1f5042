"""Which services the code of an observation belongs to, and who owns it."""

from scanner.services.assigning import Services, owned_by_role
from scanner.services.folders import DESCRIBING, OWNERS_FILES
from scanner.services.rules import tag_keys

__all__ = ["DESCRIBING", "OWNERS_FILES", "Services", "owned_by_role", "tag_keys"]
