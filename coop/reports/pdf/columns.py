"""How wide the columns of words of a table are, and how a cell is broken into lines that fit its column."""

from collections.abc import Iterator, Sequence

from reportlab.lib.utils import simpleSplit

from coop.reports.pdf.style import width_of


def shared(room: float, wanted: Sequence[float], needed: Sequence[float]) -> list[float]:
    """Share room among columns in proportion to what they want, none with less than it needs while there is room for that.

    All lengths are in points. Where the room is less than all need, each gets its part of it, and longer words are cut.
    """
    held: set[int] = set()
    while True:
        rest = set(range(len(wanted))) - held
        left = room - sum(needed[index] for index in held)
        total = sum(wanted[index] for index in rest)
        short = {index for index in rest if wanted[index] * left < needed[index] * total}
        if not short:
            break
        held |= short
        if not rest - short:
            return _scaled(room, needed)
    if left < 0 or not total:
        return _scaled(room, needed)
    return [needed[index] if index in held else wanted[index] * left / total for index in range(len(wanted))]


def lines(text: str, font: str, size: float, width: float) -> list[str]:
    """Break text between words; a word that is wider than the column, such as a digest, is cut."""
    return [piece for line in simpleSplit(text, font, size, width) for piece in _cut(line, font, size, width)]


def _cut(line: str, font: str, size: float, width: float) -> Iterator[str]:
    while len(line) > 1 and width_of(line, font, size) > width + 0.5:
        fits = max(1, int(len(line) * width / width_of(line, font, size)))
        while fits < len(line) and width_of(line[: fits + 1], font, size) <= width:
            fits += 1
        while fits > 1 and width_of(line[:fits], font, size) > width:
            fits -= 1
        yield line[:fits]
        line = line[fits:]
    yield line


def _scaled(room: float, needed: Sequence[float]) -> list[float]:
    total = sum(needed)
    return [one * max(room, 0) / total if total else 0 for one in needed]
