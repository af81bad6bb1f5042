"""Python source as a source of queries, read with libcst and never run."""

from scanner.collect.python.collect import collect

__all__ = ["collect"]
