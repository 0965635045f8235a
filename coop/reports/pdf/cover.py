"""The first two pages: the cover, and the list of contents whose page numbers are filled in at the end."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from flask_babel import gettext
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from coop.reports.blocks import Report
from coop.reports.pdf.prose import BODY
from coop.reports.pdf.sheet import Sheet
from coop.reports.pdf.style import (
    CEILING,
    FOREST,
    HEIGHT,
    INK,
    KOWHAI,
    LEFT,
    LIGHT,
    LINE,
    MEASURE,
    PAPER,
    QUIET,
    REGULAR,
    SEMIBOLD,
    WIDTH,
    width_of,
)

_FIRST, _STEP = CEILING - 74, 27


def draw_cover(sheet: Sheet, report: Report) -> None:
    """Draw the cover: the name large on green, the year, and the edition at the foot."""
    canvas = sheet.canvas
    canvas.setFillColor(FOREST)
    canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
    _hills(canvas)
    name = Paragraph(escape(report.house), _on_green(SEMIBOLD, 38, 44))
    height = name.wrap(MEASURE, HEIGHT)[1]
    name.drawOn(canvas, LEFT, HEIGHT - 150 - height)
    canvas.setFillColor(KOWHAI)
    canvas.rect(LEFT, HEIGHT - 150 - height - 26, 64, 4, stroke=0, fill=1)
    y = HEIGHT - 150 - height - 78
    sheet.text(LEFT, y, f"{report.title} {report.year}", LIGHT, 28, PAPER)
    sheet.text(LEFT, y - 30, report.span, REGULAR, 12, PAPER)
    sheet.text(LEFT, 64, report.edition, SEMIBOLD, 12, PAPER)
    sheet.y = HEIGHT
    sheet.bookmark("cover", report.title, 0)


def _hills(canvas: Canvas) -> None:
    """Draw three ridges at the foot of the cover."""
    for colour, points in (
        ("#164f35", ((0, 250), (120, 330), (230, 262), (380, 372), (500, 300), (WIDTH, 352))),
        ("#0f3f29", ((0, 168), (150, 236), (300, 176), (420, 252), (WIDTH, 190))),
        ("#0b3421", ((0, 118), (90, 96), (240, 150), (390, 104), (WIDTH, 138))),
    ):
        canvas.setFillColor(colour)
        path = canvas.beginPath()
        path.moveTo(0, 0)
        path.lineTo(*points[0])
        for (x0, y0), (x1, y1) in pairwise(points):
            third = (x1 - x0) / 2.4
            path.curveTo(x0 + third, y0, x1 - third, y1, x1, y1)
        path.lineTo(WIDTH, 0)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)


def draw_contents(sheet: Sheet, report: Report) -> None:
    """Write the titles of the parts as links; the numbers follow when the pages are known."""
    sheet.text(LEFT, CEILING - 26, gettext("Contents"), LIGHT, 26, FOREST)
    for index, part in enumerate(report.parts):
        y = _FIRST - index * _STEP
        sheet.text(LEFT, y, part.title, REGULAR, 12, INK)
        sheet.canvas.setStrokeColor(LINE)
        sheet.canvas.setLineWidth(0.5)
        sheet.canvas.line(LEFT, y - 9, LEFT + MEASURE, y - 9)
        sheet.canvas.linkRect("", part.anchor, (LEFT, y - 8, LEFT + MEASURE, y + 14), thickness=0)
    sheet.later("contents")
    note = gettext("Fingerprint of everything that this edition says:")
    sheet.text(LEFT, 92, note, REGULAR, 8.5, QUIET)
    sheet.text(LEFT, 80, report.digest, REGULAR, 8.5, QUIET)


def fill_contents(sheet: Sheet, pages: Sequence[int]) -> None:
    """Write the page numbers of the parts."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(SEMIBOLD, 12)
        canvas.setFillColor(FOREST)
        for index, page in enumerate(pages):
            words = str(page)
            canvas.drawString(LEFT + MEASURE - width_of(words, SEMIBOLD, 12), _FIRST - index * _STEP, words)

    sheet.once("contents", draw)


def _on_green(font: str, size: float, leading: float) -> ParagraphStyle:
    return ParagraphStyle("cover", BODY, fontName=font, fontSize=size, leading=leading, textColor=PAPER)
