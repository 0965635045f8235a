"""The sheets of a document: where the pen stands, when a new page begins, and what stands on every page.

A sheet knows nothing of reports; what draws on it asks for room and moves the pen. Nothing here reads a clock: the same drawing gives
the same bytes.
"""

from collections.abc import Callable
from io import BytesIO

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from coop.reports.pdf import style
from coop.reports.pdf.style import CEILING, FLOOR, LEFT, MEASURE, QUIET, REGULAR, SEMIBOLD, width_of

#: A part begins on a page that has so much room left.
PART = 330


class Sheet:
    """A document in the making. `y` is where the next line goes, measured from the foot of the page."""

    def __init__(self, *, title: str, author: str, subject: str, keywords: str, language: str, running: str) -> None:
        self._file = BytesIO()
        self.canvas = Canvas(self._file, pagesize=(style.WIDTH, style.HEIGHT), invariant=1, lang=language)
        self.canvas.setTitle(title)
        self.canvas.setAuthor(author)
        self.canvas.setSubject(subject)
        self.canvas.setKeywords(keywords)
        self.canvas.setCreator("coop")
        self.canvas.setProducer("coop")
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self.canvas.showOutline()
        self.y: float = CEILING
        self.number = 1
        #: What stands at the head of every page: the document, the part at its top, and the part that was begun last.
        self._running = running
        self._part = self._current = ""
        self._is_plain = True

    def bookmark(self, key: str, title: str, level: int) -> None:
        """Make this place a target of links and an entry of the outline."""
        top = min(self.y + 40, style.HEIGHT)
        self.canvas.bookmarkHorizontal(key, 0, top)
        self.canvas.addOutlineEntry(title, key, level, closed=level == 0)

    def begin_part(self, title: str, least: float = 0) -> None:
        """Begin a part: on this page where a good piece of it is free, and no less than its beginning needs, else on the next."""
        self._current = title
        if self._is_plain or self.room() < max(PART, least):
            self.next_page()
            self._is_plain = False
        else:
            self.skip(26)

    def next_page(self) -> None:
        """End this page with its head and foot and begin the next."""
        if not self._is_plain:
            self._frame()
        self.canvas.showPage()
        self.number += 1
        self.y = CEILING
        self._part = self._current

    def room(self) -> float:
        """Return how far it is to the bottom margin."""
        return self.y - FLOOR

    def need(self, height: float) -> None:
        """Begin a new page unless there is so much room."""
        if self.room() < height and self.y < CEILING:
            self.next_page()

    def skip(self, height: float) -> None:
        """Leave a gap, but not at the top of a page."""
        if self.y < CEILING:
            self.y -= height

    def text(self, x: float, y: float, words: str, font: str, size: float, colour: Color) -> None:
        """Write a line."""
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(colour)
        self.canvas.drawString(x, y, words)

    def text_right(self, x: float, y: float, words: str, font: str, size: float, colour: Color) -> None:
        """Write a line that ends at `x`."""
        self.text(x - width_of(words, font, size), y, words, font, size, colour)

    def once(self, name: str, draw: Callable[[Canvas], None]) -> None:
        """Draw what `later` has left room for, now that it is known."""
        self.canvas.beginForm(name)
        draw(self.canvas)
        self.canvas.endForm()

    def later(self, name: str) -> None:
        """Leave something to be drawn by `once`, when all pages are known."""
        self.canvas.doForm(name)

    def finish(self, fill_in: Callable[[], None]) -> bytes:
        """End the last page, let what was left for later be drawn, and return the file."""
        if not self._is_plain:
            self._frame()
        self.canvas.showPage()
        pages = str(self.number)
        self.once("pages", lambda canvas: _write(canvas, pages))
        fill_in()
        self.canvas.save()
        return self._file.getvalue()

    def _frame(self) -> None:
        """Draw head and foot of a page: the part above, the edition and the page's number below."""
        right, rule = LEFT + MEASURE, FLOOR - 24
        self.text(LEFT, style.HEIGHT - 46, self._running, REGULAR, 8.5, QUIET)
        self.text_right(right, style.HEIGHT - 46, self._part, REGULAR, 8.5, QUIET)
        self.canvas.setStrokeColor(style.LINE)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(LEFT, rule, right, rule)
        own = f"{self.number} / "
        # Two digits of room for the total; three where the document turns out so long.
        x = right - 16 - width_of(own, SEMIBOLD, 8.5)
        self.text(x, rule - 14, own, SEMIBOLD, 8.5, QUIET)
        self.canvas.saveState()
        self.canvas.translate(x + width_of(own, SEMIBOLD, 8.5), rule - 14)
        self.later("pages")
        self.canvas.restoreState()


def _write(canvas: Canvas, words: str) -> None:
    canvas.setFont(REGULAR, 8.5)
    canvas.setFillColor(QUIET)
    canvas.drawString(0, 0, words)
