"""The invariants of the share register and of its agreement with the ledger, as queries that return what is wrong."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from coop.assembly.bylaws import Bylaws, BylawVersion
from coop.membership.classes import capital_accounts
from coop.membership.models import Member, MemberClass, Participant
from coop.payments.models import PaymentReceipt, PaymentRequest
from coop.shares.models import ShareEvent, Subscription
from evidence.findings import Finding
from ledger import chart
from ledger.models import Account, Entry, Posting


def findings(session: Session) -> list[Finding]:
    """Check the share register."""
    checks = (_holdings, _classes, _capital, _applications, _booked, _issues, _subscriptions, _first_shares)
    return [finding for check in checks for finding in check(session)]


def _holdings(session: Session) -> Iterator[Finding]:
    """No holding was ever negative, and none is beyond the highest limit that any by-laws have set."""
    limits = [Bylaws.from_canonical(row).most_shares for row in session.scalars(select(BylawVersion.figures))]
    most = max(limits, default=0)
    running = func.sum(ShareEvent.quantity).over(
        partition_by=ShareEvent.member_id, order_by=(ShareEvent.effective_on, ShareEvent.id)
    )
    steps = select(ShareEvent.member_id, running.label("held")).subquery()
    rows = session.execute(
        select(Member.number, func.min(steps.c.held), func.max(steps.c.held))
        .join(Member, Member.id == steps.c.member_id)
        .group_by(Member.number)
        .having(or_(func.min(steps.c.held) < 0, func.max(steps.c.held) > most))
    )
    for number, lowest, highest in rows:
        yield Finding("share-holding", f"member {number} held from {lowest} to {highest} shares; the limit is {most}")


def _classes(session: Session) -> Iterator[Finding]:
    """Each class has an account that can take its share capital."""
    fits = chart.is_share_capital() & Account.by_party & ~Account.is_heading & Account.closed_on.is_(None)
    rows = session.execute(
        select(MemberClass.code, MemberClass.capital_account)
        .outerjoin(Account, (Account.code == MemberClass.capital_account) & fits)
        .where(Account.id.is_(None))
        .order_by(MemberClass.code)
    )
    for code, account in rows:
        yield Finding("share-class", f"class {code} has its share capital on {account}, which is no account for it")


def _capital(session: Session) -> Iterator[Finding]:
    """Hold what the register says was paid in against share capital in the ledger, account by account and party by party."""
    amount = func.sum(ShareEvent.quantity * ShareEvent.price_minor)
    rows = session.execute(
        select(MemberClass.capital_account, Participant.party_ref, amount)
        .join(Member, Member.class_id == MemberClass.id)
        .join(Participant, Participant.id == Member.participant_id)
        .join(ShareEvent, ShareEvent.member_id == Member.id)
        .group_by(MemberClass.capital_account, Participant.party_ref)
    )
    paid_in: dict[str, dict[UUID, int]] = {code: {} for code in capital_accounts(session)}
    for code, ref, sum_ in rows:
        paid_in[code][ref] = int(sum_)
    for code in sorted(paid_in):
        yield from _differences(session, "share-capital", code, paid_in[code])


def _applications(session: Session) -> Iterator[Finding]:
    """Hold what was received and not yet issued against share applications, party by party."""
    received = session.execute(
        select(Participant.party_ref, func.sum(PaymentReceipt.amount_minor))
        .join(PaymentRequest, PaymentRequest.id == PaymentReceipt.request_id)
        .join(Participant, Participant.id == PaymentRequest.participant_id)
        .where(PaymentRequest.account_code == chart.SHARE_APPLICATIONS)
        .group_by(Participant.party_ref)
    )
    held = {ref: int(amount) for ref, amount in received}
    issued = session.execute(
        select(Participant.party_ref, func.sum(ShareEvent.quantity * ShareEvent.price_minor))
        .join(Subscription, Subscription.id == ShareEvent.subscription_id)
        .join(Participant, Participant.id == Subscription.participant_id)
        .group_by(Participant.party_ref)
    )
    for ref, amount in issued:
        held[ref] = held.get(ref, 0) - int(amount)
    yield from _differences(session, "share-applications", chart.SHARE_APPLICATIONS, held)


def _booked(session: Session) -> Iterator[Finding]:
    """Each event is one entry: what was paid for the shares, on its day, credited to share capital for the member."""
    credited = (
        select(Entry.source_id, func.count().label("entries"))
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .join(ShareEvent, ShareEvent.id == Entry.source_id)
        .join(Member, Member.id == ShareEvent.member_id)
        .join(Participant, Participant.id == Member.participant_id)
        .where(
            Entry.source_kind == "share_event",
            Entry.booked_on == ShareEvent.effective_on,
            # The class may have another account today.
            chart.is_share_capital(),
            Posting.party_ref == Participant.party_ref,
            Posting.amount_minor == -ShareEvent.quantity * ShareEvent.price_minor,
            Posting.currency == ShareEvent.currency,
        )
        .group_by(Entry.source_id)
        .subquery()
    )
    rows = session.execute(
        select(ShareEvent.id, credited.c.entries)
        .outerjoin(credited, credited.c.source_id == ShareEvent.id)
        .where(or_(credited.c.entries.is_(None), credited.c.entries != 1))
    )
    for event_id, entries in rows:
        yield Finding("share-not-booked", f"share event {event_id} has {entries or 0} entries that match it")
    stray = session.scalars(
        select(Entry.id)
        .outerjoin(ShareEvent, ShareEvent.id == Entry.source_id)
        .where(Entry.source_kind == "share_event", ShareEvent.id.is_(None))
    )
    for entry_id in stray:
        yield Finding("share-without-event", f"entry {entry_id} names a share event that does not exist")


def _issues(session: Session) -> Iterator[Finding]:
    """Hold each issue against its subscription: the same shares, for the same participant, fully paid."""
    paid = (
        select(PaymentReceipt.request_id, func.sum(PaymentReceipt.amount_minor).label("amount"))
        .group_by(PaymentReceipt.request_id)
        .subquery()
    )
    rows = session.execute(
        select(ShareEvent.id, PaymentRequest.amount_minor, paid.c.amount)
        .join(Subscription, Subscription.id == ShareEvent.subscription_id)
        .join(PaymentRequest, PaymentRequest.id == Subscription.request_id)
        .outerjoin(paid, paid.c.request_id == PaymentRequest.id)
        .where(or_(paid.c.amount.is_(None), paid.c.amount != PaymentRequest.amount_minor))
    )
    for event_id, asked, received in rows:
        yield Finding("share-unpaid", f"share event {event_id} was issued with {received or 0} of {asked} paid")
    others = session.scalars(
        select(ShareEvent.id)
        .join(Subscription, Subscription.id == ShareEvent.subscription_id)
        .join(Member, Member.id == ShareEvent.member_id)
        .where(
            or_(
                ShareEvent.quantity != Subscription.quantity,
                ShareEvent.price_minor != Subscription.price_minor,
                Member.participant_id != Subscription.participant_id,
            )
        )
    )
    for event_id in others:
        yield Finding("share-not-as-subscribed", f"share event {event_id} differs from its subscription")


def _subscriptions(session: Session) -> Iterator[Finding]:
    rows = session.scalars(
        select(PaymentRequest.reference)
        .join(Subscription, Subscription.request_id == PaymentRequest.id)
        .where(
            or_(
                PaymentRequest.amount_minor != Subscription.quantity * Subscription.price_minor,
                PaymentRequest.participant_id != Subscription.participant_id,
                PaymentRequest.account_code != chart.SHARE_APPLICATIONS,
            )
        )
    )
    for reference in rows:
        yield Finding("subscription-request", f"the request {reference} is not for the shares that were subscribed")


def _first_shares(session: Session) -> Iterator[Finding]:
    """Where there was a share to buy, a member is one from the day of the first issue."""
    rows = session.execute(
        select(Member.number, Member.joined_on, ShareEvent.effective_on)
        .join(Subscription, Subscription.application_id == Member.application_id)
        .outerjoin(ShareEvent, ShareEvent.subscription_id == Subscription.id)
        .where(or_(ShareEvent.id.is_(None), ShareEvent.effective_on != Member.joined_on))
    )
    for number, joined_on, issued_on in rows:
        yield Finding("member-share-day", f"member {number} joined on {joined_on}, first share issued on {issued_on}")


def _differences(session: Session, check: str, code: str, expected: dict[UUID, int]) -> Iterator[Finding]:
    """Compare sums per party with the credit balances of an account kept by party."""
    rows = session.execute(
        select(Posting.party_ref, func.sum(Posting.amount_minor))
        .join(Account, Account.id == Posting.account_id)
        .where(Account.code == code)
        .group_by(Posting.party_ref)
    )
    booked = {ref: -int(amount) for ref, amount in rows if ref is not None}
    for ref in sorted(expected.keys() | booked.keys(), key=str):
        register_minor, ledger_minor = expected.get(ref, 0), booked.get(ref, 0)
        if register_minor != ledger_minor:
            yield Finding(check, f"party {ref}: register {register_minor}, account {code} {ledger_minor}")
