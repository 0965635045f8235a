"""That a second person has compared an account with what the payee itself says.

An account has a random reference, a new one whenever it is given or changed. Only the reference lasts: the account itself lies in rows
that can be erased, of a supplier or of a participant.
"""

from uuid import UUID

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from coop.identity.models import Person
from evidence.columns import Moment


class AccountConfirmation(CoopBase):
    """From this moment on an account is paid to. Its key decides that it is confirmed once."""

    __tablename__ = "account_confirmation"

    account_ref: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    confirmed_at: Mapped[Moment]
    #: None for an account that had been paid to when confirming began.
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), default=None)
