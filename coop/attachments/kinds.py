"""What a file is, found out from its bytes: its name and what the browser says of it are not believed."""

from collections.abc import Callable
from dataclasses import dataclass

#: So far from its end the end of a PDF is looked for: programs append a few bytes after it.
_TAIL = 2048
#: After its two bytes of start, a JPEG goes on with one of these markers.
_JPEG_MARKERS = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, *range(0xE0, 0xF0), 0xFE})


@dataclass(frozen=True)
class Kind:
    """A kind of file that is kept. The first ending is the usual one."""

    media_type: str
    label: str
    endings: tuple[str, ...]


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:]


def _is_png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR"


def _is_jpeg(content: bytes) -> bool:
    starts = len(content) > 4 and content.startswith(b"\xff\xd8\xff") and content[3] in _JPEG_MARKERS
    return starts and b"\xff\xd9" in content


def _is_webp(content: bytes) -> bool:
    says = int.from_bytes(content[4:8], "little")
    return content.startswith(b"RIFF") and content[8:15] == b"WEBPVP8" and 12 < says + 8 <= len(content)


PDF = Kind("application/pdf", "PDF", (".pdf",))
PNG = Kind("image/png", "PNG", (".png",))
JPEG = Kind("image/jpeg", "JPEG", (".jpg", ".jpeg"))
WEBP = Kind("image/webp", "WebP", (".webp",))

_TESTS: tuple[tuple[Kind, Callable[[bytes], bool]], ...] = (
    (PDF, _is_pdf),
    (PNG, _is_png),
    (JPEG, _is_jpeg),
    (WEBP, _is_webp),
)

#: Every kind by its media type.
KINDS = {kind.media_type: kind for kind, _ in _TESTS}


def kind_of(content: bytes) -> Kind | None:
    """Return what the bytes are, or nothing where they are of no kind that is kept."""
    return next((kind for kind, is_one in _TESTS if is_one(content)), None)


def is_heic(content: bytes) -> bool:
    """Say whether the bytes are a picture as many phones keep it."""
    return content[4:8] == b"ftyp" and content[8:12] in {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}
