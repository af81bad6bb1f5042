"""What of a configuration can be read, what each source is blind to, and what to grant.

The collectors themselves are asked, and what they say of their limits is passed on: here is only put together.
"""

from scanner.doctor.examining import Finding, Verdict, examine

__all__ = ["Finding", "Verdict", "examine"]
