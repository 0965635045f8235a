"""The board's approval of the accounts of a closed year, and the signatures of the directors.

The approval names exactly one set of figures by its digest. It decides nothing about what the figures say, nor who reviews them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly.resolutions import Body, Resolution, record_resolution
from coop.identity.models import Person
from coop.permissions import Actor, Power, SignInNeeded
from coop.reports import errors
from coop.reports.models import AccountsSignature, ApprovedAccounts
from coop.reports.statements import accounts_of
from coop.texts import prose
from evidence.canonical import Canonical
from ledger.years.closed_years import closing_of

#: So many directors sign the accounts.
SIGNERS = 2
LEAST_MINUTE, LONGEST_MINUTE = 10, 2000


@dataclass(frozen=True)
class Signed:
    """A director's signature with the name of whose it is."""

    person_id: UUID
    person_name: str
    signed_at: datetime


@dataclass(frozen=True)
class AccountsApproval:
    """How the board approved the accounts of a year, and who has signed them."""

    fiscal_year_id: UUID
    statements_digest: str
    resolution_id: UUID
    resolution_number: int
    decided_on: date
    approved_at: datetime
    signed: Sequence[Signed]

    @property
    def complete(self) -> bool:
        """Say whether enough directors have signed."""
        return len(self.signed) >= SIGNERS


def approve_accounts(
    session: Session, actor: Actor, *, year_id: UUID, decided_on: date, minute: str, seen: str
) -> UUID:
    """Record that the board approved the accounts of a closed year, and return the resolution.

    `seen` is the digest on the page from which the board decided; `minute` are the words of the decision.

    Raises:
        PowerMissing, NotFound, YearNotClosed, DecidedTooEarly, DecidedInFuture, TextMissing, TextTooShort, TextTooLong
        AccountsChanged: the books say something else than was seen.
        AlreadyApproved: once for each closing of the year.
    """
    power = actor.need(Power.BOARD)
    # Of two who record it at once the second waits here and then finds the first one's.
    cooperative.current(session, lock=True)
    accounts = accounts_of(session, year_id)
    earlier = approval_of(session, year_id)
    if earlier is not None:
        raise errors.AlreadyApproved(earlier.resolution_number)
    if seen != accounts.digest:
        raise errors.AccountsChanged
    if decided_on < accounts.closed_on:
        raise errors.DecidedTooEarly(accounts.closed_on)
    if decided_on > cooperative.today(session):
        raise errors.DecidedInFuture
    words = prose(minute, about="minute", longest=LONGEST_MINUTE, least=LEAST_MINUTE)
    title = gettext("Accounts of %(year)s approved", year=accounts.year.ends_on.year)
    resolution_id = record_resolution(
        session,
        body=Body.BOARD,
        decided_on=decided_on,
        title=title,
        text=f"{words}\n\n{gettext('Fingerprint of the accounts: %(digest)s', digest=accounts.digest)}",
    )
    session.add(
        ApprovedAccounts(
            fiscal_year_id=year_id,
            closing=accounts.closing,
            statements_digest=accounts.digest,
            resolution_id=resolution_id,
            approved_at=clock.now(),
        )
    )
    session.flush()
    facts: dict[str, Canonical] = {"digest": accounts.digest, "resolution": resolution_id}
    audit.record(session, actor, "accounts.approved", subject=year_id, power=power, facts=facts)
    return resolution_id


def sign_accounts(session: Session, actor: Actor, *, year_id: UUID, seen: str) -> None:
    """Sign the approved accounts as a director. `seen` is the digest on the page that was read.

    Raises:
        PowerMissing, NotFound, YearNotClosed, NotApproved, AlreadySigned
        AccountsChanged: the books, or what the board approved, are not what was seen.
    """
    power = actor.need(Power.BOARD)
    if actor.person_id is None:
        raise SignInNeeded
    accounts, approval = accounts_of(session, year_id), approval_of(session, year_id)
    if approval is None:
        raise errors.NotApproved
    if not seen == accounts.digest == approval.statements_digest:
        raise errors.AccountsChanged
    signature = AccountsSignature(
        fiscal_year_id=year_id, closing=accounts.closing, person_id=actor.person_id, signed_at=clock.now()
    )
    if session.get(AccountsSignature, (year_id, accounts.closing, actor.person_id)) is not None:
        raise errors.AlreadySigned
    try:
        with session.begin_nested():
            session.add(signature)
    except IntegrityError as error:
        # The same director pressed the button in another window after we looked.
        raise errors.AlreadySigned from error
    audit.record(session, actor, "accounts.signed", subject=year_id, power=power, facts={"digest": seen})


def approval_of(session: Session, year_id: UUID) -> AccountsApproval | None:
    """Return how the accounts of a year were approved and signed; nothing before the board has, since it was closed last."""
    closing = closing_of(session, year_id)
    if closing is None:
        return None
    found = session.execute(
        select(ApprovedAccounts, Resolution.number, Resolution.decided_on)
        .join(Resolution, Resolution.id == ApprovedAccounts.resolution_id)
        .where(ApprovedAccounts.fiscal_year_id == year_id, ApprovedAccounts.closing == closing.number)
    ).first()
    if found is None:
        return None
    row, number, decided_on = found
    signatures = session.execute(
        select(AccountsSignature.person_id, Person.name, AccountsSignature.signed_at)
        .join(Person, Person.id == AccountsSignature.person_id)
        .where(AccountsSignature.fiscal_year_id == year_id, AccountsSignature.closing == closing.number)
        .order_by(AccountsSignature.signed_at, AccountsSignature.person_id)
    )
    return AccountsApproval(
        fiscal_year_id=year_id,
        statements_digest=row.statements_digest,
        resolution_id=row.resolution_id,
        resolution_number=number,
        decided_on=decided_on,
        approved_at=row.approved_at,
        signed=tuple(Signed(*signature) for signature in signatures),
    )


def need_complete(session: Session, year_id: UUID) -> AccountsApproval:
    """Return the approval of the accounts that enough directors have signed.

    Raises:
        NotApproved, NotSigned
    """
    approval = approval_of(session, year_id)
    if approval is None:
        raise errors.NotApproved
    if not approval.complete:
        raise errors.NotSigned(SIGNERS, len(approval.signed))
    return approval
