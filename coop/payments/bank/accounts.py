"""Which accounts of the books a bank keeps: marking one, saying its number, and ending that when nothing about it is open.

`ledger.chart.BANK` always is one: everything is paid from it unless somebody says otherwise, and its number is the one that the
co-op asks for payments to. What lines and entries say about an account is asked of `queries` and `reconciling`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, texts
from coop.payments.bank import account_errors as errors
from coop.payments.bank.models import BankAccount, BankLine
from coop.payments.bank.queries import unmatched_counts, waiting_entries
from coop.permissions import Actor, NotFound, Power
from ledger.chart import BANK, BOOKED_BY_THE_PROGRAM, DISPUTED_FUNDS, IN_TRANSIT
from ledger.models import Account, AccountKind, Posting

LONGEST_NUMBER = 60
_OF_ANOTHER_PURPOSE = BOOKED_BY_THE_PROGRAM | {IN_TRANSIT, DISPUTED_FUNDS}
#: The lines of the statements that money at a bank can be part of: a term deposit may be no cash.
_CAPTIONS = ("cash", "other-current-assets")


@dataclass(frozen=True)
class Bank:
    """A bank account: its account in the books and the bank's own number of it."""

    code: str
    name: str
    number: str
    is_ended: bool

    @property
    def is_main(self) -> bool:
        """Say whether it is the one that everything is paid from."""
        return self.code == BANK

    @property
    def label(self) -> str:
        """Return how lists call it."""
        return f"{self.code} {self.name}"


def bank_accounts(session: Session, *, with_ended: bool = False) -> list[Bank]:
    """Return the bank accounts in the order of their codes."""
    query = (
        select(Account.code, Account.name, BankAccount.number, BankAccount.ended_at)
        .outerjoin(BankAccount, BankAccount.account_code == Account.code)
        .where(or_(Account.code == BANK, BankAccount.account_code.is_not(None)))
        .order_by(Account.code)
    )
    main_number = cooperative.current(session).bank_account
    found = [
        Bank(row.code, row.name, main_number if row.code == BANK else row.number, row.ended_at is not None)
        for row in session.execute(query)
    ]
    return [one for one in found if with_ended or not one.is_ended]


#: The menu of whoever keeps the books asks this on every page: built once, because building a query costs more than its answer.
_ANOTHER = select(BankAccount.account_code).limit(1)


def are_several(session: Session) -> bool:
    """Say whether there is another bank account than the main one, be it ended."""
    return session.connection().scalar(_ANOTHER) is not None


def label_of(session: Session, code: str) -> str:
    """Return how a bank account is called where it must be told from others; nothing where there is one only.

    Raises:
        NotFound
    """
    return bank_account(session, code).label if are_several(session) else ""


def bank_account(session: Session, code: str) -> Bank:
    """Return a bank account, be it ended.

    Raises:
        NotFound
    """
    found = next((one for one in bank_accounts(session, with_ended=True) if one.code == code), None)
    if found is None:
        raise NotFound
    return found


def can_be_marked(session: Session) -> Sequence[Account]:
    """Return the accounts that can become bank accounts, in the order of their codes."""
    known = [one.code for one in bank_accounts(session)]
    query = select(Account).where(
        _is_fit(), Account.closed_on.is_(None), Account.code.not_in([*known, *_OF_ANOTHER_PURPOSE]), ~_names_others()
    )
    return session.scalars(query.order_by(Account.code)).all()


def look_at(session: Session, code: str) -> Account:
    """Return an account that can become a bank account.

    Raises:
        NotFound, AlreadyBankAccount, AccountKept, AccountClosed, NoBankAccount, AccountHoldsOtherThings
    """
    account = session.scalar(select(Account).where(Account.code == code))
    if account is None:
        raise NotFound
    if any(one.code == code for one in bank_accounts(session)):
        raise errors.AlreadyBankAccount(code)
    if code in _OF_ANOTHER_PURPOSE:
        raise errors.AccountKept(code)
    if account.closed_on is not None:
        raise errors.AccountClosed(code)
    if session.scalar(select(Account.id).where(Account.code == code, _is_fit())) is None:
        raise errors.NoBankAccount(code)
    if session.scalar(select(Account.id).where(Account.code == code, _names_others())) is not None:
        raise errors.AccountHoldsOtherThings(code)
    return account


def mark(session: Session, actor: Actor, *, code: str, number: str) -> None:
    """Say that a bank keeps an account, so that statements of it can be entered; one that was ended goes on.

    Raises:
        PowerMissing, TextTooLong, NumberTaken, and as for `look_at`
    """
    power = actor.need(Power.TREASURER)
    # Whoever changes the chart at the same time waits here, and then finds the account marked.
    cooperative.current(session, lock=True)
    look_at(session, code)
    number = _checked(session, code, number)
    row = session.get(BankAccount, code, with_for_update=True)
    if row is None:
        session.add(BankAccount(account_code=code, marked_at=clock.now(), number=number))
    else:
        row.marked_at, row.number, row.ended_at = clock.now(), number, None
    session.flush()
    audit.record(session, actor, "bank_account.marked", power=power, facts={"account": code})


