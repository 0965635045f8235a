"""Confirming accounts: somebody who did not give one has compared it with what the payee itself says.

Whose account it is, is held meanwhile, so that nobody confirms what is being changed. The trail names the account by its reference.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock
from coop.membership import participants
from coop.payments.bills.models import Supplier
from coop.payments.confirming import errors, queries
from coop.payments.confirming.models import AccountConfirmation
from coop.permissions import Actor, Power

#: Who confirms: the board too, so that a co-op with one treasurer has somebody who did not write the account down.
CONFIRMERS = (Power.TREASURER, Power.BOARD)


def confirm(session: Session, actor: Actor, *, account_refs: Collection[UUID]) -> int:
    """Confirm accounts, and return how many. One that was confirmed before is not confirmed again.

    Raises:
        PowerMissing, NothingToConfirm, AccountReplaced, OwnAccount
    """
    power = actor.need(*CONFIRMERS)
    wanted = set(account_refs)
    if not wanted:
        raise errors.NothingToConfirm
    # Held as payments and changes hold them, suppliers first.
    for row in sorted(queries.waiting(session, wanted), key=lambda row: (row.supplier_id is None, row.account_ref)):
        if row.supplier_id is not None:
            session.get(Supplier, row.supplier_id, with_for_update=True)
        elif row.participant_id is not None:
            participants.lock(session, row.participant_id)
    known = set(
        session.scalars(select(AccountConfirmation.account_ref).where(AccountConfirmation.account_ref.in_(wanted)))
    )
    rows = queries.waiting(session, wanted)
    if {row.account_ref for row in rows} | known != wanted:
        raise errors.AccountReplaced
    for row in rows:
        if row.concerns(actor):
            raise errors.OwnAccount(row.name)
        session.add(
            AccountConfirmation(account_ref=row.account_ref, confirmed_at=clock.now(), confirmed_by=actor.person_id)
        )
        session.flush()
        kind = "supplier" if row.supplier_id else "payout"
        audit.record(
            session,
            actor,
            f"{kind}_account.confirmed",
            subject=row.supplier_id or row.participant_id,
            power=power,
            facts={"account": row.account_ref},
        )
    return len(rows)
