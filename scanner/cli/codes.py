"""Exit codes, the effects as --fail-on names them, the tools as --as does."""

DONE, FAILED, UNUSABLE, UNREAD = 0, 1, 2, 3
INTERRUPTED, BROKEN_PIPE = 130, 141  # as shells count the signals
EFFECTS = ("breaks", "changes-results", "changes-shape", "needs-update")  # worst first, as model.Effect
TOOLS = ("flyway", "liquibase", "django", "alembic")  # as model.PlanTool
