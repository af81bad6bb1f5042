"""The gate of continuous integration: what the migrations of a branch do to the code and the production beside them."""

from scanner.check.baseline import set_apart, write_baseline
from scanner.check.checking import Checked, Outcome, check

__all__ = ["Checked", "Outcome", "check", "set_apart", "write_baseline"]
