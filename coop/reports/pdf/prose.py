"""Words on paper: sentences, remarks, pairs, figures, and the Markdown that people write, broken over pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from markdown_it.token import Token
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from coop.markdown import tokens
from coop.reports.blocks import Facts, Figures, Heading, Prose, Remark, Sentence
from coop.reports.pdf.sheet import Sheet
from coop.reports.pdf.style import (
    FOREST,
    FOREST_WASH,
    INK,
    KOWHAI,
    KOWHAI_WASH,
    LEFT,
    LIGHT,
    LINE,
    MEASURE,
    QUIET,
    REGULAR,
    SEMIBOLD,
    width_of,
)

BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=10.5, leading=15.5, textColor=INK)
SMALL = ParagraphStyle("small", BODY, fontSize=9, leading=13, textColor=QUIET)
LEAD = ParagraphStyle("lead", BODY, fontName=LIGHT, fontSize=13.5, leading=19, textColor=QUIET)
HEADING = ParagraphStyle("heading", BODY, fontName=SEMIBOLD, fontSize=13, leading=17, textColor=FOREST)
QUOTE = ParagraphStyle("quote", BODY, textColor=QUIET)
#: Codes such as fingerprints break anywhere.
CODE = ParagraphStyle("code", BODY, fontSize=9.5, leading=14, splitLongWords=1)
INDENT = 16
GAP = 8
_SCHEMES = frozenset({"http", "https", "mailto"})


def write(
    sheet: Sheet, text: str, style: ParagraphStyle, *, left: float = LEFT, width: float = MEASURE, after: float = GAP
) -> None:
    """Write a paragraph of inline mark-up, over as many pages as it takes."""
    rest: list[Paragraph] = [Paragraph(text, style)]
    while rest:
        paragraph = rest.pop(0)
        _, height = paragraph.wrap(width, sheet.room())
        if height <= sheet.room():
            sheet.y -= height
            paragraph.drawOn(sheet.canvas, left, sheet.y)
            continue
        parts = paragraph.split(width, sheet.room())
        if len(parts) == 2:
            _, height = parts[0].wrap(width, sheet.room())
            parts[0].drawOn(sheet.canvas, left, sheet.y - height)
            rest.insert(0, parts[1])
        else:
            rest.insert(0, paragraph)
        sheet.next_page()
    sheet.skip(after)


def draw_sentence(sheet: Sheet, block: Sentence) -> None:
    """Write a paragraph of the report's own."""
    write(sheet, escape(block.text), SMALL if block.quiet else BODY)


def draw_heading(sheet: Sheet, block: Heading) -> None:
    """Write a title within a part; never alone at the foot of a page."""
    sheet.skip(8)
    sheet.need(70)
    write(sheet, escape(block.text), HEADING, after=4)


def draw_remark(sheet: Sheet, block: Remark) -> None:
    """Write a remark on a coloured ground."""
    warns = block.tone == "warning"
    title = Paragraph(escape(block.title), ParagraphStyle("t", BODY, fontName=SEMIBOLD))
    text = Paragraph(escape(block.text), BODY)
    inner = MEASURE - 32
    height = title.wrap(inner, 1000)[1] + text.wrap(inner, 1000)[1] + 24
    sheet.need(height + 8)
    sheet.skip(4)
    bottom = sheet.y - height
    canvas = sheet.canvas
    canvas.setFillColor(KOWHAI_WASH if warns else FOREST_WASH)
    canvas.rect(LEFT, bottom, MEASURE, height, stroke=0, fill=1)
    canvas.setFillColor(KOWHAI if warns else FOREST)
    canvas.rect(LEFT, bottom, 3, height, stroke=0, fill=1)
    text.drawOn(canvas, LEFT + 18, bottom + 11)
    title.drawOn(canvas, LEFT + 18, bottom + 11 + text.height)
    sheet.y = bottom
    sheet.skip(14)


def draw_facts(sheet: Sheet, block: Facts) -> None:
    """Write pairs of term and value in two columns."""
    term_width = min(max(width_of(term, SEMIBOLD, 9.5) for term, _ in block.pairs) + 14, 0.4 * MEASURE)
    for term, value in block.pairs:
        left = Paragraph(escape(term), ParagraphStyle("term", SMALL, fontName=SEMIBOLD, fontSize=9.5, leading=14))
        right = Paragraph(escape(value), CODE)
        height = max(left.wrap(term_width - 10, 1000)[1], right.wrap(MEASURE - term_width, 1000)[1]) + 7
        sheet.need(height)
        left.drawOn(sheet.canvas, LEFT, sheet.y - 3 - left.height)
        right.drawOn(sheet.canvas, LEFT + term_width, sheet.y - 3 - right.height)
        sheet.y -= height
        sheet.canvas.setStrokeColor(LINE)
        sheet.canvas.setLineWidth(0.4)
        sheet.canvas.line(LEFT, sheet.y, LEFT + MEASURE, sheet.y)
    sheet.skip(14)


