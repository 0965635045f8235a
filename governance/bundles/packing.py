"""The ZIP around the files of a bundle: the same files always make the same bytes, and only those bytes are taken.

The files are not packed. So the ZIP's bytes follow from theirs, whichever library wrote them; a changed byte between the files is
found like one in them; and nothing in it can be larger than it is.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MOST_BYTES = 2_000_000_000
_NAME = re.compile(r"[a-z]+\.[a-z]+")
#: The earliest time that a ZIP can hold, and a file that its owner may write and everybody read.
_TIME, _UNIX, _MODE = (1980, 1, 1, 0, 0, 0), 3, 0o100644 << 16


class Unreadable(Exception):
    """What was given is no bundle at all; the text says why."""


@dataclass(frozen=True)
class Unpacked:
    """The files that were found, and what is wrong with the ZIP around them."""

    files: Mapping[str, bytes]
    damaged: tuple[str, ...] = ()


def pack(files: Mapping[str, bytes], target: IO[bytes]) -> None:
    """Write a ZIP."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            archive.writestr(entry, files[name])


def unpack(path: Path) -> Unpacked:
    """Read a bundle: a ZIP, or the folder into which one was unpacked.

    Raises:
        Unreadable
        OSError: it cannot be read.
    """
    if path.is_dir():
        return _folder(path)
    with path.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Unreadable("this is larger than any bundle")
    return unzipped(content)


def unzipped(content: bytes) -> Unpacked:
    """Read the ZIP of a bundle.

    Raises:
        Unreadable: it is no ZIP, or holds what no bundle holds: packed files, folders, a name twice.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except Exception as error:  # whatever the library makes of a damaged directory
        raise Unreadable("this is no ZIP, or the directory at its end is damaged") from error
    if sum(entry.file_size for entry in entries) > len(content):
        raise Unreadable("the ZIP says that it holds more than it does")
    files: dict[str, bytes] = {}
    damaged = []
    for entry in entries:
        _check(entry, files)
        try:
            files[entry.filename] = archive.read(entry)
        except Exception:  # noqa: BLE001 - whatever it makes of a damaged file
            files[entry.filename] = b""
            damaged.append(f"{entry.filename} is damaged: the ZIP's own checksum does not fit")
    if not damaged:
        damaged.extend(_changed(content, files))
    return Unpacked(files, tuple(damaged))


def _check(entry: zipfile.ZipInfo, before: Mapping[str, bytes]) -> None:
    """Refuse an entry that no bundle has.

    Raises:
        Unreadable
    """
    if not _NAME.fullmatch(entry.filename):
        raise Unreadable(f"{entry.filename!r} is no name of a file of a bundle")
    if entry.filename in before:
        raise Unreadable(f"{entry.filename} is in the ZIP twice")
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
        raise Unreadable(
            f"{entry.filename} is packed; the files of a bundle are not. If you packed it yourself, give the unpacked folder"
        )


def _changed(content: bytes, files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield where a ZIP is another than the one that its files make."""
    expected = io.BytesIO()
    pack(files, expected)
    if expected.getvalue() == content:
        return
    pairs = zip(content, expected.getvalue(), strict=False)
    at = next((number for number, (one, other) in enumerate(pairs) if one != other), len(content))
    end = 0
    for name in sorted(files):
        end += 30 + len(name) + len(files[name])
        if at < end:
            yield f"the ZIP around the files was changed at byte {at}, before the content of {name}"
            return
    yield f"the ZIP around the files was changed at byte {at}, in the directory at its end"


def _folder(path: Path) -> Unpacked:
    files = {}
    for found in sorted(path.iterdir()):
        if found.name.startswith((".", "__pycache__")):
            continue
        if not found.is_file():
            raise Unreadable(f"{found.name} is no file: a bundle has no folders")
        files[found.name] = found.read_bytes()
    if not files:
        raise Unreadable("the folder is empty")
    return Unpacked(files)
