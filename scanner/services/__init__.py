"""Which service the code of an observation belongs to, and who owns it."""

from scanner.services.assigning import Services, owned_by_role
from scanner.services.folders import DESCRIBING

__all__ = ["DESCRIBING", "Services", "owned_by_role"]
