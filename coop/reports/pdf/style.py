"""How the paper looks: its size, its margins, its colours and its letters. The colours are those of the pages."""

from pathlib import Path

import font_source_sans_pro
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 64, 64, 78, 72
#: What can be written on between the margins.
MEASURE = WIDTH - LEFT - RIGHT
CEILING, FLOOR = HEIGHT - TOP, BOTTOM

INK, QUIET = HexColor("#17231c"), HexColor("#505c54")
FOREST, FOREST_WASH = HexColor("#12482f"), HexColor("#e6efe6")
KOWHAI, KOWHAI_WASH = HexColor("#f2b705"), HexColor("#fdf3d3")
CLAY, LINE, PAPER = HexColor("#9c3415"), HexColor("#dcd9cb"), HexColor("#ffffff")

REGULAR, ITALIC, SEMIBOLD, SEMIBOLD_ITALIC, LIGHT = (
    "SourceSans",
    "SourceSans-Italic",
    "SourceSans-Semibold",
    "SourceSans-SemiboldItalic",
    "SourceSans-Light",
)
_FILES = {
    REGULAR: "SourceSansPro-Regular.ttf",
    ITALIC: "SourceSansPro-It.ttf",
    SEMIBOLD: "SourceSansPro-Semibold.ttf",
    SEMIBOLD_ITALIC: "SourceSansPro-SemiboldIt.ttf",
    LIGHT: "SourceSansPro-Light.ttf",
}


class Widths(dict[str, int]):
    """How wide each letter of a font is, in thousandths of its size: measured once, because tables ask for every cell."""

    def __init__(self, font: str) -> None:
        super().__init__()
        self._face = pdfmetrics.getFont(font).face

    def __missing__(self, letter: str) -> int:
        width: int = self._face.getCharWidth(ord(letter))
        self[letter] = width
        return width


def _register() -> None:
    # ReportLab's own fonts have no macrons; this one has, and is embedded.
    folder = Path(font_source_sans_pro.font_directory)
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=SEMIBOLD, italic=ITALIC, boldItalic=SEMIBOLD_ITALIC)


_register()
_WIDTHS = {name: Widths(name) for name in _FILES}


def width_of(text: str, font: str, size: float) -> float:
    """Return how wide a text is, in points."""
    return sum(map(_WIDTHS[font].__getitem__, text)) * size / 1000


def missing_letters(text: str) -> str:
    """Return the characters of a text that the fonts do not have, each once: paper shows an empty box in their place."""
    known = pdfmetrics.getFont(REGULAR).face.charToGlyph
    return "".join(sorted({letter for letter in text if letter.isprintable() and ord(letter) not in known}))
