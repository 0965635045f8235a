"""An edition as a PDF: the cover, the contents, the parts with their blocks."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from flask_babel import gettext

from coop.reports.blocks import (
    Bars,
    Block,
    Facts,
    Figures,
    Heading,
    Part,
    Prose,
    Remark,
    Report,
    Sentence,
    Statement,
    Table,
)
from coop.reports.content import Content
from coop.reports.outline import outline
from coop.reports.pdf import charts, cover, prose, tables
from coop.reports.pdf.sheet import Sheet
from coop.reports.pdf.style import FOREST, KOWHAI, LEFT, LIGHT

_DRAWN: Mapping[type[Any], Callable[[Sheet, Any], None]] = {
    Prose: prose.draw_prose,
    Sentence: prose.draw_sentence,
    Remark: prose.draw_remark,
    Heading: prose.draw_heading,
    Figures: prose.draw_figures,
    Facts: prose.draw_facts,
    Table: tables.draw_table,
    Statement: tables.draw_statement,
    Bars: charts.draw_bars,
}


#: The height of the title of a part with the gap above it, and about that of two lines under it.
_TITLE, _LEAD = 76, 52


def render(content: Content) -> bytes:
    """Return the PDF of a content: always the same bytes for the same content, in the language of the page."""
    return drawn(outline(content))


def drawn(report: Report) -> bytes:
    """Return a report as a PDF."""
    title = f"{report.house}: {report.title} {report.year}"
    sheet = Sheet(
        title=title,
        author=report.house,
        subject=f"{report.span} · {report.edition}",
        keywords=report.digest,
        language=report.language,
        running=f"{report.house} · {report.title} {report.year} · {report.edition}",
    )
    cover.draw_cover(sheet, report)
    sheet.next_page()
    sheet.bookmark("contents", gettext("Contents"), 0)
    cover.draw_contents(sheet, report)
    pages = [_draw_part(sheet, part) for part in report.parts]
    return sheet.finish(lambda: cover.fill_contents(sheet, pages))


def _draw_part(sheet: Sheet, part: Part) -> int:
    """Draw a part and return the number of the page on which it begins."""
    sheet.begin_part(part.title, _least_room(sheet, part))
    page = sheet.number
    sheet.bookmark(part.anchor, part.title, 0)
    sheet.canvas.setFillColor(KOWHAI)
    sheet.canvas.rect(LEFT, sheet.y + 6, 40, 3, stroke=0, fill=1)
    sheet.text(LEFT, sheet.y - 24, part.title, LIGHT, 26, FOREST)
    sheet.y -= 50
    if part.lead:
        prose.write(sheet, escape(part.lead), prose.LEAD, after=14)
    for number, block in enumerate(part.blocks):
        _bookmark(sheet, block, f"{part.anchor}-{number}")
        _DRAWN[type(block)](sheet, block)
    return page


def _least_room(sheet: Sheet, part: Part) -> float:
    """Return the room for the title of a part together with the table that it begins with, so that no title stands alone."""
    match part.blocks:
        case (Statement() | Table() as first, *_):
            return _TITLE + (_LEAD if part.lead else 0) + tables.least_room(sheet, first)
        case _:
            return 0


def _bookmark(sheet: Sheet, block: Block, key: str) -> None:
    """Let titles within a part be found in the outline."""
    match block:
        case Heading():
            sheet.need(70)
            sheet.bookmark(key, block.text, 1)
        case Statement() | Table():
            sheet.need(96)
            sheet.bookmark(key, block.caption, 1)
