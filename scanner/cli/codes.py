"""Exit codes, and the effects as --fail-on names them."""

DONE, FAILED, UNUSABLE, UNREAD = 0, 1, 2, 3
INTERRUPTED, BROKEN_PIPE = 130, 141  # as shells count the signals
EFFECTS = ("breaks", "changes-results", "changes-shape", "needs-update")  # worst first, as model.Effect