def draw_figures(sheet: Sheet, block: Figures) -> None:
    """Write figures that stand out, three in a row."""
    columns, height = 3, 66
    width = MEASURE / columns
    for first in range(0, len(block.items), columns):
        sheet.need(height)
        for index, item in enumerate(block.items[first : first + columns]):
            x = LEFT + index * width
            sheet.canvas.setFillColor(KOWHAI)
            sheet.canvas.rect(x, sheet.y - 2, 22, 2, stroke=0, fill=1)
            size = min(24.0, 24 * (width - 14) / width_of(item.value, LIGHT, 24))
            sheet.text(x, sheet.y - 30, item.value, LIGHT, size, FOREST)
            sheet.text(x, sheet.y - 43, item.label, SEMIBOLD, 9, INK)
            sheet.text(x, sheet.y - 54, item.note, REGULAR, 8.5, QUIET)
        sheet.y -= height
    sheet.skip(10)


def draw_prose(sheet: Sheet, block: Prose) -> None:
    """Write Markdown, and beneath it who signed."""
    for piece in _Reader().pieces(tokens(block.text)):
        left = LEFT + piece.depth * INDENT
        if piece.style is HEADING:
            sheet.skip(6)
            sheet.need(50)
        if piece.mark:
            sheet.need(BODY.leading)
            sheet.text(left - INDENT + 2, sheet.y - 11.5, piece.mark, SEMIBOLD, 10, FOREST)
        top = sheet.y
        write(sheet, piece.text, piece.style, left=left, width=MEASURE - piece.depth * INDENT, after=GAP)
        if piece.style is QUOTE and sheet.y < top:
            sheet.canvas.setFillColor(LINE)
            sheet.canvas.rect(left - 10, sheet.y + GAP, 2, top - sheet.y - GAP, stroke=0, fill=1)
    if block.signed:
        sheet.need(30)
        sheet.skip(6)
        write(sheet, escape(block.signed), ParagraphStyle("signed", BODY, fontName=SEMIBOLD))


@dataclass(frozen=True)
class _Piece:
    """A paragraph of Markdown with its indentation and the mark of a list before it."""

    text: str
    style: ParagraphStyle
    depth: int
    mark: str = ""


class _Reader:
    """Reads Markdown token by token: what is open decides how the next paragraph looks."""

    def __init__(self) -> None:
        #: The lists that are open: the next number of each, none for bullets.
        self._lists: list[int | None] = []
        self._quotes = 0
        self._style = BODY
        self._mark = ""

    def pieces(self, stream: list[Token]) -> Iterator[_Piece]:
        """Yield the paragraphs in order."""
        for token in stream:
            if token.type == "inline":
                style = QUOTE if self._quotes and self._style is BODY else self._style
                yield _Piece(_inline(token.children or []), style, self._depth, self._mark)
                self._mark = ""
            elif token.type in {"fence", "code_block"}:
                text = "<br/>".join(escape(line) for line in token.content.rstrip("\n").split("\n"))
                yield _Piece(text, CODE, self._depth)
            elif token.type.startswith(("bullet_list", "ordered_list", "list_item")):
                self._list(token)
            elif token.type.startswith("blockquote"):
                self._quotes += token.nesting
            elif token.type.startswith("heading"):
                self._style = HEADING if token.nesting > 0 else BODY

    @property
    def _depth(self) -> int:
        return len(self._lists) + self._quotes

    def _list(self, token: Token) -> None:
        if token.type == "list_item_open":
            number = self._lists[-1]
            self._mark = "•" if number is None else f"{number}."
            self._lists[-1] = None if number is None else number + 1
        elif token.type == "bullet_list_open":
            self._lists.append(None)
        elif token.type == "ordered_list_open":
            self._lists.append(int(token.attrs.get("start", 1)))
        elif token.type.endswith("_list_close"):
            self._lists.pop()


def _inline(children: list[Token]) -> str:
    """Return the mark-up of ReportLab for a line of Markdown: bold, italic and links; what else there is becomes its text."""
    plain = {"strong_open": "<b>", "strong_close": "</b>", "em_open": "<i>", "em_close": "</i>", "hardbreak": "<br/>"}
    out, links = [], []
    for child in children:
        if child.type in plain:
            out.append(plain[child.type])
        elif child.type == "link_open":
            href = str(child.attrs.get("href", ""))
            links.append(urlsplit(href).scheme in _SCHEMES)
            out.append(f'<a href="{escape(href)}" color="#12482f">' if links[-1] else "")
        elif child.type == "link_close":
            out.append("</a>" if links.pop() else "")
        elif child.type == "softbreak":
            out.append(" ")
        else:
            out.append(escape(child.content))
    return "".join(out)
