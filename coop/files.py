"""Stored files: each under the SHA-256 of its bytes, in the folder that every backup takes along.

A file is never changed, because its name would no longer be true. What it is and who may read it is the business of the room that
keeps its hash.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from coop.config import Config
from evidence.messages import N_, Refusal

_BYTES_AT_ONCE = 64 * 1024


@dataclass(eq=False)
class FileMissing(Refusal):
    """A stored file is not where it should be."""

    sha256: str
    message = N_("A stored file is missing. Whoever runs this can bring it back from a backup: %(sha256)s.")


@dataclass(eq=False)
class FileDamaged(Refusal):
    """A stored file is not what it was when it was stored."""

    sha256: str
    message = N_("A stored file is damaged. Whoever runs this can bring it back from a backup: %(sha256)s.")


@dataclass(frozen=True)
class Stored:
    """A file that is kept."""

    sha256: str
    size_bytes: int


def store(config: Config, content: bytes) -> str:
    """Keep a file and return its SHA-256. The same bytes are kept once, however often they are stored.

    Written whole or not at all, and on the disk before this returns: a row that names the file can be committed next.
    """
    return store_pieces(config, [content]).sha256


def store_pieces(config: Config, pieces: Iterable[bytes]) -> Stored:
    """Keep a file that comes in pieces, as `store` does, and never hold all of it in memory."""
    config.files_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Beside the folder of files, so that no backup takes an unfinished one along.
    handle, unfinished = tempfile.mkstemp(dir=config.instance_path, prefix=".file-")
    hashed, size_bytes = hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
                hashed.update(piece)
                size_bytes += len(piece)
            file.flush()
            os.fsync(file.fileno())
        sha256 = hashed.hexdigest()
        path = path_of(config, sha256)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if not _holds(path, sha256):
            Path(unfinished).replace(path)
    finally:
        Path(unfinished).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return Stored(sha256, size_bytes)


def read(config: Config, sha256: str) -> bytes:
    """Return a stored file after comparing it with its hash.

    Raises:
        FileMissing, FileDamaged
    """
    try:
        content = path_of(config, sha256).read_bytes()
    except FileNotFoundError:
        raise FileMissing(sha256) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileDamaged(sha256)
    return content


def check(config: Config, sha256: str) -> None:
    """Compare a stored file with its hash.

    Raises:
        FileMissing, FileDamaged
    """
    path = path_of(config, sha256)
    if not path.is_file():
        raise FileMissing(sha256)
    if not _holds(path, sha256):
        raise FileDamaged(sha256)


def read_pieces(config: Config, sha256: str) -> Iterator[bytes]:
    """Return a stored file piece by piece, after comparing the whole of it with its hash.

    Raises:
        FileMissing, FileDamaged: at once, before the first piece.
    """
    try:
        # Open until the last piece is taken, so what was compared is what is returned.
        file = path_of(config, sha256).open("rb")
    except FileNotFoundError:
        raise FileMissing(sha256) from None
    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
        file.close()
        raise FileDamaged(sha256)
    file.seek(0)
    return _pieces(file)


def remove(config: Config, sha256: str) -> None:
    """Remove a stored file, if it is there. Whoever asks has made sure that no row names it any longer."""
    path_of(config, sha256).unlink(missing_ok=True)


def path_of(config: Config, sha256: str) -> Path:
    """Return where a file lies.

    Raises:
        ValueError: that is no SHA-256 in lower-case hexadecimal.
    """
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return config.files_path / sha256[:2] / sha256


def _holds(path: Path, sha256: str) -> bool:
    """Say whether a file is there and not damaged."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_BYTES_AT_ONCE):
            yield piece
