"""Tables on paper: columns as wide as they need, heads repeated on every page, a page drawn at once.

A table is drawn row by row straight onto the canvas. A layout that looks at the whole table again for each page would take
seven times as long for ten thousand rows; here the time grows with the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext
from reportlab.lib.colors import Color

from coop.formats import format_amount, format_day, format_whole
from coop.reports.blocks import Cell, Column, Statement, StatementLine, Table
from coop.reports.pdf import columns as layout
from coop.reports.pdf.sheet import Sheet
from coop.reports.pdf.style import (
    CEILING,
    FLOOR,
    FOREST,
    INK,
    LEFT,
    LINE,
    MEASURE,
    QUIET,
    REGULAR,
    SEMIBOLD,
    width_of,
)

SIZE, LEADING, GAP = 9.0, 11.5, 12.0
#: From the rule above a row to the baseline of its first line, and from the last baseline to the rule below.
ASCENT, DESCENT = 11.0, 4.5
_RIGHT = frozenset({"money", "number"})
#: A column of words is never narrower than this, however much the others want.
LEAST_WIDTH = 60.0
#: A table of more rows is broken over pages wherever it stands.
MOST_TOGETHER = 40


@dataclass(frozen=True)
class _Row:
    """A row as it is written: its lines for each column."""

    cells: Sequence[str]
    font: str = REGULAR
    colour: Color = INK
    #: The rule beneath: colour and weight.
    rule: tuple[Color, float] = (LINE, 0.4)
    #: White space above.
    above: float = 0


def draw_table(sheet: Sheet, table: Table) -> None:
    """Draw a table of any length."""
    _Drawing(sheet, table.caption, table.columns, [column.label for column in table.heads]).draw(_rows_of(table))


def draw_statement(sheet: Sheet, statement: Statement) -> None:
    """Draw a financial statement: sections with their totals and a last line."""
    _of_statement(sheet, statement).draw(_rows_of_statement(statement))


def least_room(sheet: Sheet, block: Table | Statement) -> float:
    """Return the room without which a table or statement begins on a new page; for what must not stand alone above it."""
    if isinstance(block, Statement):
        return _of_statement(sheet, block).least(_rows_of_statement(block))
    heads = [column.label for column in block.heads]
    return _Drawing(sheet, block.caption, block.columns, heads).least(_rows_of(block))


def _rows_of(table: Table) -> list[_Row]:
    rows = [
        _Row([_written(cell, column, table.currency) for cell, column in zip(row, table.columns, strict=True)])
        for row in table.rows
    ]
    if table.foot:
        cells = [_written(cell, column, table.currency) for cell, column in zip(table.foot, table.columns, strict=True)]
        rows.append(_Row(cells, SEMIBOLD, INK, (FOREST, 1)))
    return rows


def _rows_of_statement(statement: Statement) -> list[_Row]:
    rows: list[_Row] = []
    for section in statement.sections:
        empty = [""] * len(statement.columns)
        rows.append(_Row([section.label, *empty], SEMIBOLD, FOREST, (FOREST, 0.6), above=8))
        rows += [_Row(_line(line, statement.currency)) for line in section.lines]
        total = StatementLine(section.total_label, section.totals)
        rows.append(_Row(_line(total, statement.currency), SEMIBOLD, INK, (LINE, 0.4)))
    rows.append(_Row(_line(statement.grand, statement.currency), SEMIBOLD, INK, (FOREST, 1.2), above=6))
    return rows


def _of_statement(sheet: Sheet, statement: Statement) -> "_Drawing":
    columns = (Column("", "head"), *(Column(label, "money") for label in statement.columns))
    heads = ["", *(f"{label} ({statement.currency})" for label in statement.columns)]
    return _Drawing(sheet, statement.caption, columns, heads)


class _Drawing:
    """A table on its way over the pages."""

    def __init__(self, sheet: Sheet, caption: str, columns: Sequence[Column], heads: Sequence[str]) -> None:
        self._sheet = sheet
        self._caption = caption
        self._columns = columns
        self._heads = heads
        self._lefts: list[float] = []
        self._widths: list[float] = []

    def draw(self, rows: Sequence[_Row]) -> None:
        """Draw all rows; the caption and the heads again on each page."""
        sheet = self._sheet
        sheet.need(self.least(rows))
        self._head(self._caption)
        at = 0
        while at < len(rows):
            at = self._page_of_rows(rows, at)
            if at < len(rows):
                sheet.next_page()
                self._head(gettext("%(caption)s (continued)", caption=self._caption))
        sheet.skip(16)

    def least(self, rows: Sequence[_Row]) -> float:
        """Lay the table out and return the room without which it begins on a new page: all it needs if it fits on one, else a few rows."""
        self._lay_out(rows)
        if len(rows) > MOST_TOGETHER:
            return 96
        height = 60 + sum(row.above + ASCENT + (self._broken(row)[1] - 1) * LEADING + DESCENT for row in rows)
        return height if height <= CEILING - FLOOR else 96

    def _lay_out(self, rows: Sequence[_Row]) -> None:
        """Give each column the width that its widest cell needs; words share what is left and are broken into lines."""
        wanted = [
            max([width_of(head, SEMIBOLD, SIZE), *(width_of(row.cells[index], row.font, SIZE) for row in rows)])
            for index, head in enumerate(self._heads)
        ]
        # Heads of numbers may be longer than the numbers: they are broken rather than taking room from words.
        for index, column in enumerate(self._columns):
            if column.kind in _RIGHT:
                cells = max((width_of(row.cells[index], row.font, SIZE) for row in rows), default=0)
                longest_word = max(width_of(word, SEMIBOLD, SIZE) for word in (self._heads[index].split() or [""]))
                wanted[index] = min(wanted[index], max(cells, longest_word, 56))
        fixed = [column.kind in _RIGHT or column.kind == "day" for column in self._columns]
        gaps = GAP * (len(wanted) - 1)
        left_over = MEASURE - gaps - sum(width for width, is_fixed in zip(wanted, fixed, strict=True) if is_fixed)
        words = [index for index, is_fixed in enumerate(fixed) if not is_fixed]
        needed = [max(self._longest_word(rows, index), min(wanted[index], LEAST_WIDTH)) for index in words]
        given = dict(zip(words, layout.shared(left_over, [wanted[index] for index in words], needed), strict=True))
        self._widths = [given.get(index, width) for index, width in enumerate(wanted)]
        x = float(LEFT)
        for width in self._widths:
            self._lefts.append(x)
            x += width + GAP

    def _longest_word(self, rows: Sequence[_Row], index: int) -> float:
        """Return the width of the longest word of a column, by its letters; one or two points make no difference here."""
        cells = ((word, row.font) for row in rows for word in row.cells[index].split())
        word, font = max(cells, key=lambda one: len(one[0]), default=("", REGULAR))
        return width_of(word, font, SIZE)

    def _head(self, caption: str) -> None:
        sheet = self._sheet
        sheet.skip(6)
        sheet.text(LEFT, sheet.y - 10, caption, SEMIBOLD, 10.5, INK)
        sheet.y -= 18
        broken = [
            layout.lines(head, SEMIBOLD, SIZE, width + 1) for head, width in zip(self._heads, self._widths, strict=True)
        ]
        deepest = max(len(lines) for lines in broken) if broken else 0
        if any(broken):
            for index, lines in enumerate(broken):
                for number, line in enumerate(lines):
                    y = sheet.y - ASCENT - (deepest - len(lines) + number) * LEADING
                    self._write(index, y, line, SEMIBOLD, QUIET)
            sheet.y -= ASCENT + (deepest - 1) * LEADING + DESCENT
        sheet.canvas.setStrokeColor(FOREST)
        sheet.canvas.setLineWidth(1)
        sheet.canvas.line(LEFT, sheet.y, LEFT + MEASURE, sheet.y)

    def _write(self, index: int, y: float, line: str, font: str, colour: Color) -> None:
        left, width = self._lefts[index], self._widths[index]
        if self._columns[index].kind in _RIGHT:
            self._sheet.text_right(left + width, y, line, font, SIZE, colour)
        else:
            self._sheet.text(left, y, line, font, SIZE, colour)

    def _page_of_rows(self, rows: Sequence[_Row], at: int) -> int:
        """Draw as many rows as the page takes, in one text, and return the index of the next."""
        sheet, canvas = self._sheet, self._sheet.canvas
        text = canvas.beginText()
        rules: dict[tuple[Color, float], list[tuple[float, float, float, float]]] = {}
        font, colour, first = "", None, at
        while at < len(rows):
            row = rows[at]
            broken, deepest = self._broken(row)
            above = row.above if at > first else 0
            height = above + ASCENT + (deepest - 1) * LEADING + DESCENT
            if sheet.room() < height and at > first:
                break
            if row.font != font:
                text.setFont(row.font, SIZE)
                font = row.font
            if row.colour is not colour:
                text.setFillColor(row.colour)
                colour = row.colour
            y = sheet.y - above - ASCENT
            for index, lines in enumerate(broken):
                for number, line in enumerate(lines):
                    text.setTextOrigin(self._start(index, line, row.font), y - number * LEADING)
                    text.textOut(line)
            sheet.y -= height
            rules.setdefault(row.rule, []).append((LEFT, sheet.y, LEFT + MEASURE, sheet.y))
            at += 1
        canvas.drawText(text)
        for (stroke, weight), strokes in rules.items():
            canvas.setStrokeColor(stroke)
            canvas.setLineWidth(weight)
            canvas.lines(strokes)
        return at

    def _broken(self, row: _Row) -> tuple[list[Sequence[str]], int]:
        broken: list[Sequence[str]] = []
        deepest = 1
        for index, cell in enumerate(row.cells):
            if not cell:
                broken.append(())
            elif self._columns[index].kind in _RIGHT or width_of(cell, row.font, SIZE) <= self._widths[index] + 0.5:
                broken.append((cell,))
            else:
                lines = layout.lines(cell, row.font, SIZE, self._widths[index])
                broken.append(lines)
                deepest = max(deepest, len(lines))
        return broken, deepest

    def _start(self, index: int, line: str, font: str) -> float:
        if self._columns[index].kind in _RIGHT:
            return self._lefts[index] + self._widths[index] - width_of(line, font, SIZE)
        return self._lefts[index]


def _written(cell: Cell, column: Column, currency: str) -> str:
    match cell:
        case None:
            return ""
        case int():
            return format_amount(cell, currency) if column.kind == "money" else format_whole(cell)
        case date():
            return format_day(cell)
        case _:
            return cell


def _line(line: StatementLine, currency: str) -> list[str]:
    return [line.label, *(format_amount(amount, currency) for amount in line.amounts)]
