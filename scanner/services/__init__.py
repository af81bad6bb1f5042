"""Which service the code of an observation belongs to, and who owns it."""

from scanner.services.assigning import Services, owned_by_role

__all__ = ["Services", "owned_by_role"]
