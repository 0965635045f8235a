"""The entries of a tar file as Belenios writes it: old headers of one fixed form, contents filled up to whole blocks.

A header that would be written in another way is refused, so that nothing hides in what other programs would read differently.
"""

from collections.abc import Iterator

from governance.belenios.errors import NotAnArchive

_BLOCK = 512
_LONGEST_NAME = 100
_SIZE, _TIME, _CHECKSUM = slice(124, 135), slice(136, 147), slice(148, 156)


def entries(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents in their order.

    Raises:
        NotAnArchive: when the entry is reached that is none.
    """
    start = 0
    while start < len(content):
        header = content[start : start + _BLOCK]
        if not any(header):
            if any(content[start:]):
                raise NotAnArchive
            return
        name, size = _header(header)
        start += _BLOCK
        body = content[start : start + size]
        end = start + -(-size // _BLOCK) * _BLOCK
        if len(body) < size or end > len(content) or any(content[start + size : end]):
            raise NotAnArchive
        yield name, body
        start = end


def header_of(name: str, size: int, timestamp: int) -> bytes:
    """Return the header of an entry."""
    header = bytearray(_BLOCK)
    parts = {0: name, 100: "0000644", 108: "0000000", 116: "0000000", 148: " " * 8, 156: "0"}
    for at, text in (parts | {124: f"{size:011o}", 136: f"{timestamp:011o}"}).items():
        header[at : at + len(text)] = text.encode("ascii")
    header[_CHECKSUM] = f"{sum(header):06o}\x00 ".encode("ascii")
    return bytes(header)


def _header(header: bytes) -> tuple[str, int]:
    try:
        name = header.partition(b"\x00")[0].decode("ascii")
        size, timestamp = int(header[_SIZE], 8), int(header[_TIME], 8)
    except ValueError:
        raise NotAnArchive from None
    if len(name) >= _LONGEST_NAME or size < 0 or timestamp < 0 or header_of(name, size, timestamp) != header:
        raise NotAnArchive
    return name, size
