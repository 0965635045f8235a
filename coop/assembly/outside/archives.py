"""The archive of an election as it is uploaded, kept and read again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import FileStorage

from coop import files
from coop.assembly.outside.errors import EvidenceTooLarge
from coop.config import Config
from governance.belenios import archive
from governance.belenios.tally import brought
from governance.external import Brought

MOST_MEGABYTES = 50
_MOST_BYTES = MOST_MEGABYTES * 1024 * 1024


@dataclass(frozen=True)
class Evidence:
    """An archive that was read without a fault, with the store that would keep it."""

    sha256: str
    archive: archive.Archive
    content: bytes = field(repr=False)
    config: Config = field(repr=False)

    def keep(self) -> None:
        """Store the bytes; they are stored once, however often this is done."""
        files.store(self.config, self.content)


def receive(config: Config, uploaded: FileStorage) -> Evidence:
    """Read an archive that was sent. Nothing of it lies anywhere yet.

    Raises:
        EvidenceTooLarge, and what `governance.belenios.archive.read` refuses
    """
    content = uploaded.stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise EvidenceTooLarge(MOST_MEGABYTES)
    return Evidence(hashlib.sha256(content).hexdigest(), archive.read(content), content, config)


def read_again(config: Config, sha256: str, options: Sequence[str]) -> Brought:
    """Return the result that a kept archive holds, for a vote with these options.

    Raises:
        FileMissing, FileDamaged, and what `governance.belenios` refuses
    """
    return brought(archive.read(files.read(config, sha256)), options, sha256)
