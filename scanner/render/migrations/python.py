"""SQL as Python writes it."""

from __future__ import annotations

from collections.abc import Iterable


def text(sql: str) -> str:
    """A literal that means exactly this text, over several lines where it has them."""
    if (
        "\n" in sql
        and '"""' not in sql
        and "\\" not in sql
        and not sql.endswith('"')
        and sql.replace("\n", "").isprintable()
    ):
        return f'"""{sql}"""'
    return repr(sql)


def comment(lines: Iterable[str]) -> str:
    """Lines of a comment; they hold visible characters alone."""
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)
