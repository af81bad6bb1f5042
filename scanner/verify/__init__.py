"""What an engine itself says to a report: each finding confirmed or refuted on a scratch server."""

from scanner.verify.judging import Checked, Standing, judge, missed
from scanner.verify.verifying import Verified, verify

__all__ = ["Checked", "Standing", "Verified", "judge", "missed", "verify"]
