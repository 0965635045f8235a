"""Receiving a file that somebody sends: how large it may be, what it is, and what it is called. Nothing is kept yet."""

import hashlib
from dataclasses import dataclass, field

from werkzeug.datastructures import FileStorage

from coop import files
from coop.attachments.errors import PaperEmpty, PaperOfOtherKind, PaperTooLarge, PictureAsPhonesKeepIt
from coop.attachments.kinds import is_heic, kind_of
from coop.attachments.names import harmless_name
from coop.config import Config

LARGEST_MEGABYTES = 5
LARGEST_FILE = LARGEST_MEGABYTES * 1024 * 1024


@dataclass(frozen=True)
class Received:
    """A file that may be kept, with the store that would keep it."""

    name: str
    sha256: str
    media_type: str
    size_bytes: int
    content: bytes = field(repr=False)
    config: Config = field(repr=False)

    def keep(self) -> None:
        """Store the bytes; they are stored once, however often this is done."""
        files.store(self.config, self.content)


def receive(config: Config, uploaded: FileStorage) -> Received:
    """Return a file that was sent, recognised by its bytes. Its form is refused before anything of it lies anywhere.

    Raises:
        PaperEmpty, PaperTooLarge, PaperOfOtherKind, PictureAsPhonesKeepIt
    """
    content = uploaded.stream.read(LARGEST_FILE + 1)
    if not content:
        raise PaperEmpty
    if len(content) > LARGEST_FILE:
        raise PaperTooLarge(LARGEST_MEGABYTES)
    kind = kind_of(content)
    if kind is None:
        raise PictureAsPhonesKeepIt if is_heic(content) else PaperOfOtherKind
    return Received(
        name=harmless_name(uploaded.filename or "", kind),
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=kind.media_type,
        size_bytes=len(content),
        content=content,
        config=config,
    )
