"""A QR code as an SVG path: the pages allow no picture that comes in an address, and need none."""

from dataclasses import dataclass

import qrcode

#: The white margin that readers need, in modules.
MARGIN = 4


@dataclass(frozen=True)
class QrCode:
    """The side of the square in modules, margin included, and the path of the dark ones."""

    side: int
    path: str


def qr_code(text: str) -> QrCode:
    """Draw a text as a QR code: each run of dark modules in a row is one rectangle."""
    code = qrcode.QRCode(border=MARGIN)
    code.add_data(text)
    code.make(fit=True)
    rows: list[list[bool]] = code.get_matrix()
    pieces = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                pieces.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
            x = max(end, x + 1)
    return QrCode(len(rows), "".join(pieces))
