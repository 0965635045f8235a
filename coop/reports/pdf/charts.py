"""Bars on paper: a label, a bar and its figure on one line, as vectors."""

from coop.formats import format_amount, format_whole
from coop.reports.blocks import Bars
from coop.reports.pdf import columns
from coop.reports.pdf.sheet import Sheet
from coop.reports.pdf.style import CLAY, FOREST, INK, LEFT, MEASURE, QUIET, REGULAR, SEMIBOLD, width_of

SIZE, LEADING, STEP, THICK, GAP = 9.0, 11.0, 19.0, 9.0, 10.0
MOST_LABEL = 0.38 * MEASURE


def draw_bars(sheet: Sheet, bars: Bars) -> None:
    """Draw a chart; negative amounts run left of the common zero in another colour, and carry their sign."""
    values = [value for _, value in bars.rows]
    figures = [format_amount(value, bars.currency) if bars.currency else format_whole(value) for value in values]
    figure_width = max(width_of(figure, SEMIBOLD, SIZE) for figure in figures)
    labels = [columns.lines(label, REGULAR, SIZE, MOST_LABEL) for label, _ in bars.rows]
    label_width = max(width_of(line, REGULAR, SIZE) for lines in labels for line in lines)
    start = LEFT + label_width + GAP
    room = LEFT + MEASURE - figure_width - GAP - start
    lowest, highest = min(0, *values), max(0, *values)
    scale = room / max(highest - lowest, 1)
    zero = start - lowest * scale
    steps = [STEP + (len(lines) - 1) * LEADING for lines in labels]
    sheet.need(30 + sum(steps))
    _title(sheet, bars)
    canvas = sheet.canvas
    for lines, step, value, figure in zip(labels, steps, values, figures, strict=True):
        sheet.need(step)
        middle = sheet.y - step / 2
        for number, line in enumerate(lines):
            sheet.text(LEFT, middle - 3 + ((len(lines) - 1) / 2 - number) * LEADING, line, REGULAR, SIZE, INK)
        canvas.setFillColor(FOREST if value >= 0 else CLAY)
        canvas.rect(min(zero, zero + value * scale), middle - THICK / 2, abs(value) * scale, THICK, stroke=0, fill=1)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.6)
        canvas.line(zero, middle - step / 2, zero, middle + step / 2)
        sheet.text_right(LEFT + MEASURE, middle - 3, figure, SEMIBOLD, SIZE, INK)
        sheet.y -= step
    sheet.skip(18)


def _title(sheet: Sheet, bars: Bars) -> None:
    sheet.skip(6)
    sheet.text(LEFT, sheet.y - 10, bars.title, SEMIBOLD, 10.5, INK)
    unit = bars.currency or bars.unit
    sheet.text(LEFT + width_of(bars.title, SEMIBOLD, 10.5) + 6, sheet.y - 10, unit, REGULAR, SIZE, QUIET)
    sheet.y -= 20
