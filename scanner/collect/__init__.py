"""Collectors: each reads one kind of source and yields what it saw, and what it could not see."""
