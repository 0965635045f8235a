"""Undoing a payment that was recorded and never left the bank: its entry is reversed, so that no statement is expected to show either.

What the bank sent back left before, and is two lines of its statement. What never left is none: the reversal is linked to the entry, and the
pages of the bank pass over both.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock
from coop.payments.bank.queries import is_on
from coop.payments.payouts import errors
from coop.permissions import Actor
from ledger.models import Entry
from ledger.posting import reverse


def undo(
    session: Session,
    actor: Actor,
    *,
    paid: tuple[str, UUID],
    undone: tuple[str, UUID],
    bank: str,
    booked_on: date,
    text: str,
) -> UUID:
    """Reverse the entry of a payment and return the reversal's id. Both are named by the kind and the id of the record behind them.

    Raises:
        LeftTheBank: it is matched with a line of the bank account.
        LedgerRefusal: the day lies in a locked period or in no open year.
    """
    kind, id_ = paid
    of_payment = (Entry.source_kind == kind, Entry.source_id == id_, Entry.reverses_id.is_(None))
    entry_id = session.scalars(select(Entry.id).where(*of_payment)).one()
    if session.scalar(select(is_on(bank, entry_id))):
        raise errors.LeftTheBank
    return reverse(
        session,
        entry_id,
        booked_on=booked_on,
        text=text,
        now=clock.now(),
        recorded_by=actor.person_id,
        source=undone,
    )
