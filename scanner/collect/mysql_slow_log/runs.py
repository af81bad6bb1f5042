"""Entries of a slow log that are like nearly all, found many at a time.

That is several times faster than one by one; everything else is left to `entries`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Empty where the log does not say: time, account (without the thread), before, query_time (with six digits after the
# point), rows_sent, after, use, timestamp, each as in Header; the statement without its semicolon, of a command of the
# administrator's the whole comment; nothing.
Plain = tuple[bytes, ...]


class Run(NamedTuple):
    """Entries that follow each other, all of them finished."""

    entries: list[Plain]
    offset: int  # of the first header's first byte in the (decompressed) log


# A narrower form of the expression of a header in `entries`: where it matches, the wider one takes the same. No line of
# a statement could begin a header. The last alternative takes all that is left, so that there are no gaps.
_PLAIN = re.compile(
    rb"""
    \n\#[ ](?:Time:([^\n\#]++)\n?+\#[ ])?+
    User@Host:([^\n\]]*+\][^\n\]]*+\])[ ]*+(?:Id:[ ]*+\d++)?+[ ]*+\r?\n\#[ ]
    ((?:[^Q\n][^\n]*+\n\#[ ]?+){0,20}+)
    Query_time:[ ]*+(\d{1,6}+\.\d{6})
    [ ]++Lock_time:[ ]*+\d{1,9}+\.\d{6}
    [ ]++Rows_sent:[ ]*+(\d{1,18}+)
    [ ]++Rows_examined:[ ]*+\d{1,18}+
    ([^\n]*+(?:\n\#(?![ ](?:administrator[ ]command|Time|User@Host|Query_time):)[^\n]*+)*+)
    (?:\n[Uu][Ss][Ee][ ](`(?:[^`\n]|``)*+`|[^\n;]++);\r?+(?=\n))?+
    \nSET[ ](?:(?:last_)?+insert_id=\d++,)*+timestamp=(\d++)[\d.]*+;\r?+
    \n((?:[^\#;\s\0Uu]|[Uu](?![Ss][Ee]\b)|\#[ ]administrator[ ]command:[ ])[^\n]*(?:\n(?!\#)[^\n]*)*);\r?
    (?=\n\#[ ])
    |(?s:(.+))
    """,
    re.VERBOSE,
)


def plain_entries(buffer: bytes, start: int, end: int) -> tuple[list[Plain], int]:
    """The plain entries from a place on that are followed by a comment before the end, and where the last ends."""
    found = _PLAIN.findall(buffer, start, end)
    if not found:
        return [], start
    *_, left = found.pop()
    return found, end - len(left)
