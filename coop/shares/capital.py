"""Share capital by class: which account holds that of each class of members, and choosing another one.

What the members of a class have paid in stands on the account of the class, whenever it was paid. So choosing another account moves
all of it, in an entry of the day on which that is done.
"""

from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.membership.classes import capital_accounts
from coop.membership.models import Member, MemberClass, Participant, ParticipantKind
from coop.permissions import Actor, NotFound, Power
from coop.shares import errors
from coop.shares.models import ShareEvent
from evidence.identifiers import new_id
from ledger import chart
from ledger.models import Account, AccountKind, Posting
from ledger.posting import MOST_POSTINGS, Draft, Line, post
from ledger.totals import CAPITAL_MOVE


@dataclass(frozen=True)
class ClassRow:
    """A class of members, and what its members hold."""

    id: UUID
    name: str
    kind: ParticipantKind
    account: str
    account_name: str
    members: int
    shares: int
    #: What was paid for the shares.
    amount_minor: int


def class_rows(session: Session) -> list[ClassRow]:
    """Return the classes in the order of their accounts."""
    rows = session.execute(
        select(
            *(MemberClass.id, MemberClass.name, MemberClass.kind, MemberClass.capital_account, Account.name),
            func.count(Member.id.distinct()),
            func.coalesce(func.sum(ShareEvent.quantity), 0),
            func.coalesce(func.sum(ShareEvent.quantity * ShareEvent.price_minor), 0),
        )
        .join(Account, Account.code == MemberClass.capital_account)
        .outerjoin(Member, Member.class_id == MemberClass.id)
        .outerjoin(ShareEvent, ShareEvent.member_id == Member.id)
        .group_by(MemberClass.id, Account.id)
        .order_by(MemberClass.capital_account, MemberClass.code)
    )
    # PostgreSQL sums BIGINTs into a Decimal.
    return [ClassRow(*row[:5], *map(int, row[5:])) for row in rows]


def class_row(session: Session, class_id: UUID) -> ClassRow:
    """Return a class.

    Raises:
        NotFound
    """
    found = next((row for row in class_rows(session) if row.id == class_id), None)
    if found is None:
        raise NotFound
    return found


def accounts_for(session: Session, class_id: UUID) -> list[Account]:
    """Return the other accounts that the share capital of a class could stand on: open, and with nothing but share capital on them."""
    present = session.scalar(select(MemberClass.capital_account).where(MemberClass.id == class_id))
    fitting = session.scalars(
        select(Account)
        .where(
            chart.is_share_capital(),
            Account.kind == AccountKind.EQUITY,
            Account.by_party,
            ~Account.is_heading,
            Account.opened_on <= cooperative.today(session),
            Account.closed_on.is_(None),
            Account.code != present,
        )
        .order_by(Account.code)
    ).all()
    of_classes = capital_accounts(session)
    return [one for one in fitting if one.code in of_classes or _is_empty(session, one.id)]


def choose_account(session: Session, actor: Actor, *, class_id: UUID, account: str) -> None:
    """Let the share capital of a class stand on another account: what is there moves, and the next issues follow.

    Raises:
        NotFound, PowerMissing, CapitalAccountUnfit
        LedgerRefusal: today lies in a locked period or in no open year.
    """
    power = actor.need(Power.TREASURER)
    # Held for the issues, and for entries by hand on the accounts.
    chosen = session.get(MemberClass, class_id, with_for_update={"key_share": True})
    if chosen is None:
        raise NotFound
    before = chosen.capital_account
    session.execute(select(Account.id).where(Account.code == account).with_for_update()).all()
    if account not in {one.code for one in accounts_for(session, class_id)}:
        raise errors.CapitalAccountUnfit(account)
    chosen.capital_account = account
    session.flush()
    _move(session, actor, chosen, before)
    facts = {"class": chosen.code, "from": before, "to": account}
    audit.record(session, actor, "member_class.account_chosen", subject=class_id, power=power, facts=facts)


def _move(session: Session, actor: Actor, chosen: MemberClass, before: str) -> None:
    """Book what the members of a class have paid in from one account to the other, as many of them in an entry as it can hold."""
    paid_in = session.execute(
        select(Participant.party_ref, func.sum(ShareEvent.quantity * ShareEvent.price_minor).label("amount_minor"))
        .join(Member, Member.participant_id == Participant.id)
        .join(ShareEvent, ShareEvent.member_id == Member.id)
        .where(Member.class_id == chosen.id)
        .group_by(Participant.party_ref)
        .having(func.sum(ShareEvent.quantity * ShareEvent.price_minor) != 0)
        .order_by(Participant.party_ref)
    ).all()
    in_one = MOST_POSTINGS // 2
    for start in range(0, len(paid_in), in_one):
        lines = [
            line
            for ref, amount in paid_in[start : start + in_one]
            for line in (Line(before, int(amount), ref), Line(chosen.capital_account, -int(amount), ref))
        ]
        draft = Draft(
            booked_on=cooperative.today(session),
            text=gettext("Share capital of a class of members, moved to its account"),
            kind=CAPITAL_MOVE,
            currency=cooperative.current(session).currency,
            lines=lines,
            idempotency_key=f"{CAPITAL_MOVE}:{new_id()}",
            source_kind="member_class",
            source_id=chosen.id,
        )
        post(session, draft, now=clock.now(), recorded_by=actor.person_id)


def _is_empty(session: Session, account_id: UUID) -> bool:
    """Say whether nothing stands on an account, for anybody."""
    query = select(Posting.party_ref).where(Posting.account_id == account_id).group_by(Posting.party_ref)
    return session.execute(query.having(func.sum(Posting.amount_minor) != 0).limit(1)).first() is None
