"""Stored files: each under the SHA-256 of its bytes, in the folder that every backup takes along.

A file is never changed, because its name would no longer be true. What it is and who may read it is the business of the room that
keeps its hash.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from coop.config import Config
from evidence.messages import N_, Refusal


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


def store(config: Config, content: bytes) -> str:
    """Keep a file and return its SHA-256. The same bytes are kept once, however often they are stored.

    Written whole or not at all, and on the disk before this returns: a row that names the file can be committed next.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(config, sha256)
    if path.is_file() and path.read_bytes() == content:
        return sha256
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Beside the folder of files, so that no backup takes an unfinished one along.
    handle, unfinished = tempfile.mkstemp(dir=config.instance_path, prefix=".file-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    finally:
        Path(unfinished).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return sha256


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


def path_of(config: Config, sha256: str) -> Path:
    """Return where a file lies.

    Raises:
        ValueError: that is no SHA-256 in lower-case hexadecimal.
    """
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return config.files_path / sha256[:2] / sha256
