"""The result bundles that are handed out: made once, kept under their hash, the same bytes for ever."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from evidence.columns import Moment, Sha256
from governance.models import Proposal


class KeptBundle(CoopBase):
    """The bundle of a counted vote, as it was made after the count. A later version of the program makes no other one."""

    __tablename__ = "kept_bundle"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey(Proposal.id), primary_key=True)
    #: Of its manifest: what the page shows, and people write down.
    digest: Mapped[Sha256]
    #: Of the ZIP, under which it is stored.
    sha256: Mapped[Sha256]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    kept_at: Mapped[Moment]
