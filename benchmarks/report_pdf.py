"""An annual report with a long table as PDF, against the same rows drawn on a bare ReportLab canvas.

Prints the ratio, what twice the rows cost (linear is 2.0), and the memory that the report added.

    python benchmarks/report_pdf.py [--rows 10000] [--rounds 5]
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from io import BytesIO

from flask import Flask
from flask_babel import Babel
from reportlab.pdfgen.canvas import Canvas

from coop.reports.blocks import Column, Part, Report, Table
from coop.reports.pdf import style
from coop.reports.pdf.document import drawn

ROWS_PER_PAGE = 42
Row = tuple[int, str, str, int, int]


def rows(number: int) -> tuple[Row, ...]:
    """Return rows as a report of patronage would have them."""
    return tuple(
        (n, f"Member {n:06d}", f"31 March {2000 + n % 30}", n * 137 % 90_000, n * 7919 % 1_000_000)
        for n in range(number)
    )


def bare(table: tuple[Row, ...]) -> bytes:
    """Draw the rows on a canvas, and nothing else."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=(style.WIDTH, style.HEIGHT), invariant=1)
    for first in range(0, len(table), ROWS_PER_PAGE):
        canvas.setFont(style.REGULAR, 9)
        y = style.CEILING
        for row in table[first : first + ROWS_PER_PAGE]:
            canvas.drawRightString(110, y, f"{row[0]:,}")
            canvas.drawString(125, y, row[1])
            canvas.drawString(250, y, row[2])
            canvas.drawRightString(430, y, f"{row[3] // 100:,}.{row[3] % 100:02d}")
            canvas.drawRightString(530, y, f"{row[4] // 100:,}.{row[4] % 100:02d}")
            canvas.line(style.LEFT, y - 4, style.LEFT + style.MEASURE, y - 4)
            y -= 15.5
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def ours(table: tuple[Row, ...]) -> bytes:
    """Draw the rows as a report."""
    columns = (
        Column("Line", "number"),
        Column("Member", "head"),
        Column("Since", "text"),
        Column("Share", "money"),
        Column("Business", "money"),
    )
    part = Part("lines", "Lines", (Table("lines", "All lines", columns, table, "NZD"),))
    return drawn(Report("Kanopi", "Annual report", "For a year", "2026", "Edition 1", "0" * 64, (part,), "en-NZ"))


def seconds(work: Callable[[tuple[Row, ...]], bytes], table: tuple[Row, ...]) -> float:
    """Return the processor time of one drawing."""
    started = time.process_time()
    work(table)
    return time.process_time() - started


def main() -> None:
    """Measure both in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    plain = Flask("benchmark")
    Babel(plain, default_locale="en_NZ")
    table, twice = rows(arguments.rows), rows(2 * arguments.rows)
    with plain.test_request_context():
        ours(table[:100])
        bare(table[:100])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ours(table)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        rounds = [(seconds(bare, table), seconds(ours, table), seconds(ours, twice)) for _ in range(arguments.rounds)]
    times = [statistics.median(column) for column in zip(*rounds, strict=True)]
    ratio = statistics.median(mine / base for base, mine, _ in rounds)
    print(
        f"report as PDF, {arguments.rows:,} rows: bare {times[0]:.2f} s, report {times[1]:.2f} s, ratio {ratio:.2f} (at most 1.6)"
    )
    print(f"twice the rows: {times[2] / times[1]:.2f} times as long; memory grew by {grown / 1024:.0f} MB (at most 64)")


if __name__ == "__main__":
    main()
