"""How the files of a bundle are written: canonical JSON, long lists with a line for each row, and tables."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from evidence.canonical import canonical_bytes


def listed(head: Mapping[str, object], **lists: Iterable[object]) -> bytes:
    """Write an object as JSON whose lists have a line for each item, so that people and programs can compare two of them."""
    parts = [canonical_bytes({key: value})[1:-1] for key, value in sorted(head.items())]
    for key, items in lists.items():
        rows = b",\n".join(map(canonical_bytes, items))
        parts.append(b'"' + key.encode() + b'":[\n' + rows + b"\n]")
    return b"{" + b",\n".join(parts) + b"}\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a table as CSV."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def roll_table(lines: Iterable[Sequence[object]], *, by_roll_call: bool) -> bytes:
    """Write a roll as CSV, sorted; the last cell of each line, the id of the entry, is there in a roll-call only."""
    columns = ("voter", "class", "weight", "reason", "frozen", "struck", "entry")
    size = len(columns) if by_roll_call else len(columns) - 1
    return table(columns[:size], (line[:size] for line in lines))
