"""Small papers of each kind that is kept, as a scanner or a phone would write them, and how a browser sends one."""

import io
import struct
import zlib

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.html_client import Browser, Page

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
WEBP = (
    b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8L" + struct.pack("<I", 10) + b"\x2f\x00\x00\x00\x00\x00\x00\x00\x00\x00"
)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + _chunk(b"IEND", b"")
)


def upload(content: bytes, name: str = "receipt.pdf", declared: str = "application/pdf") -> FileStorage:
    """Return a file as a form receives it."""
    return FileStorage(io.BytesIO(content), filename=name, content_type=declared)


def sent(
    browser: Browser, path: str, content: bytes, name: str = "receipt.pdf", declared: str = "application/pdf"
) -> Page:
    """Send a file to a page as a browser does, and return where that leads."""
    fields = {"csrf_token": browser.token(), "file": upload(content, name, declared)}
    # Put together here: the client would do it in a file on the disk, which it leaves open.
    boundary, body = encode_multipart(fields)
    form = f"multipart/form-data; boundary={boundary}"
    return browser._page(browser.client.post(path, data=body, content_type=form, follow_redirects=True))
