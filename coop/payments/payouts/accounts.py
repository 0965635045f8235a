"""The bank account to which a participant wants to be paid: theirs to give, to change and to remove.

Each change is told by mail to everybody who acts for the participant, so that one they did not make is noticed. It is paid to once an
officer has confirmed it. Whether such an account exists, only a bank knows.
"""

import re
from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, outbox, texts
from coop.membership import participants
from coop.payments.payouts import errors
from coop.payments.payouts.models import PayoutAccount
from coop.permissions import Actor, Power
from evidence.identifiers import new_id, new_ref

LONGEST_ACCOUNT = 40
_ACCOUNT = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./-]{3,38}[0-9A-Za-z]")


def change_account(session: Session, actor: Actor, *, participant_id: UUID, bank_account: str) -> None:
    """Give or change the account of a participant, or remove it with an empty one, and tell them by mail.

    Raises:
        NotFound: the actor does not act for the participant.
        AccountMalformed, TextTooLong
    """
    actor.need_to_act_for(participant_id)
    account = read_account(bank_account)
    participants.lock(session, participant_id)
    row = session.get(PayoutAccount, participant_id)
    if account == (row.bank_account if row else ""):
        return
    if not account:
        session.delete(row)
    elif row is None:
        session.add(
            PayoutAccount(
                participant_id=participant_id,
                bank_account=account,
                changed_at=clock.now(),
                changed_by=actor.person_id,
            )
        )
    else:
        row.bank_account, row.account_ref = account, new_ref()
        row.changed_at, row.changed_by = clock.now(), actor.person_id
    session.flush()
    action = "payout_account.changed" if account else "payout_account.removed"
    given = session.get(PayoutAccount, participant_id) if account else None
    audit.record(session, actor, action, subject=participant_id, facts={"account": given.account_ref} if given else {})
    _warn(session, participant_id, account)


def read_account(bank_account: str) -> str:
    """Return a bank account in its normal form; empty where there is none.

    Raises:
        AccountMalformed, TextTooLong
    """
    account = texts.line(bank_account, about="bank_account", longest=LONGEST_ACCOUNT, least=0)
    if account and not _ACCOUNT.fullmatch(account):
        raise errors.AccountMalformed
    return account


def account_of(session: Session, participant_id: UUID) -> PayoutAccount | None:
    """Return the account of a participant, if one was given."""
    return session.get(PayoutAccount, participant_id)


def ask_for_account(session: Session, actor: Actor, *, participant_id: UUID) -> None:
    """Ask a participant by mail for an account, at most once a day.

    Raises:
        NotFound, PowerMissing, AccountGiven
    """
    power = actor.need(Power.TREASURER)
    name = participants.lock(session, participant_id).name
    if session.get(PayoutAccount, participant_id) is not None:
        raise errors.AccountGiven
    participants.tell(
        session,
        participant_id,
        key=f"payout-account-asked:{participant_id}:{cooperative.today(session)}",
        subject=gettext("where may we pay you?"),
        text=gettext(
            "The co-op owes %(name)s money and does not know where to pay it. Please say to which bank account, here "
            "and not by mail:",
            name=name,
        ),
        page=_page(participant_id),
    )
    audit.record(session, actor, "payout_account.asked", subject=participant_id, power=power)


def _warn(session: Session, participant_id: UUID, account: str) -> None:
    if account:
        text = gettext(
            "From now on the co-op pays you to the account that ends in %(end)s, once somebody of the co-op has compared it with you. "
            "If you did not change this, put it right here and tell the co-op at once:",
            end=account[-4:],
        )
    else:
        text = gettext(
            "The account to which the co-op pays you was removed. If you did not do this, put it right here and tell "
            "the co-op at once:"
        )
    participants.tell(
        session,
        participant_id,
        key=f"payout-account:{participant_id}:{new_id()}",
        subject=gettext("the account you are paid to was changed"),
        text=text,
        page=_page(participant_id),
    )


def _page(participant_id: UUID) -> outbox.Page:
    return outbox.Page("payouts.account", {"participant_id": participant_id})
