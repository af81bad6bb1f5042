"""Exit codes."""

DONE, FAILED, UNUSABLE, UNREAD = 0, 1, 2, 3
INTERRUPTED, BROKEN_PIPE = 130, 141  # as shells count the signals