def change_number(session: Session, actor: Actor, *, code: str, number: str) -> None:
    """Say by which number the bank knows an account.

    Raises:
        NotFound, PowerMissing, TextTooLong, NumberTaken, MainBankAccount, BankAccountEnded
    """
    power = actor.need(Power.TREASURER)
    cooperative.current(session, lock=True)
    row = _hold_marked(session, code)
    row.number = _checked(session, code, number)
    session.flush()
    audit.record(session, actor, "bank_account.changed", power=power, facts={"account": code})


def end(session: Session, actor: Actor, *, code: str) -> None:
    """Say that an account is no bank account any more. Everything of it stays to be read.

    One that was marked by mistake, and has no line, is ended whatever is booked to it.

    Raises:
        NotFound, PowerMissing, MainBankAccount, BankAccountEnded
        BankAccountOpen: a line is no entry yet, or an entry is on no line.
    """
    power = actor.need(Power.TREASURER)
    # Whoever enters or takes back something of the account at the same time waits for the row, and then finds it ended.
    row = _hold_marked(session, code)
    lines = unmatched_counts(session).get(code, 0)
    entries = session.scalar(select(func.count()).select_from(waiting_entries(code).subquery())) or 0
    has_lines = session.scalar(select(BankLine.id).where(BankLine.account_code == code).limit(1)) is not None
    if lines or (has_lines and entries):
        raise errors.BankAccountOpen(code, lines, entries)
    row.ended_at = clock.now()
    session.flush()
    audit.record(session, actor, "bank_account.ended", power=power, facts={"account": code})


def need_marked(session: Session, code: str) -> None:
    """Refuse unless an account is a bank account, and keep it one until the transaction ends.

    Raises:
        NotFound, BankAccountEnded
    """
    if code == BANK:
        return
    row = session.get(BankAccount, code, with_for_update={"read": True}, populate_existing=True)
    if row is None:
        raise NotFound
    if row.ended_at is not None:
        raise errors.BankAccountEnded(code)


def hold_together(session: Session, codes: Sequence[str]) -> frozenset[str]:
    """Hold bank accounts against everybody else who holds one of them, and return which of the codes are bank accounts."""
    query = select(BankAccount.account_code).where(BankAccount.account_code.in_(codes), BankAccount.ended_at.is_(None))
    marked = session.scalars(query.order_by(BankAccount.account_code).with_for_update())
    return frozenset(marked) | ({BANK} & set(codes))


def need_fit(session: Session) -> None:
    """Refuse a chart in which a bank account could not be one.

    Raises:
        BankAccountInUse
    """
    if codes := unfit(session):
        raise errors.BankAccountInUse(codes[0])


def unfit(session: Session) -> Sequence[str]:
    """Return the codes of bank accounts that the chart makes something else of."""
    query = (
        select(BankAccount.account_code)
        .outerjoin(Account, Account.code == BankAccount.account_code)
        .where(BankAccount.ended_at.is_(None), or_(Account.id.is_(None), ~_is_fit(), Account.closed_on.is_not(None)))
    )
    return session.scalars(query.order_by(BankAccount.account_code)).all()


def bare(number: str) -> str:
    """Return a bank's number of an account without what people and files write between its digits."""
    return "".join(c for c in number.upper() if c.isalnum())


def _is_fit() -> ColumnElement[bool]:
    return (
        (Account.kind == AccountKind.ASSET)
        & ~Account.is_heading
        & ~Account.is_contra
        & ~Account.by_party
        # Without a line it is part of none of the two; compared with nothing, neither this nor its opposite would hold.
        & func.coalesce(Account.statement_line, "").in_(_CAPTIONS)
    )


def _names_others() -> ColumnElement[bool]:
    named = or_(*(column.is_not(None) for column in (Posting.party_ref, Posting.fund_id, Posting.tax_code_id)))
    return select(Posting.entry_id).where(Posting.account_id == Account.id, named).exists()


def _checked(session: Session, code: str, number: str) -> str:
    number = texts.line(number, about="number", longest=LONGEST_NUMBER, least=0)
    for one in bank_accounts(session):
        if bare(number) and one.code != code and bare(one.number) == bare(number):
            raise errors.NumberTaken(one.code)
    return number


def _hold_marked(session: Session, code: str) -> BankAccount:
    if code == BANK:
        raise errors.MainBankAccount(code)
    row = session.get(BankAccount, code, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    if row.ended_at is not None:
        raise errors.BankAccountEnded(code)
    return row
